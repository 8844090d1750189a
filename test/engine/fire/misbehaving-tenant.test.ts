import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { failureOf, openStack, type ThrowAwayStack } from "../throw-away-stack.ts";

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
