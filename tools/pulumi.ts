// npm run pulumi -- ARGUMENTS: the real Pulumi CLI with the project's toolchain.
// Without --stack or PULUMI_STACK the stack `local` is meant; only that stack sees the local tenant.
import { realpathSync } from "node:fs";
import { runInForeground } from "../cli/pulumi-run.ts";
import { configSizeProblem } from "../components/config/project-files.ts";
import { ensureTenant, tenantEnvironment } from "./tenant-process.ts";
import {
  ensureLocalStack,
  LOCAL_STACK,
  localStackEnvironment,
  pulumiProgram,
  repository,
  toolchainEnvironment,
} from "./toolchain.ts";

/** What a `pulumi` command line asks for, as far as its environment depends on it. */
type PulumiRequest = {
  /** The stack the command works on; undefined for commands that take none, such as `version` or `login`. */
  stack: string | undefined;
  /** Whether the stack itself has to exist before the command can run. */
  needsStack: boolean;
  /** Whether the command starts the program or its provider, and so talks to the tenant. */
  needsTenant: boolean;
  /** Whether the command reads the guests anew from the tenant. */
  isRefresh: boolean;
};

const TENANT_COMMANDS = new Set([
  "destroy",
  "dn",
  "down",
  "import",
  "pre",
  "preview",
  "refresh",
  "up",
  "update",
  "watch",
]);
const STACK_COMMANDS = new Set([...TENANT_COMMANDS, "about", "cancel", "config", "console", "logs", "stack", "state"]);
/** The subcommands of `pulumi stack` that name their stack by position, and those that work without one. */
const NAMING_SUBCOMMANDS = new Set(["init", "new", "rm", "remove", "delete", "select"]);
const STACKLESS_SUBCOMMANDS = new Set(["init", "new", "ls", "list", "select"]);
/** Global flags whose value is the next argument, which is therefore not a command. */
const FLAGS_WITH_VALUE = new Set([
  ...["-s", "--stack", "-C", "--cwd", "-v", "--verbose", "--color", "--tracing", "--otel-traces", "--profiling"],
  ...["--memprofilerate", "--config-file"],
]);

/**
 * Reads the arguments of a `pulumi` command line.
 * @param args what follows `pulumi`, e.g. `["up", "--stack", "prod"]`
 * @param env where `PULUMI_STACK` may name the stack
 */
export function readArguments(args: readonly string[], env: NodeJS.ProcessEnv): PulumiRequest {
  const { flag, words } = split(args);
  const [command = "", subcommand = "", name] = words;
  const isStackCommand = STACK_COMMANDS.has(command);
  const named = command === "stack" && NAMING_SUBCOMMANDS.has(subcommand) ? name : undefined;
  const stack = flag ?? named ?? (isStackCommand ? env.PULUMI_STACK || LOCAL_STACK : undefined);
  const helpOnly = args.includes("--help") || args.includes("-h");
  const stackless = command === "stack" && STACKLESS_SUBCOMMANDS.has(subcommand);
  return {
    stack,
    needsStack: isStackCommand && !helpOnly && !stackless && command !== "about",
    needsTenant: TENANT_COMMANDS.has(command) && !helpOnly,
    isRefresh: command === "refresh",
  };
}

/** Separates the words of a command line from its flags, and picks out the stack among the flags (the last one counts). */
function split(args: readonly string[]): { flag: string | undefined; words: string[] } {
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  const words: string[] = [];
  let flag: string | undefined;
  for (let index = 0; index < own.length; index++) {
    const arg = own[index] ?? "";
    const joined = /^(?:--stack=|-s=?)(.+)$/.exec(arg)?.[1];
    if (joined !== undefined) flag = joined;
    else if (!arg.startsWith("-")) words.push(arg);
    else if (FLAGS_WITH_VALUE.has(arg)) {
      index++;
      if (arg === "-s" || arg === "--stack") flag = own[index];
    }
  }
  return { flag, words };
}

async function environment(args: readonly string[]): Promise<NodeJS.ProcessEnv> {
  const { stack, needsStack, needsTenant, isRefresh } = readArguments(args, process.env);
  // The program makes the outputs, such as who has accepted: a refresh that does not run it goes on showing the old ones.
  const refresh = isRefresh ? { PULUMI_RUN_PROGRAM: process.env.PULUMI_RUN_PROGRAM ?? "true" } : {};
  const tooLarge = needsTenant && stack !== undefined ? configSizeProblem(repository, stack) : undefined;
  if (tooLarge !== undefined) throw new Error(tooLarge);
  if (stack !== LOCAL_STACK) return { ...process.env, ...toolchainEnvironment(), ...refresh };
  if (needsTenant) await ensureTenant();
  const env = { ...localStackEnvironment(tenantEnvironment()), ...refresh };
  if (needsStack) ensureLocalStack(env);
  return env;
}

async function main(args: readonly string[]): Promise<void> {
  try {
    process.exitCode = await runInForeground(pulumiProgram(), args, { cwd: repository, env: await environment(args) });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

// A test imports this file; a path with links in it is the same program.
if (realpathSync(process.argv[1] ?? "") === import.meta.filename) await main(process.argv.slice(2));
