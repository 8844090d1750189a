/** What all commands of `guests` share: how they are called, what they say about themselves, and how they end. */
import { existsSync } from "node:fs";
import path from "node:path";
import { inspect, parseArgs } from "node:util";
import { complain, lineWidth, wrapped } from "./log-lines.ts";

const aroundThisFile = path.dirname(import.meta.dirname);

/** The folder of the guests: this repository where the command runs from its sources, else the working directory. */
export const checkout = existsSync(path.join(aroundThisFile, "Pulumi.yaml")) ? aroundThisFile : process.cwd();

/** How a command ends. A number means the same in every command; docs/pipelines.md has the table. */
export const exitStatus = {
  fine: 0,
  failed: 1,
  usage: 2,
  policy: 3,
  drift: 4,
  refused: 5,
} as const;

export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

const meanings: Readonly<Record<ExitStatus, string>> = {
  0: "done, nothing left to look at",
  1: "failed: a wrong list, the deletion guard, the tenant, the backend, its disk or the code host",
  2: "the command line is wrong; nothing was run",
  3: "a mandatory policy is broken; nothing was sent",
  4: "tenant and list differ, and somebody has to decide",
  5: "refused to run from this checkout; nothing was sent",
};

/** An end with a status of its own and without a stack trace. */
export class Stop extends Error {
  readonly status: ExitStatus;

  constructor(message: string, status: ExitStatus) {
    super(message);
    this.status = status;
  }
}

/** Runs the program and sets the exit status of the process to how it ended. */
export async function endWith(main: () => Promise<ExitStatus>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.exitCode = error instanceof Stop ? error.status : exitStatus.failed;
    complain(error instanceof Stop ? error.message : inspect(error));
  }
}

/** A command: what it takes and what it does. Parser, usage and help are made of it. */
export interface Command {
  /** By name, without the dashes. */
  options: Readonly<Record<string, Option>>;
  /** The name of what follows the options, such as `FILE...`; in brackets where it may be left out. */
  takes?: string;
  /** How it may end. */
  ends: readonly ExitStatus[];
  run(line: CommandLine): Promise<ExitStatus>;
}

export interface Option {
  /** The name of its value; an option without one is a flag. */
  value?: string;
  required?: boolean;
  help: string;
}

/** A command line that its command allows. */
export interface CommandLine {
  /** Options with a value, by name. */
  values: Readonly<Record<string, string | undefined>>;
  flags: ReadonlySet<string>;
  /** What follows the options; at least one where the command needs any. */
  rest: readonly string[];
}

/**
 * Reads a command line.
 *
 * @param args what follows the command's name
 * @throws Stop with the usage when the command does not allow it
 */
export function readCommandLine(name: string, command: Command, args: string[]): CommandLine {
  const wrong = (reason: string) => new Stop(`${reason}\nUsage: ${usageOf(name, command)}`, exitStatus.usage);
  const { values: given, positionals: rest } = parse(command, args, wrong);
  const values: Record<string, string> = {};
  const flags = new Set<string>();
  for (const [option, value] of Object.entries(given)) {
    if (typeof value === "string") values[option] = value;
    else if (value === true) flags.add(option);
  }
  for (const [option, entry] of Object.entries(command.options)) {
    if (entry.required && values[option] === undefined && !flags.has("all"))
      throw wrong(`${spelled(option, entry)} is missing.`);
  }
  if (command.takes !== undefined && !command.takes.startsWith("[") && rest.length === 0)
    throw wrong(`${command.takes} is missing.`);
  return { values, flags, rest };
}

function parse({ options, takes }: Command, args: string[], wrong: (reason: string) => Stop) {
  const types = Object.entries(options).map(([option, { value }]) => {
    return [option, { type: value === undefined ? ("boolean" as const) : ("string" as const) }];
  });
  try {
    return parseArgs({ args, options: Object.fromEntries(types), allowPositionals: takes !== undefined });
  } catch (error) {
    throw wrong((error as Error).message);
  }
}

/** Whether a command line asks for help, whatever else it says. */
export function asksForHelp(args: readonly string[]): boolean {
  return args.includes("--help") || args.includes("-h");
}

/**
 * A command's help: usage, purpose, options, an example and exit statuses.
 *
 * @param example a command line that works
 */
