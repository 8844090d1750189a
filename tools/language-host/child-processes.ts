import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";

const ENDS_WITHIN_MS = 2_000;

const children = new Set<ChildProcess>();

/** Starts a process that ends with this one at the latest. */
export function spawnChild(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(program, args, options);
  children.add(child);
  const forget = () => children.delete(child);
  child.once("exit", forget).once("error", forget);
  return child;
}

/** Asks a process to end, and ends it when it does not. Resolves when it is gone. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const impatience = setTimeout(() => child.kill("SIGKILL"), ENDS_WITHIN_MS);
  await exited;
  clearTimeout(impatience);
}

/** Ends every process that is still running. */
export async function endChildren(): Promise<void> {
  await Promise.all([...children].map(endChild));
}

process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});
