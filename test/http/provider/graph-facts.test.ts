import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Properties } from "../../../provider/pulumi/resource-provider.ts";
import { openProvider, type ProviderAtTenant } from "./provider-at-tenant.ts";

/** What the provider does where the real Graph is not as it seems. The names begin with the rows of what is known of it. */
const ana = "ana@fabrikam.example";
const oneUser = "/\\/v1\\.0\\/users\\/[0-9a-f-]{36}/";

let world: ProviderAtTenant;
beforeEach(async () => {
  world = await openProvider();
});
afterEach(() => world.close());

const find = async (set: string, name: string) =>
  (await world.tenant.graph("GET", `/${set}?$filter=displayName eq '${name}'`)).body.value[0];
const refersTo = (id: string) => ({ "@odata.id": `${world.tenant.url}/v1.0/directoryObjects/${id}` });

/** What a list says that gives a guest a group. */
async function withGroup(): Promise<Properties> {
  return { grants: { groups: [(await find("groups", "Partners")).id] } };
}

describe("[A2] before the resources that give access begin", () => {
  beforeEach(async () => {
    await world.close();
    world = await openProvider({ replicationSeconds: 60 });
  });
  const reads = () =>
    world.tenant
      .requests()
      .filter(({ method, path }) => method === "GET" && new RegExp(oneUser.slice(1, -1)).test(path));

  it("three reads in a row have shown a new guest", async () => {
    await world.run().invite(ana, await withGroup());
    expect(reads().map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it("one read is enough where nothing is given", async () => {
    await world.run().invite(ana);
    expect(reads()).toHaveLength(1);
  });

  it("a read that misses the guest begins the row anew", async () => {
    const { clock, tenant } = world;
    const { wait } = clock;
    // The first pause comes before the first look, the second after it: the next replica does not know the guest.
    let pauses = 0;
    clock.wait = (...args) => {
      pauses += 1;
      if (pauses !== 2) return wait(...args);
      const action = { status: 404, code: "Request_ResourceNotFound" };
      tenant.faults.set([{ match: { method: "GET", path: oneUser }, action, count: 1 }]);
      return wait(...args);
    };
    await world.run().invite(ana, await withGroup());
    expect(reads().map(({ status }) => status)).toEqual([200, 404, 200, 200, 200]);
  });

  it("three reads in a row have shown a restored guest", async () => {
    await world.run().remove(await world.run().invite(ana));
    world.tenant.clearRequests();
    await world.run().invite(ana, await withGroup());
    expect(reads().map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});

describe("[A3] [A7] a guest in a group that holds an application", () => {
  it("loses their own assignment, found on the second page, and the group keeps its", async () => {
    const [partners, orders] = [await find("groups", "Partners"), await find("servicePrincipals", "Contoso Orders")];
    const role = { resourceId: orders.id, appRoleId: orders.appRoles[0].id };
    const admin = world.tenant.graphAs("AppRoleAssignment.ReadWrite.All");
    await admin("POST", `/groups/${partners.id}/appRoleAssignments`, { principalId: partners.id, ...role });
    const apps = [{ resourceObjectId: orders.id, appRoleId: role.appRoleId }];
    const guest = await world.run().invite(ana, { grants: { apps }, onDelete: "keep" });
    await world.tenant.graph("POST", `/groups/${partners.id}/members/$ref`, refersTo(guest.id));
    const own = `/users/${guest.id}/appRoleAssignments`;
    await admin("POST", own, { principalId: guest.id, ...role });
    const held = async (path: string) =>
      (await admin("GET", path)).body.value.map(({ principalId }: { principalId: string }) => principalId);
    expect((await held(own)).filter((id: string) => id === guest.id)).toHaveLength(1);
    const before = await held(`/groups/${partners.id}/appRoleAssignments`);

    const next = `${world.tenant.url}/v1.0${own}`;
    const body = JSON.stringify({ value: [], "@odata.nextLink": next });
    const action = { page: { status: 200, contentType: "application/json", body } };
    world.tenant.faults.set([{ match: { method: "GET", path: `/v1.0${own}` }, action, count: 1 }]);
    await world.run().remove(guest);

    expect((await held(own)).filter((id: string) => id === guest.id)).toEqual([]);
    expect(await held(`/groups/${partners.id}/appRoleAssignments`)).toEqual(before);
  });
});

describe("[A6] an invitation that is refused", () => {
  it.each([
    ["none", /restricts who may invite.*"no one" refuses every invitation/],
    ["adminsAndGuestInviters", /the application needs User\.Invite\.All itself/],
  ] as const)("where the tenant says %s names its settings, not a permission", async (invitesFrom, words) => {
    world.tenant.rehearse({ invitesFrom });
    const run = world.run("User.ReadWrite.All");
    await expect(run.invite(ana)).rejects.toThrow(words);
    await expect(run.invite(ana)).rejects.not.toThrow(/admin consent/);
  });
});

describe("[A7] a cloud without sponsors at the invitation", () => {
  it("gets them afterwards, and one mail goes out", async () => {
    world.tenant.rehearse({ sponsorsAtInvitation: false });
    const guest = await world.run().invite(ana, { sponsors: ["mona@contoso.example"] });
    const { body } = await world.tenant.graph("GET", `/users/${guest.id}/sponsors?$select=id,mail`);
    expect(body.value).toMatchObject([{ mail: "mona@contoso.example" }]);
    expect(world.mails()).toEqual({ [ana]: 1 });
  });
});

describe("[A8] a group as sponsor", () => {
  it("comes with the invitation, is added, and is taken away, by its object id", async () => {
    const [partners, suppliers] = [await find("groups", "Partners"), await find("groups", "Suppliers")];
    const guest = await world.run().invite(ana, { sponsors: [partners.id] });
    const sponsors = async () =>
      (await world.tenant.graph("GET", `/users/${guest.id}/sponsors`)).body.value.map(({ id }: { id: string }) => id);
    expect(await sponsors()).toEqual([partners.id]);
    await world.run().update(guest, { sponsors: [suppliers.id] });
    expect(await sponsors()).toEqual([suppliers.id]);
  });
});

it.each([
  ["group-address@fabrikam.example", /invite its people one by one/],
  ["nobody@contoso.example", /its people are members/],
  ["blocked-by-partner@fabrikam.example", /cross-tenant access settings block the guest's organisation/],
  ["proxy-conflict@fabrikam.example", /Another object of the directory/],
  ["no-target@fabrikam.example", /correct the address/],
])("[A9] [A10] the refusal of %s ends at once and says what to do", async (address, words) => {
  const began = world.clock.now();
  await expect(world.run().invite(address)).rejects.toThrow(words);
  expect(world.clock.now() - began).toBeLessThan(30_000);
  expect(world.tenant.guests()).toEqual([]);
});

it("[A11] a guest who holds a role is refused with the role that it takes", async () => {
  const guest = await world.run().invite(ana);
  world.tenant.rehearse({ roleHolders: [ana] });
  const words = /User Administrator at least/;
  await expect(world.run().update(guest, { department: "Sales" })).rejects.toThrow(words);
  await expect(world.run().update(guest, { accountEnabled: false })).rejects.toThrow(words);
  await expect(world.run().remove(guest)).rejects.toThrow(words);
  expect(world.tenant.guests()).toHaveLength(1);
});

it("[A16] a guest without mail is adopted, and comes back from the recycle bin", async () => {
  world.tenant.rehearse({ guestsHaveMail: false });
  const id = await world.tenant.invite(ana);
  expect(world.tenant.guests()).toMatchObject([{ mail: null, otherMails: [ana] }]);
  const run = world.run();
  expect(await run.writeListDown([ana])).toEqual([ana]);
  expect(await run.invite(ana)).toMatchObject({ id, outputs: { adopted: true } });
  await world.tenant.graph("DELETE", `/users/${id}`);
  expect(await world.run().invite(ana)).toMatchObject({ id, outputs: { adopted: false } });
  expect(world.mails()).toEqual({});
});

describe("[B] what is not settled", () => {
  it("somebody in the recycle bin is never invited", async () => {
    const guest = await world.run().invite(ana);
    await world.run().remove(guest);
    world.tenant.clearRequests();
    expect((await world.run().invite(ana)).id).toBe(guest.id);
    expect(world.tenant.requests().filter(({ path }) => path === "/v1.0/invitations")).toEqual([]);
  });

  it("a new link that ends the one before it is the one in the state and in the mail", async () => {
    world.tenant.rehearse({ newLinkEndsEarlier: true });
    const guest = await world.run().invite(ana, { resend: 1 });
    const again = await world.run().update(guest, { resend: 2 });
    const linkOf = ({ outputs }: typeof guest) => /https:[^"]+/.exec(JSON.stringify(outputs.redeemUrl))?.[0] ?? "";
    const open = async (link: string) => (await world.tenant.send("GET", link.replace(world.tenant.url, ""))).status;
    expect(linkOf(again)).not.toBe(linkOf(guest));
    expect([await open(linkOf(guest)), await open(linkOf(again))]).toEqual([410, 200]);
  });
});

it("[issue 15, 2] the links of a long list are kept for those whom nobody mails", async () => {
  const run = world.run();
  const long = Array.from({ length: 501 }, (_, number) => `guest${number}@fabrikam.example`);
  await run.writeListDown(long);
  const [mailed, silent] = await Promise.all([
    run.invite("guest0@fabrikam.example", { existedBefore: false }),
    run.invite("guest1@fabrikam.example", { existedBefore: false, sendInvitation: false }),
  ]);
  expect(mailed.outputs).not.toHaveProperty("redeemUrl");
  expect(JSON.stringify(silent.outputs.redeemUrl)).toContain(`${world.tenant.url}/redeem`);

  // A refresh forgets nothing, and a new page leads to a new link, which is mailed.
  expect(JSON.stringify((await run.refresh(silent))?.outputs.redeemUrl)).toContain(`${world.tenant.url}/redeem`);
  const updated = await run.update(mailed, { redirectUrl: "https://orders.contoso.example" });
  expect(updated.outputs).not.toHaveProperty("redeemUrl");
  expect(world.mails()).toEqual({ "guest0@fabrikam.example": 2 });
});
