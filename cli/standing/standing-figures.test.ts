import { describe, expect, it } from "vitest";
import { pendingSince, standingGuest, standingOf } from "../fixtures/made-up-standing.ts";
import { figuresOf, sponsorFindings } from "./standing-figures.ts";

const guest = (address: string, given = {}) => standingGuest({ address, ...given });

describe("the figures of a report", () => {
  it("count who accepted when, at the end of each of 24 months", () => {
    const { overTime } = figuresOf(
      standingOf([
        guest("ana@fabrikam.example"),
        guest("bo@fabrikam.example", pendingSince("2026-10-31T23:59:00Z")),
        guest("cy@fabrikam.example", { invited: "2026-09-02T00:00:00Z", accepted: "2026-11-01T00:00:00Z" }),
        guest("old@fabrikam.example", { invited: "2019-01-02T00:00:00Z", accepted: "2019-01-03T00:00:00Z" }),
      ]),
    );
    expect(overTime).toHaveLength(24);
    expect([overTime[0], ...overTime.slice(-3)]).toEqual([
      { month: "2024-12", accepted: 1, pending: 0 },
      { month: "2026-09", accepted: 2, pending: 1 },
      { month: "2026-10", accepted: 2, pending: 2 },
      { month: "2026-11", accepted: 3, pending: 1 },
    ]);
  });

  it("never count fewer than nobody as pending, where a directory says that somebody accepted before they came", () => {
    const backwards = guest("ana@fabrikam.example", {
      invited: "2026-10-01T00:00:00Z",
      accepted: "2026-08-01T00:00:00Z",
    });
    for (const { pending } of figuresOf(standingOf([backwards])).overTime) expect(pending).toBe(0);
  });

  it("gather what a partner's guests need, the largest partner first, and many small ones in one row", () => {
    const many = Array.from({ length: 14 }, (_, index) => guest(`a@p${String(index).padStart(2, "0")}.example`));
    const { partners } = figuresOf(
      standingOf([
        ...many,
        guest("ana@fabrikam.example", { sponsors: [] }),
        guest("bo@fabrikam.example", pendingSince("2026-11-01T00:00:00Z")),
      ]),
    );
    expect(partners[0]).toEqual({ domain: "fabrikam.example", accepted: 1, pending: 1, withoutSponsor: 1 });
    expect(partners.at(-1)).toEqual({ domain: "3 other domains", accepted: 3, pending: 0, withoutSponsor: 0 });
    expect(partners).toHaveLength(13);
  });

  it("know nothing of last sign-ins without a licence: neither a number nor a reason to look at somebody", () => {
    const unlicensed = standingOf([guest("ana@fabrikam.example", { lastSignIn: "unknown" })], {
      signInsUnknown: "No licence.",
    });
    expect(figuresOf(unlicensed)).toMatchObject({ away: undefined, signIns: [], lookAt: [] });
  });

  it("tell who signed in when from who never did as far as Microsoft recorded", () => {
    const { signIns, away } = figuresOf(
      standingOf([
        guest("ana@fabrikam.example"),
        guest("bo@fabrikam.example", { lastSignIn: "2026-08-27T11:00:00Z" }),
        guest("cy@fabrikam.example", { lastSignIn: "none" }),
        guest("di@fabrikam.example", pendingSince("2026-11-01T00:00:00Z")),
      ]),
    );
    expect(signIns.filter(({ count }) => count > 0)).toEqual([
      { label: "within 30 days", count: 1 },
      { label: "91 to 180 days ago", count: 1 },
      { label: "none recorded", count: 1 },
    ]);
    expect(away).toBe(1);
  });

  it("say why somebody should be looked at", () => {
    const left = { id: "anders", name: "Anders Friis", active: false };
    const { lookAt, sponsorLeft, leavingSoon } = figuresOf(
      standingOf([
        guest("fine@fabrikam.example", { expires: "2027-03-31" }),
        guest("pending@fabrikam.example", { ...pendingSince("2026-10-01T12:00:00Z"), sponsors: [] }),
        guest("away@fabrikam.example", { lastSignIn: "2026-06-01T12:00:00Z", sponsors: [left] }),
        guest("blocked@fabrikam.example", { enabled: false, expires: "2026-11-26" }),
        guest("two@fabrikam.example", { sponsors: [left, { id: "mona", name: "Mona Lind", active: true }] }),
      ]),
    );
    expect(Object.fromEntries(lookAt.map(({ guest, reasons }) => [guest.address.split("@")[0], reasons]))).toEqual({
      pending: ["pending for 56 days", "no sponsor"],
      away: ["last signed in 178 days ago", "sponsor blocked"],
      blocked: ["blocked from signing in", "leaves on 2026-11-26"],
    });
    expect([sponsorLeft, leavingSoon]).toEqual([1, 1]);
  });

  it("say how many leave in which month, whose day has passed, and who stays", () => {
    const { leaving, stays } = figuresOf(
      standingOf([
        guest("a@fabrikam.example", { expires: "2026-11-25" }),
        guest("b@fabrikam.example", { expires: "2026-11-26" }),
        guest("c@fabrikam.example", { expires: "2027-01-31" }),
        guest("d@fabrikam.example", { expires: "2031-01-31" }),
        guest("e@fabrikam.example"),
      ]),
    );
    expect(leaving).toEqual([
      { label: "last day has passed", count: 1 },
      { label: "2026-11", count: 1 },
      { label: "2027-01", count: 1 },
      { label: "later", count: 1 },
    ]);
    expect(stays).toBe(1);
  });
});

describe("sponsors who left", () => {
  const id = "11111111-2222-3333-4444-555555555555";
  const mona = { id, name: "Mona Lind", userPrincipalName: "Mona@contoso.example", active: true };

  it("are those who are blocked, and those whom the list names and the guest has no more", () => {
    const listedAs = "ana@fabrikam.example";
    const standing = standingOf([guest(listedAs, { listedAs, sponsors: [mona, { ...mona, id: "x", active: false }] })]);
    const found = (sponsors: string[]) => sponsorFindings(standing, [{ email: listedAs, sponsors }]);
    const blocked = { address: listedAs, finding: "the sponsor Mona Lind is blocked from signing in" };
    expect(found([id.toUpperCase()])).toEqual([blocked]);
    expect(found(["mona@contoso.example", "anders@contoso.example"])).toEqual([
      { address: listedAs, finding: "the sponsor anders@contoso.example has left, or was taken off" },
      blocked,
    ]);
  });

  it("are no finding about a guest whose last day has passed", () => {
    const gone = guest("ana@fabrikam.example", {
      listedAs: "ana@fabrikam.example",
      expires: "2026-11-25",
      sponsors: [{ ...mona, active: false }],
    });
    expect(sponsorFindings(standingOf([gone]), [{ email: "ana@fabrikam.example" }])).toEqual([]);
    expect(sponsorFindings(standingOf([{ ...gone, expires: "2026-12-31" }]), [])).toHaveLength(1);
  });

  it("are no finding about a guest who is on no list", () => {
    const standing = standingOf([guest("ana@fabrikam.example", { sponsors: [{ ...mona, active: false }] })]);
    expect(sponsorFindings(standing, [])).toEqual([]);
  });
});
