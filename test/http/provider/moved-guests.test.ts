import { afterEach, describe, expect, it } from "vitest";
import { withoutSecretMarks } from "../../../provider/pulumi/resource-provider.ts";
import { mailsTo } from "../mail-inbox.ts";
import { openProvider, type ProviderAtTenant, type ProviderOptions, type RecordedGuest } from "./provider-at-tenant.ts";

const old = "ana@fabrikam.example";
const ana = "ana@northwind.example";
const moved = { userEmailAddress: ana, formerly: old };
const mailFrom = "invitations@contoso.example";

let world: ProviderAtTenant;
afterEach(() => world.close());

async function open(options: ProviderOptions = {}): Promise<ProviderAtTenant> {
  world = await openProvider(options);
  return world;
}

const linkOf = ({ outputs }: RecordedGuest) => (withoutSecretMarks(outputs) as { redeemUrl?: string }).redeemUrl;

async function userOf({ id }: RecordedGuest) {
  const select = "mail,otherMails,proxyAddresses,userPrincipalName,externalUserState";
  return (await world.tenant.graph("GET", `/users/${id}?$select=${select}`)).body;
}

describe("a guest who gets a new address", () => {
  it.each([true, false])(
    "is the same user, accepts again there and is mailed once (accepted before: %s)",
    async (accepted) => {
      await open();
      const guest = await world.run().invite(old);
      if (accepted) world.tenant.accept(old);
      const { userPrincipalName } = await userOf(guest);
      const run = world.run();
      const after = await run.update(guest, moved);

      expect(world.mails()).toEqual({ [old]: 1, [ana]: 1 });
      expect(await userOf(guest)).toMatchObject({
        mail: ana,
        otherMails: [ana],
        proxyAddresses: [`SMTP:${ana}`],
        userPrincipalName,
        externalUserState: "PendingAcceptance",
      });
      expect(after.outputs).toMatchObject({ userId: guest.id, state: "PendingAcceptance", adopted: false });
      expect(linkOf(after)).toContain("/redeem?");
      expect(linkOf(after)).not.toBe(linkOf(guest));
      expect(run.said.join()).toContain(`${ana} is the new address of ${old}`);
      const { state, stateChangedAt } = after.outputs;
      expect((await world.run().refresh(after))?.outputs).toMatchObject({ state, stateChangedAt });
    },
  );

  it("keeps an address of their own that the list knows nothing of, and loses each earlier one", async () => {
    await open();
    const guest = await world.run().invite(old);
    const otherMails = [old, "ana@home.example", "ana@ancient.example"];
    await world.tenant.graph("PATCH", `/users/${guest.id}`, { otherMails });
    await world.run().update(guest, { userEmailAddress: ana, formerly: ["ana@ancient.example", old] });
    expect((await userOf(guest)).otherMails).toEqual([ana, "ana@home.example"]);
  });

  it("is told from another guest although reads and the service that invites lag", async () => {
    await open({ replicationLagSeconds: 20 });
    const guest = await world.run().invite(old);
    world.tenant.accept(old);
    world.clock.turnForward(30_000);
    const after = await world.run().update(guest, moved);
    expect(world.mails()).toEqual({ [old]: 1, [ana]: 1 });
    expect(after.outputs.state).toBe("PendingAcceptance");
    expect(after.outputs.stateChangedAt).not.toBe(guest.outputs.stateChangedAt);
  });

  it("stays adopted, and one of the stack's own stays its own", async () => {
    await open();
    await world.tenant.invite(old);
    const guest = await world.run().invite(old);
    expect(guest.outputs.adopted).toBe(true);
    const after = await world.run().update(guest, moved);
    expect(after.outputs.adopted).toBe(true);
    await world.run().remove(after);
    expect(world.tenant.guests().map(({ mail }) => mail)).toEqual([ana]);
  });

  it("is mailed by the organisation's own mailbox with the new link, once", async () => {
    await open({ mail: { smtpPort: 0, inboxPort: 0 } });
    const own = { mailFrom, message: { body: "Welcome." } };
    const guest = await world.run().invite(old, own);
    const after = await world.run().update(guest, moved);
    // A run that was cut short before the state knew: the same change again.
    const again = await world.run().update(guest, moved);
    expect(world.mails()).toEqual({ [old]: 1, [ana]: 1 });
    const [mail] = await mailsTo(world.tenant, ana);
    expect(mail?.html).toContain(String(linkOf(after)).replaceAll("&", "&amp;"));
    expect(again.outputs).toMatchObject({
      mailedBy: mailFrom,
      mailedAt: expect.any(String),
      state: "PendingAcceptance",
    });
  });

  it("gets a link and no mail where the list says so", async () => {
    await open();
    const guest = await world.run().invite(old, { sendInvitation: false });
    const after = await world.run().update(guest, moved);
    expect(world.mails()).toEqual({});
    expect(linkOf(after)).toContain("/redeem?");
  });

  it("comes back from the recycle bin for it", async () => {
    await open();
    const guest = await world.run().invite(old);
    await world.tenant.graph("DELETE", `/users/${guest.id}`);
    await world.run().update(guest, moved);
    expect(world.tenant.guests().map(({ id, mail }) => [id, mail])).toEqual([[guest.id, ana]]);
  });
});

