/** A report for a terminal, as Markdown, as CSV and as JSON. */
import { count } from "../comment/report-text.ts";
import { code, oneLine, prose } from "../comment/untrusted-text.ts";
import { wrapped } from "../log-lines.ts";
import { inColumns, markdownTable, withHeadings } from "../text-table.ts";
import type { Standing, StandingGuest } from "./guest-standing.ts";
import { type Figures, figuresOf, type LookAt, type PartnerRow, type Row } from "./standing-figures.ts";

/** The counts at the top, in words. */
function headline(figures: Figures): string[] {
  return [
    `${count(figures.total, "guest")}: ${figures.accepted} accepted, ${figures.pending} pending, ${figures.blocked} blocked.`,
    `${figures.withoutSponsor} without a sponsor, ${figures.sponsorLeft} whose sponsors are all blocked, ` +
      `${figures.leavingSoon} leave within 30 days, ${figures.notListed} not on this list.`,
  ];
}

/** What is known of sign-ins, in one sentence. */
function signInSentence({ away }: Figures, { signInsUnknown }: Standing): string {
  return away === undefined
    ? `Last sign-ins are unknown. ${oneLine(signInsUnknown ?? "", 400)}`
    : `${away} of those who accepted have not signed in for 90 days.`;
}

/**
 * The report for a terminal.
 *
 * @param width the longest line; any unless given
 */
export function standingText(standing: Standing, width: number = Number.POSITIVE_INFINITY): string {
  const figures = figuresOf(standing);
  const two = (title: string, rows: readonly { label: string; count: number }[]) => [
    "",
    title,
    ...inColumns(
      rows.map(({ label, count }) => [label, String(count)]),
      ["left", "right"],
    ).map((line) => `  ${line}`),
  ];
  const lines = [
    `Guests of ${oneLine(standing.organisation || standing.stack)} (stack ${standing.stack}), ${standing.at.slice(0, 10)}`,
    ...[...headline(figures), signInSentence(figures, standing)].flatMap((line) => wrapped(line, width)),
    "",
    ...withHeadings(
      ["Partner", "Guests", "Pending", "No sponsor"],
      figures.partners.map((row) => partnerCells(row)),
      ["left", "right", "right", "right"],
    ),
    ...two("Age of pending invitations", figures.pendingAges),
    ...two("Who leaves when", [...withSomebody(figures.leaving), { label: "no last day", count: figures.stays }]),
    ...(figures.signIns.length > 0 ? two("Last sign-in, of those who accepted", figures.signIns) : []),
    ...lookAtLines(figures.lookAt, width),
    ...(standing.missing.length > 0
      ? [
          "",
          ...wrapped(
            `On the list and not in the tenant: ${standing.missing.map((one) => oneLine(one)).join(", ")}`,
            width,
          ),
        ]
      : []),
  ];
  return lines.join("\n");
}

function withSomebody(rows: readonly Row[]): Row[] {
  return rows.filter(({ count }) => count > 0);
}

function partnerCells({ domain, accepted, pending, withoutSponsor }: PartnerRow): string[] {
  return [oneLine(domain), String(accepted + pending), String(pending), String(withoutSponsor)];
}

/** As many guests as a terminal shows; the files have all of them. */
const shownOnTerminal = 20;

function lookAtLines(found: readonly LookAt[], width: number): string[] {
  if (found.length === 0) return [];
  const rows = found
    .slice(0, shownOnTerminal)
    .map(({ guest, reasons }) => [oneLine(guest.address), reasons.join(", ")]);
  const more = found.length - rows.length;
  return [
    "",
    `Guests to look at (${found.length})`,
    ...inColumns(rows, [], width - 2).map((line) => `  ${line}`),
    ...(more > 0 ? [`  … and ${more} more; --html, --csv and --json write all of them`] : []),
  ];
}

/** The report as Markdown, for a pull request or a run's summary page. */
export function standingMarkdown(standing: Standing): string {
  const figures = figuresOf(standing);
  const rows = figures.lookAt.slice(0, 200);
  const more = figures.lookAt.length - rows.length;
  const numbers = (heading: string, from: readonly { label: string; count: number }[]) =>
    markdownTable(
      [heading, "Guests"],
      from.map(({ label, count }) => [label, String(count)]),
    );
  const people = markdownTable(
    ["Guest", "Why"],
    rows.map(({ guest, reasons }) => [code(guest.address), prose(reasons.join(", "))]),
  );
  const parts = [
    `### Guests of ${code(standing.organisation || standing.stack)}, ${standing.at.slice(0, 10)}`,
    [...headline(figures), prose(signInSentence(figures, standing))].join(" "),
    markdownTable(
      ["Partner", "Guests", "Pending", "No sponsor"],
      figures.partners.map((row) => [code(row.domain), ...partnerCells(row).slice(1)]),
    ),
    numbers("Pending for", figures.pendingAges),
    numbers("Last day", [...withSomebody(figures.leaving), { label: "none", count: figures.stays }]),
    ...(figures.signIns.length > 0 ? [numbers("Last sign-in", figures.signIns)] : []),
    ...(rows.length > 0
      ? [
          `<details><summary>Guests to look at (${figures.lookAt.length})</summary>\n\n${people}\n` +
            `${more > 0 ? `\nand ${more} more\n` : ""}\n</details>`,
        ]
      : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

const columns: readonly [name: string, of: (guest: StandingGuest) => string][] = [
  ["address", ({ address }) => address],
  ["displayName", ({ displayName }) => displayName],
  ["domain", ({ domain }) => domain],
  ["id", ({ id }) => id],
  ["userType", ({ userType }) => userType],
  ["state", ({ state }) => state],
  ["enabled", ({ enabled }) => String(enabled)],
  ["invited", ({ invited }) => invited],
  ["accepted", ({ accepted = "" }) => accepted],
  ["lastSignIn", ({ lastSignIn }) => lastSignIn],
  ["account", ({ account = "" }) => account],
  ["sponsors", ({ sponsors }) => sponsors.map(({ name, active }) => (active ? name : `${name} (blocked)`)).join("; ")],
  ["listed", ({ listed }) => String(listed)],
  ["expires", ({ expires = "" }) => expires],
];

/** One line a guest, RFC 4180. A text that a spreadsheet would run as a formula has an apostrophe before it (OWASP, "CSV Injection"). */
export function standingCsv({ guests }: Standing): string {
  const lines = [columns.map(([name]) => name), ...guests.map((guest) => columns.map(([, of]) => of(guest)))];
  return lines.map((cells) => `${cells.map(csvCell).join(",")}\r\n`).join("");
}

function csvCell(text: string): string {
  const harmless = /^[\s\p{C}]*[=+\-@|%＝＋－＠]|^[\t\r\n]/u.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Everything that the report was made of. */
export function standingJson(standing: Standing): string {
  return `${JSON.stringify(standing, undefined, 2)}\n`;
}
