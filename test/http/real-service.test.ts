import { chmodSync, mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mailsTo } from "./mail-inbox.ts";
import { invitation, standingClock, startTestTenant, type TestTenant } from "./tenant-client.ts";

/** The names begin with the rows of what is known of the real service. */
const ana = "ana@fabrikam.example";
let tenant: TestTenant;
beforeEach(async () => {
  tenant = await startTestTenant();
});
afterEach(() => tenant.remove());

const refersTo = (id: string) => ({ "@odata.id": `${tenant.url}/v1.0/directoryObjects/${id}` });
const invite = (address: string, more = {}) => tenant.graph("POST", "/invitations", invitation(address, more));
const find = async (set: string, name: string) =>
  (await tenant.graph("GET", `/${set}?$filter=displayName eq '${name}'`)).body.value[0];

describe("[A1] the personal message", () => {
  const message = { sendInvitationMessage: true, invitedUserMessageInfo: { customizedMessageBody: "Welcome aboard." } };
  const mailOf = async (address: string, rehearsal: Parameters<TestTenant["rehearse"]>[0], as?: string) => {
    const mailed = await startTestTenant({ mail: { smtpPort: 0, inboxPort: 0 }, rehearsal });
    const headers: Record<string, string> =
      as === undefined ? {} : { authorization: `Bearer ${await mailed.signIn(as)}` };
    const { status, body } = await mailed.graph("POST", "/invitations", invitation(address, message), headers);
    expect([status, body.invitedUserMessageInfo.customizedMessageBody]).toEqual([201, "Welcome aboard."]);
    const [mail] = await mailsTo(mailed, address);
    await mailed.remove();
    return `${mail?.text}${mail?.html}`;
  };

  it("of an application is echoed and left out of Microsoft's mail", async () => {
    expect(await mailOf(ana, {})).not.toContain("Welcome aboard.");
  });

  it("of an application arrives where a rehearsal wants it", async () => {
    expect(await mailOf(ana, { applicationsMessageArrives: true })).toContain("Welcome aboard.");
  });

  it("of a person who has signed in arrives, in that person's name", async () => {
    const mail = await mailOf(ana, {}, "mira@contoso.example");
    expect(mail).toContain("Welcome aboard.");
    expect(mail).toContain("Mira Holt has invited you");
  });
});

it("[A2] writes do not find a young guest for as long as they lag, although reads do", async () => {
  const clock = standingClock();
  const lagging = await startTestTenant({ now: clock.now, rehearsal: { writeLagSeconds: 5 } });
  const id = await lagging.invite(ana);
  const group = (await lagging.graph("GET", "/groups")).body.value[0].id;
  const mira = lagging.users()[0]?.id ?? "";
  const ref = (one: string) => ({ "@odata.id": `${lagging.url}/v1.0/directoryObjects/${one}` });
  const writes = async () =>
    Promise.all([
      lagging.graph("PATCH", `/users/${id}`, { jobTitle: "Buyer" }),
      lagging.graph("POST", `/users/${id}/sponsors/$ref`, ref(mira)),
      lagging.graph("POST", `/groups/${group}/members/$ref`, ref(id)),
    ]);
  expect((await lagging.graph("GET", `/users/${id}`)).status).toBe(200);
  for (const { status, body } of [...(await writes()), await lagging.graph("DELETE", `/users/${id}`)]) {
    expect([status, body.error.code]).toEqual([404, "Directory_ObjectNotFound"]);
  }
  clock.forward(5);
  expect((await writes()).map(({ status }) => status)).toEqual([204, 204, 204]);
  await lagging.remove();
});

it("[A3] a guest's app role assignments hold those of their groups, and deleting one takes it from the group", async () => {
  const id = await tenant.invite(ana);
  const partners = await find("groups", "Partners");
  const orders = await find("servicePrincipals", "Contoso Orders");
  await tenant.graph("POST", `/groups/${partners.id}/members/$ref`, refersTo(id));
  const own = { principalId: id, resourceId: orders.id, appRoleId: orders.appRoles[0].id };
  await tenant.graph("POST", `/users/${id}/appRoleAssignments`, own);
  const list = async () => (await tenant.graph("GET", `/users/${id}/appRoleAssignments`)).body.value;
  const all = await list();
  expect(all.map(({ principalId }: { principalId: string }) => principalId).toSorted()).toEqual(
    [id, partners.id].toSorted(),
  );
  const ofGroup = all.find(({ principalId }: { principalId: string }) => principalId === partners.id);
  expect((await tenant.graph("DELETE", `/users/${id}/appRoleAssignments/${ofGroup.id}`)).status).toBe(204);
  expect((await tenant.graph("GET", `/groups/${partners.id}/appRoleAssignments`)).body.value).toEqual([]);
  expect(await list()).toHaveLength(1);
});

