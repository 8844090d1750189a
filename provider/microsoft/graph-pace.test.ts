import { describe, expect, it } from "vitest";
import type { Clock, Deadline } from "../deadline.ts";
import { costsOf, GraphPace, Limits, mailsOf, type Pace } from "./graph-pace.ts";

/** A clock on which time passes only while everybody waits: it then jumps to whoever waits least. */
function simulatedClock() {
  let now = 1_000_000;
  const waiting: { until: number; go: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    wait: (milliseconds) => new Promise((go) => waiting.push({ until: now + milliseconds, go })),
  };
  const runUntil = async (done: Promise<unknown>) => {
    let isDone = false;
    const end = done.finally(() => {
      isDone = true;
    });
    end.catch(() => {});
    while (!isDone) {
      await new Promise((resolve) => setImmediate(resolve));
      waiting.sort((one, other) => one.until - other.until);
      const next = isDone ? undefined : waiting.shift();
      if (next === undefined) continue;
      now = Math.max(now, next.until);
      next.go();
    }
    await end;
  };
  return { clock, runUntil };
}

/** A server with one limit. Each request arrives up to a tenth of a second after it was sent. */
type Server = (now: number) => { refusedFor: number } | undefined;

/** Windows that begin with the first request in them. */
function windows(units: number, within: number): Server {
  let window = { until: 0, used: 0 };
  return (now) => {
    if (window.until <= now) window = { until: now + within, used: 0 };
    if (window.used >= units) return { refusedFor: window.until - now };
    window.used += 1;
    return undefined;
  };
}

/** A bucket that fills evenly. */
function bucket(units: number, within: number): Server {
  let [level, at] = [units, 0];
  return (now) => {
    level = Math.min(units, level + ((now - at) * units) / within);
    at = now;
    if (level < 1) return { refusedFor: ((1 - level) * within) / units };
    level -= 1;
    return undefined;
  };
}

interface Sent {
  requests: number;
  refused: number;
  seconds: number;
}

/** Sends so many requests of one kind, and again what is refused, as 64 operations side by side do. */
async function send(paces: Pace[], costs: Record<string, number>, server: Server, count: number): Promise<Sent> {
  const { clock, runUntil } = simulatedClock();
  const deadline: Deadline = { at: Number.POSITIVE_INFINITY, signal: new AbortController().signal, clock };
  const began = clock.now();
  const sent: Sent = { requests: 0, refused: 0, seconds: 0 };
  const todo = Array.from({ length: count }).keys();
  let seed = 7;
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const worker = async (pace: Pace) => {
    for (const _ of todo) {
      for (let isSent = false; !isSent; ) {
        await pace.turn(costs, deadline);
        await clock.wait(random() * 100, deadline.signal);
        const refusal = server(clock.now());
        sent.requests += 1;
        await clock.wait(150, deadline.signal);
        isSent = refusal === undefined;
        if (refusal === undefined) pace.answered({ status: 201, headers: {} }, costs, deadline);
        else {
          sent.refused += 1;
          const seconds = Math.ceil(refusal.refusedFor / 1000);
          pace.answered({ status: 429, headers: { "retry-after": String(seconds) } }, costs, deadline);
          await clock.wait(seconds * 1000, deadline.signal);
        }
      }
    }
  };
  const workers = paces.flatMap((pace) => Array.from({ length: 64 / paces.length }, () => worker(pace)));
  await runUntil(Promise.all(workers));
  return { ...sent, seconds: (clock.now() - began) / 1000 };
}

const invitation = costsOf("POST", "/invitations");

