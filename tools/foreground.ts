import { spawn } from "node:child_process";
import { constants } from "node:os";

/**
 * Runs a program in the foreground: it shares this process's terminal and gets its signals.
 * @returns its exit status; 128 + the signal's number when a signal ended it, as shells report it
 * @throws Error when it cannot be started
 */
export function runInForeground(
  program: string,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: "inherit" });
    // On a terminal Ctrl-C reaches the child without our help, and a second SIGINT makes Pulumi give up half-way.
    const onInterrupt = () => {
      if (!process.stdin.isTTY) child.kill("SIGINT");
    };
    const onTerminate = () => child.kill("SIGTERM");
    process.on("SIGINT", onInterrupt).on("SIGTERM", onTerminate);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      process.off("SIGINT", onInterrupt).off("SIGTERM", onTerminate);
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}
