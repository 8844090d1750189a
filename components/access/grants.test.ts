import type { RoleAssignmentArgs } from "@pulumi/azure-native/authorization/roleAssignment.js";
import type { AppRoleAssignmentArgs } from "@pulumi/azuread/appRoleAssignment.js";
import type { GroupMemberArgs } from "@pulumi/azuread/groupMember.js";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ids, tenantCall } from "../../test/support/made-up-tenant.ts";
import { type RecordedEngine, recordedEngine, settled } from "../../test/support/recorded-engine.ts";
import { GuestInvitations, type GuestInvitationsArgs } from "../index.ts";
import { roleAssignmentName } from "./azure-roles.ts";

const subscription = "0e4c6b1e-0000-4000-8000-000000000001";
const scope = `/subscriptions/${subscription}/resourceGroups/data`;
const reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const ana = "ana@fabrikam.example";
const groupMember = "azuread:index/groupMember:GroupMember";
const appRoleAssignment = "azuread:index/appRoleAssignment:AppRoleAssignment";
const roleAssignment = "azure-native:authorization:RoleAssignment";

const calls: { token: string; inputs: Record<string, unknown> }[] = [];
let engine: RecordedEngine;
beforeEach(async () => {
  calls.length = 0;
  vi.stubEnv("ARM_SUBSCRIPTION_ID", subscription);
  const outputs = (name: string) => ({ userId: `object id of ${name.replace("partners-", "")}` });
  engine = await recordedEngine(outputs, false, (token, inputs) => {
    calls.push({ token, inputs });
    return tenantCall(token, inputs);
  });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function partners(args: Omit<GuestInvitationsArgs, "redirectUrl">): Promise<GuestInvitations> {
  const component = new GuestInvitations("partners", { redirectUrl: "https://myapps.microsoft.com", ...args });
  await settled();
  return component;
}

it("makes a guest a member of a group with exactly the inputs that azuread takes", async () => {
  await partners({ guests: [{ email: ana, groups: ["Partners"] }] });
  const [member] = engine.resources(groupMember);
  expect(member?.inputs).toEqual({
    groupObjectId: ids.partners,
    memberObjectId: `object id of ${ana}`,
  } satisfies GroupMemberArgs);
  expect(member).toMatchObject({ name: `partners-${ana}-group-partners`, version: "6.9.1", createTimeout: "60m" });
  expect(member?.parent).toMatch(/Invitation::partners-ana@fabrikam\.example$/);
});

it.each(["entra-guests", "azuread"] as const)(
  "[official 1] takes access away with engine %s, also from a guest who is left in place",
  async (backend) => {
    await partners({
      engine: backend,
      guests: [{ email: ana, groups: ["Partners"], apps: ["Partner Portal"], azure: [{ role: "Reader", scope }] }],
    });
    const grants = [groupMember, appRoleAssignment, roleAssignment].flatMap((type) => engine.resources(type));
    expect(grants.map(({ retainOnDelete }) => retainOnDelete)).toEqual([false, false, false]);
    expect(engine.invitations().map(({ retainOnDelete }) => retainOnDelete === true)).toEqual([backend === "azuread"]);
  },
);

it.each([
  ["entra-guests", "azuread:index/invitation:Invitation"],
  ["azuread", "entra-guests:index:Invitation"],
] as const)("[official 4] knows what engine %s gives from the time of the other engine", async (backend, other) => {
  await partners({ engine: backend, guests: [{ email: ana, groups: ["Partners"], apps: ["Partner Portal"] }] });
  const former = `urn:pulumi:test::guests::entra-guests:index:GuestInvitations$${other}::partners-${ana}`;
  const grants = [groupMember, appRoleAssignment].flatMap((type) => engine.resources(type));
  expect(grants.map(({ aliases }) => aliases)).toEqual([[former], [former]]);
});

it("knows what was given to a guest under an earlier address, by its own name", async () => {
  const access = { groups: ["Partners"], apps: ["Partner Portal"], azure: [{ role: "Reader", scope }] };
  await partners({ guests: [{ email: "ana@northwind.example", formerly: ana, ...access }] });
  const grants = [groupMember, appRoleAssignment, roleAssignment].flatMap((type) => engine.resources(type));
  expect(grants).toHaveLength(3);
  for (const { name, aliases } of grants) {
    expect(aliases).toContain(name.replace("partners-ana@northwind.example-", `partners-${ana}-`));
  }
});

it("assigns an application with exactly the inputs that azuread takes", async () => {
  const role = { app: "Contoso Orders", role: "order writer" };
  await partners({ guests: [{ email: ana, apps: [role, "Partner Portal"] }] });
  const inputs = engine.resources(appRoleAssignment).map((one) => one.inputs);
  expect(inputs).toHaveLength(2);
  expect(inputs).toContainEqual({
    appRoleId: ids.writer,
    principalObjectId: `object id of ${ana}`,
    resourceObjectId: ids.orders,
  } satisfies AppRoleAssignmentArgs);
  expect(inputs).toContainEqual({
    appRoleId: "00000000-0000-0000-0000-000000000000",
    principalObjectId: `object id of ${ana}`,
    resourceObjectId: ids.portal,
  } satisfies AppRoleAssignmentArgs);
});

it("assigns an Azure role with exactly the inputs that azure-native takes, under a name that is always the same", async () => {
  await partners({ guests: [{ email: ana, azure: [{ role: "reader", scope: "resourceGroups/data/" }] }] });
  const [assignment] = engine.resources(roleAssignment);
  expect(assignment?.inputs).toEqual({
    principalId: `object id of ${ana}`,
    principalType: "User",
    roleAssignmentName: roleAssignmentName({ roleId: reader, role: "", scope, label: "" }, `object id of ${ana}`),
    roleDefinitionId: `/subscriptions/${subscription}/providers/Microsoft.Authorization/roleDefinitions/${reader}`,
    scope,
  } satisfies RoleAssignmentArgs);
  expect(assignment).toMatchObject({ name: `partners-${ana}-azure-reader at resourcegroups/data`, version: "3.28.0" });
  expect(calls).toEqual([]);
});

it("leads a guest to an application's own page, and hands nothing of the access to the invitation", async () => {
  await partners({ guests: [{ email: ana, redirectUrl: { app: ids.ordersApp }, groups: ["Partners"], profiles: [] }] });
  expect(engine.invitations()[0]?.inputs).toMatchObject({ redirectUrl: "https://orders.contoso.example/sign-in" });
  expect(Object.keys(engine.invitations()[0]?.inputs ?? {})).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/groups|apps|azure|profiles|inheritAccess/)]),
  );
});

