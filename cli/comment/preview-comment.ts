/** A report as the comment of a pull request, and the sections that the daily report shares with it. */
import { markdownTable } from "../text-table.ts";
import { marker, type Origin } from "./comment-marker.ts";
import type { AddedGuest, ChangedGuest, FieldChange, RemovedGuest, ResourceChange } from "./guest-changes.ts";
import type { Finding, GuestReport, Lookalike } from "./guest-report.ts";
import type { SettingChange, SettingsFile } from "./policy-changes.ts";
import {
  arrival,
  comesWithGuest,
  count,
  domains,
  farewell,
  glance,
  groups,
  headline,
  hintOf,
  isDelicate,
  isToldByItself,
  longestValue,
  mailedText,
  notCompared,
  nothing,
  type ShownWith,
  settingCounts,
  verdict,
} from "./report-text.ts";
import { block, code, prose } from "./untrusted-text.ts";

/** The longest comment that GitHub takes, in characters; GitLab and Azure DevOps take more. */
export const longestComment = 65_536;

/** What a comment takes beside the report. */
export interface CommentOptions extends ShownWith {
  /** What the marker names beside the stack. */
  origin?: Origin;
  /** The commit that was previewed. */
  commit?: string;
  /** @default 65,536 characters, GitHub's limit */
  longest?: number;
}

/**
 * The report as a Markdown comment. The same report always gives the same text, of at most `longest` characters: long
 * lists are folded, and cut where folding does not help.
 */
export function commentOf(report: GuestReport, options: CommentOptions = {}): string {
  return sizedToFit((rows) => render(report, options, rows), options.longest ?? longestComment);
}

