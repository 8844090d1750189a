import { inColumns } from "../text-table.ts";
import { oneLine } from "./markdown-text.ts";
import type { FieldChange, Finding, GuestReport } from "./report.ts";
import { farewell, headline, longestValue, nothing, verdict } from "./words.ts";

/** The report as plain text for a terminal or a log, complete: nothing is cut. */
export function terminalText(report: GuestReport): string {
  const lines = [
    `Guests of ${report.stack}: ${headline(report)}`,
    verdict(report),
    ...list(
      "Errors",
      report.errors.flatMap((error) => error.split("\n")).map((line) => [line]),
    ),
    ...list("Broken rules", report.findings.filter(({ mandatory }) => mandatory).map(findingRow)),
    ...list(
      "Added",
      report.added.map(({ address, displayName = "", expires }) => [
        `+ ${address}`,
        displayName,
        expires === undefined ? "never expires" : `until ${expires}`,
      ]),
    ),
    ...list(
      "Changed",
      report.changed.flatMap(({ address, fields, mailedAgain }) => [
        ...fields.map((field, index) => [index === 0 ? `~ ${address}` : "", fieldText(field)]),
        ...(mailedAgain ? [["", "gets the mail again"]] : []),
      ]),
    ),
    ...list(
      "Removed",
      report.removed.map((guest) => [`- ${guest.address}`, farewell(guest)]),
    ),
    ...list(
      "Access and other changes",
      [...report.access, ...report.other].map(({ change, kind, name }) => [change, kind, name]),
    ),
    ...list("Advice", report.findings.filter(({ mandatory }) => !mandatory).map(findingRow)),
    ...list(
      "Warnings",
      report.warnings.flatMap((warning) => warning.split("\n")).map((line) => [line]),
    ),
  ];
  return lines.join("\n");
}

function findingRow({ severity, policy, about, message }: Finding): string[] {
  return [severity, policy, about, message];
}

function fieldText({ field, before, after }: FieldChange): string {
  return `${field}: ${oneLine(before ?? nothing, longestValue)} → ${oneLine(after ?? nothing, longestValue)}`;
}

/** A title and rows in columns; nothing where there are no rows. */
function list(title: string, rows: readonly string[][]): string[] {
  if (rows.length === 0) return [];
  const shown = rows.map((row) => row.map((cell) => (row.length === 1 ? cell : oneLine(cell, 400))));
  return ["", title, ...inColumns(shown).map((line) => `  ${line}`.trimEnd())];
}
