import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { FaultRule } from "../../../tenant/index.ts";
import { openProvider, type ProviderAtTenant, type ProviderOptions, type RecordedGuest } from "./provider-at-tenant.ts";

const [ana, bo, carla, dora, eve] = ["ana", "bo", "carla", "dora", "eve"].map((name) => `${name}@fabrikam.example`) as [
  string,
  string,
  string,
  string,
  string,
];

const requests = {
  invitation: { method: "POST", path: "/v1.0/invitations" },
  change: { method: "PATCH", path: "/v1.0/users" },
  removal: { method: "DELETE", path: "/v1.0/users" },
  // A single read goes by itself, several go in a batch, of which each part meets the faults by itself.
  read: { method: "GET", path: "/v1.0/" },
  batch: { method: "POST", path: "/v1.0/$batch" },
  token: { method: "POST", path: "/oauth2\\/v2\\.0\\/token/" },
} as const;
type RequestName = keyof typeof requests;

const everyRequest = Object.keys(requests) as RequestName[];
const writes: RequestName[] = ["invitation", "change", "removal"];

function failing(action: FaultRule["action"], names: RequestName[], count = 2): FaultRule[] {
  return names.map((name) => ({ match: requests[name], action, count }));
}

/** What is waited out: nobody needs to do anything. */
const passing: Record<string, { faults: FaultRule[]; options?: ProviderOptions }> = {
  "429 with Retry-After": { faults: failing({ status: 429, retryAfter: 1 }, everyRequest) },
  "429 without Retry-After": { faults: failing({ status: 429 }, everyRequest) },
  "a storm of 429": {
    faults: [{ match: { path: "/v1.0/" }, action: { status: 429, retryAfter: 2 }, probability: 0.6 }],
  },
  ...Object.fromEntries(
    [408, 500, 502, 503, 504].flatMap((status) => [
      [`${status} before the server acted`, { faults: failing({ status }, everyRequest) }],
      [`${status} after the server acted`, { faults: failing({ status, when: "after" }, writes, 1) }],
    ]),
  ),
  "a storm of 503": { faults: [{ match: { path: "/v1.0/" }, action: { status: 503 }, probability: 0.3 }] },
  "a connection that breaks before the server acted": { faults: failing({ reset: "before" }, everyRequest) },
  "a connection that breaks after the server acted": { faults: failing({ reset: "after" }, writes, 1) },
  "a read whose connection breaks": { faults: failing({ reset: "after" }, ["read", "batch", "token"]) },
  "a lost answer while reads lag by a minute": {
    faults: failing({ reset: "after" }, writes, 1),
    options: { replicationLagSeconds: 60 },
  },
  ...Object.fromEntries(
    [1, 10, 30, 60].map((seconds) => [
      `reads that lag by ${seconds} s`,
      { faults: [], options: { replicationLagSeconds: seconds } },
    ]),
  ),
  "an HTML page from a proxy": {
    faults: failing({ page: { status: 200, body: "<html>Please sign in</html>" } }, everyRequest, 1),
  },
  "an HTML error page from a proxy": {
    faults: failing({ page: { status: 502, body: "<html>Bad gateway</html>" } }, everyRequest, 1),
  },
  "an HTML page instead of the answer": {
    faults: failing({ page: { status: 200, body: "<html></html>" }, when: "after" }, ["invitation"], 1),
  },
  "JSON that is cut off": {
    faults: failing(
      { page: { status: 201, contentType: "application/json", body: '{"id": "1", "invi' }, when: "after" },
      ["invitation"],
      1,
    ),
  },
  "JSON that is no invitation": {
    faults: failing(
      { page: { status: 201, contentType: "application/json", body: "{}" }, when: "after" },
      ["invitation"],
      1,
    ),
  },
  "a batch that leaves parts unanswered": {
    faults: failing({ page: { status: 200, contentType: "application/json", body: '{"responses":[]}' } }, ["batch"], 2),
  },
  "a batch of which some parts fail": {
    faults: [
      {
        match: { method: "GET", path: "/\\/v1\\.0\\/users\\?.*dora/" },
        action: { status: 429, retryAfter: 1 },
        count: 2,
      },
      { match: { method: "GET", path: "/\\/v1\\.0\\/users\\?.*eve/" }, action: { status: 503 }, count: 1 },
    ],
  },
  "a token that is refused once": { faults: failing({ status: 401 }, ["invitation", "change", "removal"], 1) },
};

