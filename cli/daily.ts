/** The command `daily`, and its report: how tenant and list differ, and what the run did about it. */
import path from "node:path";
import { canonicalAddress } from "../model/email-address.ts";
import { guestListToken } from "../model/names.ts";
import {
  allOptions,
  type Command,
  exitStatus,
  newestOption,
  type RunOptions,
  runOptions,
  stackOptions,
} from "./command-line.ts";
import type { EngineEvent, ResourceState } from "./comment/engine-events.ts";
import { guestOf, isInvitation, type RemovedGuest } from "./comment/guest-changes.ts";
import type { GuestReport } from "./comment/guest-report.ts";
import {
  accessSection,
  addedSection,
  changedSection,
  findingSection,
  longestComment,
  messageSection,
  removedSection,
  resourceSection,
  sizedToFit,
} from "./comment/preview-comment.ts";
import { count, counts, fates } from "./comment/report-text.ts";
import { terminalText } from "./comment/terminal-report.ts";
import { block, code, oneLine, prose } from "./comment/untrusted-text.ts";
import { refuseUnlessNewest } from "./git-checkout.ts";
import { type TenantCare, tenantCare } from "./guests-review.ts";
import { lineWidth, say } from "./log-lines.ts";
import { operationErrors, previewStack, shownIn } from "./preview-and-apply.ts";
import { keepFile, runPulumi } from "./pulumi-run.ts";
import { refuseWithoutSpace } from "./state-space.ts";
import { inColumns, markdownTable } from "./text-table.ts";

/** What the daily run found and did. */
export interface DailyReport {
  stack: string;
  /** Addresses of guests who were deleted in the tenant since the last run. */
  gone: string[];
  /** Addresses of guests who accepted since the last run. */
  accepted: string[];
  /** Guests whose last day has passed; this run removes them. */
  expired: RemovedGuest[];
  /** What an `up` would do now, apart from expired guests: how the tenant differs from the list. */
  difference: GuestReport;
  /** Why the run failed; empty when it did not. */
  errors: string[];
  /** What only the tenant can tell; absent where the run failed before it was asked. */
  care?: TenantCare;
}

/**
 * Asks the tenant for its guests, removes those whose last day has passed, and reports every other difference.
 *
 * It undoes nothing that was done by hand: whoever deleted a guest had a reason, perhaps an urgent one. A person decides
 * whether the list or the tenant is right.
 */
export const dailyCommand: Command = {
  options: {
    ...stackOptions,
    ...allOptions,
    ...newestOption,
    "save-review": { value: "FILE", help: "Open no pull request of a review, but save it for guests open-review." },
  },
  ends: [exitStatus.fine, exitStatus.failed, exitStatus.usage, exitStatus.drift, exitStatus.refused],
  async run(line) {
    const options = runOptions(line);
    const branch = line.values["newest-of"];
    if (branch !== undefined) refuseUnlessNewest(options.project, branch);
    refuseWithoutSpace(options);
    const report = await withCare(await lookAfter(options), options, line.values["save-review"]);
    publish(report, options);
    if (report.errors.length > 0) return exitStatus.failed;
    return hasDrift(report) ? exitStatus.drift : exitStatus.fine;
  },
};

async function withCare(report: DailyReport, options: RunOptions, save: string | undefined): Promise<DailyReport> {
  return report.errors.length > 0 ? report : { ...report, care: await tenantCare(options, { save }) };
}

/** Whether somebody has to decide: change the list, or bring the tenant back to it. */
export function hasDrift({ difference }: DailyReport): boolean {
  const { added, changed, removed, access, other } = difference;
  return [added, changed, removed, access, other].some((changes) => changes.length > 0);
}

async function lookAfter(options: RunOptions): Promise<DailyReport> {
  const refresh = await runPulumi(options, "refresh", ["--yes", "--skip-preview"]);
  const news = newsOf(refresh.events);
  const failures = operationErrors(refresh, options);
  // An incomplete refresh would make guests it did not reach look like drift.
  if (failures.length > 0)
    return { ...news, stack: options.stack, expired: [], difference: notCompared, errors: failures };

  const { report: preview, events } = await previewStack(options);
  const expired = preview.removed.filter(({ reason }) => reason === "expired");
  const difference = { ...preview, removed: preview.removed.filter(({ reason }) => reason !== "expired") };
  const errors = preview.outcome === "failed" ? preview.errors : await removeExpired(options, expired, events);
  return { ...news, stack: options.stack, expired, difference, errors };
}