function render(report: GuestReport, { origin, commit, ...shown }: CommentOptions, rows: number): string {
  const mandatory = report.findings.filter((finding) => finding.mandatory);
  const advice = report.findings.filter((finding) => !finding.mandatory);
  const adviceHere = advice.filter(({ touched }) => touched);
  const adviceElsewhere = advice.filter(({ touched }) => !touched);
  const parts = [
    marker(report.stack, origin),
    `### ${icon(report)} Guests of ${code(report.stack)}: ${headline(report)}`,
    `${verdict(report)}${report.outcome === "failed" ? " What follows may be incomplete." : ""}`,
    ...glanceSection(report, shown),
    ...messageSection("Errors", report.errors, rows),
    ...settingsSection(report, rows),
    ...findingSection("Broken rules", mandatory, rows),
    ...addedSection(report.added, rows, "Added", report.access.filter(comesWithGuest(report))),
    ...changedSection(report.changed, rows),
    ...removedSection(report.removed, rows),
    ...lookalikeSection(report.lookalikes, rows),
    ...accessSection("Access", report.access.filter(isToldByItself(report)), rows),
    ...resourceSection("Other changes", report.other, rows),
    ...folded(`Advice on these guests (${adviceHere.length})`, findingSection("", adviceHere, rows)),
    ...folded(
      `Advice on guests who stay as they are (${adviceElsewhere.length})`,
      findingSection("", adviceElsewhere, rows),
    ),
    ...folded(`Warnings (${report.warnings.length})`, messageSection("", report.warnings, rows)),
    ...(commit === undefined ? [] : [`<sub>Preview of ${code(commit.slice(0, 12))}</sub>`]),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** What it means for people, as a table that is read at a glance. */
function glanceSection(report: GuestReport, shown: ShownWith): Section {
  const cells = glance(report, shown, { name: (text) => code(text), sentence: prose });
  if (cells.length === 0) return [];
  const [head = [], ...others] = cells.map(([about, number, details]) => [`**${about}**`, number, details]);
  return [markdownTable(head, others)];
}

function icon(report: GuestReport): string {
  if (report.outcome !== "previewed") return "❌";
  return isDelicate(report) ? "⚠️" : "✅";
}

/** The numbers of rows a list that are tried, from all to none. */
const rowLimits = [Number.POSITIVE_INFINITY, 1000, 500, 250, 120, 60, 30, 15, 5, 0];

/**
 * Renders with as many rows as fit.
 *
 * @param render makes the text with at most this many rows of each list
 * @param longest in UTF-16 units: never fewer than the characters that a code host counts
 */
export function sizedToFit(render: (rows: number) => string, longest: number): string {
  for (const rows of rowLimits) {
    const text = render(rows);
    if (text.length <= longest) return text;
  }
  // Even the headings are too long; a cut comment still has its first line.
  return `${render(0).slice(0, longest - 2)}…\n`;
}

/** From this many rows on, a list is folded. */
const foldedFrom = 15;

/** A part of a comment as paragraphs; empty where there is nothing to say. Each shows at most `rows` rows of its list. */
type Section = string[];

export function addedSection(
  guests: readonly AddedGuest[],
  rows: number,
  title = "Added",
  access: readonly ResourceChange[] = [],
): Section {
  const reach = Map.groupBy(access, ({ guest }) => guest);
  return section(title + origins(guests), guests, rows, (shown) =>
    markdownTable(
      ["guest", "name", "expires", ...(isAsked(guests) ? ["in the tenant"] : []), ...(reach.size > 0 ? ["gets"] : [])],
      shown.map((guest) => [
        code(guest.address),
        code(guest.displayName ?? ""),
        guest.expires === undefined ? "never" : code(guest.expires),
        ...(isAsked(guests) ? [arrival(guest) ?? ""] : []),
        ...(reach.size > 0 ? [accessText(reach.get(guest.address) ?? [])] : []),
      ]),
    ),
  );
}

function isAsked(guests: readonly AddedGuest[]): boolean {
  return guests.some(({ standing }) => standing !== undefined);
}

export function changedSection(guests: readonly ChangedGuest[], rows: number, title = "Changed"): Section {
  return section(title, guests, rows, (shown) => markdownTable(["guest", "what"], shown.map(changedRow)));
}

export function removedSection(guests: readonly RemovedGuest[], rows: number, title = "Removed"): Section {
  return section(title + origins(guests), guests, rows, (shown) =>
    markdownTable(
      ["guest", "expiry", "what happens"],
      shown.map((guest) => [code(guest.address), code(guest.expires ?? ""), farewell(guest)]),
    ),
  );
}

function lookalikeSection(lookalikes: readonly Lookalike[], rows: number): Section {
  return section("One person?", lookalikes, rows, (shown) => shown.map((one) => `- ${hintOf(one, code)}`).join("\n"));
}

/** Who gets and loses what; a row for each guest. */
export function accessSection(title: string, changes: readonly ResourceChange[], rows: number): Section {
  const byGuest = [...Map.groupBy(changes, ({ guest = "" }) => guest)].flatMap(([guest, these]) =>
    guest === "" ? these.map((one) => ({ guest, these: [one] })) : [{ guest, these }],
  );
  const signed = (these: readonly ResourceChange[]) =>
    (["added", "changed", "removed"] as const).flatMap((change) => {
      const some = these.filter((one) => one.change === change);
      return some.length === 0 ? [] : [`${change}: ${accessText(some)}`];
    });
  return section(title, byGuest, rows, (shown) =>
    markdownTable(
      ["guest", "what"],
      shown.map(({ guest, these }) => [code(guest), signed(these).join("<br>")]),
    ),
  );
}

/** What somebody gets or loses, at most a few by name. */
function accessText(access: readonly ResourceChange[]): string {
  const named = access.slice(0, mostNamed).map(({ kind, name }) => `${prose(kind)} ${code(name)}`);
  const more = access.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join("<br>");
}

export function resourceSection(title: string, changes: readonly ResourceChange[], rows: number): Section {
  return section(title, changes, rows, (shown) =>
    markdownTable(
      ["change", "what", "name"],
      shown.map(({ change, kind, name }) => [change, code(kind), code(name, 160)]),
    ),
  );
}

export function findingSection(title: string, findings: readonly Finding[], rows: number): Section {
  return section(title, groups(findings), rows, (shown) =>
    markdownTable(
      ["severity", "rule", "guest", "what is wrong"],
      shown.map(({ finding, about }) => [
        prose(finding.severity),
        code(finding.policy),
        names(about),
        prose(finding.message),
      ]),
    ),
  );
}

/** What the pull request changes in the policies' settings, and in the pack itself. */
function settingsSection(report: GuestReport, rows: number): Section {
  const { files = [], pack = [] } = report.settings ?? {};
  const reason = notCompared(report);
  const changedPack = `Policy pack: ${count(pack.length, "changed file")}, which decide what the policies judge`;
  return [
    ...(reason === undefined ? [] : [prose(reason)]),
    ...files.flatMap((file) => settingsOfFile(file, rows)),
    ...section(changedPack, pack, rows, (shown) => shown.map((file) => `- ${code(file, 160)}`).join("\n")),
  ];
}

function settingsOfFile({ file, own, isNew, changes }: SettingsFile, rows: number): Section {
  const beside = isNew ? " (new, beside the pack's own settings)" : "";
  const title = `Policy settings in ${code(file, 160)}${beside}: ${settingCounts(changes)}`;
  const body = (shown: readonly SettingChange[]) =>
    markdownTable(["change", "policy", "setting", "what it is", "before → after"], shown.map(settingRow));
  return section(title, changes, rows, body, own ? foldedFrom : 1);
}

function settingRow({ change, policy, setting, about, difference }: SettingChange): string[] {
  const cells = [change === "loosened" ? "**loosened**" : change, code(policy), code(setting), prose(about, 160)];
  return [...cells, differenceOf(difference)];
}

const mostEntries = 10;

function differenceOf(difference: SettingChange["difference"]): string {
  if ("before" in difference) return `${code(difference.before)} → ${code(difference.after)}`;
  const entries = (sign: string, all: readonly string[]) => [
    ...all.slice(0, mostEntries).map((entry) => `${sign} ${code(entry)}`),
    ...(all.length > mostEntries ? [`${sign} ${all.length - mostEntries} more`] : []),
  ];
  return [...entries("+", difference.added), ...entries("−", difference.removed)].join("<br>");
}

/** Messages as they are, never folded. */
export function messageSection(title: string, messages: readonly string[], rows: number): Section {
  return section(title, messages, rows, (shown) => shown.map((message) => block(message)).join("\n\n"), Infinity);
}

/** The same behind a line to click on. */
function folded(title: string, content: Section): Section {
  if (content.length === 0) return [];
  return [`<details><summary>${title}</summary>`, ...content, "</details>"];
}

function section<Row>(
  title: string,
  all: readonly Row[],
  rows: number,
  body: (shown: readonly Row[]) => string,
  foldFrom = foldedFrom,
): Section {
  if (all.length === 0) return [];
  const shown = all.slice(0, rows);
  const cut =
    all.length > shown.length ? [`… and ${all.length - shown.length} more; guests preview --verbose shows all.`] : [];
  const content = [...(shown.length > 0 ? [body(shown)] : []), ...cut];
  if (title === "") return content;
  const heading = `**${title}**`;
  return all.length < foldFrom ? [heading, ...content] : [heading, ...folded(`All ${all.length}`, content)];
}

const mostDomains = 6;

/** Where guests come from, the largest domains first. */
function origins(guests: readonly { address: string }[]): string {
  const all = domains(guests);
  const named = all.slice(0, mostDomains).map(([domain, number]) => `${number} from ${code(domain)}`);
  const more = all.length - named.length;
  return `: ${[...named, ...(more > 0 ? [count(more, "more domain")] : [])].join(", ")}`;
}

function changedRow(guest: ChangedGuest): string[] {
  const { formerly } = guest;
  const lines = [
    ...(formerly === undefined ? [] : [`new address for ${code(formerly)}`]),
    ...guest.fields.map(fieldText),
  ];
  if (guest.mailedAgain) lines.push(mailedText(formerly));
  return [code(guest.address), lines.join("<br>")];
}

function fieldText({ field, before, after }: FieldChange): string {
  const [was, becomes] = [before ?? nothing, after ?? nothing].map((value) => code(value, longestValue));
  return `${prose(field)}: ${was} → ${becomes}`;
}

const mostNamed = 5;

function names(about: readonly string[]): string {
  const named = about.slice(0, mostNamed).map((name) => code(name));
  const more = about.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join("<br>");
}
