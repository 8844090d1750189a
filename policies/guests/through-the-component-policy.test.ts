import { describe, expect, it } from "vitest";
import { invitationToken } from "./invitation-properties.ts";
import { type JudgedResource, judge } from "./policy-examples.ts";
import { officialInvitationType } from "./policy-inputs.ts";
import { throughTheComponent } from "./through-the-component-policy.ts";

describe("through-the-component", () => {
  const component: JudgedResource = { type: "entra-guests:index:GuestInvitations", name: "partners", props: {} };

  it.each([invitationToken, officialInvitationType])("lets %s pass below the component, at any depth", (type) => {
    const between: JudgedResource = { type: "contoso:index:Team", name: "team", parent: "partners", props: {} };
    expect(judge(throughTheComponent, [component, { type, name: "ana", parent: "partners", props: {} }])).toEqual([]);
    expect(judge(throughTheComponent, [component, between, { type, name: "ana", parent: "team", props: {} }])).toEqual(
      [],
    );
  });

  it("says for each package how a raw invitation goes on below the component", () => {
    const raw = (type: string) => judge(throughTheComponent, [component, { type, name: "ana", props: {} }]);
    expect(raw(invitationToken)).toEqual([
      expect.stringContaining(`the alias "urn:pulumi:prod::guests::${invitationToken}::ana"`),
    ]);
    expect(raw(officialInvitationType)).toEqual([
      expect.stringContaining(`pulumi state delete "urn:pulumi:prod::guests::${officialInvitationType}::ana"`),
    ]);
  });

  it("does not take a component of another name, or one that merely follows, for the list", () => {
    const other: JudgedResource = { type: "contoso:index:GuestInvitations", name: "other", props: {} };
    expect(
      judge(throughTheComponent, [other, { type: invitationToken, name: "ana", parent: "other", props: {} }]),
    ).toHaveLength(1);
  });
});
