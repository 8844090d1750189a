import { markdownTable } from "../text-table.ts";
import { block, code, prose } from "./markdown-text.ts";
import type { AddedGuest, ChangedGuest, FieldChange, Finding, RemovedGuest, ResourceChange } from "./report.ts";
import { count, domains, farewell, groups, longestValue, nothing } from "./words.ts";

/** From this many rows on, a list is folded. */
const foldedFrom = 15;

/** A part of a comment: no strings where there is nothing to say. Each takes at most `rows` rows of its list. */
export type Section = string[];

export function addedSection(guests: readonly AddedGuest[], rows: number, title = "Added"): Section {
  return section(title + origins(guests), guests, rows, (shown) =>
    markdownTable(
      ["guest", "name", "expires"],
      shown.map(({ address, displayName = "", expires }) => [
        code(address),
        code(displayName),
        expires === undefined ? "never" : code(expires),
      ]),
    ),
  );
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
      shown.map(({ finding, about }) => [finding.severity, code(finding.policy), names(about), prose(finding.message)]),
    ),
  );
}

/** Messages as they are, never folded away. */
export function messageSection(title: string, messages: readonly string[], rows: number): Section {
  return section(title, messages, rows, (shown) => shown.map((message) => block(message)).join("\n\n"), Infinity);
}

/** The same behind a line to click on. */
export function folded(title: string, content: Section): Section {
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
  const cut = all.length > shown.length ? [`… and ${all.length - shown.length} more, in the log of this run.`] : [];
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
  const lines = guest.fields.map(fieldText);
  if (guest.mailedAgain) lines.push("gets the mail again");
  return [code(guest.address), lines.join("<br>")];
}

function fieldText({ field, before, after }: FieldChange): string {
  const [was, becomes] = [before ?? nothing, after ?? nothing].map((value) => code(value, longestValue));
  return `${field}: ${was} → ${becomes}`;
}

const mostNamed = 5;

function names(about: readonly string[]): string {
  const named = about.slice(0, mostNamed).map((name) => code(name));
  const more = about.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join("<br>");
}