describe("[A4] two addresses of one account", () => {
  it("are one guest, who has both", async () => {
    tenant.rehearse({ homeAccounts: [{ displayName: "Ana Silva", addresses: [ana, "a.silva@fabrikam.example"] }] });
    const id = await tenant.invite(ana);
    expect(await tenant.invite("A.Silva@fabrikam.example")).toBe(id);
    const { body } = await tenant.graph("GET", `/users/${id}?$select=mail,otherMails,proxyAddresses`);
    expect(body).toMatchObject({
      mail: ana,
      otherMails: [ana, "A.Silva@fabrikam.example"],
      proxyAddresses: [`SMTP:${ana}`, "smtp:A.Silva@fabrikam.example"],
    });
  });

  it("are in the seed", async () => {
    const id = await tenant.invite("rosa.marquez@adventure-works.example");
    expect(await tenant.invite("rosa@adventure-works.example")).toBe(id);
  });
});

it("[A5] accepting brings the guest's own name", async () => {
  tenant.rehearse({ homeAccounts: [{ displayName: "Ana Silva (Fabrikam)", addresses: [ana] }] });
  await tenant.invite(ana, { invitedUserDisplayName: "Ana" });
  await tenant.invite("bo@fabrikam.example", { invitedUserDisplayName: "Bo" });
  tenant.accept(ana);
  const control = { authorization: `Bearer ${tenant.controlToken}`, "content-type": "application/json" };
  const body = JSON.stringify({ email: "bo@fabrikam.example", displayName: "B. Olsen" });
  expect((await tenant.send("POST", "/_tenant/accept", body, control)).status).toBe(200);
  expect(tenant.guests().map(({ displayName }) => displayName)).toEqual(["Ana Silva (Fabrikam)", "B. Olsen"]);
});

describe("[A6] who may invite", () => {
  it("is told to an application without the permission by 401", async () => {
    const { status, body } = await tenant.graphAs("User.Read.All")("POST", "/invitations", invitation(ana));
    expect([status, body.error.code]).toEqual([401, "Unauthorized"]);
    expect(body.error.message).toContain("ControllerName=MSGraphInviteAPI, ActionName=CreateInvite");
  });

  it.each([
    ["none", [403, 403, 403]],
    ["adminsAndGuestInviters", [201, 403, 403]],
    ["adminsGuestInvitersAndAllMembers", [201, 403, 201]],
    ["everyone", [201, 201, 201]],
  ] as const)("with '%s' depends on the permission", async (allowInvitesFrom, statuses) => {
    const admin = tenant.graphAs("Policy.ReadWrite.Authorization");
    expect((await admin("PATCH", "/policies/authorizationPolicy", { allowInvitesFrom })).status).toBe(204);
    const policy = await tenant.graphAs("Policy.Read.All")("GET", "/policies/authorizationPolicy");
    expect(policy.body).toMatchObject({ allowInvitesFrom, guestUserRoleId: expect.any(String) });
    const person = { authorization: `Bearer ${await tenant.signIn("mira@contoso.example")}` };
    const answers = [
      await tenant.graphAs("User.Invite.All")("POST", "/invitations", invitation("one@fabrikam.example")),
      await tenant.graphAs("User.ReadWrite.All")("POST", "/invitations", invitation("two@fabrikam.example")),
      await tenant.graph("POST", "/invitations", invitation("three@fabrikam.example"), person),
    ];
    expect(answers.map(({ status }) => status)).toEqual(statuses);
    const refused = answers.find(({ status }) => status === 403);
    if (refused) expect(refused.body.error.message).toContain("Guest invitations not allowed for your company");
  });
});

