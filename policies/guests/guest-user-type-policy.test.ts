import { describe, expect, it } from "vitest";
import { guestUserType } from "./guest-user-type-policy.ts";
import { invitationToken } from "./invitation-properties.ts";
import { type JudgedResource, judge } from "./policy-examples.ts";
import { officialInvitationType } from "./policy-inputs.ts";

const internal = ["contoso.example", "*.contoso.example"];
const ana = (props: Record<string, unknown>, type: string = invitationToken): JudgedResource[] => [
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
    expect(judge(guestUserType, ana({ userType: "Member" }, officialInvitationType), { internal })).toHaveLength(1);
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
