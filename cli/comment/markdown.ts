import { sizedToFit } from "./fit.ts";
import { code } from "./markdown-text.ts";
import type { GuestReport } from "./report.ts";
import * as sections from "./sections.ts";
import { headline, verdict } from "./words.ts";

/** The longest comment that GitHub takes, in characters; GitLab and Azure DevOps take more. */
export const longestComment = 65_536;

/** What the comment says beside the report. */
export interface CommentOptions {
  /** The commit that was previewed. */
  commit?: string;
  /** @default 65,536 characters, GitHub's limit */
  longest?: number;
}

/** The first line of a comment, invisible to readers: by it a later run finds the comment that it shall update. */
export function marker(stack: string): string {
  return `<!-- guests-as-code preview: ${stack.replace(/[^\w./-]/g, "_")} -->`;
}

/**
 * The report as a Markdown comment: one headline, then what there is, nothing else. The same report always gives the
 * same text, of at most `longest` characters: long lists are folded, and cut where they are too long for that.
 */
export function commentOf(report: GuestReport, options: CommentOptions = {}): string {
  return sizedToFit((rows) => render(report, options, rows), options.longest ?? longestComment);
}

function render(report: GuestReport, { commit }: CommentOptions, rows: number): string {
  const mandatory = report.findings.filter((finding) => finding.mandatory);
  const advice = report.findings.filter((finding) => !finding.mandatory);
  const adviceHere = advice.filter(({ touched }) => touched);
  const adviceElsewhere = advice.filter(({ touched }) => !touched);
  const parts = [
    marker(report.stack),
    `### ${icon(report)} Guests of ${code(report.stack)}: ${headline(report)}`,
    `${verdict(report)}${report.outcome === "failed" ? " What follows may be incomplete." : ""}`,
    ...sections.messageSection("Errors", report.errors, rows),
    ...sections.findingSection("Broken rules", mandatory, rows),
    ...sections.addedSection(report.added, rows),
    ...sections.changedSection(report.changed, rows),
    ...sections.removedSection(report.removed, rows),
    ...sections.resourceSection("Access", report.access, rows),
    ...sections.resourceSection("Other changes", report.other, rows),
    ...sections.folded(`Advice on these guests (${adviceHere.length})`, sections.findingSection("", adviceHere, rows)),
    ...sections.folded(
      `Advice on guests who stay as they are (${adviceElsewhere.length})`,
      sections.findingSection("", adviceElsewhere, rows),
    ),
    ...sections.folded(`Warnings (${report.warnings.length})`, sections.messageSection("", report.warnings, rows)),
    ...(commit === undefined ? [] : [`<sub>Preview of ${code(commit.slice(0, 12))}</sub>`]),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function icon({ outcome, removed }: GuestReport): string {
  if (outcome !== "previewed") return "❌";
  return removed.length > 0 ? "⚠️" : "✅";
}