describe("a run that adds, changes and removes guests", () => {
  let world: ProviderAtTenant;
  afterEach(() => world.close());

  it.each(Object.entries(passing))("waits out %s: nobody twice, nobody lost", async (_, { faults, options }) => {
    world = await openProvider(options);
    const before = await invitedBefore(world);
    world.tenant.faults.set(faults);
    const began = world.clock.now();

    const run = world.run();
    await run.writeListDown([dora, eve]);
    const [newDora, newEve, changedBo] = await Promise.all([
      run.invite(dora),
      run.invite(eve, { department: "Sales" }),
      run.update(before.bo, { department: "Purchasing" }),
    ]);
    await run.remove(before.carla);

    const now = Object.fromEntries(world.tenant.guests().map((guest) => [guest.mail, guest]));
    expect(Object.keys(now).sort()).toEqual([ana, bo, dora, eve]);
    expect(world.mails()).toEqual({ [ana]: 1, [bo]: 1, [carla]: 1, [dora]: 1, [eve]: 1 });
    expect([newDora, newEve, changedBo].map(({ id }) => id)).toEqual([dora, eve, bo].map((mail) => now[mail]?.id));
    expect([newDora, newEve].map(({ outputs }) => outputs.adopted)).toEqual([false, false]);
    expect(now[eve]?.department).toBe("Sales");
    expect(now[bo]?.department).toBe("Purchasing");
    expect(now[ana]?.id).toBe(before.ana.id);
    expect(world.clock.now() - began).toBeLessThan(10 * 60_000);
  });

  it("waits out an answer that comes after the time of a request: nobody is mailed twice", async () => {
    let slow = 1;
    world = await openProvider({
      attemptTimeout: 150,
      onRequest: async ({ method, path }, moment) => {
        if (moment === "done" && method === "POST" && path === "/v1.0/invitations" && slow-- > 0) await pause(400);
      },
    });
    const run = world.run();
    await run.writeListDown([dora]);
    await run.invite(dora);
    expect(world.mails()).toEqual({ [dora]: 1 });
  });

  it("gets a new token when the one it has expires in mid-run", async () => {
    world = await openProvider({ tokenLifetimeSeconds: 900 });
    const run = world.run();
    await run.writeListDown([ana, bo]);
    await run.invite(ana);
    world.clock.turnForward(1_000_000);
    await run.invite(bo);
    expect(world.mails()).toEqual({ [ana]: 1, [bo]: 1 });
  });
});

