import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openProvider, type ProviderAtTenant } from "./provider-at-tenant.ts";

const ana = "ana@fabrikam.example";

let world: ProviderAtTenant;
beforeEach(async () => {
  world = await openProvider();
});
afterEach(() => world.close());

async function invitedByHand(more: Record<string, unknown> = {}): Promise<string> {
  return world.tenant.invite(ana, { sendInvitationMessage: true, ...more });
}

function guests(): Record<string, string> {
  return Object.fromEntries(world.tenant.guests().map(({ mail, id }) => [mail, id]));
}

describe("a guest who was in the tenant before", () => {
  it.each<[state: string, make: (id: string) => Promise<unknown> | unknown, expected: Record<string, unknown>]>([
    ["is still to accept", () => {}, { state: "PendingAcceptance" }],
    ["has accepted", () => world.tenant.accept(ana), { state: "Accepted" }],
    [
      "is disabled",
      (id) => world.tenant.graph("PATCH", `/users/${id}`, { accountEnabled: false }),
      { state: "PendingAcceptance" },
    ],
    [
      "became a member",
      (id) => world.tenant.graph("PATCH", `/users/${id}`, { userType: "Member" }),
      { state: "PendingAcceptance" },
    ],
  ])("and %s is adopted: not mailed, not changed, not removed", async (_, make, expected) => {
    const id = await invitedByHand();
    await make(id);
    const before = world.tenant.users();

    const run = world.run();
    expect(await run.writeListDown([ana])).toEqual([ana]);
    const guest = await run.invite(ana);
    expect(guest.id).toBe(id);
    expect(guest.outputs).toMatchObject({ adopted: true, ...expected });
    await world.run().remove(guest);

    expect(world.tenant.users()).toEqual(before);
    expect(world.mails()).toEqual({ [ana]: 1 });
  });

  it("is told of when disabled, and enabled where that is declared", async () => {
    const id = await invitedByHand();
    await world.tenant.graph("PATCH", `/users/${id}`, { accountEnabled: false });
    const run = world.run();
    await run.invite(ana);
    expect(run.said.join()).toContain("The account is disabled; declare accountEnabled: true to enable it.");
    await run.invite(ana, { accountEnabled: true });
    expect(world.tenant.guests()[0]?.accountEnabled).toBe(true);
  });

  it.each(["adopt", "fail"])(
    "and is known by another mail address is found all the same (existing: %s)",
    async (existing) => {
      const id = await invitedByHand();
      await world.tenant.graph("PATCH", `/users/${id}`, { otherMails: [ana, "a.trujillo@northwind.example"] });
      const invited = world.run().invite("a.trujillo@northwind.example", { existing });
      if (existing === "fail") await expect(invited).rejects.toThrow(`is a guest of the tenant already`);
      else expect((await invited).id).toBe(id);
      expect(world.mails()).toEqual({ [ana]: 1 });
    },
  );

  it("is adopted where the list says that they have to be there (existing: require)", async () => {
    const id = await invitedByHand();
    const run = world.run();
    expect(await run.writeListDown([ana], { required: [ana] })).toEqual([ana]);
    expect(await run.invite(ana, { existing: "require" })).toMatchObject({ id, outputs: { adopted: true } });
    expect(world.mails()).toEqual({ [ana]: 1 });
  });

  it("and is known by a proxy address only is found all the same", async () => {
    const id = await invitedByHand();
    world.tenant.rehearse({ keepsFormerMail: true });
    await world.tenant.graph("PATCH", `/users/${id}`, { mail: "new@fabrikam.example", otherMails: [] });
    expect(world.tenant.guests()[0]).toMatchObject({ mail: "new@fabrikam.example", otherMails: [] });
    expect(world.tenant.guests()[0]?.proxyAddresses.join().toLowerCase()).toContain(`smtp:${ana}`);
    expect(await world.run().invite(ana)).toMatchObject({ id, outputs: { adopted: true } });
    expect(world.mails()).toEqual({ [ana]: 1 });
  });

  it("is owned where the list says so: not mailed, and removed with the list", async () => {
    const id = await invitedByHand();
    const run = world.run();
    await run.writeListDown([ana]);
    const guest = await run.invite(ana, { existing: "own" });
    expect(guest).toMatchObject({ id, outputs: { adopted: false } });
    await world.run().remove(guest);
    expect(guests()).toEqual({});
    expect(world.mails()).toEqual({ [ana]: 1 });
  });

  it("becomes the stack's own when the list says so later, without a mail", async () => {
    await invitedByHand();
    const guest = await world.run().invite(ana);
    const owned = await world.run().update(guest, { existing: "own" });
    expect(owned.outputs.adopted).toBe(false);
    expect(world.mails()).toEqual({ [ana]: 1 });
    await world.run().remove(owned);
    expect(guests()).toEqual({});
  });

  it("and lies in the recycle bin comes back with the same object id, without a mail, and is then the stack's", async () => {
    const id = await invitedByHand();
    await world.tenant.graph("DELETE", `/users/${id}`);
    const guest = await world.run().invite(ana);
    expect(guest).toMatchObject({ id, outputs: { adopted: false } });
    expect(world.mails()).toEqual({ [ana]: 1 });
  });

  it("[case 11] and lies in the recycle bin, known by another mail address only, is restored", async () => {
    const id = await invitedByHand();
    await world.tenant.graph("PATCH", `/users/${id}`, { mail: "new@fabrikam.example", otherMails: [ana] });
    await world.tenant.graph("DELETE", `/users/${id}`);
    expect(await world.run().invite(ana)).toMatchObject({ id });
    expect(world.mails()).toEqual({ [ana]: 1 });
  });

  it("and was purged is invited anew, by one mail", async () => {
    const id = await invitedByHand();
    await world.tenant.graph("DELETE", `/users/${id}`);
    await world.tenant.graph("DELETE", `/directory/deletedItems/${id}`);
    const guest = await world.run().invite(ana);
    expect(guest.id).not.toBe(id);
    expect(world.mails()).toEqual({ [ana]: 2 });
  });
});

