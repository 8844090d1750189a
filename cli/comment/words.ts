import { addressDomain } from "../../model/email-address.ts";
import type { Finding, GuestReport, RemovedGuest } from "./report.ts";

/** The words that comment and terminal share. */

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

/** The counts, or that there are none to give. */
export function headline(report: GuestReport): string {
  const said = counts(report);
  return report.outcome === "failed" && said === "no changes" ? "the preview failed" : said;
}

/** What the reader should know first. */
export function verdict(report: GuestReport): string {
  const mandatory = report.findings.filter((finding) => finding.mandatory).length;
  if (report.outcome === "failed") return "Nothing can be applied until this is put right.";
  if (report.outcome === "stopped by policy") {
    const subject = mandatory === 1 ? "1 mandatory rule is" : `${mandatory} mandatory rules are`;
    return `${subject} broken. Nothing can be applied until this is put right.`;
  }
  const sentences = [counts(report) === "no changes" ? "Applying this changes nothing." : "This can be applied."];
  const mailed = mailedGuests(report);
  if (mailed > 0) sentences.push(`Up to ${count(mailed, "guest")} will be mailed.`);
  sentences.push(`Afterwards the stack holds ${count(report.total, "guest")}.`);
  return sentences.join(" ");
}

/** At most so many: who turns out to be in the tenant, or in its recycle bin, is not mailed. */
function mailedGuests({ added, changed }: GuestReport): number {
  return added.filter(({ mailed }) => mailed).length + changed.filter(({ mailedAgain }) => mailedAgain).length;
}

/** Why a guest goes, and where to. */
export function farewell({ reason, fate }: RemovedGuest): string {
  const fates = {
    deleted: "deleted (30 days in the recycle bin)",
    disabled: "kept, but may not sign in",
    kept: "kept in the tenant",
  };
  return `${reason}: ${fates[fate]}`;
}

/** How many guests come from which domain, the largest first. */
export function domains(guests: readonly { address: string }[]): [domain: string, number: number][] {
  const groups = Map.groupBy(guests, ({ address }) => addressDomain(address));
  const sizes = [...groups].map(([domain, members]): [string, number] => [domain, members.length]);
  return sizes.sort(([one, few], [other, many]) => many - few || (one < other ? -1 : 1));
}

/** The value of a field for a table; what is long by nature is shortened. */
export const longestValue = 40;

/** Stands for a value that is not there. */
export const nothing = "(none)";

/** Findings of one policy that say the same words, with everybody they are about. */
export interface FindingGroup {
  finding: Finding;
  about: string[];
}

/** Gathers equal findings: five hundred guests without a sponsor are one line, not five hundred. */
export function groups(findings: readonly Finding[]): FindingGroup[] {
  const groups = Map.groupBy(findings, ({ policy, mandatory, message }) => `${policy}\n${mandatory}\n${message}`);
  return [...groups.values()].flatMap((group) => {
    const [finding] = group;
    return finding === undefined ? [] : [{ finding, about: group.map(({ about }) => about) }];
  });
}
