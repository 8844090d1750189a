/** The commands `preview`, `apply` and `comment`, and the preview that `daily` shares with them. */
import { readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { configSizeProblem } from "../components/config/project-files.ts";
import { applyInSteps, destroyStack } from "./apply-steps.ts";
import {
  allOptions,
  type Command,
  type ExitStatus,
  exitStatus,
  newestOption,
  type RunOptions,
  runOptions,
  Stop,
  stackOptions,
} from "./command-line.ts";
import { pipelineOf, projectOf } from "./comment/comment-marker.ts";
import { type EngineEvent, readEvents } from "./comment/engine-events.ts";
import { doneText, type GuestReport, readReport } from "./comment/guest-report.ts";
import { commentOf } from "./comment/preview-comment.ts";
import type { ShownWith } from "./comment/report-text.ts";
import { type TerminalOptions, terminalText } from "./comment/terminal-report.ts";
import { compareSettings, unknownPolicies } from "./compared-settings.ts";
import { refuseUnlessNewest } from "./git-checkout.ts";
import { lineWidth, say } from "./log-lines.ts";
import { keepFile, type PulumiRun, policyFlags, policyPack, runPulumi } from "./pulumi-run.ts";
import { refuseWithoutSpace } from "./state-space.ts";

/** What would change: a table on the terminal, and the comment in a file. */
export const previewCommand: Command = {
  options: {
    ...stackOptions,
    ...allOptions,
    base: { value: "COMMIT", help: "The commit before the pull request, to compare the policies' settings with." },
    "ask-tenant": { help: "Ask the tenant which added guests are there already (User.Read.All)." },
    json: { help: "Print the report as JSON on stdout, and everything else on stderr." },
    "save-plan": { value: "FILE", help: "Save Pulumi's update plan, for apply --plan (PULUMI_EXPERIMENTAL=true)." },
  },
  ends: [exitStatus.fine, exitStatus.failed, exitStatus.usage, exitStatus.policy],
  async run(line) {
    const options = runOptions(line);
    const plan = planFile(options, line.values["save-plan"]);
    // Pulumi keeps the mode of a file that is there.
    if (plan !== undefined) keepFile(plan, "");
    const json = line.flags.has("json");
    const flags = plan === undefined ? [] : ["--save-plan", plan];
    const previewed = await previewStack(options, flags, json ? process.stderr : process.stdout);
    const report = line.flags.has("ask-tenant") ? await askedOf(options, previewed.report) : previewed.report;
    if (plan !== undefined && statSync(plan).size === 0) rmSync(plan);
    const settings = compareSettings({ policyConfig: options.policyConfig, pack: policyPack, base: line.values.base });
    publish({ ...report, settings }, options, { unasked: true, json });
    return statusOf(report);
  },
};

/** Brings the tenant to the list, unless the preview fails or breaks a mandatory policy. */
export const applyCommand: Command = {
  options: {
    ...stackOptions,
    ...allOptions,
    ...newestOption,
    plan: { value: "FILE", help: "Do no more than this plan of preview --save-plan (PULUMI_EXPERIMENTAL=true)." },
    checkpoints: { help: "Write the state after each change, even for a long list." },
  },
  ends: [exitStatus.fine, exitStatus.failed, exitStatus.usage, exitStatus.policy, exitStatus.refused],
  async run(line) {
    const options = runOptions(line);
    const branch = line.values["newest-of"];
    const plan = planFile(options, line.values.plan);
    if (branch !== undefined) refuseUnlessNewest(options.project, branch);

    const { report, events } = await previewStack(options);
    publish(report, options);
    if (report.outcome !== "previewed") return statusOf(report);
    refuseWithoutSpace(options, report.total);

    // The preview is done; the policies judge again, because only the update knows every value.
    const flags = [...policyFlags(options), ...(plan === undefined ? [] : ["--plan", plan])];
    const checkpoints = line.flags.has("checkpoints") || plan !== undefined;
    return ended(await applyInSteps(options, { events, report }, flags, checkpoints), options, report);
  },
};

/** Removes the guests whom the stack invited, and everything else that it has made. */
export const destroyCommand: Command = {
  options: {
    ...stackOptions,
    ...newestOption,
    yes: { help: "Do not ask. Needed where nobody can answer." },
    checkpoints: { help: "Write the state after each change, even for a long list." },
  },
  ends: [exitStatus.fine, exitStatus.failed, exitStatus.usage, exitStatus.refused],
  async run(line) {
    const options = runOptions(line);
    const branch = line.values["newest-of"];
    const asks = !line.flags.has("yes");
    if (asks && !process.stdin.isTTY) {
      throw new Stop("Nobody can confirm the removal here. Add --yes to go ahead.", exitStatus.usage);
    }
    if (branch !== undefined) refuseUnlessNewest(options.project, branch);

    const run = await runPulumi(options, "destroy", ["--preview-only"], { title: "Preview" });
    const report = reportOf(run, options);
    if (report.outcome !== "previewed") return statusOf(report);
    say(`\n${terminalText(report, shownIn(options))}`, { marked: true });
    if (asks && !(await isConfirmed(options.stack))) {
      say("Nothing was removed.");
      return exitStatus.fine;
    }
    return ended(await destroyStack(options, run.events, line.flags.has("checkpoints")), options, report);
  },
};

async function isConfirmed(stack: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question(`To remove them, type the name of the stack (${stack}): `)) === stack;
  } finally {
    terminal.close();
  }
}