describe("a member of the organisation with the address", () => {
  it.each<[string, { mail?: string; userPrincipalName?: string; otherMails?: string[] }]>([
    ["mail", { mail: ana }],
    ["user principal name", { userPrincipalName: "ana@contoso.onmicrosoft.com" }],
    ["another mail address", { otherMails: [ana] }],
  ])("as %s is an error that names both, and nothing is written", async (_, properties) => {
    const { body: member } = await world.tenant.graph("POST", "/users", {
      displayName: "Ana",
      userPrincipalName: "kim@contoso.onmicrosoft.com",
      mailNickname: "kim",
      accountEnabled: true,
      passwordProfile: { password: "not-a-real-1" },
      ...properties,
    });
    const address = properties.userPrincipalName ?? ana;
    const run = world.run();
    await run.writeListDown([address]);
    await expect(run.invite(address)).rejects.toThrow(
      new RegExp(`Cannot look up ${address}: .*${member.userPrincipalName} \\(object id ${member.id}\\), a member`),
    );
    expect(guests()).toEqual({});
    expect(world.tenant.mails()).toEqual([]);
  });
});

describe("two stacks that list the same guest", () => {
  it("leave the guest to the one that invited: the other adopts, and its destroy leaves the guest in place", async () => {
    const [inviting, adopting] = [world.run(), world.run()];
    await inviting.writeListDown([ana]);
    const own = await inviting.invite(ana);
    expect(await adopting.writeListDown([ana])).toEqual([ana]);
    const adopted = await adopting.invite(ana);
    expect(adopted).toMatchObject({ id: own.id, outputs: { adopted: true } });

    await world.run().remove(adopted);
    expect(guests()).toEqual({ [ana]: own.id });

    // The one that invited removes the guest from under the other, which notices and brings the guest back.
    const adoptedAgain = await world.run().invite(ana);
    await world.run().remove(own);
    expect(guests()).toEqual({});
    expect(await world.run().refresh(adoptedAgain)).toBeUndefined();
    expect(await world.run().invite(ana)).toMatchObject({ id: own.id, outputs: { adopted: false } });
    expect(world.mails()).toEqual({ [ana]: 1 });
  });
});

