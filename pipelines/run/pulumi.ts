import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { ensureTenant, tenantEnvironment } from "../../tools/tenant-process.ts";
import {
  ensureLocalStack,
  LOCAL_STACK,
  localStackEnvironment,
  pulumiProgram,
  repository,
  runInForeground,
  toolchainEnvironment,
} from "../../tools/toolchain.ts";
import { type EngineEvent, readEvents } from "../comment/events.ts";
import type { RunOptions } from "./options.ts";

/** How a command of the Pulumi CLI ended. */
export interface PulumiRun {
  /** Pulumi's own exit status. */
  status: number;
  events: EngineEvent[];
}

/** The policy pack and the stack's settings for it. */
export function policyFlags({ policyConfig }: RunOptions): string[] {
  return ["--policy-pack", path.join(repository, "policies", "guests"), "--policy-pack-config", policyConfig];
}

/**
 * Runs the Pulumi CLI on a stack, with its display on this terminal, and reads the log of its events.
 *
 * @param command `preview`, `up` or `refresh`
 * @param args further flags
 */
export async function runPulumi(options: RunOptions, command: string, args: readonly string[]): Promise<PulumiRun> {
  mkdirSync(options.out, { recursive: true });
  const log = path.join(options.out, `${command}.events.jsonl`);
  rmSync(log, { force: true });
  // Outputs would repeat each guest, and hold the redeem URLs.
  const flags = ["--stack", options.stack, "--non-interactive", "--suppress-outputs", "--event-log", log];
  const status = await runInForeground(pulumiProgram(), [command, ...flags, ...args], {
    cwd: options.project,
    env: await environment(options),
  });
  // Pulumi writes no log when it stops before the engine starts: no such stack, not logged in.
  return { status, events: existsSync(log) ? readEvents(readFileSync(log, "utf8")) : [] };
}

async function environment({ stack, project }: RunOptions): Promise<NodeJS.ProcessEnv> {
  // `--event-log` is hidden behind this variable; the Automation API sets it for the same reason.
  const shared = { PULUMI_DEBUG_COMMANDS: "true" };
  if (stack !== LOCAL_STACK || project !== repository) {
    return { ...process.env, ...toolchainEnvironment(), ...shared };
  }
  await ensureTenant();
  const env = localStackEnvironment(tenantEnvironment());
  ensureLocalStack(env);
  return { ...env, ...shared };
}
