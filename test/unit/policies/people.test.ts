import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ccInternalOnly } from "../../../policies/guests/cc-internal-only-policy.ts";
import { expiryRequired } from "../../../policies/guests/expiry-required-policy.ts";
import { guestUserType } from "../../../policies/guests/guest-user-type-policy.ts";
import { sponsorRequired } from "../../../policies/guests/sponsor-required-policy.ts";
import { throughTheComponent } from "../../../policies/guests/through-the-component-policy.ts";
import { type JudgedResource, judge, notYetKnown } from "../../../policies/judging.ts";
import { invitation, officialInvitation } from "./invitation.ts";

const internal = ["contoso.example", "*.contoso.example"];
const ana = (props: Record<string, unknown>, type = invitation): JudgedResource[] => [
  { type, name: "ana", props: { userEmailAddress: "ana@fabrikam.example", ...props } },
];

describe("guest-user-type", () => {
  const type = (userType: string, userEmailAddress = "ana@fabrikam.example") =>
    judge(guestUserType, ana({ userType, userEmailAddress }), { internal });

  it("reports an external address invited as member, in any letter case and by either package", () => {
    expect(type("Member")).toEqual([
      expect.stringContaining("userType is Member, for an address whose domain fabrikam.example"),
    ]);
    expect(type("member")).toHaveLength(1);
    expect(judge(guestUserType, ana({ userType: "Member" }, officialInvitation), { internal })).toHaveLength(1);
  });

  it("lets guests pass, and members of the organisation's own domains", () => {
    expect(type("Guest")).toEqual([]);
    expect(judge(guestUserType, ana({}), { internal })).toEqual([]);
    expect(type("Member", "lead@dk.contoso.example")).toEqual([]);
  });

  it("takes an address whose domain cannot be told for an external one", () => {
    expect(type("Member", "lead@contoso.example@elsewhere.example")).toHaveLength(1);
  });
});

describe("sponsor-required", () => {
  const sponsored = (sponsors: unknown) => judge(sponsorRequired, ana({ sponsors }), { internal });

  it("reports a guest without a sponsor, and says what the official package cannot do", () => {
    expect(judge(sponsorRequired, ana({}), { internal })).toEqual([
      expect.stringContaining("no sponsor. Name a colleague"),
    ]);
    expect(sponsored([])).toHaveLength(1);
    expect(judge(sponsorRequired, ana({}, officialInvitation), { internal })).toEqual([
      expect.stringContaining("azuread.Invitation has no property for one"),
    ]);
  });

  it("reports each sponsor from outside, and passes colleagues, object ids and what is not known yet", () => {
    const someone = "11111111-2222-3333-4444-555555555555";
    expect(sponsored(["lead@contoso.example", someone, notYetKnown])).toEqual([]);
    expect(sponsored(["lead@contoso.example", "boss@fabrikam.example", notYetKnown])).toEqual([
      expect.stringContaining("the sponsor boss@fabrikam.example is outside"),
    ]);
  });

  it("does not judge where sponsors are while no own domain is configured", () => {
    expect(judge(sponsorRequired, ana({ sponsors: ["boss@fabrikam.example"] }), {})).toEqual([]);
  });
});

describe("cc-internal-only", () => {
  const cc = (additionalRecipients: unknown, config: object = { internal }) =>
    judge(ccInternalOnly, ana({ message: { additionalRecipients } }), config);

  it("lets copies to the organisation's own domains pass, and invitations without a copy", () => {
    expect(cc("lead@contoso.example")).toEqual([]);
    expect(cc("lead@contoso.example, mona@contoso.example; ")).toEqual([]);
    expect(judge(ccInternalOnly, ana({}), { internal })).toEqual([]);
    expect(judge(ccInternalOnly, ana({}), {})).toEqual([]);
  });

  it("reports copies that leave the house, also to the guest's own colleagues", () => {
    expect(cc("boss@fabrikam.example")).toEqual([
      expect.stringContaining("the copy of the mail goes to boss@fabrikam.example"),
    ]);
    expect(cc("lead@contoso.example,boss@fabrikam.example")).toHaveLength(1);
  });

  it("lets no copy pass while no own domain is configured", () => {
    expect(cc("lead@contoso.example", {})).toEqual([expect.stringContaining('none is named in "internal"')]);
  });
});

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
    expect(until("2026-12-25")).toEqual([expect.stringContaining("is 31 days ahead, at most 30 are allowed")]);
    expect(until("2026-11-23")).toEqual([expect.stringContaining("has passed")]);
    expect(until("2027-02-30")).toEqual([expect.stringContaining('"2027-02-30" is no date')]);
    expect(until("soon")).toHaveLength(1);
  });

  it("reports a guest without a date; with the official package only outside the component, which keeps the dates", () => {
    expect(until(undefined)).toEqual([expect.stringContaining("no expiry date. Set expires")]);
    const listed: JudgedResource[] = [
      { type: "entra-guests:index:GuestInvitations", name: "partners", props: {} },
      { type: officialInvitation, name: "ana", parent: "partners", props: {} },
    ];
    expect(judge(expiryRequired, ana({}, officialInvitation))).toEqual([
      expect.stringContaining("azuread.Invitation has no"),
    ]);
    expect(judge(expiryRequired, listed)).toEqual([]);
  });
});

describe("through-the-component", () => {
  const component: JudgedResource = { type: "entra-guests:index:GuestInvitations", name: "partners", props: {} };

  it.each([invitation, officialInvitation])("lets %s pass below the component, at any depth", (type) => {
    const between: JudgedResource = { type: "contoso:index:Team", name: "team", parent: "partners", props: {} };
    expect(judge(throughTheComponent, [component, { type, name: "ana", parent: "partners", props: {} }])).toEqual([]);
    expect(judge(throughTheComponent, [component, between, { type, name: "ana", parent: "team", props: {} }])).toEqual(
      [],
    );
  });

  it("says for each package how a raw invitation goes on below the component", () => {
    const raw = (type: string) => judge(throughTheComponent, [component, { type, name: "ana", props: {} }]);
    expect(raw(invitation)).toEqual([
      expect.stringContaining(`the alias "urn:pulumi:prod::guests::${invitation}::ana"`),
    ]);
    expect(raw(officialInvitation)).toEqual([
      expect.stringContaining(`pulumi state delete "urn:pulumi:prod::guests::${officialInvitation}::ana"`),
    ]);
  });

  it("does not take a component of another name, or one that merely follows, for the list", () => {
    const other: JudgedResource = { type: "contoso:index:GuestInvitations", name: "other", props: {} };
    expect(
      judge(throughTheComponent, [other, { type: invitation, name: "ana", parent: "other", props: {} }]),
    ).toHaveLength(1);
  });
});