/**
 * Removes these guests and does nothing else.
 *
 * It runs without the policy pack: the preview has run it, a targeted update does not know the other guests well enough
 * to judge them, and a broken rule about one guest is no reason to keep another past their last day.
 */
async function removeExpired(
  options: RunOptions,
  expired: readonly { urn: string }[],
  events: readonly EngineEvent[],
): Promise<string[]> {
  if (expired.length === 0) return [];
  const urns = [...expired.map(({ urn }) => urn), ...listsThatOnlyExpire(events)];
  const targets = urns.flatMap((urn) => ["--target", urn]);
  const run = await runPulumi(options, "up", ["--yes", "--skip-preview", ...targets], {
    title: "Removal of expired guests",
  });
  return operationErrors(run, options);
}

/** Stands for the difference where the refresh failed. */
const notCompared: GuestReport = {
  stack: "",
  added: [],
  changed: [],
  removed: [],
  lookalikes: [],
  total: 0,
  access: [],
  other: [],
  findings: [],
  errors: [],
  warnings: [],
  outcome: "failed",
};

/**
 * Who is gone and who has accepted, as a refresh found out.
 *
 * @param events the event log of `pulumi refresh`
 * @returns addresses, sorted
 */
export function newsOf(events: readonly EngineEvent[]): { gone: string[]; accepted: string[] } {
  const steps = events.flatMap(({ resOutputsEvent }) => resOutputsEvent?.metadata ?? []).filter(isInvitation);
  const gone = steps.filter(({ op }) => op === "delete");
  const accepted = steps.filter(
    (step) => step.old?.outputs?.state === "PendingAcceptance" && step.new?.outputs?.state === "Accepted",
  );
  const addresses = (some: typeof steps) => some.map((step) => guestOf(step).address).sort();
  return { gone: addresses(gone), accepted: addresses(accepted) };
}

/**
 * The `GuestList` resources to update together with the removal of expired guests.
 *
 * A `GuestList` remembers who was listed, and stops a change that removes many of them. If it were left alone, it would
 * count the expired guests as removed once their lines leave the list. If it were updated while other guests wait to be
 * added or removed, it would forget those. So it is updated if the expired guests are the only difference.
 *
 * @param events the event log of a preview
 * @returns URNs
 */
export function listsThatOnlyExpire(events: readonly EngineEvent[]): string[] {
  const steps = events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []);
  const updates = steps.filter(({ type, op }) => type === guestListToken && op === "update");
  return updates.filter((step) => differsByExpiryOnly(step.old, step.new)).map(({ urn }) => urn);
}

function differsByExpiryOnly(before: ResourceState | null | undefined, now: ResourceState | null | undefined): boolean {
  const listed = addresses(before, "addresses");
  const kept = addresses(now, "addresses");
  const expired = addresses(now, "expired");
  return [...kept].every((one) => listed.has(one)) && [...listed].every((one) => kept.has(one) || expired.has(one));
}

function addresses(state: ResourceState | null | undefined, property: string): Set<string> {
  const list = state?.inputs?.[property];
  return new Set(Array.isArray(list) ? list.filter((one) => typeof one === "string").map(canonicalAddress) : []);
}

/** Shows the report on the terminal, and writes it to a file for the run's summary page. */
function publish(report: DailyReport, options: RunOptions): void {
  const file = path.join(options.out, "daily.md");
  keepFile(file, dailyMarkdown(report));
  const guests = [
    ...report.expired.map((guest) => ["expired", guest.address, guest.expires ?? "", fates[guest.fate]]),
    ...report.gone.map((address) => ["gone", address]),
    ...report.accepted.map((address) => ["accepted", address]),
  ];
  say(`\nGuests of ${report.stack}: ${dailyHeadline(report)}`);
  const width = lineWidth() - 2;
  for (const line of inColumns(guests, [], width)) say(`  ${line}`);
  for (const error of report.errors) say(`  error  ${error}`);
  const { sponsors = [], review, notAsked } = report.care ?? {};
  const findings = sponsors.map(({ address, finding }) => ["sponsor", oneLine(address), oneLine(finding, 200)]);
  for (const line of inColumns(findings, [], width)) say(`  ${line}`);
  if (review !== undefined) say(`\n${review}`);
  if (notAsked !== undefined) say(`\n${sponsorsNotAsked}: ${notAsked}`);
  if (hasDrift(report))
    say(`\nAn apply would do this:\n${terminalText(report.difference, shownIn(options))}`, { marked: true });
  say(`\nThe report is in ${path.relative(process.cwd(), file) || file}`);
}

