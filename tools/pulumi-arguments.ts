/** What the arguments of a `pulumi` command line ask for, as far as the choice of an environment depends on it. */
export type PulumiRequest = {
  /** The stack the command works on; nothing for commands that know no stack, such as `version` or `login`. */
  stack: string | undefined;
  /** Whether the stack itself has to exist before the command can run. */
  needsStack: boolean;
  /** Whether the command starts the program or its provider, and so talks to the tenant. */
  needsTenant: boolean;
  /** Whether the command reads the guests anew from the tenant. */
  isRefresh: boolean;
};

/** The stack that is meant when nobody names one, so that a forgotten `--stack` can never touch a real tenant. */
export const LOCAL_STACK = "local";

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
/** Of `pulumi stack`: what names its stack by position, and what works without one. */
const NAMING_SUBCOMMANDS = new Set(["init", "new", "rm", "remove", "delete", "select"]);
const STACKLESS_SUBCOMMANDS = new Set(["init", "new", "ls", "list", "select"]);
/** Global flags that take their value as the next argument; what follows them is no command. */
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
