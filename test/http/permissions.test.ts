import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Permission } from "../../tenant/index.ts";
import { invitation, startTestTenant, type TestTenant } from "./tenant-client.ts";

let tenant: TestTenant;
beforeAll(async () => {
  tenant = await startTestTenant();
});
afterAll(() => tenant.remove());

let guests = 0;

/** What each operation answers when it is allowed, on a guest made for it. */
const operations: Record<string, (graph: TestTenant["graph"]) => Promise<number>> = {
  invite: async (graph) => (await graph("POST", "/invitations", invitation(`new${guests++}@fabrikam.example`))).status,
  "read users": async (graph) => (await graph("GET", "/users")).status,
  "read by ids": async (graph) => (await graph("POST", "/directoryObjects/getByIds", { ids: [await guest()] })).status,
  "read the recycle bin": async (graph) => (await graph("GET", "/directory/deletedItems/microsoft.graph.user")).status,
  "create a user": async (graph) => (await graph("POST", "/users", member(guests++))).status,
  "create a group": async (graph) => {
    const named = { displayName: "New", mailNickname: `new${guests++}` };
    return (await graph("POST", "/groups", { ...named, mailEnabled: false, securityEnabled: true })).status;
  },
  "list sponsors": async (graph) => (await graph("GET", `/users/${await guest()}/sponsors`)).status,
  "add a sponsor": async (graph) => {
    const sponsor = { "@odata.id": `${tenant.url}/v1.0/users/${tenant.users()[0]?.id}` };
    return (await graph("POST", `/users/${await guest()}/sponsors/$ref`, sponsor)).status;
  },
  "change a profile": async (graph) => (await graph("PATCH", `/users/${await guest()}`, { city: "Aarhus" })).status,
  "disable an account": async (graph) =>
    (await graph("PATCH", `/users/${await guest()}`, { accountEnabled: false })).status,
  delete: async (graph) => (await graph("DELETE", `/users/${await guest()}`)).status,
  restore: async (graph) => {
    const id = await guest();
    await tenant.graph("DELETE", `/users/${id}`);
    return (await graph("POST", `/directory/deletedItems/${id}/restore`)).status;
  },
  "read the organisation": async (graph) => (await graph("GET", "/organization")).status,
};

const member = (number: number) => ({
  accountEnabled: true,
  displayName: "New",
  mailNickname: `member${number}`,
  userPrincipalName: `member${number}@contoso.example`,
  passwordProfile: { password: "S3cure-enough-for-a-test" },
});
const guest = () => tenant.invite(`guest${guests++}@fabrikam.example`);

/** Which operations a set of permissions opens; the sources are named in `tenant/http/graph/graph-permissions.ts`. */
const table: [Permission[], string[]][] = [
  [["User.Invite.All"], ["invite"]],
  [["User.Read.All"], ["read users", "read by ids", "read the recycle bin", "list sponsors", "read the organisation"]],
  [["User.EnableDisableAccount.All"], []],
  [
    ["User.EnableDisableAccount.All", "User.Read.All"],
    [
      "read users",
      "read by ids",
      "read the recycle bin",
      "list sponsors",
      "read the organisation",
      "disable an account",
    ],
  ],
  [["User.DeleteRestore.All"], ["restore"]],
  [["User.ReadUpdate.All"], ["change a profile", "disable an account"]],
  [["Organization.Read.All"], ["read the organisation"]],
  [["User.Create"], ["create a user"]],
  [["User.ReadWrite.All"], Object.keys(operations).filter((operation) => operation !== "create a group")],
  [["Group.Create"], ["create a group"]],
  [["Group.ReadWrite.All"], ["create a group"]],
  [
    ["Directory.ReadWrite.All"],
    Object.keys(operations).filter(
      (operation) => !["delete", "restore", "list sponsors", "add a sponsor"].includes(operation),
    ),
  ],
];

describe.each(table)("[A15] an application with %j", (permissions, open) => {
  for (const [operation, attempt] of Object.entries(operations)) {
    const allowed = open.includes(operation);
    it(`${allowed ? "may" : "may not"} ${operation}`, async () => {
      const status = await attempt(tenant.graphAs(...permissions));
      if (allowed) expect(status).toBeLessThan(300);
      // The invitation manager answers 401 where the directory answers 403.
      else expect(status).toBe(operation === "invite" ? 401 : 403);
    });
  }
});

describe("a missing permission", () => {
  it("is told in Graph's words, and nothing is done", async () => {
    const id = await guest();
    const { status, body } = await tenant.graphAs("User.Invite.All")("DELETE", `/users/${id}`);
    expect(status).toBe(403);
    expect(body.error).toMatchObject({
      code: "Authorization_RequestDenied",
      message: "Insufficient privileges to complete the operation.",
    });
    expect((await tenant.graph("GET", `/users/${id}`)).status).toBe(200);
  });

  it("hides what is not the organisation's name from whoever reads users only", async () => {
    const { body } = await tenant.graphAs("User.Read.All")("GET", "/organization");
    expect(body.value).toMatchObject([{ displayName: "Contoso", tenantType: null }]);
  });
});
