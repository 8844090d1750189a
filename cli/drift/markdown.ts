import * as sections from "../comment/preview-comment.ts";
import { longestComment, sizedToFit } from "../comment/preview-comment.ts";
import { count, counts } from "../comment/report-text.ts";
import { code } from "../comment/untrusted-text.ts";
import { type DailyReport, hasDrift } from "./report.ts";

/** The daily report as Markdown, for a run's summary page. */
export function dailyMarkdown(report: DailyReport): string {
  return sizedToFit((rows) => render(report, rows), longestComment);
}

function render(report: DailyReport, rows: number): string {
  const { stack, difference, expired, errors } = report;
  const parts = [
    `### ${icon(report)} Guests of ${code(stack)}: ${dailyHeadline(report)}`,
    ...(hasDrift(report) ? [whatToDo] : []),
    ...sections.messageSection("Errors", errors, rows),
    ...sections.removedSection(expired, rows, errors.length > 0 ? "Expired" : "Expired, removed by this run"),
    ...names("Deleted in the tenant since the last run", report.gone, rows),
    ...sections.addedSection(difference.added, rows, "On the list and not in the tenant"),
    ...sections.changedSection(difference.changed, rows, "Different in the tenant (tenant → list)"),
    ...sections.removedSection(difference.removed, rows, "In the tenant and no longer on the list"),
    ...sections.resourceSection("Access", difference.access, rows),
    ...sections.resourceSection("Other differences", difference.other, rows),
    ...names("Accepted since the last run", report.accepted, rows),
    ...sections.findingSection(
      "Broken rules",
      difference.findings.filter(({ mandatory }) => mandatory),
      rows,
    ),
  ];
  return `${parts.join("\n\n")}\n`;
}

const whatToDo =
  "The tenant and the list differ. Where the tenant is right, change the list in a pull request; where the list is " +
  "right, run the apply pipeline again: it puts back what is listed.";

/** The headline's words, also for the terminal. */
export function dailyHeadline(report: DailyReport): string {
  if (report.errors.length > 0) return "the daily run failed";
  const removed = report.expired.length > 0 ? [`${count(report.expired.length, "expired guest")} removed`] : [];
  const differs = hasDrift(report) ? [`the tenant differs (an up would mean: ${counts(report.difference)})`] : [];
  const accepted = report.accepted.length > 0 ? [`${count(report.accepted.length, "guest")} accepted`] : [];
  const said = [...differs, ...removed, ...accepted];
  return said.length === 0 ? "nothing new" : said.join(", ");
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