it("gives access to guests of the engine azuread, too", async () => {
  await partners({ engine: "azuread", guests: [{ email: ana, groups: [ids.suppliers] }] });
  expect(engine.resources(groupMember)[0]?.inputs).toEqual({
    groupObjectId: ids.suppliers,
    memberObjectId: `object id of ${ana}`,
  });
});

it("lets each kind of resource be adjusted", async () => {
  const component = await partners({
    guests: [{ email: ana, groups: ["Partners"], apps: ["Partner Portal"], azure: [{ role: "Reader", scope }] }],
    transform: {
      groupMember: (_args, opts) => {
        opts.protect = true;
      },
      appRoleAssignment: (_args, opts, guest) => {
        opts.protect = guest.email === ana;
      },
      roleAssignment: (args) => {
        args.description = "by hand";
      },
    },
  });
  expect(engine.resources(groupMember)[0]?.protect).toBe(true);
  expect(engine.resources(appRoleAssignment)[0]?.protect).toBe(true);
  expect(engine.resources(roleAssignment)[0]?.inputs).toMatchObject({ description: "by hand" });
  expect(component.nodes.access[ana]?.groups).toHaveLength(1);
});

it("looks up each name once for 1,000 guests", async () => {
  const guests = Array.from({ length: 1000 }, (_, index) => ({ email: `guest${index}@fabrikam.example` }));
  await partners({ guests, groups: ["Partners"], apps: ["Partner Portal"] });
  expect(engine.resources(groupMember)).toHaveLength(1000);
  expect(engine.resources(appRoleAssignment)).toHaveLength(1000);
  expect(calls.map(({ token }) => token.split(":").at(-1)).sort()).toEqual([
    "getGroup",
    "getGroups",
    "getServicePrincipal",
  ]);
}, 60_000);

it("asks whether a role that is given by id exists, once for each subscription", async () => {
  const custom = { role: ids.customRole, scope: "resourceGroups/data" };
  await partners({ guests: [{ email: ana, azure: [custom, { ...custom, scope: "resourceGroups/other" }] }] });
  expect(calls).toEqual([
    expect.objectContaining({ inputs: { roleDefinitionId: ids.customRole, scope: `/subscriptions/${subscription}` } }),
  ]);
  expect(engine.resources(roleAssignment)).toHaveLength(2);
});
