/** A report in words: those that comment and terminal share, and the table on the terminal. */
import { addressDomain } from "../../model/email-address.ts";
import { inColumns } from "../text-table.ts";
import type { AddedGuest, ChangedGuest, FieldChange, RemovedGuest, Standing } from "./guest-changes.ts";
import type { Finding, GuestReport, Lookalike } from "./guest-report.ts";
import { loosened, type SettingChange } from "./policy-changes.ts";
import { oneLine } from "./untrusted-text.ts";

/** `1 guest`, `2 guests`. */
export function count(number: number, one: string, many: string = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** The counts of the headline: `2 added, 1 changed, 1 removed`. */
export function counts(report: GuestReport): string {
  const parts = [
    [report.added.length, "added"],
    [report.changed.length, "changed"],
    [report.removed.length, "removed"],
    [report.access.length, report.access.length === 1 ? "access change" : "access changes"],
    [report.other.length, report.other.length === 1 ? "other change" : "other changes"],
  ] as const;
  const said = parts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  return said.length === 0 ? "no changes" : said.join(", ");
}

/** The counts, or that the preview failed before there were any. */
export function headline(report: GuestReport): string {
  const said = counts(report);
  return report.outcome === "failed" && said === "no changes" ? "the preview failed" : said;
}

/** What a report is shown with. */
export interface ShownWith {
  /** True for a preview that is all there is: nobody has asked the tenant yet. */
  unasked?: boolean;
}

/** What the reader should know first. */
export function verdict(report: GuestReport, { unasked = false }: ShownWith = {}): string {
  return [
    ...outcomeSentences(report),
    ...loosenedSentence(report),
    ...(unasked && report.asked !== true && report.outcome !== "failed" && counts(report) !== "no changes"
      ? [notAsked]
      : []),
  ].join(" ");
}

const notAsked =
  "This preview has not asked the tenant about the guests: who is there already, and whether the credentials may " +
  "invite, is not known yet.";

function outcomeSentences(report: GuestReport): string[] {
  if (report.outcome === "failed") return ["Fix this before applying."];
  if (report.outcome === "stopped by policy") {
    const mandatory = report.findings.filter((finding) => finding.mandatory).length;
    const subject = mandatory === 1 ? "1 mandatory rule is" : `${mandatory} mandatory rules are`;
    return [`${subject} broken. Fix this before applying.`];
  }
  const stopped = report.added.filter(isStopped).length;
  return [
    counts(report) === "no changes" ? "Applying this changes nothing." : "This can be applied.",
    ...(stopped > 0 ? [`But applying fails for ${count(stopped, "added guest")}.`] : []),
    ...mailSentence(report),
    `Afterwards the stack holds ${count(report.total, "guest")}.`,
  ];
}

function loosenedSentence({ settings }: GuestReport): string[] {
  const looser = settings === undefined ? 0 : loosened(settings);
  if (looser === 0) return [];
  return [`${count(looser, "policy setting")} ${looser === 1 ? "is" : "are"} looser than before.`];
}

/** Whether the reader should look twice. */
export function isDelicate({ added, removed, settings }: GuestReport): boolean {
  return removed.length > 0 || added.some(isStopped) || (settings !== undefined && loosened(settings) > 0);
}

/** The counts of a file's changes: `1 loosened, 2 tightened`. */
export function settingCounts(changes: readonly SettingChange[]): string {
  const groups = Map.groupBy(changes, ({ change }) => change);
  return [...groups].map(([change, { length }]) => `${length} ${change}`).join(", ");
}

/** Why the policies' settings were not compared; `undefined` where they were. */
export function notCompared({ settings }: GuestReport): string | undefined {
  if (settings === undefined || !("missing" in settings.base)) return undefined;
  return `The policies' settings were not compared with an earlier commit: ${settings.base.missing}.`;
}

/** How many are mailed: an upper bound until the tenant was asked, for nobody is who is there or in its recycle bin. */
function mailSentence({ added, changed, asked }: GuestReport): string[] {
  const mailed = added.filter(isMailed).length + changed.filter(({ mailedAgain }) => mailedAgain).length;
  if (asked !== true || added.length === 0)
    return mailed > 0 ? [`Up to ${count(mailed, "guest")} will be mailed.`] : [];
  const byStanding = Map.groupBy(added, ({ standing = "new" }) => standing);
  const parts = [...standings].flatMap(([standing, words]) => {
    const number = byStanding.get(standing)?.length ?? 0;
    return number === 0 ? [] : [`${number} ${number === 1 ? words.one : words.many}`];
  });
  const mails = mailed === 0 ? "nobody is mailed" : mailed === 1 ? "1 guest is mailed" : `${mailed} guests are mailed`;
  return [`The tenant was asked: ${[...parts, mails].join(", ")}.`];
}

const standings: ReadonlyMap<Standing, { one: string; many: string }> = new Map([
  ["here", { one: "is here already", many: "are here already" }],
  ["recycle bin", { one: "is in the recycle bin", many: "are in the recycle bin" }],
  ["new", { one: "is new", many: "are new" }],
  ["member", { one: "is a member of the organisation", many: "are members of the organisation" }],
  ["several", { one: "is the address of several guests", many: "are addresses of several guests" }],
]);

function isMailed({ mailed, existing, standing = "new" }: AddedGuest): boolean {
  const invited = standing === "new" || (standing !== "member" && existing === "invite again");
  return mailed && invited && !(standing === "new" && existing === "require");
}

/** Whether the apply will refuse this guest. */
function isStopped({ existing, standing }: AddedGuest): boolean {
  if (standing === "here") return existing === "fail";
  if (standing === "new") return existing === "require";
  return standing === "member" || standing === "several";
}

/** What the tenant says of an added guest, and what the apply does; `undefined` where it was not asked. */
export function arrival(guest: AddedGuest): string | undefined {
  const { existing, standing } = guest;
  if (standing === undefined) return undefined;
  const does = isStopped(guest) ? "applying fails" : existing === "invite again" ? "invited again" : undefined;
  switch (standing) {
    case "new":
      return does === "applying fails"
        ? "not in the tenant: applying fails (existing: require)"
        : `new, ${guest.mailed ? "and mailed" : "not mailed"}`;
    case "here": {
      const taken = existing === "own" ? "taken over, not mailed" : "adopted, not mailed";
      return `here already: ${does === "applying fails" ? `${does} (existing: fail)` : (does ?? taken)}`;
    }
    case "recycle bin":
      return `in the recycle bin: ${does ?? "restored, not mailed"}`;
    case "member":
      return "a member of the organisation: applying fails";
    case "several":
      return "several guests have the address: applying fails";
  }
}

/** Why the tenant was not asked although it should have been; `undefined` where it was, or nobody wanted it. */
export function notAskedBecause({ asked }: GuestReport): string | undefined {
  return asked === undefined || asked === true ? undefined : `The tenant was not asked: ${asked.missing}`;
}

/** What becomes of a guest who goes. */
export const fates: Readonly<Record<RemovedGuest["fate"], string>> = {
  deleted: "deleted (30 days in the recycle bin)",
  disabled: "kept, but may not sign in",
  kept: "kept in the tenant",
};

/** Why a guest goes, and what becomes of them. */
export function farewell({ reason, fate }: RemovedGuest): string {
  return `${reason}: ${fates[fate]}`;
}

/** What to say for one person whose address the list has only replaced. */
export function hintOf({ displayName, removed, added }: Lookalike, shown: (text: string) => string): string {
  return (
    `${shown(removed)} leaves and ${shown(added)} comes, both named ${shown(displayName)}. If that is one person, write ` +
    `${shown(`formerly: ${removed}`)} at ${shown(added)}: object id, groups, applications and roles stay.`
  );
}

/** How many guests come from which domain, the largest first. */
export function domains(guests: readonly { address: string }[]): [domain: string, number: number][] {
  const groups = Map.groupBy(guests, ({ address }) => addressDomain(address));
  const sizes = [...groups].map(([domain, members]): [string, number] => [domain, members.length]);
  return sizes.sort(([one, few], [other, many]) => many - few || (one < other ? -1 : 1));
}

/** The most characters of a field's value that a table shows. */
export const longestValue = 40;

/** Stands for a missing value. */
export const nothing = "(none)";

/** Findings of one policy with the same message, and everybody they are about. */
export interface FindingGroup {
  finding: Finding;
  about: string[];
}

/** Gathers equal findings: five hundred guests without a sponsor make one line. */
export function groups(findings: readonly Finding[]): FindingGroup[] {
  const groups = Map.groupBy(findings, ({ policy, mandatory, message }) => `${policy}\n${mandatory}\n${message}`);
  return [...groups.values()].flatMap((group) => {
    const [finding] = group;
    return finding === undefined ? [] : [{ finding, about: group.map(({ about }) => about) }];
  });
}

/** The whole report as plain text for a terminal or a log. */
export function terminalText(report: GuestReport, shown: ShownWith = {}): string {
  const lines = [
    `Guests of ${report.stack}: ${headline(report)}`,
    verdict(report, shown),
    ...(notAskedBecause(report) === undefined ? [] : [notAskedBecause(report) ?? ""]),
    ...list(
      "Errors",
      report.errors.flatMap((error) => error.split("\n")).map((line) => [line]),
    ),
    ...settingLists(report),
    ...list("Broken rules", report.findings.filter(({ mandatory }) => mandatory).map(findingRow)),
    ...list(
      "Added",
      report.added.map((guest) => [
        `+ ${guest.address}`,
        guest.displayName ?? "",
        guest.expires === undefined ? "never expires" : `until ${guest.expires}`,
        ...(report.asked === true ? [arrival(guest) ?? ""] : []),
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

function settingLists(report: GuestReport): string[] {
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

function findingRow({ severity, policy, about, message }: Finding): string[] {
  return [severity, policy, about, message];
}

function changedLines({ formerly, fields, mailedAgain }: ChangedGuest): string[] {
  return [
    ...(formerly === undefined ? [] : [`new address for ${formerly}`]),
    ...fields.map(fieldText),
    ...(mailedAgain ? [mailedText(formerly)] : []),
  ];
}

/** Why a guest is mailed who is there already. */
export function mailedText(formerly: string | undefined): string {
  return formerly === undefined ? "gets the mail again" : "is mailed there, and accepts again";
}

/** The most characters of a name or an address in a hint. */
const longestHinted = 300;

function fieldText({ field, before, after }: FieldChange): string {
  return `${field}: ${oneLine(before ?? nothing, longestValue)} → ${oneLine(after ?? nothing, longestValue)}`;
}

/** A title and rows in columns; nothing where there are no rows. */
function list(title: string, rows: readonly string[][]): string[] {
  if (rows.length === 0) return [];
  const shown = rows.map((row) => row.map((cell) => (row.length === 1 ? cell : oneLine(cell, 400))));
  return ["", title, ...inColumns(shown).map((line) => `  ${line}`.trimEnd())];
}