/** What does not pass in time, or is no answer at all: the error says what to do, and the next run makes good. */
const lasting: Record<string, { faults: FaultRule[]; says: RegExp }> = {
  "throttling that does not end": {
    faults: [{ match: requests.invitation, action: { status: 429, retryAfter: 30 } }],
    says: /Cannot invite dora@.*429.*\(request id \S+\).*Run again later/,
  },
  "an outage that does not end": {
    faults: [{ match: requests.invitation, action: { status: 503 } }],
    says: /Cannot invite dora@.*503.*\(request id \S+\).*Run `pulumi up` again.*mails nobody twice/,
  },
  "answers that are lost again and again": {
    faults: [{ match: requests.invitation, action: { reset: "before" } }],
    says: /Cannot invite dora@.*could not be reached.*\(client request id \S+\).*Run `pulumi up` again/,
  },
  "a longer wait than there is time": {
    faults: [{ match: requests.invitation, action: { status: 429, retryAfter: 3600 } }],
    says: /Cannot invite dora@.*429.*request id \S+.*it asked to wait 3600 s.*Run again later/,
  },
  "reads that fail": {
    faults: [{ match: { path: "/v1.0/users" }, action: { status: 500 } }],
    says: /Cannot look up dora@.*500.*request id \S+.*Run again later/,
  },
  "a token endpoint that is down": {
    faults: [{ match: requests.token, action: { status: 503 } }],
    says: /Cannot look up dora@.*Cannot sign in to tenant \S+.*Run again later/,
  },
  "a token that is refused again": {
    faults: [{ match: { path: "/v1.0/" }, action: { status: 401 } }],
    says: /Cannot look up dora@.*401.*request id \S+.*check the tenant, the cloud and the app registration/,
  },
  "a proxy that forbids the directory": {
    faults: [{ match: { path: "/v1.0/" }, action: { page: { status: 403, body: "<html>Blocked</html>" } } }],
    says: /Cannot look up dora@.*not Microsoft Graph \(a proxy\?\) answered 403 text\/html/,
  },
  "a proxy that knows no such page": {
    faults: [{ match: { path: "/v1.0/" }, action: { page: { status: 404, body: "<html>Not found</html>" } } }],
    says: /Cannot look up dora@.*not Microsoft Graph \(a proxy\?\) answered 404 text\/html/,
  },
};

describe("a run that fails for good", () => {
  let world: ProviderAtTenant;
  afterEach(() => world.close());

  it.each(Object.entries(lasting))("says what to do about %s, and the next run makes good", async (_, fault) => {
    world = await openProvider();
    world.tenant.faults.set(fault.faults);
    const began = world.clock.now();
    const first = world.run();
    const failed = first.writeListDown([dora]).then(() => first.invite(dora));
    await expect(failed).rejects.toThrow(fault.says);
    expect(world.clock.now() - began).toBeLessThan(21 * 60_000);

    world.tenant.faults.clear();
    const second = world.run();
    await second.writeListDown([dora]);
    await second.invite(dora);
    expect(world.mails()).toEqual({ [dora]: 1 });
    expect(world.tenant.guests().map(({ mail }) => mail)).toEqual([dora]);
  });

  it("drops no guest whom a proxy does not know", async () => {
    world = await openProvider();
    const before = await invitedBefore(world);
    world.tenant.faults.set([
      { match: { path: "/v1.0/" }, action: { page: { status: 404, body: "<html>Not found</html>" } } },
    ]);
    await expect(world.run().refresh(before.ana)).rejects.toThrow(/Cannot read ana@.*404 text\/html/);
  });

  it("records a guest whom Graph took and never showed, and says how to go on", async () => {
    world = await openProvider();
    world.tenant.faults.set([{ match: requests.invitation, action: { forget: true }, count: 1 }]);
    const run = world.run();
    await run.writeListDown([dora]);
    const failed = await run.invite(dora).catch((error) => error);
    expect(failed.message).toMatch(/accepted the invitation of dora@.*has not appeared.*`pulumi refresh`/);
    expect(failed.id).toMatch(/^[0-9a-f-]{36}$/);

    const next = world.run();
    expect(
      await next.refresh({ id: failed.id, inputs: failed.inputs, outputs: plain(failed.outputs) }),
    ).toBeUndefined();
    await next.writeListDown([dora]);
    await next.invite(dora);
    expect(world.tenant.guests().map(({ mail }) => mail)).toEqual([dora]);
  });
});

async function invitedBefore(world: ProviderAtTenant): Promise<Record<"ana" | "bo" | "carla", RecordedGuest>> {
  const run = world.run();
  await run.writeListDown([ana, bo, carla]);
  const [first, second, third] = await Promise.all([run.invite(ana), run.invite(bo), run.invite(carla)]);
  return { ana: first, bo: second, carla: third } as Record<"ana" | "bo" | "carla", RecordedGuest>;
}

function plain(outputs: RecordedGuest["outputs"]): RecordedGuest["outputs"] {
  const { redeemUrl: _, ...rest } = outputs;
  return rest;
}
