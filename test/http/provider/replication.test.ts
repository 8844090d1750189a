import { afterEach, describe, expect, it } from "vitest";
import { openProvider, type ProviderAtTenant } from "./provider-at-tenant.ts";

const ana = "ana@fabrikam.example";
const lags = [0, 5, 30, 60];

let world: ProviderAtTenant;
afterEach(() => world.close());

describe.each(lags)("with reads that lag by %i s", (replicationLagSeconds) => {
  it("takes back a guest whom a run invited that was cut short moments ago, without a second mail", async () => {
    world = await openProvider({ replicationLagSeconds });
    const first = world.run();
    await first.writeListDown([ana]);
    // The run ends here: the invitation went out, and nothing was recorded.
    const id = await world.tenant.invite(ana, { sendInvitationMessage: true });

    const guest = await world.run().invite(ana, { existedBefore: false });
    expect(guest).toMatchObject({ id, outputs: { adopted: false } });
    expect(world.mails()).toEqual({ [ana]: 1 });
  });

  it("keeps a guest invited moments ago when it refreshes", async () => {
    world = await openProvider({ replicationLagSeconds });
    const id = await world.tenant.invite(ana);
    const invitedAt = new Date(world.clock.now()).toISOString();
    const recorded = {
      id,
      inputs: { userEmailAddress: ana, redirectUrl: "https://myapps.microsoft.com" },
      outputs: { userId: id, invitedAt, adopted: false, state: "PendingAcceptance" },
    };
    expect(await world.run().refresh(recorded)).toMatchObject({ id });
    await world.run().update(recorded, { department: "Sales" });
    expect(world.tenant.guests()).toMatchObject([{ department: "Sales" }]);
  });

  it("brings back a guest who is put on the list again right after leaving it", async () => {
    world = await openProvider({ replicationLagSeconds });
    const first = world.run();
    await first.writeListDown([ana]);
    const guest = await first.invite(ana);
    await world.run().remove(guest);

    const again = world.run();
    expect(await again.writeListDown([ana])).toEqual([]);
    expect(await again.invite(ana)).toMatchObject({ id: guest.id, outputs: { adopted: false } });
    expect(world.tenant.guests().map(({ id }) => id)).toEqual([guest.id]);
    expect(world.mails()).toEqual({ [ana]: 1 });
  });

  it("takes a guest whom somebody else restored moments ago for one who is there", async () => {
    world = await openProvider({ replicationLagSeconds });
    const guest = await world.run().invite(ana);
    await world.run().remove(guest);
    await world.tenant.graph("POST", `/directory/deletedItems/${guest.id}/restore`);
    expect((await world.run().invite(ana)).id).toBe(guest.id);
    expect(world.mails()).toEqual({ [ana]: 1 });
  });
});

it("looks once, and does not wait, where it is told that reads do not lag", async () => {
  world = await openProvider();
  const began = world.clock.now();
  await world.run().invite(ana, { existedBefore: false });
  expect(world.clock.now() - began).toBeLessThan(5_000);
});

it("waits once for a whole list that was cut short, not once for each guest", async () => {
  world = await openProvider({ replicationLagSeconds: 60 });
  const run = world.run();
  const began = world.clock.now();
  await run.invite(ana, { existedBefore: false });
  const first = world.clock.now() - began;
  // What is left is what every new guest takes to appear.
  await run.invite("bo@fabrikam.example", { existedBefore: false });
  expect(first).toBeGreaterThanOrEqual(60_000);
  expect(run.said.join()).toMatch(
    /Looking for ana@fabrikam\.example for up to \d\d s: a run before this one may have invited/,
  );
  expect(world.clock.now() - began - first).toBeLessThan(first - 30_000);
});

it("adopts a guest who was there before and whom the directory did not show, and says that a mail went out", async () => {
  world = await openProvider({ replicationLagSeconds: 300 });
  const id = await world.tenant.invite(ana);
  world.clock.turnForward(200_000);
  const run = world.run();
  expect(await run.writeListDown([ana])).toEqual([]);
  expect(await run.invite(ana)).toMatchObject({ id, outputs: { adopted: true } });
  expect(run.said.join()).toMatch(/was a guest of the tenant before this run .*an invitation went out/);
});

it("gives the link again to whoever gets no mail, when the run that invited was cut short", async () => {
  world = await openProvider();
  await world.tenant.invite(ana);
  const guest = await world.run().invite(ana, { existedBefore: false, sendInvitation: false });
  expect(JSON.stringify(guest.outputs.redeemUrl)).toContain(`${world.tenant.url}/redeem`);
  expect(world.tenant.mails()).toEqual([]);
});

it("adds nobody's guests to its own when the list cannot be looked up: it fails, and nothing is sent", async () => {
  world = await openProvider();
  await world.tenant.invite(ana);
  world.tenant.faults.set([{ match: { path: "/v1.0/" }, action: { status: 503 } }]);
  await expect(world.run().writeListDown([ana])).rejects.toThrow(`Cannot look up ${ana}`);
});
