import { afterEach, describe, expect, it, vi } from "vitest";
import { openProvider, type ProviderAtTenant, type RecordedGuest, type Run } from "./provider-at-tenant.ts";

const [ana, bo, carla] = ["ana@fabrikam.example", "bo@fabrikam.example", "carla@fabrikam.example"];

let world: ProviderAtTenant;
afterEach(() => world.close());

function guests(): string[] {
  return world.tenant
    .guests()
    .map(({ mail }) => String(mail))
    .sort();
}

/** A run that wrote its list down, invited everybody, and was killed before the state knew all but the first. */
async function killedRun(): Promise<{ list: RecordedGuest; known: RecordedGuest; run: Run }> {
  const run = world.run();
  await run.writeListDown([ana, bo, carla]);
  const known = await run.invite(ana);
  for (const address of [bo, carla]) await world.tenant.invite(address, { sendInvitationMessage: true });
  return { list: run.list(), known, run };
}

describe("[H1] guests whom a killed run invited", () => {
  it.each([0, 30])("are removed with the list, and who was there before stays (lag %i s)", async (lag) => {
    world = await openProvider({ replicationLagSeconds: lag });
    await world.tenant.invite("old@fabrikam.example");
    world.clock.turnForward(100_000);
    const { list, known } = await killedRun();
    const destroy = world.run();
    await destroy.remove(known);
    await destroy.removeList(list);
    expect(guests()).toEqual(["old@fabrikam.example"]);
    expect(destroy.said.join()).toMatch(
      /bo@fabrikam\.example \(object id \S+\) was invited by a run that did not finish/,
    );
  });

  it("are removed when they leave the list, and who stays on it stays", async () => {
    world = await openProvider();
    const { list } = await killedRun();
    await world.run().changeList(list, [ana, bo], []);
    expect(guests()).toEqual([ana, bo]);
  });

  it("are left alone where another list of the run names them", async () => {
    world = await openProvider();
    const { list } = await killedRun();
    const next = world.run();
    next.claims.list("urn:pulumi:test::guests::entra-guests:index:GuestList::others", [carla]);
    await next.changeList(list, [ana, bo], []);
    expect(guests()).toEqual([ana, bo, carla]);
  });

  it.each([
    ["keep", { keep: [bo, carla] }, [true, true]],
    ["disable", { disable: [bo, carla] }, [false, false]],
  ])("are treated as the list says: onDelete %s", async (_, inputs, enabled) => {
    world = await openProvider();
    const { list, known } = await killedRun();
    const destroy = world.run();
    await destroy.remove(known);
    await destroy.removeList({ ...list, inputs: { ...list.inputs, ...inputs } });
    expect(world.tenant.guests().map(({ accountEnabled }) => accountEnabled)).toEqual(enabled);
  });

  it("are named, and the run fails, where the application may not read users or not delete them", async () => {
    world = await openProvider();
    const { list, known } = await killedRun();
    const blind = world.run("User.Invite.All");
    const unreadable = { ...list, outputs: {} };
    await expect(blind.removeList(unreadable)).rejects.toThrow(
      /ana@[\s\S]*unfinished run of this stack may have invited bo@fabrikam\.example[\s\S]*User\.Read\.All[\s\S]*carla@/,
    );
    const reading = world.run("User.Read.All");
    await expect(reading.removeList(list)).rejects.toThrow(/Cannot delete bo@.*403[\s\S]*Cannot delete carla@/);
    expect(guests()).toEqual([ana, bo, carla]);
    await world.run().remove(known);
  });

  it("are told from guests whom somebody took out of the state: these stay, and are named", async () => {
    world = await openProvider();
    const { list } = await killedRun();
    const destroy = world.run();
    await destroy.removeList(list, [ana, bo, carla]);
    expect(guests()).toEqual([ana, bo, carla]);
    expect(destroy.said.join()).toContain(`taken out of the state): ${[ana, bo, carla].join(", ")}`);
    const change = world.run();
    await change.changeList(list, [], [ana, bo, carla]);
    expect(guests()).toEqual([ana, bo, carla]);
  });

  it("cost no request where the last run came to its end", async () => {
    world = await openProvider();
    const run = world.run();
    await run.writeListDown([ana]);
    const known = await run.invite(ana);
    const destroy = world.run();
    await destroy.remove(known);
    world.tenant.clearRequests();
    await destroy.removeList(run.list(), [ana]);
    expect(world.tenant.requests()).toEqual([]);
  });
});