/** Pulumi reads the path of a plan from its project's folder. */
function planFile({ project }: RunOptions, plan: string | undefined): string | undefined {
  return plan === undefined ? undefined : path.resolve(project, plan);
}

/** The comment of an earlier preview, on stdout. */
export const commentCommand: Command = {
  options: {
    stack: { value: "NAME", required: true, help: "The stack, for the heading." },
    terminal: { help: "Print the table of the terminal instead." },
  },
  takes: "EVENTS",
  ends: [exitStatus.fine, exitStatus.failed, exitStatus.usage, exitStatus.policy],
  async run({ values, flags, rest: [file = ""] }) {
    const report = readReport(readEvents(readFileSync(file, "utf8")), values.stack ?? "", today());
    const text = terminalText(report, { unasked: true, width: lineWidth() });
    if (flags.has("terminal")) say(text, { marked: true });
    else say(commentOf(report, { unasked: true }));
    return statusOf(report);
  },
};

/** The report with what the tenant says of the added guests. The look-ups load when they are asked for. */
async function askedOf(options: RunOptions, report: GuestReport): Promise<GuestReport> {
  const { askTenant } = await import("./ask-tenant.ts");
  return askTenant(options, report);
}

export interface Preview {
  report: GuestReport;
  events: EngineEvent[];
}

/**
 * Previews a stack with the policy pack. Sends nothing.
 *
 * @param display where Pulumi's own display goes
 */
export async function previewStack(
  options: RunOptions,
  flags: readonly string[] = [],
  display: NodeJS.WritableStream = process.stdout,
): Promise<Preview> {
  const tooLarge = configSizeProblem(options.project, options.stack.split("/").at(-1) ?? options.stack);
  const wrong = tooLarge ?? unknownPolicies(options.policyConfig);
  if (wrong !== undefined) throw new Stop(wrong, exitStatus.failed);
  const run = await runPulumi(options, "preview", [...policyFlags(options), ...flags], { display });
  return { report: reportOf(run, options), events: run.events };
}

/** Why a refresh or an update failed; empty when it did not. */
export function operationErrors(run: PulumiRun, options: RunOptions): string[] {
  const report = reportOf(run, options);
  return report.outcome === "failed" ? report.errors : [];
}

/** The most rows of a list on the terminal; the file has all. */
const mostRows = 20;

/** How a report is shown on this terminal. */
export function shownIn({ verbose }: RunOptions): TerminalOptions {
  return { width: lineWidth(), ...(!verbose && { rows: mostRows }) };
}

/** Shows a report on the terminal, and writes it and the comment beside the events. */
function publish(
  report: GuestReport,
  options: RunOptions,
  { json = false, ...shown }: ShownWith & { json?: boolean } = {},
): void {
  const { out, commit, project } = options;
  const [comment, whole] = [path.join(out, "comment.md"), path.join(out, "report.txt")];
  const origin = { project: projectOf(project), pipeline: pipelineOf(process.env) };
  keepFile(comment, commentOf(report, { origin, ...shown, ...(commit !== undefined && { commit }) }));
  keepFile(whole, `${terminalText(report, shown)}\n`);
  if (json) {
    say(JSON.stringify(report, undefined, 2));
    return;
  }
  say(`\n${terminalText(report, { ...shown, ...shownIn(options) })}`, { marked: true });
  say(`\nEverything: ${nameOf(whole)}, the comment: ${nameOf(comment)}`);
}

/** A file as people name it: from the folder in which they are. */
function nameOf(file: string): string {
  return path.relative(process.cwd(), file) || file;
}

/** Says how an update ended, and what it told that its preview had not. */
function ended(run: PulumiRun, options: RunOptions, preview: GuestReport): ExitStatus {
  const report = reportOf(run, options);
  const warnings = report.warnings.filter((warning) => !preview.warnings.includes(warning));
  const failed = run.status !== 0;
  const done = doneText(run.events);
  const headline = done === "" ? "nothing had to change" : `done: ${done}`;
  say(`\nGuests of ${options.stack}: ${failed ? `not all was done (${done || "nothing"} was)` : headline}`);
  for (const error of failed ? report.errors : []) say(error.replaceAll(/^/gm, "  "));
  for (const warning of warnings) say(`! ${warning}`, { marked: true });
  if (failed) say("Fix this, then run the same command again: it goes on where this run stopped.");
  if (run.log !== undefined) say(`Pulumi's own output: ${nameOf(run.log)}`);
  return failed ? exitStatus.failed : exitStatus.fine;
}

/** How a command ends that did nothing but preview. */
function statusOf({ outcome }: GuestReport): ExitStatus {
  if (outcome === "failed") return exitStatus.failed;
  return outcome === "stopped by policy" ? exitStatus.policy : exitStatus.fine;
}

/** Today in UTC, `YYYY-MM-DD`. */
function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function reportOf({ status, events }: PulumiRun, { stack }: RunOptions): GuestReport {
  const report = readReport(events, stack, today());
  if (status === 0 || report.outcome !== "previewed") return withReason(report, events.length);
  const errors = [`Pulumi ended with status ${status}; its last lines are in the log of this run.`];
  return { ...report, outcome: "failed", errors };
}

/** Gives a failure without a message one, so that the reader of the comment knows where to look. */
function withReason(report: GuestReport, events: number): GuestReport {
  if (report.outcome !== "failed" || report.errors.length > 0) return report;
  const when = events === 0 ? "before the preview began (no such stack, or not signed in to the backend)" : "half-way";
  return { ...report, errors: [`Pulumi stopped ${when}; the log of this run says why.`] };
}
