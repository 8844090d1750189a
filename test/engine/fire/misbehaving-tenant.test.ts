import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { failureOf, isWhole, openStack, type ThrowAwayStack } from "../throw-away-stack.ts";

const redirectUrl = "https://myapps.microsoft.com";
const addresses = Array.from({ length: 12 }, (_, number) => `guest${number}@fabrikam.example`);
const [first = "", ...others] = addresses;

/** The provider's own scenarios are in test/http/provider; here the engine and its state take part. */
describe("a list in a tenant that lags, throttles and loses answers", () => {
  let test: ThrowAwayStack;
  beforeAll(async () => {
    test = await openStack({ replicationLagSeconds: 2 });
  });
  afterAll(() => test.close());

  it("becomes exactly its guests, each by one mail", async () => {
    test.tenant.faults.set([
      { match: { method: "POST", path: "/v1.0/invitations" }, action: { reset: "after" }, count: 1 },
      { match: { path: "/v1.0/" }, action: { status: 429, retryAfter: 1 }, probability: 0.2 },
    ]);
    test.configure({ redirectUrl, invitations: addresses.map((email) => ({ email })) });
    await test.stack.up();
    expect(Object.keys(test.guestIds()).sort()).toEqual([...addresses].sort());
    expect(mailed()).toEqual([...addresses].sort());
  });

  it("loses nobody when it is refreshed at once", async () => {
    const { summary } = await test.stack.refresh();
    expect(summary.resourceChanges).toEqual({ same: expect.any(Number) });
  });

  it("brings back with the same object id whom one run removes and the next lists again", async () => {
    const ids = test.guestIds();
    test.configure({ redirectUrl, invitations: others.map((email) => ({ email })) });
    await test.stack.up();
    expect(test.guestIds()).not.toHaveProperty(first);
    test.configure({ redirectUrl, invitations: addresses.map((email) => ({ email })) });
    await test.stack.up();
    expect(test.guestIds()).toEqual(ids);
    expect(mailed()).toEqual([...addresses].sort());
  });

  it("says who was not removed, why, and what to do, and the next destroy goes on", async () => {
    test.tenant.faults.set([
      { match: { method: "DELETE", path: `/v1.0/users/${test.guestIds()[first]}` }, action: { status: 403 } },
    ]);
    const output = await failureOf(test.stack.destroy());
    expect(output).toMatch(/Cannot delete guest0@fabrikam\.example: .*403.*\(request id \S+\).*User\.ReadWrite\.All/);
    test.tenant.faults.clear();
    await test.stack.destroy();
    expect(test.guestIds()).toEqual({});
  });

  function mailed(): string[] {
    return test.tenant
      .mails()
      .map(({ to }) => to)
      .sort();
  }
});

describe("[H4] a proxy before the tenant that answers in its place", () => {
  const few = addresses.slice(0, 2);
  let test: ThrowAwayStack;
  beforeAll(async () => {
    test = await openStack();
    declare();
    await test.stack.up();
  });
  afterAll(() => test.close());

  it.each(isWhole ? [302, 307, 200] : [302])(
    "with %i and nothing else is not believed: a change, a destroy and a new guest fail",
    async (status) => {
      const ids = test.guestIds();
      const page = { status, contentType: "text/plain", body: "" };
      test.tenant.faults.set(["PATCH", "DELETE"].map((method) => ({ match: { method }, action: { page } })));
      declare({ department: "Sales" });
      expect(await failureOf(test.stack.up())).toMatch(/Cannot change guest0@fabrikam\.example: .*proxy/);
      expect(await failureOf(test.stack.destroy())).toMatch(/Cannot delete guest0@fabrikam\.example: .*proxy/);
      expect(test.guestIds()).toEqual(ids);
      test.tenant.faults.clear();
      declare();
      await test.stack.up();

      // After a 200 the invitation may be under way: it is looked for until the resource's time is over, ten minutes.
      if (status === 200) return;
      test.tenant.faults.set([{ match: { method: "POST", path: "/v1.0/invitations" }, action: { page } }]);
      test.configure({ redirectUrl, invitations: [...few, "late@fabrikam.example"].map((email) => ({ email })) });
      expect(await failureOf(test.stack.up())).toMatch(/Cannot invite late@fabrikam\.example: .*proxy/);
      test.tenant.faults.clear();
      declare();
      await test.stack.up();
      expect(test.guestIds()).toEqual(ids);
    },
    600_000,
  );

  it("leaves nothing behind: the destroy after it removes everybody", async () => {
    await test.stack.destroy();
    expect(test.guestIds()).toEqual({});
  });

  function declare(more: object = {}): void {
    test.configure({ redirectUrl, allowRemoval: true, ...more, invitations: few.map((email) => ({ email })) });
  }
});
