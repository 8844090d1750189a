import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestTenant, type TestTenant } from "./tenant-client.ts";

const defaultAccess = "00000000-0000-0000-0000-000000000000";

let tenant: TestTenant;
beforeAll(async () => {
  tenant = await startTestTenant();
});
afterAll(() => tenant.remove());

async function application(name: string) {
  const filter = encodeURIComponent(`displayName eq '${name}'`);
  return (await tenant.graph("GET", `/servicePrincipals?$filter=${filter}`)).body.value[0];
}

describe("enterprise applications", () => {
  it("are found by name, by application id and by object id, with their roles and pages", async () => {
    const orders = await application("contoso orders");
    expect(orders).toMatchObject({
      displayName: "Contoso Orders",
      loginUrl: "https://orders.contoso.example/sign-in",
      appRoles: [
        { value: "Orders.Read", displayName: "Order reader", isEnabled: true, allowedMemberTypes: ["User"] },
        { value: "Orders.Write" },
      ],
    });
    const byAppId = await tenant.graph("GET", `/servicePrincipals(appId='${orders.appId}')`);
    expect(byAppId.body.id).toBe(orders.id);
    expect((await tenant.graph("GET", `/servicePrincipals/${orders.id}`)).body.appId).toBe(orders.appId);
    const filter = encodeURIComponent(`appId eq '${orders.appId}'`);
    expect((await tenant.graph("GET", `/servicePrincipals?$filter=${filter}`)).body.value).toHaveLength(1);
    expect((await tenant.graph("GET", `/servicePrincipals/${crypto.randomUUID()}`)).status).toBe(404);
  });

  it("are beside them the applications that may sign in", async () => {
    const own = await tenant.graph("GET", `/servicePrincipals(appId='${tenant.environment.ARM_CLIENT_ID}')`);
    expect(own.body.displayName).toBe("Contoso guest list");
  });

  it("are shown to nobody without the permission", async () => {
    expect((await tenant.graphAs("User.Read.All")("GET", "/servicePrincipals")).status).toBe(403);
    expect((await tenant.graphAs("Application.Read.All")("GET", "/servicePrincipals")).status).toBe(200);
  });
});

describe("an assignment", () => {
  async function assign(guestId: string, name: string, appRoleId?: string) {
    const { id, appRoles } = await application(name);
    const body = { principalId: guestId, resourceId: id, appRoleId: appRoleId ?? appRoles[0]?.id ?? defaultAccess };
    return tenant.graph("POST", `/servicePrincipals/${id}/appRoleAssignedTo`, body);
  }

  it("is made once, read from both sides, and removed", async () => {
    const id = await tenant.invite("assigned@fabrikam.example", { invitedUserDisplayName: "Assigned" });
    const made = await assign(id, "Contoso Orders");
    expect(made).toMatchObject({
      status: 201,
      body: {
        principalId: id,
        principalType: "User",
        principalDisplayName: "Assigned",
        resourceDisplayName: "Contoso Orders",
      },
    });
    const twice = await assign(id, "Contoso Orders");
    expect(twice.body.error.message).toBe("Permission being assigned already exists on the object");
    const path = `/servicePrincipals/${made.body.resourceId}/appRoleAssignedTo`;
    expect((await tenant.graph("GET", path)).body.value).toMatchObject([{ id: made.body.id }]);
    expect((await tenant.graph("GET", `/users/${id}/appRoleAssignments`)).body.value).toMatchObject([
      { id: made.body.id },
    ]);
    expect((await tenant.graph("GET", `${path}/${made.body.id}`)).body.appRoleId).toBe(made.body.appRoleId);
    expect((await tenant.graph("DELETE", `${path}/${made.body.id.toLowerCase()}`)).status).toBe(404);
    expect((await tenant.graph("DELETE", `${path}/${made.body.id}`)).status).toBe(204);
    expect((await tenant.graph("DELETE", `${path}/${made.body.id}`)).status).toBe(404);
  });

  it("is for a role that the application has; default access is for applications without roles", async () => {
    const id = await tenant.invite("roles@fabrikam.example");
    const message = "Permission being assigned was not found on application";
    expect((await assign(id, "Contoso Orders", defaultAccess)).body.error.message).toBe(message);
    expect((await assign(id, "Partner Portal", crypto.randomUUID())).body.error.message).toBe(message);
    expect((await assign(id, "Partner Portal")).status).toBe(201);
  });

  it("is for somebody whom the directory has, and of the application in the path", async () => {
    expect((await assign(crypto.randomUUID(), "Partner Portal")).status).toBe(404);
    const [orders, portal] = [await application("Contoso Orders"), await application("Partner Portal")];
    const id = await tenant.invite("wrong@fabrikam.example");
    const body = { principalId: id, resourceId: portal.id, appRoleId: defaultAccess };
    expect((await tenant.graph("POST", `/servicePrincipals/${orders.id}/appRoleAssignedTo`, body)).status).toBe(400);
  });

  it("is made by nobody without the permission", async () => {
    const { id } = await application("Partner Portal");
    const reader = tenant.graphAs("Application.Read.All");
    expect((await reader("GET", `/servicePrincipals/${id}/appRoleAssignedTo`)).status).toBe(200);
    expect((await reader("POST", `/servicePrincipals/${id}/appRoleAssignedTo`, {})).status).toBe(403);
  });

  it("sleeps in the recycle bin with its guest, and goes with them", async () => {
    const id = await tenant.invite("sleeps@fabrikam.example");
    const { body } = await assign(id, "Partner Portal");
    const path = `/servicePrincipals/${body.resourceId}/appRoleAssignedTo/${body.id}`;
    const status = async () => (await tenant.graph("GET", path)).status;
    await tenant.graph("DELETE", `/users/${id}`);
    expect(await status()).toBe(404);
    await tenant.graph("POST", `/directory/deletedItems/${id}/restore`);
    expect(await status()).toBe(200);
    await tenant.graph("DELETE", `/users/${id}`);
    await tenant.graph("DELETE", `/directory/deletedItems/${id}`);
    expect(await status()).toBe(404);
  });
});
