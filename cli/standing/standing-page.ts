/**
 * A report as one HTML page that needs nothing else: no script, no font, no picture from elsewhere, and a policy that lets
 * a browser load none. Each picture is drawn beside the numbers it shows, in a table or with one.
 */
import { createHash } from "node:crypto";
import { visible } from "../comment/untrusted-text.ts";
import { noSignIn, type Standing, type StandingGuest } from "./guest-standing.ts";
import { type Figures, figuresOf, type MonthRow, type PartnerRow, type Row } from "./standing-figures.ts";
import { pageStyle } from "./standing-style.ts";

/** HTML that is safe as it is; any other text is escaped where it is put into some. */
class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | readonly Part[];

/** Joins fixed HTML with parts; what a guest wrote can only come in as a part. */
function html(fixed: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(fixed.reduce((text, next, index) => text + written(parts[index - 1] ?? "") + next));
}

function written(part: Part): string {
  if (part instanceof Html) return part.text;
  if (typeof part === "object") return part.map(written).join("");
  // What reorders or hides text is shown by its number, as in the comment.
  const plain = visible(String(part).toWellFormed(), /[^\P{C}\n\t]|[\p{Zl}\p{Zp}]/gu);
  return plain.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The page of a report. */
export function pageOf(standing: Standing): string {
  const figures = figuresOf(standing);
  const hash = createHash("sha256").update(pageStyle).digest("base64");
  const title = `Guests of ${standing.organisation || standing.stack}`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${new Html(hash)}'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<title>${title}, ${standing.at.slice(0, 10)}</title>
<style>${new Html(pageStyle)}</style>
</head>
<body>
<main>
<header>
<h1>${title}</h1>
<p class="quiet">Stack ${standing.stack}, as of ${readableTime(standing.at)}.</p>
${standing.signInsUnknown === undefined ? "" : html`<p class="note">Last sign-ins are unknown. ${standing.signInsUnknown}</p>`}
</header>
${tiles(figures)}
<div class="cards">
${overTime(figures)}
${partners(figures)}
${bars("Age of pending invitations", "How long guests who have not accepted have been asked.", "Invited", figures.pendingAges, "pending")}
${bars("Who leaves when", leavingSentence(figures), "Last day", figures.leaving, "accepted")}
${signIns(figures, standing)}
${bars("Who answers for guests", "Sponsors are people or groups of the organisation.", "Sponsor", figures.sponsors, "accepted")}
${lookAt(figures)}
${missing(standing)}
</div>
<footer>Made by guests report. Counts are of everybody who is a guest today; who was deleted before is in none of them.</footer>
</main>
</body>
</html>
`;
  return page.text;
}

function readableTime(at: string): string {
  return `${at.slice(0, 10)}, ${at.slice(11, 16)} UTC`;
}

function tiles(figures: Figures): Html {
  const shown: [number | undefined, string][] = [
    [figures.total, figures.total === 1 ? "guest" : "guests"],
    [figures.pending, "have not accepted"],
    [figures.away, "not signed in for 90 days"],
    [figures.withoutSponsor, "without a sponsor"],
    [figures.leavingSoon, "leave within 30 days"],
    [figures.notListed, "not on this list"],
  ];
  const value = (number: number | undefined) =>
    number === undefined ? html`<b class="unknown">unknown</b>` : html`<b>${number.toLocaleString("en")}</b>`;
  return html`<ul class="tiles">${shown.map(([number, words]) => html`<li>${value(number)}<span>${words}</span></li>`)}</ul>`;
}

const rectangle = (kind: string, x: number, y: number, width: number, height: number) =>
  html`<rect class="${kind}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"/>`;

function round(number: number): number {
  return Math.round(number * 100) / 100;
}

const legend = html`<ul class="legend">${(["accepted", "pending"] as const).map(
  (kind) => html`<li><svg viewBox="0 0 1 1" aria-hidden="true">${rectangle(kind, 0, 0, 1, 1)}</svg>${kind}</li>`,
)}</ul>`;

/** A round number at or above the largest value, with the steps of a scale below it. */
function scaleOf(largest: number): number[] {
  const rough = Math.max(1, largest) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    1,
    [1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10].map((factor) => Math.ceil(factor * power)).find((step) => step >= rough) ?? 1,
  );
  const steps = Math.ceil(Math.max(1, largest) / step);
  return Array.from({ length: steps + 1 }, (_, index) => index * step);
}

const height = 100;
const column = 10;

function overTime({ overTime: rows }: Figures): Html {
  const scale = scaleOf(Math.max(...rows.map(({ accepted, pending }) => accepted + pending)));
  const top = scale.at(-1) ?? 1;
  const y = (value: number) => height - (value / top) * height;
  const columns = rows.map(({ accepted, pending }, index) => [
    rectangle("accepted", index * column + 1, y(accepted), column - 2, height - y(accepted)),
    rectangle("pending", index * column + 1, y(accepted + pending), column - 2, y(accepted) - y(accepted + pending)),
  ]);
  const lines = scale.slice(1).map((value) => rectangle("gridline", 0, y(value), rows.length * column, 0.4));
  const [first, last] = [rows[0], rows.at(-1)];
  const total = ({ accepted, pending }: MonthRow) => accepted + pending;
  const said = first && last ? `From ${total(first)} guests in ${first.month} to ${total(last)} in ${last.month}.` : "";
  const months = rows.filter((_, index) => index % 6 === 0);
  return html`<section class="wide"><h2>Accepted and pending over time</h2>
<p>${said} Those who are guests today, at the end of each month.</p>${legend}
<figure><div class="plot" aria-hidden="true"><div class="scale">${scale.toReversed().map((value) => html`<span>${value}</span>`)}</div>
<svg viewBox="0 0 ${rows.length * column} ${height}" preserveAspectRatio="none">${lines}${columns}</svg>
<div class="months">${months.map(({ month }) => html`<span>${month}</span>`)}</div></div></figure>
<details class="months-table"><summary>The months as a table</summary>${table(
    ["Month", "Accepted", "Pending"],
    rows.map(({ month, accepted, pending }) => [month, accepted, pending]),
  )}</details></section>`;
}

/** A table whose first column names the row; the others are numbers. */
function table(headings: readonly string[], rows: readonly (readonly Part[])[]): Html {
  const [first = "", ...others] = headings;
  return html`<table><thead><tr><th scope="col">${first}</th>${others.map(
    (heading) => html`<th scope="col" class="number">${heading}</th>`,
  )}</tr></thead><tbody>${rows.map(
    ([name = "", ...cells]) =>
      html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td class="number">${cell}</td>`)}</tr>`,
  )}</tbody></table>`;
}

/** The cell that names a row, with a bar of parts beside the name, as wide as its share of the largest. */
function barCell(name: string, parts: readonly [kind: string, value: number][], largest: number): Html {
  let from = 0;
  const drawn = parts.map(([kind, value]) => {
    const width = (value / Math.max(1, largest)) * 100;
    from += width;
    return rectangle(kind, from - width, 0, width, 1);
  });
  const picture = html`<svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">${rectangle("rail", 0, 0, 100, 1)}${drawn}</svg>`;
  return html`<th scope="row"><div class="named"><span>${name}</span>${picture}</div></th>`;
}

function partners({ partners: rows }: Figures): Html {
  const largest = Math.max(...rows.map(({ accepted, pending }) => accepted + pending));
  const shown = ({ domain, accepted, pending, withoutSponsor }: PartnerRow) =>
    html`<tr>${barCell(
      domain,
      [
        ["accepted", accepted],
        ["pending", pending],
      ],
      largest,
    )}<td class="number">${accepted + pending}</td><td class="number">${pending}</td><td class="number">${withoutSponsor}</td></tr>`;
  return html`<section class="wide"><h2>By partner</h2><p>The domain of the guest's address.</p>${legend}
<table class="bars"><thead><tr><th scope="col">Domain</th><th scope="col" class="number">Guests</th><th scope="col" class="number">Pending</th><th scope="col" class="number">No sponsor</th></tr></thead>
<tbody>${rows.map(shown)}</tbody></table></section>`;
}

function bars(title: string, about: string, heading: string, rows: readonly Row[], kind: "accepted" | "pending"): Html {
  const largest = Math.max(...rows.map(({ count }) => count));
  return html`<section><h2>${title}</h2><p>${about}</p>
<table class="bars"><thead><tr><th scope="col">${heading}</th><th scope="col" class="number">Guests</th></tr></thead>
<tbody>${rows.map(
    ({ label, count }) => html`<tr>${barCell(label, [[kind, count]], largest)}<td class="number">${count}</td></tr>`,
  )}</tbody></table></section>`;
}

function leavingSentence({ stays }: Figures): string {
  return `By the last day in the stack's list. ${stays === 1 ? "1 guest has" : `${stays} guests have`} none.`;
}

function signIns(figures: Figures, { signInsUnknown }: Standing): Html {
  const title = "Last sign-in";
  if (signInsUnknown !== undefined) return html`<section><h2>${title}</h2><p>Unknown. ${signInsUnknown}</p></section>`;
  return bars(title, "Of those who have accepted.", "Last signed in", figures.signIns, "accepted");
}

function lookAt({ lookAt: found, total }: Figures): Html {
  if (found.length === 0) return html`<section class="wide"><h2>Guests to look at</h2><p>None.</p></section>`;
  const row = ({ guest, reasons }: Figures["lookAt"][number]) =>
    html`<tr><th scope="row">${guest.address}<small>${guest.displayName}</small></th><td>${reasons.join(", ")}</td><td>${sponsorsOf(guest)}</td><td class="date">${lastSignInOf(guest)}</td></tr>`;
  const label = "Guests to look at, with the reason";
  return html`<section class="wide long"><h2>Guests to look at</h2>
<p>${found.length} of ${total}: pending for more than 30 days, long not signed in, without a sponsor who can be asked, blocked, or about to leave.</p>
<details ${new Html(found.length <= 25 ? "open" : "")}><summary>Show ${found.length === 1 ? "the guest" : `the ${found.length} guests`}</summary>
<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table class="people"><thead><tr><th scope="col">Guest</th><th scope="col">Why</th><th scope="col">Sponsors</th><th scope="col">Last sign-in</th></tr></thead>
<tbody>${found.map(row)}</tbody></table></div></details></section>`;
}

function sponsorsOf({ sponsors }: StandingGuest): string {
  return sponsors.map(({ name, active }) => (active ? name : `${name} (blocked)`)).join(", ");
}

function lastSignInOf({ lastSignIn }: StandingGuest): string {
  if (lastSignIn === noSignIn.none) return "none recorded";
  return lastSignIn === noSignIn.unknown ? "unknown" : lastSignIn.slice(0, 10);
}

function missing({ missing: addresses }: Standing): Html {
  if (addresses.length === 0) return html``;
  return html`<section class="wide long"><h2>On the list and not in the tenant</h2>
<p>An apply would invite them.</p><ul>${addresses.map((address) => html`<li>${address}</li>`)}</ul></section>`;
}
