/** A report as plain text, for a terminal or a log. */
import { wrapped } from "../log-lines.ts";
import { inColumns } from "../text-table.ts";
import type { ChangedGuest, FieldChange } from "./guest-changes.ts";
import type { Finding, GuestReport } from "./guest-report.ts";
import type { SettingChange } from "./policy-changes.ts";
import {
  arrival,
  comesWithGuest,
  type FindingGroup,
  farewell,
  glance,
  groups,
  headline,
  hintOf,
  isToldByItself,
  longestValue,
  mailedText,
  notCompared,
  nothing,
  type ShownWith,
  settingCounts,
  verdict,
} from "./report-text.ts";
import { oneLine } from "./untrusted-text.ts";

/** How a report stands on a terminal. */
export interface TerminalOptions extends ShownWith {
  /** The most rows of a list; all unless given. */
  rows?: number;
  /** The longest line, in characters; any unless given. */
  width?: number;
}

/** The report as plain text for a terminal or a log. */
export function terminalText(report: GuestReport, options: TerminalOptions = {}): string {
  const { rows = Number.POSITIVE_INFINITY, width = Number.POSITIVE_INFINITY } = options;
  const list = (title: string, all: readonly string[][]) => listText(title, all, rows, width);
  const findings = (isWanted: (finding: Finding) => boolean) =>
    groups(report.findings.filter(isWanted)).map(findingRow);
  // What a new guest may reach stands beside the guest; the other changes of access have a list of their own.
  const reach = Map.groupBy(report.access.filter(comesWithGuest(report)), ({ guest }) => guest);
  const access = report.access.filter(isToldByItself(report));
  const lines = [
    `Guests of ${report.stack}: ${headline(report)}`,
    ...wrapped(verdict(report), width),
    ...inColumns(glance(report, options), [], width - margin.length).map((line) => `${margin}${line}`),
    ...list(
      "Errors",
      report.errors.flatMap((error) => error.split("\n")).map((line) => [line]),
    ),
    ...settingLists(report, list),
    ...list(
      "Broken rules",
      findings(({ mandatory }) => mandatory),
    ),
    ...list(
      "Added",
      report.added.map((guest) => [
        `+ ${guest.address}`,
        guest.displayName ?? "",
        guest.expires === undefined ? "never expires" : `until ${guest.expires}`,
        ...(report.asked === true ? [arrival(guest) ?? ""] : []),
        ...(reach.size > 0 ? [(reach.get(guest.address) ?? []).map(({ name }) => name).join(", ")] : []),
      ]),
    ),
    ...list(
      "Changed",
      report.changed.flatMap((guest) =>
        changedLines(guest).map((line, index) => [index === 0 ? `~ ${guest.address}` : "", line]),
      ),
    ),
    ...list(
      "Removed",
      report.removed.map((guest) => [`- ${guest.address}`, farewell(guest)]),
    ),
    ...list(
      "One person?",
      report.lookalikes.map((one) => [hintOf(one, (text) => oneLine(text, longestHinted))]),
    ),
    ...list(
      "Access and other changes",
      [...access, ...report.other].map(({ change, kind, name, guest }) => [
        `${signs[change]} ${guest ?? name}`,
        kind,
        guest === undefined ? "" : name,
      ]),
    ),
    ...list(
      "Advice",
      findings(({ mandatory }) => !mandatory),
    ),
    ...list(
      "Warnings",
      report.warnings.flatMap((warning) => warning.split("\n")).map((line) => [line]),
    ),
  ];
  return lines.join("\n");
}

const margin = "  ";

/** What each change begins with. */
const signs = { added: "+", changed: "~", removed: "-" } as const;

type List = (title: string, rows: readonly string[][]) => string[];

function settingLists(report: GuestReport, list: List): string[] {
  const { files = [], pack = [] } = report.settings ?? {};
  const reason = notCompared(report);
  return [
    ...(reason === undefined ? [] : ["", reason]),
    ...files.flatMap(({ file, isNew, changes }) =>
      list(
        `Policy settings in ${file}${isNew ? " (new)" : ""}: ${settingCounts(changes)}`,
        changes.map(({ change, policy, setting, difference }) => [change, policy, setting, differenceText(difference)]),
      ),
    ),
    ...list(
      "Files of the policy pack that differ",
      pack.map((file) => [file]),
    ),
  ];
}

function differenceText(difference: SettingChange["difference"]): string {
  if ("before" in difference) return `${difference.before} → ${difference.after}`;
  return [...difference.added.map((entry) => `+ ${entry}`), ...difference.removed.map((entry) => `− ${entry}`)].join(
    ", ",
  );
}

/** The most guests that one line of a finding names. */
const mostNamed = 3;

function findingRow({ finding: { severity, policy, message }, about }: FindingGroup): string[] {
  const named = about.slice(0, mostNamed).join(", ");
  const who = about.length > mostNamed ? `${named} and ${about.length - mostNamed} more` : named;
  return [severity, policy, `${who}: ${message}`];
}

function changedLines({ formerly, fields, mailedAgain }: ChangedGuest): string[] {
  return [
    ...(formerly === undefined ? [] : [`new address for ${formerly}`]),
    ...fields.map(fieldText),
    ...(mailedAgain ? [mailedText(formerly)] : []),
  ];
}

/** The most characters of a name or an address in a hint. */
const longestHinted = 300;

function fieldText({ field, before, after }: FieldChange): string {
  return `${field}: ${oneLine(before ?? nothing, longestValue)} → ${oneLine(after ?? nothing, longestValue)}`;
}

/** A title and rows in columns; nothing where there are no rows. */
function listText(title: string, all: readonly string[][], most: number, width: number): string[] {
  if (all.length === 0) return [];
  const shown = all.slice(0, most).map((row) => row.map((cell) => (row.length === 1 ? cell : oneLine(cell, 400))));
  const lines = inColumns(shown, [], width - margin.length).map((line) => `${margin}${line}`.trimEnd());
  return ["", title, ...lines, ...(all.length > most ? [`${margin}… and ${all.length - most} more`] : [])];
}
