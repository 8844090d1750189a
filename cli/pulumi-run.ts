/** Runs of the Pulumi CLI, and the log of their events. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import { checkout, type RunOptions } from "./command-line.ts";
import { type EngineEvent, readEvents } from "./comment/engine-events.ts";

/** How a run of the Pulumi CLI ended. */
export interface PulumiRun {
  /** Pulumi's own exit status. */
  status: number;
  events: EngineEvent[];
}

/** The policy pack and the stack's settings for it. */
export function policyFlags({ policyConfig }: RunOptions): string[] {
  return ["--policy-pack", path.join(checkout, "policies", "guests"), "--policy-pack-config", policyConfig];
}

/**
 * Runs the Pulumi CLI on a stack, shows its display on this terminal, and reads the log of its events.
 *
 * @param command `preview`, `up` or `refresh`
 * @param flags further flags of Pulumi's
 */
export async function runPulumi(options: RunOptions, command: string, flags: readonly string[]): Promise<PulumiRun> {
  mkdirSync(options.out, { recursive: true });
  const log = path.join(options.out, `${command}.events.jsonl`);
  rmSync(log, { force: true });
  const where = ["--cwd", options.project, "--stack", options.stack];
  // The outputs would name each guest again, with the redeem URLs.
  const how = ["--non-interactive", "--suppress-outputs", "--event-log", log];
  const [program, ...first] = pulumi();
  const status = await runInForeground(program, [...first, command, ...where, ...how, ...flags], {
    cwd: options.project,
    env: {
      ...process.env,
      // `--event-log` is hidden behind this variable; the Automation API sets it too.
      PULUMI_DEBUG_COMMANDS: "true",
      // A refresh compares state and tenant; the preview after it runs the program.
      PULUMI_RUN_PROGRAM: process.env.PULUMI_RUN_PROGRAM ?? "false",
    },
  });
  // When Pulumi stops before the engine starts (no such stack, not logged in), there is no log.
  return { status, events: existsSync(log) ? readEvents(readFileSync(log, "utf8")) : [] };
}

/**
 * How to start the Pulumi CLI: in this repository by `npm run pulumi`'s program, which knows the toolchain and gives stack
 * `local` its tenant; elsewhere the one on the PATH.
 */
function pulumi(): [program: string, ...args: string[]] {
  const wrapper = path.join(checkout, "tools", "pulumi.ts");
  return existsSync(wrapper) ? [process.execPath, wrapper] : ["pulumi"];
}

/**
 * Runs a program in the foreground: it shares this process's terminal and gets its signals.
 *
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
    // On a terminal, Ctrl-C reaches the child without our help, and a second SIGINT makes Pulumi give up half-way.
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
