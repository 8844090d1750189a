import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { openProvider as open, ProviderAtTenant } from "./provider-at-tenant.ts";

type Answer = Awaited<ReturnType<typeof import("undici").request>>;

/** What something between the provider and Graph does to each answer. */
let change: undefined | ((answer: Answer) => Promise<Answer>);

let openProvider: typeof open;
beforeAll(async () => {
  vi.doMock("undici", async (original) => {
    const undici = await original<typeof import("undici")>();
    const request = async (...args: Parameters<typeof undici.request>) => {
      const answer = (await undici.request(...args)) as Answer;
      return change === undefined ? answer : change(answer);
    };
    return { ...undici, request };
  });
  // Files share their modules, and those before this one have loaded the provider with the real undici.
  vi.resetModules();
  ({ openProvider } = await import("./provider-at-tenant.ts"));
});
afterAll(() => {
  vi.doUnmock("undici");
  vi.resetModules();
});

const ana = "ana@fabrikam.example";

let world: ProviderAtTenant;
beforeEach(() => {
  change = undefined;
});
afterEach(() => world.close());

/** Invites a guest, changes them and removes them, as the stack's own. */
async function goThrough(): Promise<void> {
  const run = world.run();
  await run.writeListDown([ana]);
  const guest = await run.invite(ana, { department: "Sales" });
  expect(guest.outputs.adopted).toBe(false);
  expect(world.mails()).toEqual({ [ana]: 1 });
  await world.run().update(guest, { department: "Buying" });
  expect(world.tenant.guests()).toHaveLength(1);
  await world.run().remove(guest);
  expect(world.tenant.guests()).toEqual([]);
}

describe("[Low] an answer that was compressed without being asked", () => {
  it.each([
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
  ])("is understood: %s", async (encoding, compress) => {
    world = await openProvider();
    let compressed = 0;
    change = async (answer) => {
      const bytes = Buffer.from(await answer.body.arrayBuffer());
      if (bytes.length > 0) compressed += 1;
      return withBody(answer, bytes.length === 0 ? bytes : compress(bytes), { "content-encoding": encoding });
    };
    await goThrough();
    expect(compressed).toBeGreaterThan(3);
  });
});

describe("[Low] a clock that is wrong", () => {
  const hour = 60 * 60 * 1000;

  it.each([
    ["an hour ahead of this machine", hour],
    ["an hour behind it", -hour],
    ["a day ahead of it", 24 * hour],
  ])("makes no new guest an adopted one: Graph's is %s", async (_, ahead) => {
    world = await openProvider({ now: () => new Date(Date.now() + ahead) });
    await goThrough();
  });

  it.each([0, hour])("nor does an answer without a date (Graph's clock is %i ms ahead)", async (ahead) => {
    world = await openProvider({ now: () => new Date(Date.now() + ahead) });
    change = async (answer) => {
      const { date: _, ...headers } = answer.headers;
      return { ...answer, headers, body: answer.body, statusCode: answer.statusCode } as Answer;
    };
    await goThrough();
  });
});

function withBody(answer: Answer, bytes: Buffer, headers: Record<string, string>): Answer {
  const body = { arrayBuffer: async () => new Uint8Array(bytes).buffer };
  return { ...answer, statusCode: answer.statusCode, headers: { ...answer.headers, ...headers }, body } as never;
}
