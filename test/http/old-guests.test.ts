import { afterAll, describe, expect, it } from "vitest";
import { TestBrowser } from "./browser-jar.ts";
import { standingClock, startTestTenant, type TestTenant } from "./tenant-client.ts";

const clock = standingClock(new Date("2026-11-26T12:00:00Z"));
const tenant: TestTenant = await startTestTenant({ now: clock.now });
afterAll(() => tenant.remove());

const ana = await tenant.invite("ana@fabrikam.example");
const auditor = tenant.graphAs("User.Read.All", "AuditLog.Read.All");
const activity = (id: string) => `/users/${id}?$select=id,signInActivity`;

describe("signInActivity", () => {
  it("is refused without the permission, and with it where the organisation has no licence", async () => {
    const reader = tenant.graphAs("User.Read.All");
    const codes = async (graph: TestTenant["graph"], path: string) => {
      const { status, body } = await graph("GET", path);
      return [status, body.error?.code];
    };
    for (const path of [activity(ana), "/users?$select=signInActivity&$top=5"]) {
      expect(await codes(reader, path)).toEqual([403, "Authentication_MSGraphPermissionMissing"]);
      const unlicensed = [403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant"];
      expect(await codes(auditor, path)).toEqual(unlicensed);
    }
    tenant.rehearse({ premiumLicence: true });
    expect(await codes(reader, activity(ana))).toEqual([403, "Authentication_MSGraphPermissionMissing"]);
    expect((await auditor("GET", activity(ana))).status).toBe(200);
  });

  it("is absent for a guest who has never signed in, and the time of the last sign-in for one who has", async () => {
    expect((await auditor("GET", activity(ana))).body).not.toHaveProperty("signInActivity");
    tenant.accept("ana@fabrikam.example");
    const { body } = await auditor("GET", activity(ana));
    expect(body.signInActivity).toMatchObject({ lastSuccessfulSignInDateTime: clock.now().toISOString() });
    // Only where it is selected by name.
    expect((await auditor("GET", `/users/${ana}`)).body).not.toHaveProperty("signInActivity");
    const { body: byIds } = await auditor("POST", "/directoryObjects/getByIds", { ids: [ana] });
    expect(byIds.value[0]).not.toHaveProperty("signInActivity");
  });

  it("is answered by object id only, and for at most 500 users a page", async () => {
    const name = encodeURIComponent("ana_fabrikam.example#EXT#@contoso.onmicrosoft.com");
    expect((await auditor("GET", activity(name))).status).toBe(400);
    expect((await auditor("GET", "/users?$select=signInActivity&$top=501")).status).toBe(400);
    expect((await auditor("GET", "/users?$select=signInActivity&$top=500")).status).toBe(200);
  });
});

describe("a guest who is made old", () => {
  const backdate = (body: unknown) =>
    tenant.send("POST", "/_tenant/backdate", JSON.stringify(body), { authorization: `Bearer ${tenant.controlToken}` });

  it("was invited, accepted and was here last so many days ago, with another kind of account", async () => {
    tenant.backdate("ana@fabrikam.example", {
      invited: 400,
      accepted: 390,
      signedIn: 120,
      account: "MicrosoftAccount",
    });
    const select = "createdDateTime,externalUserStateChangeDateTime,identities,signInActivity";
    const { body } = await auditor("GET", `/users/${ana}?$select=${select}`);
    expect(body).toMatchObject({
      createdDateTime: "2025-10-22T12:00:00.000Z",
      externalUserStateChangeDateTime: "2025-11-01T12:00:00.000Z",
      identities: [
        { signInType: "federated", issuer: "MicrosoftAccount", issuerAssignedId: null },
        { signInType: "userPrincipalName", issuer: "contoso.onmicrosoft.com" },
      ],
      signInActivity: { lastSuccessfulSignInDateTime: "2026-07-29T12:00:00.000Z" },
    });
  });

  it("is still in the recycle bin on the 30th day and gone after it", async () => {
    const bo = await tenant.invite("bo@fabrikam.example");
    await tenant.graph("DELETE", `/users/${bo}`);
    expect((await backdate({ email: "bo@fabrikam.example", deleted: 29 })).status).toBe(200);
    expect(tenant.deletedUsers().map(({ id }) => id)).toEqual([bo]);
    expect((await backdate({ email: "bo@fabrikam.example", deleted: 31 })).status).toBe(200);
    expect(tenant.deletedUsers()).toEqual([]);
  });

  it("cannot redeem a link that is older than links are good for", async () => {
    const invitation = {
      invitedUserEmailAddress: "di@fabrikam.example",
      inviteRedirectUrl: "https://myapps.microsoft.com",
    };
    const link = new URL((await tenant.graph("POST", "/invitations", invitation)).body.inviteRedeemUrl);
    const opened = async () => (await new TestBrowser(tenant).get(link.pathname + link.search)).status;
    tenant.backdate("di@fabrikam.example", { invited: 3 });
    expect(await opened()).toBe(200);
    expect((await backdate({ email: "di@fabrikam.example", invited: 400 })).status).toBe(200);
    expect(await opened()).toBe(410);
  });

  it("is refused where nobody has the address, or what is moved has not happened", async () => {
    expect((await backdate({ email: "nobody@fabrikam.example", invited: 3 })).status).toBe(404);
    await tenant.invite("cy@fabrikam.example");
    expect((await backdate({ email: "cy@fabrikam.example", accepted: 3 })).status).toBe(400);
    expect((await backdate({ email: "cy@fabrikam.example", elapsed: 3 })).status).toBe(400);
    expect((await backdate({ email: "mira@contoso.example", invited: 3 })).status).toBe(404);
  });
});

describe("a tenant that begins with 400 guests", () => {
  it("has them from nine domains, in every state, once, and pages through them", async () => {
    const seeded = await startTestTenant({ now: clock.now, seedGuests: 400, rehearsal: { premiumLicence: true } });
    try {
      const guests = seeded.guests();
      expect(guests).toHaveLength(400);
      expect(new Set(guests.map(({ mail }) => mail)).size).toBe(400);
      expect(new Set(guests.map(({ mail }) => mail?.split("@")[1])).size).toBe(9);
      expect(seeded.deletedUsers()).toHaveLength(10);
      expect(seeded.users().filter((user) => user.userType === "Member" && user.creationType)).toHaveLength(4);
      const pending = guests.filter(({ externalUserState }) => externalUserState === "PendingAcceptance");
      expect(pending.length).toBeGreaterThan(20);
      expect(pending.every(({ signInActivity }) => signInActivity === null)).toBe(true);
      expect(guests.filter(({ sponsors }) => sponsors.length === 0).length).toBeGreaterThan(20);
      expect(guests.filter(({ accountEnabled }) => !accountEnabled).length).toBeGreaterThan(3);
      const issuers = new Set(guests.flatMap(({ identities }) => identities.map(({ issuer }) => issuer)));
      expect([...issuers]).toEqual(
        expect.arrayContaining(["ExternalAzureAD", "MicrosoftAccount", "mail", "google.com"]),
      );

      const page = await seeded.graph("GET", "/users?$filter=userType eq 'Guest'&$select=id,signInActivity&$top=300");
      expect(page.body.value).toHaveLength(300);
      expect(page.body["@odata.nextLink"]).toContain("$skiptoken");
    } finally {
      await seeded.remove();
    }
  });

  it("makes the same guests each time, and only once in a data folder", async () => {
    const first = await startTestTenant({ now: clock.now, seedGuests: 40 });
    const names = (one: TestTenant) => one.guests().map(({ mail, createdDateTime }) => `${mail} ${createdDateTime}`);
    const before = names(first);
    await first.close();
    const again = await startTestTenant({ dataDir: first.dataDir, now: clock.now, seedGuests: 40 });
    const other = await startTestTenant({ now: clock.now, seedGuests: 40 });
    try {
      expect(names(again)).toEqual(before);
      expect(names(other)).toEqual(before);
    } finally {
      await again.remove();
      await other.remove();
    }
  });
});
