/**
 * `--all`: the stacks of a repository side by side. Each runs in a process of its own, as the same command with `--stack`
 * does, so that one that fails stops no other. They share the pace at which Microsoft takes requests.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { Writable } from "node:stream";
import { projectFiles, stacksOf } from "../components/config/project-files.ts";
import { paceVariable, servePace } from "../provider/microsoft/shared-pace.ts";
import { type CommandLine, checkout, type ExitStatus, exitStatus, Stop } from "./command-line.ts";
import { longestComment } from "./comment/preview-comment.ts";
import { code, oneLine } from "./comment/untrusted-text.ts";
import { lineWidth, say } from "./log-lines.ts";
import { keepFile, localStack, runInForeground } from "./pulumi-run.ts";
import { markdownTable, withHeadings } from "./text-table.ts";

/** What makes sense for one stack only. */
const ofOneStack = ["stack", "policy-config", "plan", "save-plan", "save-review", "json"];

/** So many stacks at a time, where nothing else is said: each takes some hundred megabytes. */
const usualAtOnce = 4;
const mostAtOnce = 8;

/** How the command ended for one stack. */
export interface StackEnd {
  stack: string;
  status: number;
  seconds: number;
  /** The report that the command wrote, as Markdown; absent where it came to none. */
  report?: string;
}

/**
 * Runs a command for every stack that has a config file, the local one aside.
 *
 * @param name the command's name
 * @param line its command line, with the flag `all`
 * @returns the most serious of the stacks' exit statuses
 * @throws Stop where the command line is wrong, or there is no stack
 */
export async function runForAll(name: string, line: CommandLine): Promise<ExitStatus> {
  const { stacks, project, out, atOnce } = readAll(line);
  const passed = Object.entries(line.values).flatMap(([option, value]) =>
    value === undefined || ["cwd", "out", "at-once"].includes(option) ? [] : [`--${option}`, value],
  );
  const flags = [...line.flags].filter((flag) => flag !== "all").map((flag) => `--${flag}`);
  const pace = await servePace();
  // A local tenant without limits says so itself.
  const env = { [paceVariable]: pace.address, ...process.env };
  const main = path.join(import.meta.dirname, `main${path.extname(import.meta.filename)}`);
  const widest = Math.max(...stacks.map((stack) => stack.length));

  const runOne = async (stack: string): Promise<StackEnd> => {
    const folder = path.join(out, stack);
    const where = ["--stack", stack, "--cwd", project, "--out", folder];
    const args = [...process.execArgv, main, name, ...where, ...passed, ...flags];
    const began = Date.now();
    const output = (to: NodeJS.WritableStream) => prefixed(`${stack.padEnd(widest)} | `, to);
    const shown = { output: output(process.stdout), errors: output(process.stderr) };
    const status = await runInForeground(process.execPath, args, { cwd: process.cwd(), env, ...shown });
    const report = reportIn(folder, name, began);
    return { stack, status, seconds: (Date.now() - began) / 1000, ...(report !== undefined && { report }) };
  };
  try {
    const ends = await inTurn(stacks, atOnce, runOne);
    const file = path.join(out, `${name}.md`);
    keepFile(file, allMarkdown(name, ends));
    say(`\n${allText(name, ends)}\n\nThe report is in ${path.relative(process.cwd(), file) || file}`);
    return worstOf(ends);
  } finally {
    await pace.close();
  }
}

/** @throws Stop */
function readAll({ values, flags }: CommandLine) {
  const single = ofOneStack.find((option) => values[option] !== undefined || flags.has(option));
  if (single !== undefined) throw new Stop(`--all and --${single} do not go together.`, exitStatus.usage);
  const atOnce = Number(values["at-once"] ?? usualAtOnce);
  if (!Number.isInteger(atOnce) || atOnce < 1 || atOnce > mostAtOnce) {
    throw new Stop(`--at-once takes a whole number from 1 to ${mostAtOnce}.`, exitStatus.usage);
  }
  const project = path.resolve(values.cwd ?? checkout);
  const files = projectFiles(project, project);
  const stacks = stacksOf(files).filter((stack) => stack !== localStack);
  if (stacks.length === 0) {
    const folder = path.relative(process.cwd(), files.stackConfigs) || ".";
    throw new Stop(`${folder} has no Pulumi.STACK.yaml but that of the local stack.`, exitStatus.usage);
  }
  const out = path.resolve(values.out ?? path.join(checkout, ".local", "pipelines"));
  return { stacks, project, out, atOnce };
}

