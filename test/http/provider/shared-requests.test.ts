import { afterEach, describe, expect, it } from "vitest";
import type { LoggedRequest, User } from "../../../tenant/index.ts";
import { openProvider, type ProviderAtTenant, type RecordedGuest } from "./provider-at-tenant.ts";

let world: ProviderAtTenant;
afterEach(() => world.close());

/** Does something with each, as many at a time as the engine does. */
async function sideBySide<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>, workers = 16) {
  const results: Result[] = [];
  const next = items.entries();
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (const [index, item] of next) results[index] = await work(item);
    }),
  );
  return results;
}

/** The HTTP requests to Graph; what is inside a batch is none. */
function graphRequests(): LoggedRequest[] {
  return world.tenant.requests().filter(({ path, batch }) => path.startsWith("/v1.0/") && batch === undefined);
}

const inputsOf = (address: string) => ({ userEmailAddress: address, redirectUrl: "https://myapps.microsoft.com" });

function recorded({ id, mail, createdDateTime: invitedAt }: User): RecordedGuest {
  const inputs = inputsOf(mail ?? "");
  return { id, inputs, outputs: { ...inputs, userId: id, invitedAt, adopted: false, state: "PendingAcceptance" } };
}

describe("a refresh", () => {
  it("[4] reads 1,000 guests with at most 64 requests, and misses nobody", async () => {
    world = await openProvider({ seedGuests: 1000 });
    const guests = world.tenant.guests().slice(0, 1000).map(recorded);
    const [gone, moved, changed] = guests as [RecordedGuest, RecordedGuest, RecordedGuest];
    await world.tenant.graph("DELETE", `/users/${gone.id}`);
    await world.tenant.graph("PATCH", `/users/${moved.id}`, { mail: "elsewhere@fabrikam.example" });
    await world.tenant.graph("PATCH", `/users/${changed.id}`, { department: "Sales" });
    changed.inputs.department = "Purchasing";
    world.tenant.clearRequests();

    const run = world.run();
    await run.readList(guests.map(({ inputs }) => String(inputs.userEmailAddress)));
    const read = await sideBySide(guests, (guest) => run.refresh(guest));

    expect(read[0]).toBeUndefined();
    expect(read[2]?.inputs).toMatchObject({ department: "Sales" });
    expect(read.slice(1).map((one) => one?.id)).toEqual(guests.slice(1).map(({ id }) => id));
    expect(graphRequests().length).toBeLessThanOrEqual(64);
  });

  it("looks the next guests up while it sees to those before", async () => {
    world = await openProvider({ seedGuests: 400 });
    const guests = world.tenant.guests().slice(0, 400).map(recorded);
    const addresses = guests.map(({ inputs }) => String(inputs.userEmailAddress));
    world.tenant.clearRequests();

    const run = world.run();
    await run.readList(addresses);
    await run.refresh(guests[0] as RecordedGuest);

    const last = encodeURIComponent(addresses.at(-1) ?? "");
    await expect.poll(() => world.tenant.requests().some(({ path }) => path.includes(last))).toBe(true);
  });

  it("reads each guest anew the second time", async () => {
    world = await openProvider();
    const run = world.run();
    const guest = await run.invite("ana@fabrikam.example");
    await run.readList(["ana@fabrikam.example"]);
    expect((await run.refresh(guest))?.outputs.state).toBe("PendingAcceptance");
    world.tenant.accept("ana@fabrikam.example");
    expect((await run.refresh(guest))?.outputs.state).toBe("Accepted");
  });
});

describe("a removal", () => {
  it("[4] is looked for together with the others, not guest by guest", async () => {
    world = await openProvider({ seedGuests: 300, replicationLagSeconds: 5 });
    world.clock.turnForward(10_000);
    const guests = world.tenant.guests().slice(0, 300).map(recorded);
    const run = world.run();
    world.tenant.clearRequests();
    await sideBySide(guests, (guest) => run.remove(guest), 100);
    const left = new Set(world.tenant.guests().map(({ id }) => id));
    expect(guests.filter(({ id }) => left.has(id))).toEqual([]);
    const looks = graphRequests().filter(({ method }) => method !== "DELETE");
    // Three waves, each of which looks until the lag is over.
    expect(looks.length).toBeLessThanOrEqual(30);
  });

  it("[H4] is not believed of an empty list that is not Graph's", async () => {
    world = await openProvider();
    const guest = await world.run().invite("ana@fabrikam.example");
    const page = { status: 200, contentType: "application/json", body: '{"value":[]}' };
    world.tenant.faults.set([
      { match: { method: "DELETE" }, action: { forget: true } },
      { match: { path: "/v1.0/users?" }, action: { page } },
    ]);
    await expect(world.run().remove(guest)).rejects.toThrow(/Cannot read ana@.*something else than asked for/);
    expect(world.tenant.guests()).toHaveLength(1);
  });
});
