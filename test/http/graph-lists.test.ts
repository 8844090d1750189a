import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestTenant, type TestTenant } from "./tenant-client.ts";

let tenant: TestTenant;
let admin: TestTenant["graph"];
let ids: { guest: string; group: string; application: string };
beforeAll(async () => {
  tenant = await startTestTenant();
  admin = tenant.graphAs("Directory.ReadWrite.All", "User.ReadWrite.All", "AppRoleAssignment.ReadWrite.All");
  const guest = await tenant.invite("ana@fabrikam.example");
  const first = async (set: string, name: string) =>
    (await admin("GET", `/${set}?$filter=${encodeURIComponent(`displayName eq '${name}'`)}`)).body.value[0];
  const group = await first("groups", "Partners");
  const application = await first("servicePrincipals", "Contoso Orders");
  ids = { guest, group: group.id, application: application.id };
  const reference = { "@odata.id": `${tenant.url}/v1.0/directoryObjects/${guest}` };
  await admin("POST", `/groups/${ids.group}/members/$ref`, reference);
  const role = { principalId: guest, resourceId: application.id, appRoleId: application.appRoles[0].id };
  await admin("POST", `/users/${guest}/appRoleAssignments`, role);
  await admin("DELETE", `/users/${await tenant.invite("gone@fabrikam.example")}`);
});
afterAll(() => tenant.remove());

const eventual = { consistencylevel: "eventual" };

/** Every list of objects that the tenant serves. */
const lists: [name: string, path: () => string][] = [
  ["users", () => "/users"],
  ["deleted users", () => "/directory/deletedItems/microsoft.graph.user"],
  ["groups", () => "/groups"],
  ["members of a group", () => `/groups/${ids.group}/members`],
  ["groups of a user", () => `/users/${ids.guest}/memberOf`],
  ["service principals", () => "/servicePrincipals"],
  ["app role assignments of an application", () => `/servicePrincipals/${ids.application}/appRoleAssignedTo`],
  ["app role assignments of a user", () => `/users/${ids.guest}/appRoleAssignments`],
];

describe.each(lists)("a list of %s", (_, path) => {
  const list = (query: string, headers = eventual) => admin("GET", `${path()}?${query}`, undefined, headers);

  it.each(["true", "TRUE", "True"])(
    "is counted by $count=%s in an advanced query, and not without the header",
    async (yes) => {
      const { body } = await list(`$count=${yes}&$top=1`);
      expect(body.value).toHaveLength(1);
      const all = await list("$top=999");
      expect(body["@odata.count"]).toBe(all.body.value.length);
      expect(all.body).not.toHaveProperty("@odata.count");
      const plain = await admin("GET", `${path()}?$count=${yes}`);
      expect(plain.body).not.toHaveProperty("@odata.count");
    },
  );

  it("answers what is selected, whatever its letter case, and refuses what is no property", async () => {
    const { body } = await list("$select=ID");
    expect(Object.keys(body.value[0]).filter((name) => !name.startsWith("@"))).toEqual(["id"]);
    const refused = await list("$select=id,shoeSize");
    expect([refused.status, refused.body.error.message]).toEqual([400, expect.stringContaining("'shoeSize'")]);
  });

  it("refuses what it does not serve, and what no filter may be", async () => {
    const manyIds = Array.from({ length: 16 }, () => `id eq '${crypto.randomUUID()}'`).join(" or ");
    const queries = [
      "$search=x",
      "$skip=1",
      "$expand=manager",
      "$orderby=id",
      "$top=0",
      "$skiptoken=nonsense",
      "$filter=shoeSize eq '44'",
      "$filter=id eq 5",
      "$filter=id gt 'x'",
      "$filter=id eq 'x",
      `$filter=${manyIds}`,
    ];
    for (const query of queries) expect([query, (await list(query)).status]).toEqual([query, 400]);
    expect((await list(`$filter=${manyIds.replace(/ or id eq '[^']*'$/, "")}`)).status).toBe(200);
  });

  it("takes 'not' in an advanced query only", async () => {
    const nobody = encodeURIComponent(`not(id eq '${crypto.randomUUID()}')`);
    expect((await list(`$filter=${nobody}`)).body.error.code).toBe("Request_UnsupportedQuery");
    const { body } = await list(`$filter=${nobody}&$count=true`);
    expect(body.value.length).toBeGreaterThan(0);
    expect(body["@odata.count"]).toBe(body.value.length);
  });
});

