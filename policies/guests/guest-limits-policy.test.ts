import { expect, it } from "vitest";
import { guestLimits } from "./guest-limits-policy.ts";
import { invitationToken } from "./invitation-properties.ts";
import { type JudgedResource, judge, notYetKnown } from "./policy-examples.ts";
import { officialInvitationType } from "./policy-inputs.ts";

function guests(count: number, address: (index: number) => string, type: string = invitationToken): JudgedResource[] {
  return Array.from({ length: count }, (_, index) => ({
    type,
    name: `${type}-${address(index)}-${index}`,
    props: { userEmailAddress: address(index) },
  }));
}

it("lets a stack at its limits pass", () => {
  const full = [1, 2, 3, 4, 5].flatMap((partner) => guests(100, (index) => `g${index}@partner${partner}.example`));
  expect(judge(guestLimits, full)).toEqual([]);
});

it("counts guests of both packages together, and domains in any spelling", () => {
  const many = [
    ...guests(60, (index) => `g${index}@Fabrikam.example`),
    ...guests(41, (index) => `g${index}@fabrikam.EXAMPLE`, officialInvitationType),
  ];
  expect(judge(guestLimits, many)).toEqual([
    expect.stringContaining("101 guests of the stack come from fabrikam.example; the limit for one domain is 100"),
  ]);
});

it("reports the stack as a whole above its limit", () => {
  const spread = guests(501, (index) => `ana@partner${index}.example`);
  expect(judge(guestLimits, spread)).toEqual([expect.stringContaining("The stack holds 501 guests; the limit is 500")]);
});

it("counts guests whose address is not known yet, under no domain", () => {
  const unknowns = guests(4, () => notYetKnown);
  expect(judge(guestLimits, unknowns, { perStack: 3, perDomain: 1 })).toEqual([
    expect.stringContaining("holds 4 guests"),
  ]);
});

it("leaves other resources out of the count", () => {
  expect(
    judge(
      guestLimits,
      guests(9, () => "ana@fabrikam.example", "azuread:index/user:User"),
      { perStack: 0 },
    ),
  ).toEqual([]);
});