export function helpOf(name: string, about: string, command: Command, example: string): string {
  const options = Object.entries(command.options).map(([option, entry]) =>
    described(spelled(option, entry), entry.help),
  );
  const ends = command.ends.map((status) => {
    return `  ${status}  ${wrapped(meanings[status], lineWidth() - 5).join("\n     ")}`;
  });
  return [
    wrapped(usageOf(name, command)).join("\n      "),
    wrapped(about).join("\n"),
    ...(options.length > 0 ? [`Options\n${options.join("\n")}`] : []),
    `Example\n  ${example}`,
    `Exit statuses\n${ends.join("\n")}`,
  ].join("\n\n");
}

/** A word and, below it, what it means. */
export function described(word: string, meaning: string): string {
  return `  ${word}\n${wrapped(`      ${meaning}`).join("\n")}`;
}

function usageOf(name: string, { options, takes }: Command): string {
  const words = Object.entries(options).map(([option, entry]) => {
    return entry.required && !("all" in options) ? spelled(option, entry) : `[${spelled(option, entry)}]`;
  });
  return ["guests", name, ...words, ...(takes === undefined ? [] : [takes])].join(" ");
}

function spelled(option: string, { value }: Option): string {
  return value === undefined ? `--${option}` : `--${option} ${value}`;
}

/** The options that name a stack. */
export const placeOptions = {
  stack: { value: "NAME", required: true, help: "The stack; local is the one with the local tenant." },
  cwd: { value: "PROJECT", help: "The folder of the Pulumi project; the one you are in unless given." },
} satisfies Record<string, Option>;

/** The options of every command that runs Pulumi. */
export const stackOptions = {
  stack: placeOptions.stack,
  "policy-config": { value: "FILE", help: "The policies' settings; policies/guests.STACK.json unless given." },
  out: {
    value: "FOLDER",
    help: "Where reports, event logs and Pulumi's own output go; .local/pipelines/STACK unless given.",
  },
  cwd: placeOptions.cwd,
  commit: { value: "ID", help: "The commit that the comment names." },
  verbose: { help: "Show Pulumi's own output, and every line of long lists." },
} satisfies Record<string, Option>;

/** The options of a command that can run for all stacks. */
export const allOptions = {
  all: { help: "All stacks with a config file but local, side by side; instead of --stack." },
  "at-once": { value: "N", help: "With --all: so many stacks at a time; 4 unless given, 8 at most." },
} satisfies Record<string, Option>;

/** The option of every command that changes a stack. */
export const newestOption = {
  "newest-of": { value: "BRANCH", help: "Refuse a checkout that is not the newest commit of this branch of origin." },
} satisfies Record<string, Option>;

/** Where a stack is. */
export interface StackPlace {
  stack: string;
  /** The folder of the Pulumi project, an absolute path. */
  project: string;
}

/** Reads the `placeOptions` of a command line. */
export function stackPlace({ values }: CommandLine): StackPlace {
  return { stack: values.stack ?? "", project: path.resolve(values.cwd ?? checkout) };
}

/** `prod` of `organisation/project/prod`. */
export function shortName(stack: string): string {
  return stack.split("/").at(-1) ?? stack;
}

/** The file with the policies' settings for a stack, an absolute path; whether it is there or not. */
export function policyConfigOf({ values }: CommandLine): string {
  const usual = path.join(checkout, "policies", `guests.${shortName(values.stack ?? "")}.json`);
  return path.resolve(values["policy-config"] ?? usual);
}

/** What a run of Pulumi needs to know. */
export interface RunOptions extends StackPlace {
  /** The policies' settings for this stack, an absolute path. */
  policyConfig: string;
  /** Where reports and event logs go, an absolute path. */
  out: string;
  /** The commit that the comment names. */
  commit?: string;
  /** The variables that Pulumi gets; this process's own unless given. */
  environment?: NodeJS.ProcessEnv;
  /** Whether Pulumi's own output is shown, and long lists whole. */
  verbose?: boolean;
}

/**
 * Reads the `stackOptions` of a command line.
 *
 * @throws Stop when the stack has no policy settings
 */
export function runOptions(line: CommandLine): RunOptions {
  const { values } = line;
  const { stack, project } = stackPlace(line);
  const { commit } = values;
  const policyConfig = policyConfigOf(line);
  if (!existsSync(policyConfig)) {
    const rule = "Every stack needs policy settings: create the file, or name another one with --policy-config.";
    throw new Stop(`${policyConfig} is missing. ${rule}`, exitStatus.usage);
  }
  return {
    stack,
    project,
    policyConfig,
    out: path.resolve(values.out ?? path.join(checkout, ".local", "pipelines", shortName(stack))),
    ...(commit && { commit }),
    verbose: line.flags.has("verbose"),
  };
}
