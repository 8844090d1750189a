import { expect, it } from "vitest";
import { guestsOf, guestTable, nextSteps } from "./start.ts";

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
    "ana@fabrikam.example accepted",
    "eve@fabrikam.example pending",
  ]);
});

it("shows every guest in aligned columns, without the redeem URL", () => {
  const table = guestTable(guestsOf(stack));
  const lines = table.split("\n");
  expect(lines).toHaveLength(4);
  expect(lines[3]).toContain("2026-11-24 09:00:00");
  expect(lines[2]?.indexOf("accepted")).toBe(lines[3]?.indexOf("pending"));
  expect(table).not.toContain("secret");
});

const named = "urn:pulumi:local::guests::t::guests-eve@fabrikam.example";
const grant = (type: string, rest: string, parent = named) => ({
  urn: `${named.replace("::t::", `::t$${type}::`)}-${rest}`,
  type,
  parent,
});
const withAccess = {
  deployment: {
    resources: [
      {
        urn: named,
        type: "entra-guests:index:Invitation",
        outputs: {
          userEmailAddress: "eve@fabrikam.example",
          userDisplayName: "Eve Lindqvist of the auditors",
          state: "PendingAcceptance",
          redirectUrl: "https://orders.contoso.example/sign-in",
          invitedAt: "2026-11-24T09:00:00.123Z",
        },
      },
      grant("azuread:index/groupMember:GroupMember", "group-partners"),
      grant("azuread:index/groupMember:GroupMember", "group-of the program"),
      grant("azuread:index/appRoleAssignment:AppRoleAssignment", "app-contoso orders-orders.write"),
      grant("azure-native:authorization:RoleAssignment", "azure-reader at resourcegroups/data"),
      grant("azuread:index/groupMember:GroupMember", "group-partners", "urn:ana"),
    ],
  },
};
const names = {
  mailboxes: [],
  groups: ["Partners"],
  applications: [{ displayName: "Contoso Orders", roles: ["Orders.Write"] }],
};

it("names what each guest may reach, as the list writes it", () => {
  const [row] = guestsOf(withAccess, names);
  expect(row?.access).toBe("Partners, of the program, Contoso Orders (Orders.Write), reader at resourcegroups/data");
});

it.each([80, 120, 240])("fits a terminal of %i columns, and leaves out what matters least", (width) => {
  const lines = guestTable(guestsOf(withAccess, names), width).split("\n");
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(width);
  const [headings = ""] = lines;
  expect(headings).toContain("Access");
  expect(headings.includes("Redirect URL")).toBe(width === 240);
});

it("says whose mail to open next, until everybody has accepted", () => {
  const [eve] = guestsOf(withAccess);
  const others = guestsOf(stack);
  expect(nextSteps([...others, ...(eve ? [eve] : [])])[0]).toBe("Open Eve's mail in the inbox and press Accept.");
  expect(nextSteps(others)[0]).toBe("Open eve@fabrikam.example's mail in the inbox and press Accept.");
  expect(nextSteps([])[0]).toContain("Everybody has accepted.");
});

it("shows an empty list as headings only", () => {
  expect(guestTable(guestsOf({})).split("\n")).toHaveLength(2);
});