/** The daily report as Markdown, for a run's summary page. */
export function dailyMarkdown(report: DailyReport): string {
  return sizedToFit((rows) => render(report, rows), longestComment);
}

function render(report: DailyReport, rows: number): string {
  const { stack, difference, expired, errors } = report;
  const parts = [
    `### ${icon(report)} Guests of ${code(stack)}: ${dailyHeadline(report)}`,
    ...(hasDrift(report) ? [whatToDo] : []),
    ...messageSection("Errors", errors, rows),
    ...removedSection(expired, rows, errors.length > 0 ? "Expired" : "Expired, removed by this run"),
    ...names("Deleted in the tenant since the last run", report.gone, rows),
    ...addedSection(difference.added, rows, "On the list and not in the tenant"),
    ...changedSection(difference.changed, rows, "Different in the tenant (tenant → list)"),
    ...removedSection(difference.removed, rows, "In the tenant and no longer on the list"),
    ...accessSection("Access", difference.access, rows),
    ...resourceSection("Other differences", difference.other, rows),
    ...names("Accepted since the last run", report.accepted, rows),
    ...careSections(report.care, rows),
    ...findingSection(
      "Broken rules",
      difference.findings.filter(({ mandatory }) => mandatory),
      rows,
    ),
  ];
  return `${parts.join("\n\n")}\n`;
}

const sponsorsNotAsked = "The tenant was not asked about sponsors and the review";

function careSections({ sponsors, review, notAsked }: TenantCare = { sponsors: [] }, rows: number): string[] {
  const shown = sponsors.slice(0, rows).map(({ address, finding }) => [code(address), prose(finding)]);
  const more = sponsors.length - shown.length;
  return [
    ...(sponsors.length === 0
      ? []
      : ["**Sponsors who cannot be asked any more**", markdownTable(["Guest", "Finding"], shown)]),
    ...(more > 0 && shown.length < sponsors.length ? [`and ${more} more`] : []),
    ...(review === undefined ? [] : ["**Review**", block(review)]),
    ...(notAsked === undefined ? [] : [`${sponsorsNotAsked}: ${prose(notAsked)}`]),
  ];
}

const whatToDo =
  "The tenant and the list differ. Where the tenant is right, change the list in a pull request; where the list is " +
  "right, run the apply pipeline again: it puts back what is listed.";

/** The headline's words, also for the terminal. */
export function dailyHeadline(report: DailyReport): string {
  if (report.errors.length > 0) return "the daily run failed";
  const [kept, gone] = [report.expired.filter(staysThere), report.expired.filter((guest) => !staysThere(guest))];
  const removed = [
    ...(gone.length > 0 ? [`${count(gone.length, "expired guest")} removed`] : []),
    ...(kept.length > 0 ? [`${count(kept.length, "expired guest")} off the list and kept in the tenant`] : []),
  ];
  const differs = hasDrift(report) ? [`the tenant differs (an apply would mean: ${counts(report.difference)})`] : [];
  const accepted = report.accepted.length > 0 ? [`${count(report.accepted.length, "guest")} accepted`] : [];
  const left = report.care?.sponsors.length ?? 0;
  const findings = left > 0 ? [`${count(left, "sponsor")} cannot be asked any more`] : [];
  const said = [...differs, ...removed, ...accepted, ...findings];
  return said.length === 0 ? "nothing new" : said.join(", ");
}

function staysThere({ fate }: RemovedGuest): boolean {
  return fate === "kept";
}

function icon(report: DailyReport): string {
  if (report.errors.length > 0) return "❌";
  return hasDrift(report) ? "⚠️" : "✅";
}

function names(title: string, addresses: readonly string[], rows: number): string[] {
  if (addresses.length === 0) return [];
  const shown = addresses.slice(0, rows).map((address) => code(address));
  const more = addresses.length - shown.length;
  return [`**${title}**`, [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(", ")];
}