describe("a change of address that was cut short", () => {
  it.each([true, false])(
    "after the mail is not mailed again, also after a refresh (accepted before: %s)",
    async (accepted) => {
      await open();
      let guest = await world.run().invite(old);
      if (accepted) world.tenant.accept(old);
      world.clock.turnForward(60_000);
      await world.run().update(guest, moved);
      guest = (await world.run().refresh(guest)) ?? guest;
      const run = world.run();
      const after = await run.update(guest, moved);
      expect(world.mails()).toEqual({ [old]: 1, [ana]: 1 });
      expect(after.outputs.state).toBe("PendingAcceptance");
      expect(run.said.join()).toContain("not mailed again");
    },
  );

  it.each([true, false])("before the mail is mailed by the next run (accepted before: %s)", async (accepted) => {
    await open();
    const guest = await world.run().invite(old);
    if (accepted) world.tenant.accept(old);
    await world.tenant.graph("PATCH", `/users/${guest.id}`, { mail: ana, otherMails: [ana] });
    await world.run().update(guest, moved);
    expect(world.mails()).toEqual({ [old]: 1, [ana]: 1 });
    expect((await userOf(guest)).externalUserState).toBe("PendingAcceptance");
  });

  it("moments ago is not mailed again although reads lag, and the first run waits for nothing", async () => {
    await open({ replicationLagSeconds: 20 });
    const first = world.run();
    await first.writeListDown([old]);
    const guest = await first.invite(old);
    world.clock.turnForward(60_000);
    const second = world.run();
    await second.changeList(first.list(), [ana], [old], { [old]: ana });
    const began = world.clock.now();
    await second.update(guest, moved);
    expect(world.clock.now() - began).toBeLessThan(40_000);
    const after = await world.run().update(guest, moved);
    expect(world.mails()).toEqual({ [old]: 1, [ana]: 1 });
    expect(after.outputs.stateChangedAt).not.toBe(guest.outputs.stateChangedAt);
  });

  it.each(["before", "after"] as const)(
    "by a lost answer (%s the tenant acted) mails once all the same",
    async (reset) => {
      await open({ replicationSeconds: 5 });
      const guest = await world.run().invite(old);
      world.clock.turnForward(60_000);
      world.tenant.faults.set([{ match: { method: "POST", path: "/v1.0/invitations" }, action: { reset }, count: 1 }]);
      const after = await world.run().update(guest, moved);
      expect(world.mails()).toEqual({ [old]: 1, [ana]: 1 });
      expect(linkOf(after)).toContain("/redeem?");
    },
  );
});

describe("a new address is refused before anything is sent", () => {
  it("to a guest with a directory role, for an application, in words that say what to do", async () => {
    await open();
    const guest = await world.run().invite(old);
    world.tenant.rehearse({ roleHolders: [old] });
    await expect(world.run().update(guest, moved)).rejects.toThrow(
      /Cannot give a new address to ana@fabrikam\.example \(now ana@northwind\.example\).*sign in as a person \(az login\)/,
    );
    expect(world.mails()).toEqual({ [old]: 1 });
    expect((await userOf(guest)).mail).toBe(old);
  });

  it("where somebody else has it, who is named", async () => {
    await open();
    const other = await world.tenant.invite(ana);
    const guest = await world.run().invite(old);
    await expect(world.run().update(guest, moved)).rejects.toThrow(new RegExp(`belongs to .*${other}`));
    expect((await userOf(guest)).mail).toBe(old);
  });

  it("to a guest who is disabled, unless the same change enables them", async () => {
    await open();
    const guest = await world.run().invite(old, { accountEnabled: false });
    await expect(world.run().update(guest, moved)).rejects.toThrow(/the guest is disabled/);
    await world.run().update(guest, { ...moved, accountEnabled: true });
    expect(world.mails()).toEqual({ [old]: 1, [ana]: 1 });
  });

  it("to an application that may only invite, naming the permission", async () => {
    await open();
    const guest = await world.run("User.Invite.All").invite(old);
    await expect(world.run("User.Invite.All").update(guest, moved)).rejects.toThrow(/User\.ReadWrite\.All/);
    expect(world.mails()).toEqual({ [old]: 1 });
  });

  it("where the state knows no guest of the earlier one, and the tenant has somebody", async () => {
    await open();
    const id = await world.tenant.invite(old);
    await expect(world.run().invite(ana, { formerly: old })).rejects.toThrow(
      new RegExp(`this guest was ${old} before.*${id}.*List ${old} for one`),
    );
    expect(world.mails()).toEqual({});
  });

  it("by a new guest only where somebody has the earlier one: in an empty tenant they are invited", async () => {
    await open();
    await world.run().invite(ana, { formerly: [old, "ana@ancient.example"] });
    expect(world.mails()).toEqual({ [ana]: 1 });
  });
});

describe("a list whose guest gets a new address", () => {
  const formerly = { [old]: ana };

  it("keeps what it wrote down of them, looks nobody up and lets nobody leave", async () => {
    await open();
    await world.tenant.invite("bo@fabrikam.example");
    const first = world.run();
    await first.writeListDown([old, "bo@fabrikam.example"]);
    const list = await world.run().changeList(first.list(), [ana, "bo@fabrikam.example"], [old], formerly);
    expect(list.outputs).toMatchObject({ present: ["bo@fabrikam.example"], absent: [ana], leavers: [] });
  });

  it("is destroyed without another look, where the run was cut short that gave it", async () => {
    await open();
    await world.tenant.invite(old);
    const first = world.run();
    await first.writeListDown([old]);
    const guest = await first.invite(old);
    const list = await world.run().changeList(first.list(), [ana], [old], formerly);
    await world.run().update(guest, moved);
    const last = world.run();
    await last.remove(guest);
    await last.removeList(list, [old]);
    // Adopted, and in the tenant still.
    expect(world.tenant.guests().map(({ mail }) => mail)).toEqual([ana]);
    expect(last.said.join()).not.toContain("Looking for");
  });
});