it("finds by address the users that a look at all of them finds", async () => {
  const guest = await tenant.invite("Berta.Öz@fabrikam.example");
  await admin("PATCH", `/users/${guest}`, { mail: "berta@new.example", otherMails: ["B@Private.example"] });
  const spellings = [
    "Berta.Öz@fabrikam.example",
    "berta.öz@FABRIKAM.example",
    "BERTA@new.example",
    "b@private.example",
  ];
  const filters = [...spellings, guest, guest.toUpperCase(), "nobody@fabrikam.example"].flatMap((value) => [
    `mail eq '${value}'`,
    `id eq '${value}'`,
    `mail in ('${value}','ana@fabrikam.example')`,
    `otherMails/any(x:x eq '${value}')`,
    `otherMails/any(x:x eq '${value}' or x eq 'nobody')`,
    `otherMails/any(x:startswith(x,'${value.slice(0, 2)}'))`,
    `proxyAddresses/any(p:p eq 'smtp:${value}') or mail eq '${value}'`,
    `userPrincipalName eq '${value}' or userType eq 'Guest'`,
    `userType eq 'Guest' and (mail eq '${value}' or otherMails/any(x:x eq '${value}'))`,
    `accountEnabled eq true and userType eq 'Member'`,
  ]);
  const found = async (filter: string) => {
    const { status, body } = await admin("GET", `/users?$select=id&$filter=${encodeURIComponent(filter)}`);
    expect([filter, status]).toEqual([filter, 200]);
    return body.value.map(({ id }: { id: string }) => id);
  };
  const all = await Promise.all(filters.map(found));
  // Nobody has this name, and it is no address: with it, each user is looked at.
  const looked = await Promise.all(filters.map((filter) => found(`(${filter}) or displayName eq 'nobody'`)));
  expect(all).toEqual(looked);
  for (const value of spellings.slice(2)) {
    const either = `mail eq '${value}' or otherMails/any(x:x eq '${value}')`;
    expect([value, await found(either)]).toEqual([value, [guest]]);
  }
  await admin("DELETE", `/users/${guest}`);
  expect(await found("mail eq 'berta@new.example'")).toEqual([]);
});

it("goes on after the last object of a page, although that one is gone since", async () => {
  const made: string[] = [];
  for (const name of ["One", "Two", "Three"]) {
    const group = { displayName: name, mailNickname: name, mailEnabled: false, securityEnabled: true };
    made.push((await admin("POST", "/groups", group)).body.id);
  }
  const { body } = await admin("GET", "/groups?$top=7");
  expect(body.value.at(-1).id).toBe(made[0]);
  await admin("DELETE", `/groups/${made[0]}`);
  const next = await admin("GET", body["@odata.nextLink"].replace(`${tenant.url}/v1.0`, ""));
  expect(next.body.value.map(({ id }: { id: string }) => id)).toEqual(made.slice(1));
  for (const id of made.slice(1)) await admin("DELETE", `/groups/${id}`);
});

it("selects of each principal what its own type has", async () => {
  await admin("POST", `/groups/${ids.group}/members/$ref`, {
    "@odata.id": `${tenant.url}/v1.0/directoryObjects/${ids.application}`,
  });
  const { body } = await admin("GET", `/groups/${ids.group}/members?$select=userPrincipalName,appId`);
  const selected = (type: string) =>
    body.value.find((member: Record<string, unknown>) => member["@odata.type"] === `#microsoft.graph.${type}`);
  expect(Object.keys(selected("user"))).toEqual(["@odata.type", "userPrincipalName"]);
  expect(Object.keys(selected("servicePrincipal"))).toEqual(["@odata.type", "appId"]);
});

describe("a change of a group", () => {
  it.each([
    ["a property that is none", { shoeSize: "44" }],
    ["a read-only property", { createdDateTime: "2020-01-01T00:00:00Z" }],
    ["what is settled when the group is made", { isAssignableToRole: true }],
    ["a mail-enabled group", { mailEnabled: true }],
    ["no display name", { displayName: null }],
    ["a name that is too long", { displayName: "x".repeat(257) }],
    ["a number for a text", { description: 5 }],
  ])("refuses %s and changes nothing", async (_, changes) => {
    const path = `/groups/${ids.group}`;
    const before = (await admin("GET", path)).body;
    const { status, body } = await admin("PATCH", path, { description: "changed", ...changes });
    expect([status, body.error.code]).toEqual([400, "Request_BadRequest"]);
    expect((await admin("GET", path)).body).toEqual(before);
  });
});
