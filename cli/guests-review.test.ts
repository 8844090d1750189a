import { describe, expect, it } from "vitest";
import { pendingSince, standingGuest, standingOf } from "./fixtures/made-up-standing.ts";
import { proposalsOf, reviewMarkdown } from "./guests-review.ts";

const everything = { pending: 30, notSignedIn: 180, blocked: true, noSponsor: true, accounts: ["ExternalAzureAD"] };
const guest = (given = {}) =>
  standingGuest({ address: "ana@fabrikam.example", listedAs: "ana@fabrikam.example", ...given });

/** What the rules ask for a guest, whose list has this `resend`. */
function proposed(given: object, { rules = everything, resend }: { rules?: object; resend?: string } = {}) {
  const list = [{ email: "ana@fabrikam.example", resend }];
  return proposalsOf(standingOf([guest(given)]), list, rules).map(({ change, reasons }) => ({ ...change, reasons }));
}

describe("a review", () => {
  it("proposes nothing without rules, and nothing for a guest with whom all is well", () => {
    expect(proposed({ enabled: false, sponsors: [], lastSignIn: "2020-01-01T00:00:00Z" }, { rules: {} })).toEqual([]);
    expect(proposed({})).toEqual([]);
  });

  it("reminds a guest who has not accepted once, waits as long again, and then proposes a last day", () => {
    const old = pendingSince("2026-10-01T09:00:00Z");
    expect(proposed(pendingSince("2026-10-28T09:00:00Z"))).toEqual([]);
    expect(proposed(old)).toEqual([{ resend: "review-2026-11-26", reasons: ["pending for 56 days"] }]);
    // A mail that somebody else asked for is no reminder of a review.
    expect(proposed(old, { resend: "2" })).toMatchObject([{ resend: "review-2026-11-26" }]);
    expect(proposed(old, { resend: "review-2026-11-20" })).toEqual([]);
    expect(proposed(old, { resend: "review-2026-10-27" })).toEqual([
      { expires: "2026-12-10", reasons: ["pending for 56 days, reminded on 2026-10-27"] },
    ]);
  });

  it.each([
    ["not signed in", { lastSignIn: "2026-05-01T09:00:00Z" }, "last signed in 209 days ago"],
    ["blocked", { enabled: false }, "blocked from signing in"],
    ["no sponsor", { sponsors: [] }, "no sponsor"],
    ["a sponsor who left", { sponsors: [{ id: "x", name: "X", active: false }] }, "every sponsor is blocked"],
    ["another kind of account", { account: "google.com" }, "redeemed with the account kind google.com"],
  ])("proposes a last day for a guest with: %s", (_, given, reason) => {
    expect(proposed(given)).toEqual([{ expires: "2026-12-10", reasons: [expect.stringContaining(reason)] }]);
    expect(proposed(given, { rules: { ...everything, notice: 30 } })).toMatchObject([{ expires: "2026-12-26" }]);
  });

  it("lets nobody go for sign-ins that are unknown, or of which none is recorded", () => {
    for (const lastSignIn of ["unknown", "none"]) expect(proposed({ lastSignIn })).toEqual([]);
  });

  it("leaves alone whoever is on no list, and whoever has a last day already", () => {
    const stale = { lastSignIn: "2020-05-01T09:00:00Z", sponsors: [] };
    expect(proposed({ ...stale, listedAs: undefined })).toEqual([]);
    expect(proposed({ ...stale, expires: "2031-01-01" })).toEqual([]);
  });

  it("names guests, reasons, sponsors and owners in its pull request, and nobody's text is Markdown there", () => {
    const standing = standingOf([]);
    const hostile = guest({ displayName: "x", sponsors: [{ id: "m", name: "Mona | @team <b>", active: true }] });
    const text = reviewMarkdown(
      standing,
      [
        {
          guest: hostile,
          reasons: ["no sponsor"],
          change: { expires: "2026-12-10" },
          files: ["/r/lists/a.yaml"],
          stays: true,
        },
        {
          guest: guest({ address: "bo@fabrikam.example" }),
          reasons: ["x"],
          change: { resend: "r" },
          files: [],
          stays: false,
        },
      ],
      () => ({ name: "lists/a.yaml", owners: ["@contoso/partners"] }),
    );
    expect(text).toContain("**`lists/a.yaml`**\n\nOwners: `@contoso/partners`");
    expect(text).toMatch(/\| `ana@fabrikam.example` +\| no sponsor +\| last day 2026-12-10, then off the list only/);
    expect(text).not.toMatch(/<b>|[^`]@team/);
    expect(text).toContain("write them by hand: `bo@fabrikam.example`");
  });
});
