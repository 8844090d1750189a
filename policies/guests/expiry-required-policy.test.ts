import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { expiryRequired } from "./expiry-required-policy.ts";
import { invitationToken } from "./invitation-properties.ts";
import { type JudgedResource, judge } from "./policy-examples.ts";
import { officialInvitationType } from "./policy-inputs.ts";

const ana = (props: Record<string, unknown>, type: string = invitationToken): JudgedResource[] => [
  { type, name: "ana", props: { userEmailAddress: "ana@fabrikam.example", ...props } },
];

describe("expiry-required", () => {
  beforeEach(() => vi.useFakeTimers({ now: new Date("2026-11-24T23:30:00Z"), toFake: ["Date"] }));
  afterEach(() => vi.useRealTimers());
  const until = (expires: unknown) => judge(expiryRequired, ana({ expires }), { maxDays: 30 });

  it("lets dates from today to the last allowed day pass, however a YAML reader wrote them", () => {
    for (const date of ["2026-11-24", "2026-12-24", "2026-12-24T00:00:00Z", "2026-12-24 00:00:00 +0000 UTC"]) {
      expect(until(date)).toEqual([]);
    }
  });

  it("reports a date that is too far ahead, has passed, or is none", () => {
    expect(until("2026-12-25")).toEqual([expect.stringContaining("is 31 days ahead; the limit is 30")]);
    expect(until("2026-11-23")).toEqual([expect.stringContaining("has passed")]);
    expect(until("2027-02-30")).toEqual([expect.stringContaining('"2027-02-30" is no date')]);
    expect(until("soon")).toHaveLength(1);
  });

  it("reports a guest without a date; with the official package only outside the component, which keeps the dates", () => {
    expect(until(undefined)).toEqual([expect.stringContaining("no expiry date. Set expires")]);
    const listed: JudgedResource[] = [
      { type: "entra-guests:index:GuestInvitations", name: "partners", props: {} },
      { type: officialInvitationType, name: "ana", parent: "partners", props: {} },
    ];
    expect(judge(expiryRequired, ana({}, officialInvitationType))).toEqual([
      expect.stringContaining("azuread.Invitation has no"),
    ]);
    expect(judge(expiryRequired, listed)).toEqual([]);
  });
});
