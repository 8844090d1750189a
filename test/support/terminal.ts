/** Runs a program as at a terminal of some width, by `script` of util-linux. */
import { spawnSync } from "node:child_process";

/** Whether this machine can. */
export const hasTerminal =
  process.platform === "linux" &&
  spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux");

/** Variables by which a program notices a pipeline, or is told about colours. */
const notOfPeople = ["CI", "TF_BUILD", "GITHUB_ACTIONS", "NO_COLOR", "FORCE_COLOR"];

/**
 * @param command for `sh`
 * @returns the exit status, and the lines as they stay on the screen: without colours, and only the last state of each line
 */
export function atTerminal(
  command: string,
  {
    columns = 80,
    cwd = process.cwd(),
    env = process.env,
  }: { columns?: number; cwd?: string; env?: NodeJS.ProcessEnv } = {},
): { status: number | null; lines: string[]; written: string } {
  const people = Object.entries(env).filter(([name]) => !notOfPeople.includes(name));
  const { status, stdout } = spawnSync("script", ["-qec", `stty cols ${columns} rows 40; ${command}`, "/dev/null"], {
    cwd,
    env: { ...Object.fromEntries(people), TERM: "xterm-256color" },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: Number.POSITIVE_INFINITY,
  });
  const lines = stdout.split("\n").map((line) => {
    const last = line.replace(/\r$/, "").split("\r").at(-1) ?? "";
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    return last.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "");
  });
  return { status, lines, written: stdout };
}
