import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestTenant, type TestTenant } from "./tenant-client.ts";

/** What official programs ask for and the tenant once refused, or answered wrongly in silence: a table of eleven rows. */
let tenant: TestTenant;
let ana: string;
let partners: string;
beforeAll(async () => {
  tenant = await startTestTenant();
  ana = await tenant.invite("ana@fabrikam.example");
  partners = (await tenant.graph("GET", "/groups?$filter=displayName eq 'Partners'")).body.value[0].id;
});
afterAll(() => tenant.remove());

const eventual = { ConsistencyLevel: "eventual" };
const bound = (id: string) => `${tenant.url}/v1.0/directoryObjects/${id}`;

it("[official table 1] az login lists the subscriptions and the tenants", async () => {
  const scope = `${tenant.url}/resource-manager/.default`;
  const token = (await tenant.token({ scope })).body.access_token as string;
  const arm = (path: string) => tenant.send("GET", path, undefined, { authorization: `Bearer ${token}` });
  const { ARM_SUBSCRIPTION_ID: id = "" } = tenant.environment;
  const subscription = { subscriptionId: id, tenantId: tenant.tenantId, state: "Enabled" };
  expect((await arm("/subscriptions?api-version=2022-12-01")).body.value).toMatchObject([subscription]);
  expect((await arm(`/subscriptions/${id}?api-version=2022-12-01`)).body).toMatchObject(subscription);
  expect((await arm("/tenants?api-version=2022-12-01")).body.value).toMatchObject([{ tenantId: tenant.tenantId }]);
  expect((await arm("/subscriptions?api-version=2022-12-01&nonsense=1")).status).toBe(400);
  expect((await tenant.send("GET", "/subscriptions?api-version=2022-12-01")).status).toBe(401);
});

it("[official table 2] azuread.getUser selects its ten properties", async () => {
  const onPremises = [
    "DistinguishedName",
    "DomainName",
    "ImmutableId",
    "SamAccountName",
    "SecurityIdentifier",
    "SyncEnabled",
    "UserPrincipalName",
  ];
  const names = [
    "employeeHireDate",
    "employeeOrgData",
    "imAddresses",
    ...onPremises.map((name) => `onPremises${name}`),
  ];
  const { status, body } = await tenant.graph("GET", `/users/${ana}?$select=${names.join(",")}`);
  expect(status).toBe(200);
  for (const name of names) expect(body[name]).toEqual(name === "imAddresses" ? [] : null);
});

it("[official table 3] a user without a manager has 404 there", async () => {
  const { status, body } = await tenant.graph("GET", `/users/${ana}/manager`);
  expect([status, body.error.code]).toEqual([404, "Request_ResourceNotFound"]);
});

it("[official table 4] azuread.Group asks for the groups of a group, in beta", async () => {
  const token = (await tenant.token()).body.access_token as string;
  const answer = await tenant.send("GET", `/beta/groups/${partners}/memberOf`, undefined, {
    authorization: `Bearer ${token}`,
  });
  expect([answer.status, answer.body.value]).toEqual([200, []]);
});

it("[official table 5] the SDKs write graph.user for microsoft.graph.user", async () => {
  expect((await tenant.graph("GET", "/directory/deletedItems/graph.user")).status).toBe(200);
  expect((await tenant.graph("GET", `/groups/${partners}/members/graph.user`)).body.value).toHaveLength(1);
});

it("[official table 6] $count is a number in text, for whoever asks for an advanced query", async () => {
  const { status, body, headers } = await tenant.graph("GET", "/users/$count", undefined, eventual);
  expect([status, body]).toEqual([200, String(tenant.users().length)]);
  expect(headers.get("content-type")).toContain("text/plain");
  expect((await tenant.graph("GET", "/users/$count?$filter=userType eq 'Guest'", undefined, eventual)).body).toBe("1");
  expect((await tenant.graph("GET", `/groups/${partners}/members/$count`, undefined, eventual)).body).toBe("1");
  expect((await tenant.graph("GET", "/users/$count")).status).toBe(400);
});

it("[official table 7] az ad sp show finds an application by its names", async () => {
  const { body } = await tenant.graph("GET", "/servicePrincipals?$top=1");
  const [{ appId, id }] = body.value;
  const filter = encodeURIComponent(`servicePrincipalNames/any(c:c eq '${appId}')`);
  expect((await tenant.graph("GET", `/servicePrincipals?$filter=${filter}`)).body.value).toMatchObject([{ id }]);
});

it("[official table 11] a slash at the end of a path changes nothing", async () => {
  expect((await tenant.graph("GET", "/users/")).body.value).toHaveLength(tenant.users().length);
});

describe("[official table 8] [official table 9] memberships", () => {
  const admin = () => tenant.graphAs("Group.ReadWrite.All", "User.Read.All");
  const group = (more: Record<string, unknown>) => ({
    displayName: "Inner",
    mailEnabled: false,
    mailNickname: "inner",
    securityEnabled: true,
    ...more,
  });

  it("are checked and listed through groups of groups", async () => {
    const made = await admin()(
      "POST",
      "/groups",
      group({ "members@odata.bind": [bound(ana)], "owners@odata.bind": [bound(tenant.users()[0]?.id ?? "")] }),
    );
    expect(made.status).toBe(201);
    const inner = made.body.id as string;
    expect((await tenant.graph("GET", `/groups/${inner}/owners`)).body.value).toHaveLength(1);
    const added = await admin()("PATCH", `/groups/${partners}`, { "members@odata.bind": [bound(inner)] });
    expect(added.status).toBe(204);
    for (const path of [`/users/${ana}`, `/directoryObjects/${ana}`]) {
      const checked = await tenant.graph("POST", `${path}/checkMemberGroups`, {
        groupIds: [partners, tenant.tenantId],
      });
      expect(checked.body.value).toEqual([partners]);
      const all = await tenant.graph("POST", `${path}/getMemberGroups`, { securityEnabledOnly: false });
      expect(all.body.value.toSorted()).toEqual([inner, partners].toSorted());
    }
    expect((await tenant.graph("GET", `/groups/${inner}/memberOf`)).body.value).toMatchObject([{ id: partners }]);
  });

  it("that cannot be added add nobody and make no group", async () => {
    const before = (await tenant.graph("GET", "/groups")).body.value.length;
    const made = await admin()(
      "POST",
      "/groups",
      group({ "members@odata.bind": [bound(ana), bound(tenant.tenantId)] }),
    );
    expect(made.status).toBe(404);
    expect((await tenant.graph("GET", "/groups")).body.value).toHaveLength(before);
    const many = Array.from({ length: 21 }, () => bound(ana));
    expect((await admin()("PATCH", `/groups/${partners}`, { "members@odata.bind": many })).status).toBe(400);
  });
});

it("getByIds answers objects of every type", async () => {
  const { body } = await tenant.graph("POST", "/directoryObjects/getByIds", { ids: [ana, partners] });
  expect(body.value.map((one: Record<string, string>) => one["@odata.type"])).toEqual([
    "#microsoft.graph.user",
    "#microsoft.graph.group",
  ]);
});
