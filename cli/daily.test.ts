import { describe, expect, it } from "vitest";
import { type DailyReport, dailyMarkdown, hasDrift, listsThatOnlyExpire, newsOf } from "./daily.ts";
import { recorded, report, reportOf } from "./fixtures/recorded-previews.ts";

const quiet: DailyReport = { stack: "prod", gone: [], accepted: [], expired: [], difference: report({}), errors: [] };

describe("the daily report", () => {
  it("tells from a refresh who is gone and who has accepted", () => {
    expect(newsOf(recorded("refresh"))).toEqual({ gone: ["bo@northwind.example"], accepted: ["ana@fabrikam.example"] });
  });

  it("calls it drift when an up would change something, also on the days after", () => {
    expect(hasDrift({ ...quiet, difference: reportOf("after-refresh") })).toBe(true);
    expect(hasDrift({ ...quiet, difference: reportOf("unchanged") })).toBe(false);
  });

  it("shows what the tenant has and what the list has", () => {
    const text = dailyMarkdown({ ...quiet, difference: reportOf("after-refresh") });
    expect(text).toContain("displayName: `Somebody` → `Carla`");
    expect(text).toContain("| `bo@northwind.example` |");
  });

  it("says in one line that nothing is new", () => {
    expect(dailyMarkdown(quiet)).toBe("### ✅ Guests of `prod`: nothing new\n");
  });

  it("tells which sponsors cannot be asked any more, what the review did, and where nobody could ask", () => {
    const sponsors = [
      { address: "ana@fabrikam.example", finding: "the sponsor Mona | <b> is blocked from signing in" },
    ];
    const text = dailyMarkdown({ ...quiet, care: { sponsors, review: "Review of stack prod: nothing to propose" } });
    expect(text).toContain("### ✅ Guests of `prod`: 1 sponsor cannot be asked any more");
    expect(text).toMatch(/\| `ana@fabrikam.example` \| the sponsor Mona &#124; &#60;b&#62; is blocked/);
    expect(text).toContain("```text\nReview of stack prod: nothing to propose\n```");
    expect(dailyMarkdown({ ...quiet, care: { sponsors: [], notAsked: "no sign-in" } })).toContain(
      "The tenant was not asked about sponsors and the review: no sign-in",
    );
  });

  it("tells who was removed from who only left the list and stays in the tenant", () => {
    const one = { domain: "fabrikam.example", urn: "", reason: "expired" } as const;
    const expired: DailyReport["expired"] = [
      { ...one, address: "ana@fabrikam.example", fate: "deleted" },
      { ...one, address: "bo@fabrikam.example", fate: "kept" },
    ];
    const text = dailyMarkdown({ ...quiet, expired });
    expect(text).toContain("1 expired guest removed, 1 expired guest off the list and kept in the tenant");
    expect(text).toMatch(/`bo@fabrikam.example` \|.*\| expired: kept in the tenant/);
  });

  it("does not claim to have removed anybody when the run failed", () => {
    const [expired] = reportOf("pull-request").removed.filter(({ reason }) => reason === "expired");
    const text = dailyMarkdown({ ...quiet, expired: expired ? [expired] : [], errors: ["no answer"] });
    expect(text).toContain("no answer");
    expect(text).not.toContain("removed by this run");
  });
});

describe("the list that a removal of expired guests may update", () => {
  const urn = "urn:pulumi:prod::guests::entra-guests:index:GuestInvitations$entra-guests:index:GuestList::guests";
  const type = "entra-guests:index:GuestList";
  const change = (before: string[], addresses: string[], expired: string[]) => [
    {
      resourcePreEvent: {
        metadata: {
          op: "update",
          type,
          urn,
          old: { type, urn, inputs: { addresses: before } },
          new: { type, urn, inputs: { addresses, expired } },
        },
      },
    },
  ];

  it("is one that differs by them only", () => {
    expect(listsThatOnlyExpire(change(["a@x.example", "b@x.example"], ["a@x.example"], ["B@x.example"]))).toEqual([
      urn,
    ]);
  });

  it("is not one from which somebody else goes, or to which somebody comes", () => {
    expect(listsThatOnlyExpire(change(["a@x.example", "b@x.example"], [], ["b@x.example"]))).toEqual([]);
    expect(listsThatOnlyExpire(change(["b@x.example"], ["c@x.example"], ["b@x.example"]))).toEqual([]);
  });

  it("is left alone in a recorded pull request, which removes others as well", () => {
    expect(listsThatOnlyExpire(recorded("pull-request"))).toEqual([]);
  });
});
