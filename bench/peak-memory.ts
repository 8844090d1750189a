/** How much memory the processes of a run took at most. */
import { readdirSync, readFileSync } from "node:fs";

/** Which part of a run a process is, by what stands in its command line. */
const parts = [
  ["policy pack", /cmd\/run-policy-pack/],
  ["provider", /cmd\/run-plugin/],
  ["program", /@pulumi\/pulumi\/cmd\/run\b/],
  ["engine", /(?:^|\/)pulumi\0/],
] as const;

/** The most that each part took, in bytes. */
export type Peaks = Partial<Record<(typeof parts)[number][0], number>>;

/**
 * Watches the processes that are started for a stack while an operation runs. On Linux only; elsewhere nothing is known.
 *
 * @param folder a folder that stands in the environment of these processes and of no others
 */
export async function withPeaks(folder: string, operation: () => Promise<unknown>): Promise<Peaks> {
  const peaks: Peaks = {};
  const watch = setInterval(() => look(folder, peaks), 100);
  try {
    await operation();
  } finally {
    clearInterval(watch);
  }
  return peaks;
}

function look(folder: string, peaks: Peaks): void {
  for (const id of processIds()) {
    try {
      const command = readFileSync(`/proc/${id}/cmdline`, "utf8");
      const [part] = parts.find(([, pattern]) => pattern.test(command)) ?? [];
      if (part === undefined || !readFileSync(`/proc/${id}/environ`, "utf8").includes(folder)) continue;
      const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, "utf8")) ?? [];
      peaks[part] = Math.max(peaks[part] ?? 0, Number(kilobytes) * 1024);
    } catch {
      // It has just ended.
    }
  }
}

function processIds(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}