/** Works on so many at a time. Once somebody stops the run, no further one begins. */
async function inTurn(
  stacks: readonly string[],
  atOnce: number,
  runOne: (stack: string) => Promise<StackEnd>,
): Promise<StackEnd[]> {
  const ends = new Map<string, StackEnd>();
  const left = stacks.values();
  let isStopped = false;
  const stop = () => {
    isStopped = true;
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  const work = async () => {
    for (const stack of left) {
      ends.set(stack, isStopped ? { stack, status: exitStatus.usage, seconds: 0 } : await runOne(stack));
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, stacks.length) }, work));
  process.off("SIGINT", stop).off("SIGTERM", stop);
  return stacks.flatMap((stack) => ends.get(stack) ?? []);
}

/** Marks each line with its stack; lines come whole. */
function prefixed(prefix: string, to: NodeJS.WritableStream): Writable {
  return new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      to.write(`${prefix}${line}`);
      done();
    },
  });
}

/** The report of this run: one of an earlier run says nothing. */
function reportIn(folder: string, name: string, began: number): string | undefined {
  const file = path.join(folder, name === "daily" ? "daily.md" : "comment.md");
  // File systems keep times in whole seconds, some of them.
  if (!existsSync(file) || statSync(file).mtimeMs < began - 1000) return undefined;
  return readFileSync(file, "utf8");
}

/** The heading of a stack's report, without its mark and its name. */
function headlineOf({ report = "", status }: StackEnd): string {
  const heading = /^### .*?: (.*)$/m.exec(report)?.[1];
  if (heading !== undefined) return oneLine(heading, 200);
  return status === exitStatus.fine ? "" : "came to no report; its lines above say why";
}

/** How the command ended for a stack, in a word or two. */
function outcomeOf(name: string, { status }: StackEnd): string {
  switch (status) {
    case exitStatus.fine:
      return name === "apply" ? "applied" : "fine";
    case exitStatus.usage:
      return "not run";
    case exitStatus.policy:
      return "policy broken";
    case exitStatus.drift:
      return "tenant differs";
    case exitStatus.refused:
      return "refused";
    default:
      return "failed";
  }
}

function allText(name: string, ends: readonly StackEnd[]): string {
  const rows = ends.map((end) => [end.stack, outcomeOf(name, end), `${Math.round(end.seconds)} s`, headlineOf(end)]);
  const head = ["stack", "outcome", "took", "guests"];
  return withHeadings(head, rows, ["left", "left", "right", "left"], { width: lineWidth() }).join("\n");
}

/** The reports of all stacks as one: a table, then each of them, as far as there is room. */
export function allMarkdown(name: string, ends: readonly StackEnd[]): string {
  const bad = ends.filter(({ status }) => status !== exitStatus.fine).length;
  const verdict = bad === 0 ? "nothing is left to look at" : `${bad} of ${ends.length} need a look`;
  const rows = ends.map((end) => [code(end.stack), outcomeOf(name, end), headlineOf(end)]);
  let text = `## ${bad === 0 ? "✅" : "⚠️"} ${name} of ${ends.length} stacks: ${verdict}\n\n${markdownTable(["stack", "outcome", "guests"], rows)}\n`;
  for (const { stack, report } of ends) {
    if (report === undefined) continue;
    const own = `\n${report.replace(/^<!--.*-->\n+/, "")}`;
    const room = longestComment - 100 - text.length;
    text += own.length <= room ? own : `\nThe report of ${code(stack)} is in its own file.\n`;
  }
  return text;
}

/** From the most serious on: what failed, what was refused, what a policy stopped, what differs. */
const bySeriousness: readonly ExitStatus[] = [
  exitStatus.failed,
  exitStatus.refused,
  exitStatus.policy,
  exitStatus.drift,
  exitStatus.fine,
];

/** The status of all: the most serious one. A stack that could not run, or that a signal ended, has failed. */
export function worstOf(ends: readonly Pick<StackEnd, "status">[]): ExitStatus {
  const known = ends.map(({ status }) => bySeriousness.find((one) => one === status) ?? exitStatus.failed);
  return bySeriousness.find((status) => known.includes(status)) ?? exitStatus.failed;
}
