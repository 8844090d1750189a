/** A report in words that comment and terminal share. */
import { addressDomain } from "../../model/email-address.ts";
import type { AddedGuest, RemovedGuest, ResourceChange, Standing } from "./guest-changes.ts";
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

/** What the reader should know first: whether this can be applied, and what to fix before. */
export function verdict(report: GuestReport): string {
  return [...outcomeSentences(report), ...loosenedSentence(report)].join(" ");
}

function outcomeSentences(report: GuestReport): string[] {
  if (report.outcome === "failed") return ["Fix this before applying."];
  if (report.outcome === "stopped by policy") {
    const mandatory = report.findings.filter((finding) => finding.mandatory).length;
    const subject = mandatory === 1 ? "1 mandatory rule is" : `${mandatory} mandatory rules are`;
    return [`${subject} broken. Fix this before applying.`];
  }
  if (counts(report) === "no changes") {
    return [`Applying this changes nothing. The stack holds ${count(report.total, "guest")}.`];
  }
  const stopped = report.added.filter(isStopped).length;
  return [`This can be applied${stopped > 0 ? `, but it fails for ${count(stopped, "added guest")}` : ""}.`];
}

/** One line of what a preview means: `mailed`, `2`, `by Microsoft`. */
export type GlanceRow = [about: string, number: string, details: string];

/** Makes texts that somebody else wrote fit to be shown: a name, and a sentence. */
export interface Quoting {
  name(text: string): string;
  sentence(text: string): string;
}

const plainly: Quoting = { name: (text) => oneLine(text), sentence: (text) => oneLine(text, 400) };

/**
 * What a preview means for people, for a reader with ten seconds: who is mailed by whom, who is here already, who leaves.
 *
 * @returns nothing where nothing changes, or the preview has failed
 */
export function glance(
  report: GuestReport,
  { unasked = false }: ShownWith = {},
  quoting: Quoting = plainly,
): GlanceRow[] {
  const { added, changed, removed, access, asked, total, settings } = report;
  if (report.outcome === "failed") return [];
  const rows: GlanceRow[] = [];
  if (added.length > 0 || changed.some(({ mailedAgain }) => mailedAgain)) rows.push(mailRow(report, quoting));
  if (added.length > 0 && asked === true) rows.push(hereRow(added));
  else if (added.length > 0 && asked !== true && unasked) {
    const why = asked === undefined ? "" : `: ${quoting.sentence(asked.missing)}`;
    rows.push(["here already", "not known", `this preview has not asked the tenant about the guests${why}`]);
  }
  if (removed.length > 0) rows.push(["leave", String(removed.length), fatesText(removed)]);
  if (access.length > 0) rows.push(["access", String(access.length), kindsText(access)]);
  const changes = (settings?.files ?? []).flatMap((file) => file.changes);
  if (changes.length > 0) rows.push(["policy settings", String(changes.length), settingCounts(changes)]);
  if (rows.length > 0)
    rows.push(["afterwards", String(total), total === 1 ? "guest in the stack" : "guests in the stack"]);
  return rows;
}

/** An upper bound until the tenant was asked: who is there, or in its recycle bin, is not mailed. */
function mailRow({ added, changed, asked }: GuestReport, { name }: Quoting): GlanceRow {
  const again = changed.filter(({ mailedAgain }) => mailedAgain);
  const mailed = [...added.filter(isMailed), ...again];
  if (mailed.length === 0) return ["mailed", "nobody", ""];
  const bySender = [...Map.groupBy(mailed, ({ mailFrom }) => mailFrom)];
  const senders = bySender.map(([mailFrom, { length }]) => {
    const by = `by ${mailFrom === undefined ? "Microsoft" : name(mailFrom)}`;
    return bySender.length === 1 ? by : `${length} ${by}`;
  });
  const isBound = asked !== true && mailed.length > again.length;
  const details = [...senders, ...(again.length > 0 ? [`${again.length} of them again`] : [])];
  return ["mailed", `${isBound ? "up to " : ""}${mailed.length}`, details.join(", ")];
}

function hereRow(added: readonly AddedGuest[]): GlanceRow {
  const byStanding = Map.groupBy(added, ({ standing = "new" }) => standing);
  const details = [...otherStandings].flatMap(([standing, words]) => {
    const number = byStanding.get(standing)?.length ?? 0;
    return number === 0 ? [] : [`${number} ${number === 1 ? words.one : words.many}`];
  });
  return ["here already", String(byStanding.get("here")?.length ?? 0), details.join(", ")];
}

const otherStandings: ReadonlyMap<Standing, { one: string; many: string }> = new Map([
  ["new", { one: "is new", many: "are new" }],
  ["recycle bin", { one: "is in the recycle bin", many: "are in the recycle bin" }],
  ["member", { one: "is a member of the organisation", many: "are members of the organisation" }],
  ["several", { one: "is the address of several guests", many: "are addresses of several guests" }],
]);

function fatesText(removed: readonly RemovedGuest[]): string {
  const groups = [...Map.groupBy(removed, ({ fate }) => fate)];
  return groups.map(([fate, { length }]) => `${groups.length === 1 ? "" : `${length} `}${fates[fate]}`).join("; ");
}

/** `3 × group membership, 1 × Azure role removed`. */
function kindsText(access: readonly ResourceChange[]): string {
  const groups = Map.groupBy(access, ({ kind, change }) => `${kind} ${change}`);
  return [...groups].map(([what, { length }]) => `${length} × ${what}`).join(", ");
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

/** Why a guest goes, and what becomes of them. */
export function farewell({ reason, fate }: RemovedGuest): string {
  return `${reason}: ${fates[fate]}`;
}

/** What becomes of a guest who goes. */
export const fates = {
  deleted: "deleted (30 days in the recycle bin)",
  disabled: "kept, but may not sign in",
  kept: "kept in the tenant",
} as const;

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

/** Why a guest is mailed who is there already. */
export function mailedText(formerly: string | undefined): string {
  return formerly === undefined ? "gets the mail again" : "is mailed there, and accepts again";
}

/** Whether a guest who comes gets this access. */
export function comesWithGuest({ added }: GuestReport): (access: ResourceChange) => boolean {
  const coming = new Set(added.map(({ address }) => address));
  return ({ change, guest }) => change === "added" && guest !== undefined && coming.has(guest);
}

/** Whether a change of access has to be told by itself: it neither comes with a guest nor goes with one. */
export function isToldByItself(report: GuestReport): (access: ResourceChange) => boolean {
  const leaving = new Set(report.removed.map(({ address }) => address));
  const comes = comesWithGuest(report);
  return (access) => {
    const goes = access.change === "removed" && access.guest !== undefined && leaving.has(access.guest);
    return !comes(access) && !goes;
  };
}