it("[A7] national clouds have no sponsors at the invitation", async () => {
  tenant.rehearse({ sponsorsAtInvitation: false });
  const { status, body } = await invite(ana, { invitedUserSponsors: [{ id: tenant.users()[0]?.id }] });
  expect(status).toBe(400);
  expect(body.error.message).toContain("invitedUserSponsors");
});

it("[A8] a sponsor is a user or a group, and five are the most", async () => {
  const partners = await find("groups", "Partners");
  const id = await tenant.invite(ana, { invitedUserSponsors: [{ id: partners.id }] });
  const sponsors = async () => (await tenant.graph("GET", `/users/${id}/sponsors`)).body.value;
  expect(await sponsors()).toMatchObject([{ "@odata.type": "#microsoft.graph.group", id: partners.id }]);
  const others = tenant
    .users()
    .filter(({ userType }) => userType === "Member")
    .slice(0, 5);
  const statuses = [];
  for (const user of others)
    statuses.push((await tenant.graph("POST", `/users/${id}/sponsors/$ref`, refersTo(user.id))).status);
  expect(statuses).toEqual([204, 204, 204, 204, 400]);
});

it.each([
  ["nobody@contoso.example", 400, /verified domain/],
  ["group-address@fabrikam.example", 400, /^Group email address is not supported/],
  ["plus+sign@fabrikam.example", 400, /^The Primary SMTP Address is an invalid value/],
  ["blocked-by-partner@fabrikam.example", 400, /blocked by cross-tenant access settings/],
  ["proxy-conflict@fabrikam.example", 400, /proxyAddresses/],
  ["no-target@fabrikam.example", 500, /^Unable to find target address$/],
])("[A9] [A10] %s is refused each time", async (address, status, words) => {
  for (const _ of [1, 2]) {
    const answer = await invite(address);
    expect(answer.status).toBe(status);
    expect(answer.body.error.message).toMatch(words);
  }
  expect(tenant.guests()).toEqual([]);
});

describe("[A11] a guest who holds a role", () => {
  const attempts = async (id: string, headers = {}) => [
    (await tenant.graph("PATCH", `/users/${id}`, { jobTitle: "Buyer" }, headers)).status,
    (await tenant.graph("PATCH", `/users/${id}`, { accountEnabled: true }, headers)).status,
    (await tenant.graph("DELETE", `/users/${id}`, undefined, headers)).status,
  ];

  it("by a group is not changed or deleted by an application, whatever it holds", async () => {
    const id = await tenant.invite(ana);
    const group = await find("groups", "Helpdesk administrators");
    const admin = tenant.graphAs("Group.ReadWrite.All", "RoleManagement.ReadWrite.Directory");
    await admin("POST", `/groups/${group.id}/members/$ref`, refersTo(id));
    expect(await attempts(id)).toEqual([403, 403, 403]);
    const reset = await invite("new@fabrikam.example", { resetRedemption: true, invitedUser: { id } });
    expect([reset.status, reset.body.error.code]).toEqual([403, "Authorization_RequestDenied"]);
  });

  it("by themselves is changed by a person, and restored by a person only", async () => {
    tenant.rehearse({ roleHolders: [ana] });
    const id = await tenant.invite(ana);
    expect(await attempts(id)).toEqual([403, 403, 403]);
    const person = { authorization: `Bearer ${await tenant.signIn("mira@contoso.example")}` };
    expect(await attempts(id, person)).toEqual([204, 204, 204]);
    const path = `/directory/deletedItems/${id}/restore`;
    expect((await tenant.graph("POST", path)).status).toBe(403);
    expect((await tenant.graph("POST", path, undefined, person)).status).toBe(200);
  });
});

it.each(["Fabrikam people", "Warehouse"])("[A12] %s takes no member by hand", async (name) => {
  const id = await tenant.invite(ana);
  const group = await find("groups", name);
  expect(group.groupTypes.includes("DynamicMembership") || group.onPremisesSyncEnabled).toBe(true);
  const added = await tenant.graph("POST", `/groups/${group.id}/members/$ref`, refersTo(id));
  expect(added.status).toBe(400);
  const admin = tenant.graphAs("Group.ReadWrite.All");
  const bound = await admin("PATCH", `/groups/${group.id}`, { "members@odata.bind": [refersTo(id)["@odata.id"]] });
  expect(bound.status).toBe(400);
});

