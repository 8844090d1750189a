import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { standingClock, startTestTenant, type TestTenant } from "./tenant-client.ts";

let tenant: TestTenant;
let admin: TestTenant["graph"];
beforeAll(async () => {
  tenant = await startTestTenant();
  admin = tenant.graphAs("Directory.ReadWrite.All", "RoleManagement.ReadWrite.Directory", "User.ReadWrite.All");
});
afterAll(() => tenant.remove());

async function groupId(name: string): Promise<string> {
  const { body } = await admin("GET", `/groups?$filter=${encodeURIComponent(`displayName eq '${name}'`)}`);
  return body.value[0].id;
}

const reference = (id: string) => ({ "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${id}` });
const names = (body: { value: { displayName: string }[] }) => body.value.map(({ displayName }) => displayName);

describe("groups", () => {
  it("are those of the seed, page after page", async () => {
    const first = await admin("GET", "/groups?$top=3&$count=true", undefined, { consistencylevel: "eventual" });
    expect(first.body["@odata.count"]).toBe(6);
    const next = first.body["@odata.nextLink"].replace(`${tenant.url}/v1.0`, "");
    const second = await admin("GET", next);
    expect([...names(first.body), ...names(second.body)]).toEqual([
      "Partners",
      "Suppliers",
      "Auditors",
      "Helpdesk administrators",
      "Fabrikam people",
      "Warehouse",
    ]);
  });

  it.each([
    ["displayName eq 'partners'", ["Partners"]],
    ["startswith(displayName,'Su')", ["Suppliers"]],
    ["displayName in ('Partners','Auditors')", ["Partners", "Auditors"]],
    ["securityEnabled eq true and isAssignableToRole eq true", ["Helpdesk administrators"]],
    ["mailNickname eq 'auditors' or mailEnabled eq true", ["Auditors"]],
  ])("are found by %s", async (filter, found) => {
    expect(names((await admin("GET", `/groups?$filter=${encodeURIComponent(filter)}`)).body)).toEqual(found);
  });

  it("refuse a filter on what cannot be filtered", async () => {
    expect((await admin("GET", "/groups?$filter=color eq 'red'")).status).toBe(400);
    expect((await admin("GET", "/groups?$filter=mailEnabled ne true")).body.error.code).toBe(
      "Request_UnsupportedQuery",
    );
  });

  it("are made, changed and deleted, and need what Graph needs", async () => {
    const group = { displayName: "New", mailNickname: "new", mailEnabled: false, securityEnabled: true };
    const made = await admin("POST", "/groups", group);
    expect(made).toMatchObject({ status: 201, body: { displayName: "New", securityEnabled: true } });
    const path = `/groups/${made.body.id}`;
    expect((await admin("PATCH", path, { description: "changed" })).status).toBe(204);
    expect((await admin("GET", `${path}?$select=description`)).body).toMatchObject({ description: "changed" });
    expect((await admin("GET", `${path}?$select=description`)).body).not.toHaveProperty("mailNickname");
    expect((await admin("DELETE", path)).status).toBe(204);
    expect((await admin("GET", path)).status).toBe(404);
    expect((await admin("POST", "/groups", { displayName: "x" })).status).toBe(400);
  });
});

describe("members", () => {
  it("join once, are listed with their type, and leave", async () => {
    const id = await tenant.invite("joins@fabrikam.example");
    const members = `/groups/${await groupId("Suppliers")}/members`;
    expect((await tenant.graph("POST", `${members}/$ref`, reference(id))).status).toBe(204);
    const twice = await tenant.graph("POST", `${members}/$ref`, reference(id));
    expect(twice).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining("already exist") } },
    });
    const filter = encodeURIComponent(`id eq '${id}'`);
    const listed = await tenant.graph("GET", `${members}?$filter=${filter}`);
    expect(listed.body.value).toMatchObject([{ "@odata.type": "#microsoft.graph.user", id }]);
    expect(names((await tenant.graph("GET", `/users/${id}/memberOf`)).body)).toEqual(["Suppliers"]);
    expect((await tenant.graph("DELETE", `${members}/${id}/$ref`)).status).toBe(204);
    expect((await tenant.graph("DELETE", `${members}/${id}/$ref`)).status).toBe(404);
    expect((await tenant.graph("GET", `/users/${id}/memberOf`)).body.value).toEqual([]);
  });

  it("may be groups and applications, and everybody in the list names their type", async () => {
    const group = `/groups/${await groupId("Auditors")}`;
    const partners = await groupId("Partners");
    await admin("POST", `${group}/members/$ref`, { "@odata.id": `${tenant.url}/v1.0/groups/${partners}` });
    const { body } = await admin("GET", `${group}/members`);
    expect(body.value).toMatchObject([{ "@odata.type": "#microsoft.graph.group", displayName: "Partners" }]);
    expect((await admin("GET", `${group}/members/microsoft.graph.user`)).body.value).toEqual([]);
    expect((await admin("GET", `${group}/members/$ref`)).body.value).toHaveLength(1);
    await admin("DELETE", `${group}/members/${partners}/$ref`);
  });

  it("are somebody whom the directory has", async () => {
    const members = `/groups/${await groupId("Partners")}/members/$ref`;
    expect((await admin("POST", members, reference(crypto.randomUUID()))).status).toBe(404);
    expect((await admin("POST", members, { "@odata.id": "nonsense" })).status).toBe(400);
    const nowhere = `/groups/${crypto.randomUUID()}/members`;
    expect((await admin("GET", nowhere)).status).toBe(404);
  });

  it("of a role-assignable group need a permission of their own", async () => {
    const id = await tenant.invite("helps@fabrikam.example");
    const members = `/groups/${await groupId("Helpdesk administrators")}/members/$ref`;
    expect((await tenant.graph("POST", members, reference(id))).status).toBe(403);
    expect((await admin("POST", members, reference(id))).status).toBe(204);
  });

  it("are read and changed by nobody without the permission", async () => {
    const inviter = tenant.graphAs("User.Invite.All");
    const reader = tenant.graphAs("GroupMember.Read.All");
    const members = `/groups/${await groupId("Partners")}/members`;
    expect((await inviter("GET", members)).status).toBe(403);
    expect((await reader("GET", members)).status).toBe(200);
    expect((await reader("POST", `${members}/$ref`, reference(crypto.randomUUID()))).status).toBe(403);
    expect((await tenant.graphAs("Group.Read.All")("POST", "/groups", {})).status).toBe(403);
  });
});