describe("a guest who leaves the list and comes back", () => {
  it("has the same object id and what came with it, and gets no second mail", async () => {
    const first = world.run();
    await first.writeListDown([ana]);
    const guest = await first.invite(ana, { department: "Sales" });
    await world.tenant.accept(ana);
    await world.run().remove(guest);
    expect(guests()).toEqual({});

    world.clock.turnForward(29 * 24 * 3600 * 1000);
    const again = world.run();
    await again.writeListDown([ana]);
    expect((await again.invite(ana)).outputs).toMatchObject({ userId: guest.id, state: "Accepted", adopted: false });
    expect(world.tenant.guests()[0]).toMatchObject({ id: guest.id, department: "Sales" });
    expect(world.mails()).toEqual({ [ana]: 1 });
  });

  it("after more than 30 days is invited anew", async () => {
    const guest = await world.run().invite(ana);
    await world.run().remove(guest);
    world.clock.turnForward(31 * 24 * 3600 * 1000);
    expect((await world.run().invite(ana)).id).not.toBe(guest.id);
    expect(world.mails()).toEqual({ [ana]: 2 });
  });

  it("and was disabled instead of deleted stays disabled until that is declared otherwise", async () => {
    const guest = await world.run().invite(ana, { onDelete: "disable" });
    await world.run().remove(guest);
    expect(world.tenant.guests()[0]?.accountEnabled).toBe(false);
    const again = await world.run().invite(ana, { accountEnabled: true });
    expect(again.id).toBe(guest.id);
    expect(world.tenant.guests()[0]?.accountEnabled).toBe(true);
  });
});

describe("an address whose guest has to be there (existing: require)", () => {
  const [typo, gone] = ["anna@fabrikam.example", "bo@fabrikam.example"];

  it("stops the list where nobody has it, or only somebody in the recycle bin: everybody is named, nobody is mailed", async () => {
    await invitedByHand();
    const boId = await world.tenant.invite(gone);
    await world.tenant.graph("DELETE", `/users/${boId}`);
    const written = world.run().writeListDown([ana, typo, gone, "new@fabrikam.example"], { required: [typo, gone] });
    const { message } = (await written.catch((error) => error)) as Error;
    expect(message).toContain(`${typo} is not a guest of the tenant, and the list says existing: "require"`);
    expect(message).toContain(`${gone} was removed from the tenant and lies in the recycle bin`);
    expect(message).not.toContain("new@");
    expect(world.mails()).toEqual({ [ana]: 1 });
  });

  it("is refused by the invitation alone, too", async () => {
    await expect(world.run().invite(typo, { existing: "require" })).rejects.toThrow("is not a guest of the tenant");
    expect(world.mails()).toEqual({});
  });

  it("stops the list where it belongs to a member of the organisation", async () => {
    const mona = String(world.tenant.users().find(({ userType }) => userType === "Member")?.userPrincipalName);
    await expect(world.run().writeListDown([mona], { required: [mona] })).rejects.toThrow(
      "a member of the organisation",
    );
  });
});