describe("[H1] a removal on a busy machine", () => {
  it("is sent although time goes on between any two lines", async () => {
    world = await openProvider({ replicationLagSeconds: 0 });
    const guest = await world.run().invite(ana);
    let now = Date.now();
    const slow = vi.spyOn(Date, "now").mockImplementation(() => ++now);
    try {
      await world.run().remove(guest);
    } finally {
      slow.mockRestore();
    }
    expect(guests()).toEqual([]);
  });
});

describe("[H4] an answer that is not Graph's", () => {
  const own = { contentType: "text/plain", body: "" };

  it.each([
    ["302", { ...own, status: 302 }],
    ["307", { ...own, status: 307 }],
    ["200 without a body", { ...own, status: 200 }],
    ["200 with JSON", { status: 200, contentType: "application/json", body: "{}" }],
    ["202", { ...own, status: 202 }],
  ])("to a removal is an error: %s", async (_, page) => {
    world = await openProvider();
    const guest = await world.run().invite(ana);
    world.tenant.faults.set([{ match: { method: "DELETE" }, action: { page } }]);
    await expect(world.run().remove(guest)).rejects.toThrow(/Cannot delete ana@.*is there a proxy in between\?/i);
    expect(guests()).toEqual([ana]);
  });

  it("to a removal is an error where the directory still shows the guest afterwards", async () => {
    let isUndone = true;
    world = await openProvider({
      onRequest: async ({ method, path }, moment) => {
        if (method !== "DELETE" || moment !== "done" || !isUndone) return;
        await world.tenant.graph("POST", `/directory/deletedItems/${path.split("/").at(-1)}/restore`);
      },
    });
    const guest = await world.run().invite(ana);
    await expect(world.run().remove(guest)).rejects.toThrow(/Cannot delete ana@.*still shows the guest/);
    isUndone = false;
    await world.run().remove(guest);
    expect(guests()).toEqual([]);
  });

  it.each([302, 200])("to a change or a restore is an error: %i", async (status) => {
    world = await openProvider();
    const guest = await world.run().invite(ana);
    const page = { status, contentType: "text/plain", body: "" };
    world.tenant.faults.set([{ match: { method: "PATCH" }, action: { page } }]);
    await expect(world.run().update(guest, { department: "Sales" })).rejects.toThrow(/Cannot change ana@.*proxy/);
    world.tenant.faults.clear();
    await world.run().remove(guest);
    world.tenant.faults.set([{ match: { method: "POST", path: "/\\/restore/" }, action: { page } }]);
    await expect(world.run().invite(ana)).rejects.toThrow(/Cannot restore ana@.*proxy/);
  });

  it("to an invitation invites nobody", async () => {
    world = await openProvider();
    const page = { status: 302, contentType: "text/plain", body: "" };
    world.tenant.faults.set([{ match: { path: "/v1.0/invitations" }, action: { page } }]);
    await expect(world.run().invite(ana)).rejects.toThrow(/Cannot invite ana@.*302.*proxy/);
  });
});

describe("[case 3] a guest on two lists of one run", () => {
  it.each([0, 3])("gets one mail, and belongs to the stack until both let go (lag %i s)", async (lag) => {
    world = await openProvider({ replicationLagSeconds: lag });
    const run = world.run();
    await run.writeListDown([ana]);
    const [one, other] = await Promise.all([run.invite(ana), run.invite(ana)]);
    expect(one.id).toBe(other.id);
    expect([one.outputs.adopted, other.outputs.adopted]).toEqual([false, false]);
    expect(world.mails()).toEqual({ [ana]: 1 });
  });
});

describe("[M2] a guest whom another run invites at the same time", () => {
  it("is noticed, and told", async () => {
    world = await openProvider();
    const run = world.run();
    await run.writeListDown([ana]);
    await world.tenant.invite(ana);
    world.clock.turnForward(5_000);
    await run.invite(ana);
    expect(run.said.join()).toMatch(/ana@fabrikam\.example became a guest moments before this run/);
  });
});