describe("[5] a long list", () => {
  it.each([
    ["invitations, where windows are fixed", invitation, windows(150, 5_000), 3_000, 30],
    ["invitations, where a bucket fills", invitation, bucket(150, 5_000), 3_000, 30],
    ["writes, where windows are fixed", { writes: 1, resources: 1 }, windows(3_000, 150_000), 12_000, 20],
    ["reads, where a bucket fills", { resources: 20 }, bucket(175, 10_000), 1_500, 17.5],
  ])(
    "uses nine tenths of the quota of %s, and less than 1 %% of it is refused",
    async (_, costs, server, count, rate) => {
      const { requests, refused, seconds } = await send([new GraphPace()], costs, server, count);
      expect(refused / requests).toBeLessThan(0.01);
      expect(count / seconds).toBeGreaterThan(0.9 * rate);
    },
  );

  it("that is spread over four stacks keeps to the one limit of the tenant", async () => {
    const limits = new Limits();
    const scope = { tenant: "contoso", application: "guests" };
    const stacks = Array.from({ length: 4 }, () => new GraphPace(limits, scope));
    const { requests, refused, seconds } = await send(stacks, invitation, windows(150, 5_000), 3_000);
    expect(refused / requests).toBeLessThan(0.01);
    expect(3_000 / seconds).toBeGreaterThan(27);
  });

  it("finds a slower pace where others use the limit, too", async () => {
    const { requests, refused } = await send([new GraphPace()], invitation, windows(75, 5_000), 1_500);
    expect(refused / requests).toBeLessThan(0.15);
  });
});

describe("what an answer says", () => {
  const clockAt = (now: { time: number }): Deadline => ({
    at: Number.POSITIVE_INFINITY,
    signal: new AbortController().signal,
    clock: {
      now: () => now.time,
      wait: async (milliseconds) => {
        now.time += milliseconds;
      },
    },
  });
  const waited = async (pace: Pace, costs: Record<string, number>, deadline: Deadline) => {
    const from = deadline.clock.now();
    await pace.turn(costs, deadline);
    return deadline.clock.now() - from;
  };

  it.each([
    ["the scope", { "x-ms-throttle-scope": "Tenant_Application/Write/1/2" }],
    ["the reason", { "x-ms-throttle-information": "WriteLimitExceeded" }],
  ])("stops writes, by %s, and lets reads through", async (_, named) => {
    const pace = new GraphPace();
    const deadline = clockAt({ time: 1_000_000 });
    pace.answered({ status: 429, headers: { "retry-after": "20", ...named } }, invitation, deadline);
    expect(await waited(pace, { resources: 1 }, deadline)).toBe(0);
    expect(await waited(pace, { writes: 1, resources: 1 }, deadline)).toBe(20_000);
  });

  it("stops invitations alone where only the path tells the limit", async () => {
    const pace = new GraphPace();
    const deadline = clockAt({ time: 1_000_000 });
    pace.answered({ status: 429, headers: { "retry-after": "4" } }, invitation, deadline);
    expect(await waited(pace, { writes: 1, resources: 1 }, deadline)).toBe(0);
    expect(await waited(pace, invitation, deadline)).toBe(4_000);
  });

  it("counts what others have used of the limit, and what a request cost beyond the table", async () => {
    const now = { time: 1_000_000 };
    const [pace, deadline] = [new GraphPace(), clockAt(now)];
    pace.answered({ status: 200, headers: { "x-ms-throttle-limit-percentage": "1.0" } }, { resources: 1 }, deadline);
    expect(await waited(pace, { resources: 1 }, deadline)).toBeGreaterThanOrEqual(10_000);
    pace.answered({ status: 200, headers: { "x-ms-resource-unit": "4000" } }, { resources: 1 }, deadline);
    expect(await waited(pace, { resources: 1 }, deadline)).toBeGreaterThanOrEqual(10_000);
  });

  it("gives up a turn that would come after the deadline, and says which limit it is", async () => {
    const pace = new GraphPace();
    const deadline = { ...clockAt({ time: 1_000_000 }), at: 1_010_000 };
    for (let mail = 0; mail < 30; mail++) await pace.turn(mailsOf("box"), deadline);
    await pace.turn(mailsOf("another box"), deadline);
    await expect(pace.turn(mailsOf("box"), deadline)).rejects.toThrow(/30 mails a minute.*Run again/);
  });
});

it.each([
  ["GET", "/users/1?$select=id", { resources: 1 }],
  ["GET", "/users?$filter=mail eq 'a'", { resources: 2 }],
  ["GET", "/users?$select=id&$filter=mail eq 'a'", { resources: 1 }],
  ["GET", "/groups/1/members", { resources: 3 }],
  ["POST", "/invitations", { invitations: 1, writes: 1, resources: 1 }],
  ["DELETE", "/users/1", { writes: 1, resources: 1 }],
  ["POST", "/users/1/messages", {}],
])("%s %s costs what Microsoft's table says", (method, path, costs) => {
  expect(costsOf(method, path)).toEqual(costs);
});
