import { afterAll, describe, expect, it } from "vitest";
import { figuresOf } from "../../cli/standing/standing-figures.ts";
import { standingAt } from "../support/standing-at-tenant.ts";
import { standingClock, startTestTenant, type TestTenant } from "./tenant-client.ts";

const clock = standingClock();
const now = clock.now();
const tenant: TestTenant = await startTestTenant({ now: clock.now, seedGuests: 400 });
afterAll(() => tenant.remove());

const invited = tenant.users().filter(({ creationType }) => creationType === "Invitation");
const listed = invited.slice(0, 300).map(({ mail }) => ({ email: (mail ?? "").toUpperCase(), expires: "2099-12-31" }));

describe("how 400 guests stand", () => {
  it("is read from the tenant over several pages, with external members, and joined with the list", async () => {
    const more = [{ email: "new@fabrikam.example" }, { email: "left@fabrikam.example", expires: "2020-01-01" }];
    const standing = await standingAt(tenant, { listed: [...listed, ...more], now });
    expect(standing.guests).toHaveLength(404);
    expect(standing).toMatchObject({ organisation: "Contoso", missing: ["new@fabrikam.example"] });
    expect(standing.guests.filter((guest) => guest.listed && guest.expires === "2099-12-31")).toHaveLength(300);
    const figures = figuresOf(standing);
    const pending = invited.filter(({ externalUserState }) => externalUserState === "PendingAcceptance");
    expect(figures).toMatchObject({ total: 404, pending: pending.length, notListed: 104 });
    expect(figures.withoutSponsor).toBe(invited.filter(({ sponsors }) => sponsors.length === 0).length);
    expect(figures.sponsorLeft).toBeGreaterThan(0);
    expect(figures.partners).toHaveLength(9);
  });

  it("costs a handful of requests", async () => {
    tenant.clearRequests();
    await standingAt(tenant, { now });
    const asked = tenant.requests().filter(({ path }) => path.startsWith("/v1.0/") && !path.includes("$batch"));
    expect(asked.length).toBeLessThanOrEqual(4);
  });

  it("has last sign-ins that are unknown without the licence or the permission, and known with both", async () => {
    const unlicensed = await standingAt(tenant, { now });
    expect(unlicensed.signInsUnknown).toContain("Entra ID P1");
    expect(new Set(unlicensed.guests.map(({ lastSignIn }) => lastSignIn))).toEqual(new Set(["unknown"]));

    tenant.rehearse({ premiumLicence: true });
    const denied = await standingAt(tenant, { now, permissions: ["User.Read.All"] });
    expect(denied.signInsUnknown).toContain("AuditLog.Read.All");
    expect(new Set(denied.guests.map(({ lastSignIn }) => lastSignIn))).toEqual(new Set(["unknown"]));

    const known = await standingAt(tenant, { now });
    expect(known).not.toHaveProperty("signInsUnknown");
    const times = known.guests.filter(({ lastSignIn }) => /^\d{4}-/.test(lastSignIn));
    expect(times.length).toBe(invited.filter(({ signInActivity }) => signInActivity !== null).length);
  });

  it("counts from the reset how long a guest waits who has to accept again", async () => {
    const address = "moved@fabrikam.example";
    const id = await tenant.invite(address);
    tenant.accept(address);
    tenant.backdate(address, { invited: 400, accepted: 399 });
    const again = { invitedUserEmailAddress: address, inviteRedirectUrl: "https://myapps.microsoft.com" };
    await tenant.graph("POST", "/invitations", { ...again, invitedUser: { id }, resetRedemption: true });
    const { guests } = await standingAt(tenant, { now });
    const guest = guests.find((one) => one.address === address);
    expect(guest).toMatchObject({ state: "pending", waiting: now.toISOString() });
    expect(guest?.invited.slice(0, 4)).not.toBe(guest?.waiting?.slice(0, 4));
  });

  it("knows with what account a guest redeemed, and a sponsor who is blocked, gone, or a group", async () => {
    const address = "sponsored@fabrikam.example";
    const id = await tenant.invite(address);
    tenant.accept(address);
    tenant.backdate(address, { account: "google.com" });
    const sponsor = async (set: string, object: string) =>
      tenant.graph("POST", `/users/${id}/sponsors/$ref`, {
        "@odata.id": `https://graph.microsoft.com/v1.0/${set}/${object}`,
      });
    const made = async (alias: string) => {
      const user = {
        accountEnabled: true,
        displayName: alias,
        mailNickname: alias,
        userPrincipalName: `${alias}@contoso.example`,
        passwordProfile: { password: "not used here" },
      };
      return (await tenant.graph("POST", "/users", user)).body.id as string;
    };
    const [blocked, gone] = [await made("blocked"), await made("gone")];
    const [group] = (await tenant.graph("GET", "/groups?$filter=displayName eq 'Partners'")).body.value;
    for (const user of [blocked, gone]) expect((await sponsor("users", user)).status).toBe(204);
    expect((await sponsor("groups", group.id)).status).toBe(204);
    await tenant.graph("PATCH", `/users/${blocked}`, { accountEnabled: false });
    await tenant.graph("DELETE", `/users/${gone}`);
    const { guests } = await standingAt(tenant, { now });
    expect(guests.find((guest) => guest.address === address)).toMatchObject({
      account: "google.com",
      state: "accepted",
      sponsors: [
        { name: "blocked", active: false },
        { name: "Partners", active: true },
      ],
    });
  });
});
