import { describe, expect, it } from "vitest";
import { ccInternalOnly } from "./cc-internal-only-policy.ts";
import { invitationToken } from "./invitation-properties.ts";
import { type JudgedResource, judge } from "./policy-examples.ts";

const internal = ["contoso.example", "*.contoso.example"];
const ana = (props: Record<string, unknown>): JudgedResource[] => [
  { type: invitationToken, name: "ana", props: { userEmailAddress: "ana@fabrikam.example", ...props } },
];

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
