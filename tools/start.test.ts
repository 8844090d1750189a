import { expect, it } from "vitest";
import { guestsOf, guestTable } from "./start.ts";

const stack = {
  deployment: {
    resources: [
      { type: "pulumi:pulumi:Stack" },
      {
        type: "entra-guests:index:Invitation",
        inputs: { userEmailAddress: "eve@fabrikam.example", redirectUrl: "https://a.example" },
        outputs: { state: "PendingAcceptance", invitedAt: "2026-11-24T09:00:00.123Z", redeemUrl: "https://secret" },
      },
      {
        type: "entra-guests:index:Invitation",
        outputs: { userEmailAddress: "ana@fabrikam.example", userDisplayName: "Ana", state: "Accepted" },
      },
    ],
  },
};

it("lists the guests of a stack by address, and nothing else of the stack", () => {
  expect(guestsOf(stack).map(({ address, state }) => `${address} ${state}`)).toEqual([
    "ana@fabrikam.example Accepted",
    "eve@fabrikam.example PendingAcceptance",
  ]);
});

it("shows every guest in aligned columns, without the redeem URL", () => {
  const table = guestTable(guestsOf(stack));
  const lines = table.split("\n");
  expect(lines).toHaveLength(4);
  expect(lines[3]).toContain("2026-11-24 09:00:00");
  expect(lines[2]?.indexOf("Accepted")).toBe(lines[3]?.indexOf("PendingAcceptance"));
  expect(table).not.toContain("secret");
});

it("counts what each guest may reach", () => {
  const grant = (type: string) => ({ type, parent: "urn:eve" });
  const [row] = guestsOf({
    deployment: {
      resources: [
        {
          urn: "urn:eve",
          type: "entra-guests:index:Invitation",
          outputs: { userEmailAddress: "eve@fabrikam.example" },
        },
        grant("azuread:index/groupMember:GroupMember"),
        grant("azuread:index/groupMember:GroupMember"),
        grant("azuread:index/appRoleAssignment:AppRoleAssignment"),
        grant("azure-native:authorization:RoleAssignment"),
        { type: "azuread:index/groupMember:GroupMember", parent: "urn:ana" },
      ],
    },
  });
  expect(row?.access).toBe("2 groups, 1 app, 1 Azure role");
});

it("shows an empty list as headings only", () => {
  expect(guestTable(guestsOf({})).split("\n")).toHaveLength(2);
});
