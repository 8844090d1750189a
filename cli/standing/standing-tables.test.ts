import { describe, expect, it } from "vitest";
import { standingGuest, standingOf } from "../fixtures/made-up-standing.ts";
import { pageOf } from "./standing-page.ts";
import { standingCsv, standingJson, standingMarkdown, standingText } from "./standing-tables.ts";

const named = (displayName: string, given = {}) =>
  standingGuest({ address: "ana@fabrikam.example", displayName, sponsors: [], ...given });

it("fits a terminal of 80 columns", () => {
  const guest = named("Ana", { enabled: false, lastSignIn: "2025-01-01T09:00:00Z", listed: false });
  const missing = Array.from({ length: 9 }, (_, number) => `guest-${number}@fabrikam.example`);
  const lines = standingText(standingOf([guest], { missing }), 80).split("\n");
  expect(lines.filter(({ length }) => length > 80)).toEqual([]);
});

describe("a spreadsheet", () => {
  it.each([
    '=HYPERLINK("https://evil.example","Ana")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "  =1+1",
    "\u200b=1+1",
    "\t=1+1",
    "＝1+1",
    "|cmd",
    "\r\n=1+1",
  ])("runs nothing of the name %j", (name) => {
    const [, line = ""] = standingCsv(standingOf([named(name)])).split(/(?<=^[^"\n]*\n)/);
    const cell = /^ana@fabrikam\.example,("?)(.)/s.exec(line);
    expect(cell?.[2]).toBe("'");
  });

  it("gets one line a guest, with quotes where a text needs them", () => {
    const csv = standingCsv(standingOf([named('Ana "A", Trujillo', { expires: "2027-03-31" })]));
    expect(csv.split("\r\n")).toEqual([
      "address,displayName,domain,id,userType,state,enabled,invited,accepted,lastSignIn,account,sponsors,listed,expires",
      'ana@fabrikam.example,"Ana ""A"", Trujillo",fabrikam.example,id-of-ana@fabrikam.example,Guest,accepted,true,2025-11-20T09:00:00Z,2025-11-24T09:00:00Z,2026-11-25T09:00:00Z,ExternalAzureAD,,true,2027-03-31',
      "",
    ]);
  });
});

describe("what a guest wrote", () => {
  const hostile = `</td><script>alert(1)</script><img src=x onerror="alert(1)">\u202e' | [x](javascript:1) @team`;
  const standing = standingOf([named(hostile, { domain: hostile, address: `"${hostile}"@fabrikam.example` })], {
    organisation: hostile,
    missing: [hostile],
    signInsUnknown: hostile,
  });

  it("is text on the page, wherever it stands", () => {
    const page = pageOf(standing);
    expect(page).not.toMatch(/<script|<img|onerror="|\u202e/);
    expect(page).toContain("&#60;script&#62;alert(1)&#60;/script&#62;");
    // And were it more, the browser would load and run nothing.
    expect(page).toMatch(/default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'/);
  });

  it("is no Markdown", () => {
    const text = standingMarkdown(standing);
    expect(text).not.toMatch(/<script|<img|\u202e|(?<!`)@team(?!`)/);
    expect(text.split("\n").filter((line) => line.startsWith("| Guest"))).toHaveLength(1);
  });

  it("moves nothing on a terminal, and is in JSON as it is", () => {
    expect(standingText(standing)).not.toContain("\u202e");
    expect(JSON.parse(standingJson(standing)).guests[0].displayName).toBe(hostile);
  });
});

describe("without a licence", () => {
  const reason = "The organisation has no Entra ID P1 licence.";
  const standing = standingOf([named("Ana", { lastSignIn: "unknown" })], { signInsUnknown: reason });

  it.each([
    ["the terminal", standingText],
    ["Markdown", standingMarkdown],
    ["the page", pageOf],
    ["CSV", standingCsv],
    ["JSON", standingJson],
  ])("%s says that last sign-ins are unknown, never that there were none", (_, write) => {
    expect(write(standing)).toContain("unknown");
    expect(write(standing)).not.toMatch(/never|none recorded|"lastSignIn": "none"|,none,/);
  });
});

describe("a tenant without guests", () => {
  it("has a report all the same", () => {
    for (const write of [standingText, standingMarkdown, pageOf]) expect(write(standingOf([]))).toMatch(/0.*guests?/s);
    expect(pageOf(standingOf([]))).not.toMatch(/NaN|Infinity|undefined/);
  });
});