describe("a member in the recycle bin", () => {
  it("is not listed, is in the group again when restored, and out of it when purged", async () => {
    const id = await tenant.invite("bin@fabrikam.example");
    const members = `/groups/${await groupId("Partners")}/members`;
    await tenant.graph("POST", `${members}/$ref`, reference(id));
    const isMember = async () =>
      (await admin("GET", members)).body.value.some((member: { id: string }) => member.id === id);

    await tenant.graph("DELETE", `/users/${id}`);
    expect(await isMember()).toBe(false);
    expect((await tenant.graph("DELETE", `${members}/${id}/$ref`)).status).toBe(404);
    await tenant.graph("POST", `/directory/deletedItems/${id}/restore`);
    expect(await isMember()).toBe(true);

    await tenant.graph("DELETE", `/users/${id}`);
    await tenant.graph("DELETE", `/directory/deletedItems/${id}`);
    expect(await isMember()).toBe(false);
  });
});

it("takes no guest whom its reads do not see yet", async () => {
  const clock = standingClock();
  const slow = await startTestTenant({ replicationLagSeconds: 5, now: clock.now });
  try {
    const id = await slow.invite("new@fabrikam.example");
    const { body } = await slow.graph("GET", "/groups?$filter=displayName eq 'Partners'");
    const members = `/groups/${body.value[0].id}/members/$ref`;
    expect((await slow.graph("POST", members, reference(id))).status).toBe(404);
    clock.forward(6);
    expect((await slow.graph("POST", members, reference(id))).status).toBe(204);
  } finally {
    await slow.remove();
  }
});