it("[A15] an application updates users with User.ReadUpdate.All, and reads a user's roles only with the right permission", async () => {
  const id = await tenant.invite(ana);
  const updater = tenant.graphAs("User.ReadUpdate.All");
  expect((await updater("PATCH", `/users/${id}`, { city: "Aarhus" })).status).toBe(204);
  expect((await updater("DELETE", `/users/${id}`)).status).toBe(403);
  const roles = `/users/${id}/appRoleAssignments`;
  expect((await tenant.graphAs("Application.Read.All")("GET", roles)).status).toBe(403);
  expect((await tenant.graphAs("Directory.Read.All")("GET", roles)).status).toBe(200);
});

it("[A16] guests may have no mail, live and in the recycle bin, and are found by otherMails", async () => {
  tenant.rehearse({ guestsHaveMail: false });
  const id = await tenant.invite(ana);
  const filter = `?$select=id,mail&$filter=${encodeURIComponent(`otherMails/any(x:x eq '${ana}')`)}`;
  expect((await tenant.graph("GET", `/users${filter}`)).body.value).toEqual([{ id, mail: null }]);
  expect(await tenant.invite(ana)).toBe(id);
  await tenant.graph("DELETE", `/users/${id}`);
  const bin = await tenant.graph("GET", `/directory/deletedItems/microsoft.graph.user${filter}`);
  expect(bin.body.value).toEqual([{ id, mail: null }]);
});

it("[A17] a usage location is a country's code", async () => {
  const id = await tenant.invite(ana);
  const set = (usageLocation: string) => tenant.graph("PATCH", `/users/${id}`, { usageLocation });
  expect((await set("UK")).status).toBe(400);
  expect((await set("EU")).status).toBe(400);
  expect((await set("GB")).status).toBe(204);
});

describe("what Microsoft does not say", () => {
  it("[B] a second invitation may send no mail", async () => {
    tenant.rehearse({ secondInvitationMails: false });
    for (const _ of [1, 2]) await tenant.invite(ana, { sendInvitationMessage: true });
    expect(tenant.mails()).toHaveLength(1);
  });

  it("[B] a new link may end the one before it", async () => {
    const [first, second] = [(await invite(ana)).body.inviteRedeemUrl, (await invite(ana)).body.inviteRedeemUrl];
    const open = async (link: string) => (await tenant.send("GET", link.replace(tenant.url, ""))).status;
    expect(await open(first)).toBe(200);
    tenant.rehearse({ newLinkEndsEarlier: true });
    expect([await open(first), await open(second)]).toEqual([410, 200]);
  });
});

it("a rehearsal is changed over HTTP, and what it does not know is refused", async () => {
  const control = { authorization: `Bearer ${tenant.controlToken}`, "content-type": "application/json" };
  const patch = (body: unknown) => tenant.send("PATCH", "/_tenant/rehearsal", JSON.stringify(body), control);
  expect((await patch({ termsOfUse: true })).body).toMatchObject({ termsOfUse: true, invitesFrom: "everyone" });
  expect((await patch({ invitesFrom: "none" })).body).toMatchObject({ termsOfUse: true, invitesFrom: "none" });
  expect((await patch({ nonsense: 1 })).status).toBe(400);
});

describe("[low] an attack on the tenant", () => {
  it("3,000 parentheses in a filter are a mistake of the caller", async () => {
    for (const filter of [`${"(".repeat(3000)}mail eq 'a'${")".repeat(3000)}`, `${"not ".repeat(1200)}mail eq 'a'`]) {
      const { status } = await tenant.graph("GET", `/users?$filter=${encodeURIComponent(filter)}`);
      expect(status).toBe(400);
    }
  });

  it.each([
    "https://portal.example/\r\nSet-Cookie: a=b",
    "https://portal.example/\tx",
    "https://portal.example/\u0000",
  ])("%j as a redirect URL is refused", async (inviteRedirectUrl) => {
    expect((await invite(ana, { inviteRedirectUrl })).status).toBe(400);
  });

  it("the data folder is for its owner alone, whoever made it", async () => {
    const dataDir = mkdtempSync(path.join(tmpdir(), "tenant-"));
    chmodSync(dataDir, 0o755);
    const started = await startTestTenant({ dataDir });
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    await started.remove();
  });
});
