import { describe, expect, it } from "vitest";
import { invitationToken } from "./invitation-properties.ts";
import { type JudgedResource, judge, notYetKnown } from "./policy-examples.ts";
import { officialInvitationType } from "./policy-inputs.ts";
import { sponsorRequired } from "./sponsor-required-policy.ts";

const internal = ["contoso.example", "*.contoso.example"];
const ana = (props: Record<string, unknown>, type: string = invitationToken): JudgedResource[] => [
  { type, name: "ana", props: { userEmailAddress: "ana@fabrikam.example", ...props } },
];

describe("sponsor-required", () => {
  const sponsored = (sponsors: unknown) => judge(sponsorRequired, ana({ sponsors }), { internal });

  it("reports a guest without a sponsor, and says what the official package cannot do", () => {
    expect(judge(sponsorRequired, ana({}), { internal })).toEqual([
      expect.stringContaining("no sponsor. Name a colleague"),
    ]);
    expect(sponsored([])).toHaveLength(1);
    expect(judge(sponsorRequired, ana({}, officialInvitationType), { internal })).toEqual([
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

  it("asks for a group where the settings name some, in any letter case, and waits for sponsors that are not known", () => {
    const [partners, someone] = ["ABCDEF01-2222-3333-4444-555555555555", "11111111-2222-3333-4444-555555555555"];
    const asked = (sponsors: unknown) => judge(sponsorRequired, ana({ sponsors }), { groups: [partners] });
    expect(asked(["lead@contoso.example", partners.toLowerCase()])).toEqual([]);
    expect(asked(["lead@contoso.example", someone])).toEqual([
      `ana@fabrikam.example: no group among the sponsors. Name one of ${partners} beside the person, by its object id.`,
    ]);
    expect(asked(["lead@contoso.example", notYetKnown])).toEqual([]);
    expect(asked([])).toHaveLength(1);
  });

  it("does not judge where sponsors are while no own domain is configured", () => {
    expect(judge(sponsorRequired, ana({ sponsors: ["boss@fabrikam.example"] }), {})).toEqual([]);
  });
});
