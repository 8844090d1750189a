import { writeFileSync } from "node:fs";
import path from "node:path";
import type { EngineEvent } from "../comment/engine-events.ts";
import type { GuestReport } from "../comment/guest-report.ts";
import { readReport } from "../comment/guest-report.ts";
import { commentOf } from "../comment/preview-comment.ts";
import { terminalText } from "../comment/report-text.ts";
import { type ExitStatus, exitStatus } from "../exit-status.ts";
import type { RunOptions } from "./options.ts";
import { type PulumiRun, policyFlags, runPulumi } from "./pulumi.ts";

/** Previews a stack with the policy pack. Sends nothing. */
export async function previewStack(options: RunOptions, args: readonly string[] = []): Promise<Preview> {
  const run = await runPulumi(options, "preview", [...policyFlags(options), ...args]);
  return { report: reportOf(run, options), events: run.events };
}

export interface Preview {
  report: GuestReport;
  events: EngineEvent[];
}

/** Shows a report on the terminal, and writes the comment beside the event log. */
export function publish(report: GuestReport, { out, commit }: RunOptions): void {
  const file = path.join(out, "comment.md");
  writeFileSync(file, commentOf(report, commit === undefined ? {} : { commit }));
  console.log(`\n${terminalText(report)}\n\nThe comment is in ${path.relative(process.cwd(), file) || file}`);
}

/** Why a refresh or an update failed; empty when it did not. */
export function operationErrors(run: PulumiRun, options: RunOptions): string[] {
  const report = reportOf(run, options);
  return report.outcome === "failed" ? report.errors : [];
}

/** How a script ends that did nothing but preview. */
export function statusOf({ outcome }: GuestReport): ExitStatus {
  if (outcome === "failed") return exitStatus.failed;
  return outcome === "stopped by policy" ? exitStatus.policy : exitStatus.fine;
}

/** Today in UTC, `YYYY-MM-DD`. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function reportOf({ status, events }: PulumiRun, { stack }: RunOptions): GuestReport {
  const report = readReport(events, stack, today());
  if (status === 0 || report.outcome !== "previewed") return withReason(report, events.length);
  return {
    ...report,
    outcome: "failed",
    errors: [`Pulumi ended with status ${status}; the log of this run says why.`],
  };
}

/** A failure without a word would leave the reader of the comment with nothing. */
function withReason(report: GuestReport, events: number): GuestReport {
  if (report.outcome !== "failed" || report.errors.length > 0) return report;
  const when = events === 0 ? "before the preview began (no such stack, or not signed in to the backend)" : "half-way";
  return { ...report, errors: [`Pulumi stopped ${when}; the log of this run says why.`] };
}
