import { existsSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { repository } from "../../tools/toolchain.ts";
import { exitStatus, Stop } from "../exit-status.ts";

/** What every script of the pipelines needs to know. */
export interface RunOptions {
  stack: string;
  /** The folder of the Pulumi project. */
  project: string;
  /** The policies' settings for this stack, an absolute path. */
  policyConfig: string;
  /** Where reports and event logs go, an absolute path. */
  out: string;
  /** The commit that the report names. */
  commit?: string;
  /** What else was on the command line, by name without the dashes. */
  extra: Record<string, string>;
}

/**
 * Reads a script's command line.
 *
 * @param args what follows the script's name
 * @param usage what the script takes, shown when something is wrong
 * @param extra the names of further options, each with a value
 * @throws Stop with the usage, or when the stack has no policy settings
 */
export function runOptions(args: string[], usage: string, extra: readonly string[] = []): RunOptions {
  const values = parse(args, usage, extra);
  if (values.stack === undefined) throw new Stop(`Which stack? ${usage}`, exitStatus.usage);
  const { stack } = values;
  const policyConfig = path.resolve(
    values["policy-config"] ?? path.join(repository, "policies", `guests.${shortName(stack)}.json`),
  );
  if (!existsSync(policyConfig)) {
    const rule = "Each stack says what its guests may be: make the file, or name another with --policy-config.";
    throw new Stop(`${policyConfig} is missing. ${rule}`, exitStatus.usage);
  }
  return {
    stack,
    project: path.resolve(values.cwd ?? repository),
    policyConfig,
    out: path.resolve(values.out ?? path.join(repository, ".local", "pipelines", shortName(stack))),
    ...(values.commit && { commit: values.commit }),
    extra: Object.fromEntries(extra.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]]))),
  };
}

/** The options that all scripts take, for their usage. */
export const commonUsage = "--stack NAME [--policy-config FILE] [--out FOLDER] [--cwd PROJECT] [--commit ID]";

function parse(args: string[], usage: string, extra: readonly string[]): Record<string, string | undefined> {
  const names = ["stack", "policy-config", "out", "cwd", "commit", ...extra];
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  try {
    return parseArgs({ args, options, allowPositionals: false }).values as Record<string, string | undefined>;
  } catch (error) {
    throw new Stop(`${(error as Error).message}\nUsage: ${usage}`, exitStatus.usage);
  }
}

/** `prod` of `organisation/project/prod`. */
function shortName(stack: string): string {
  return stack.split("/").at(-1) ?? stack;
}
