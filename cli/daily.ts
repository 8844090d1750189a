// node cli/daily.ts --stack NAME: asks the tenant how it is, removes the guests whose day has passed, and reports
// where tenant and list differ. It undoes nothing that somebody did by hand: who deleted a guest had a reason, perhaps
// an urgent one, and a person decides whether the list or the tenant is right.
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { EngineEvent } from "./comment/engine-events.ts";
import type { GuestReport } from "./comment/guest-report.ts";
import { terminalText } from "./comment/report-text.ts";
import { listsThatOnlyExpire } from "./drift/lists.ts";
import { dailyHeadline, dailyMarkdown } from "./drift/markdown.ts";
import { newsOf } from "./drift/news.ts";
import { type DailyReport, hasDrift } from "./drift/report.ts";
import { type ExitStatus, endWith, exitStatus } from "./exit-status.ts";
import { refuseUnlessNewest } from "./run/checkout.ts";
import { commonUsage, type RunOptions, runOptions } from "./run/options.ts";
import { operationErrors, previewStack } from "./run/preview-report.ts";
import { runPulumi } from "./run/pulumi.ts";

const usage = `node cli/daily.ts ${commonUsage} [--newest-of BRANCH]`;

await endWith(async (): Promise<ExitStatus> => {
  const options = runOptions(process.argv.slice(2), usage, ["newest-of"]);
  const branch = options.extra["newest-of"];
  if (branch !== undefined) refuseUnlessNewest(options.project, branch);
  const report = await daily(options);
  publish(report, options);
  if (report.errors.length > 0) return exitStatus.failed;
  return hasDrift(report) ? exitStatus.drift : exitStatus.fine;
});

async function daily(options: RunOptions): Promise<DailyReport> {
  const refresh = await runPulumi(options, "refresh", ["--yes", "--skip-preview"]);
  const news = newsOf(refresh.events);
  const failures = operationErrors(refresh, options);
  // What an incomplete refresh did not see would look like drift.
  if (failures.length > 0) return { ...news, stack: options.stack, expired: [], difference: nothing, errors: failures };

  const { report: preview, events } = await previewStack(options);
  const expired = preview.removed.filter(({ reason }) => reason === "expired");
  const difference = { ...preview, removed: preview.removed.filter(({ reason }) => reason !== "expired") };
  const errors = preview.outcome === "failed" ? preview.errors : await removeExpired(options, expired, events);
  return { ...news, stack: options.stack, expired, difference, errors };
}

/**
 * Removes these guests and does nothing else.
 *
 * Without the policy pack: the preview has run it, the update would judge guests whom it does not touch without knowing
 * them, and a broken rule about one guest is no reason to keep another past their day.
 */
async function removeExpired(
  options: RunOptions,
  expired: readonly { urn: string }[],
  events: readonly EngineEvent[],
): Promise<string[]> {
  if (expired.length === 0) return [];
  const urns = [...expired.map(({ urn }) => urn), ...listsThatOnlyExpire(events)];
  const targets = urns.flatMap((urn) => ["--target", urn]);
  const run = await runPulumi(options, "up", ["--yes", "--skip-preview", ...targets]);
  return operationErrors(run, options);
}

function publish(report: DailyReport, { out }: RunOptions): void {
  const file = path.join(out, "daily.md");
  writeFileSync(file, dailyMarkdown(report));
  console.log(`\nGuests of ${report.stack}: ${dailyHeadline(report)}`);
  for (const { address, expires = "" } of report.expired) console.log(`  expired   ${address}  ${expires}`);
  for (const address of report.gone) console.log(`  gone      ${address}`);
  for (const address of report.accepted) console.log(`  accepted  ${address}`);
  for (const error of report.errors) console.log(`  error     ${error}`);
  if (hasDrift(report)) console.log(`\nAn up would do this:\n${terminalText(report.difference)}`);
  console.log(`\nThe report is in ${path.relative(process.cwd(), file) || file}`);
}

const nothing: GuestReport = {
  stack: "",
  added: [],
  changed: [],
  removed: [],
  total: 0,
  access: [],
  other: [],
  findings: [],
  errors: [],
  warnings: [],
  outcome: "failed",
};