describe("[A4] two addresses of one account", () => {
  const other = "a.trujillo@northwind.example";
  const told = `${other} and ${ana} are addresses of one account`;
  beforeEach(() => world.tenant.rehearse({ homeAccounts: [{ displayName: "Ana", addresses: [ana, other] }] }));

  it("on one list are told, and are one guest of the stack's own until both are gone", async () => {
    const run = world.run();
    await run.writeListDown([ana, other]);
    const [first, second] = await Promise.all([run.invite(ana), run.invite(other)]);
    expect(second.id).toBe(first.id);
    expect([first.outputs.adopted, second.outputs.adopted]).toEqual([false, false]);
    expect(run.said.filter((line) => line.startsWith(told))).toHaveLength(1);
    expect(run.said.join()).not.toContain("another run");

    const shorter = world.run();
    shorter.declare(second);
    await shorter.remove(first);
    expect(world.tenant.guests()).toHaveLength(1);
    await world.run().remove(second);
    expect(world.tenant.guests()).toEqual([]);
  });

  it("are told when the second one comes onto the list, and by each run from then on", async () => {
    const before = world.run();
    await before.writeListDown([ana]);
    const first = await before.invite(ana);
    world.clock.turnForward(3_600_000);

    const run = world.run();
    run.declare(first);
    const second = await run.invite(other);
    expect(second).toMatchObject({ id: first.id, outputs: { adopted: false } });
    expect(run.said.filter((line) => line.startsWith(told))).toHaveLength(1);
    expect(run.said.join()).not.toContain("did not show");

    const next = world.run();
    for (const guest of [first, second]) next.declare(guest);
    expect(next.said).toEqual([expect.stringContaining(told)]);
    await next.remove(second);
    expect(world.tenant.guests()).toHaveLength(1);
  });

  it("are told to an application that may only invite", async () => {
    const run = world.run("User.Invite.All");
    const guests = [await run.invite(ana), await run.invite(other)];
    expect(guests[1]?.id).toBe(guests[0]?.id);
    expect(run.said.join()).toContain(told);
  });

  it("of a guest whom somebody else has invited are told, and the guest is left in place", async () => {
    const id = await invitedByHand();
    const run = world.run();
    expect(await run.writeListDown([other])).toEqual([]);
    const guest = await run.invite(other);
    expect(guest).toMatchObject({ id, outputs: { adopted: true } });
    expect(run.said.join()).toContain(`${other} is another address of the guest ${ana} (object id ${id})`);
    await world.run().remove(guest);
    expect(world.tenant.guests()).toHaveLength(1);
  });

  it("of a guest whom somebody else has invited, and a third one of theirs, leave the guest in place", async () => {
    const third = "ana.trujillo@northwind.example";
    world.tenant.rehearse({ homeAccounts: [{ displayName: "Ana", addresses: [ana, other, third] }] });
    const id = await invitedByHand();
    const run = world.run();
    await run.writeListDown([other, third]);
    const guests = await Promise.all([run.invite(other), run.invite(third)]);
    expect(guests).toMatchObject([
      { id, outputs: { adopted: true } },
      { id, outputs: { adopted: true } },
    ]);
    expect(run.said.join()).toContain("are addresses of one account");
    for (const guest of guests) await world.run().remove(guest);
    expect(world.tenant.guests()).toHaveLength(1);
  });

  it("leave somebody else's guest in place although the run was killed after its invitation", async () => {
    const id = await invitedByHand();
    const killed = world.run();
    await killed.writeListDown([other]);
    const list = killed.list();
    await killed.invite(other);

    await world.run().removeList(list);
    expect(world.tenant.guests()).toMatchObject([{ id }]);

    const again = world.run();
    const guest = await again.invite(other, { existedBefore: false });
    expect(guest.outputs.adopted).toBe(true);
    expect(again.said.join()).toContain(`by another address: ${ana}`);
    await world.run().remove(guest);
    expect(world.tenant.guests()).toHaveLength(1);
  });

  it("have each its own mail from the organisation's mailbox", async () => {
    const run = world.run();
    await run.writeListDown([ana, other]);
    const mailFrom = "invitations@contoso.example";
    for (const address of [ana, other]) await run.invite(address, { mailFrom, message: { body: "Welcome." } });
    expect(world.mails()).toEqual({ [ana]: 1, [other]: 1 });
  });
});
