import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { failureOf, openStack, type ThrowAwayStack } from "./throw-away-stack.ts";

const redirectUrl = "https://myapps.microsoft.com";
const addresses = Array.from({ length: 6 }, (_, number) => `guest${number}@fabrikam.example`);
const oldGuest = "old@fabrikam.example";

describe("an up that is killed after some guests were invited", () => {
  let test: ThrowAwayStack;
  let killAfter: ((to: string) => void) | undefined;

  beforeAll(async () => {
    test = await openStack({ onInvitation: ({ to }) => killAfter?.(to) });
    await test.graph("POST", "/invitations", { invitedUserEmailAddress: oldGuest, inviteRedirectUrl: redirectUrl });
    test.configure({ redirectUrl, invitations: [oldGuest, ...addresses].map((email) => ({ email })) });
  });
  afterAll(() => test.close());

  it("leaves guests in the tenant of whom the state knows nothing", async () => {
    const up = test.startPulumi(["up", "--yes", "--skip-preview", "--parallel", "2"]);
    let invited = 0;
    killAfter = () => {
      if (++invited === 3) process.kill(-(up.pid as number), "SIGKILL");
    };
    const [, signal] = await once(up, "exit");
    killAfter = undefined;

    expect(signal).toBe("SIGKILL");
    expect(Object.keys(test.guestIds()).length).toBeGreaterThanOrEqual(4);
    expect(Object.keys(test.guestIds()).length).toBeLessThan(7);
  });

  it("is made good by the next up: everybody is there, and nobody was mailed twice", async () => {
    await test.stack.cancel();
    await test.stack.up();

    expect(Object.keys(test.guestIds()).sort()).toEqual([...addresses, oldGuest].sort());
    const mailed = test.tenant.mails().map(({ to }) => to);
    expect(mailed.sort()).toEqual([...addresses].sort());
  });

  it("is cleaned up by destroy: whoever was invited by either run goes, whoever was there before stays", async () => {
    await test.stack.destroy();
    expect(Object.keys(test.guestIds())).toEqual([oldGuest]);
  });
});

describe("a change that would remove many guests", () => {
  let test: ThrowAwayStack;
  beforeAll(async () => {
    test = await openStack();
    test.configure({ redirectUrl, invitations: addresses.map((email) => ({ email })) });
    await test.stack.up();
  });
  afterAll(() => test.close());

  it("fails the preview, names who would go, and sends nothing", async () => {
    test.configure({ redirectUrl, invitations: [] });
    test.tenant.clearRequests();
    await expect(test.stack.preview()).rejects.toThrow(/remove 6 of 6 guests \(100 %\)[\s\S]*guest0@fabrikam\.example/);
    await expect(test.stack.up()).rejects.toThrow("guests:allowRemoval: true");
    expect(test.tenant.requests()).toEqual([]);
  });

  it("goes through where the stack config says that it is meant", async () => {
    test.configure({ redirectUrl, allowRemoval: true, invitations: [] });
    await test.stack.up();
    expect(test.guestIds()).toEqual({});
  });
});

describe("[case 17] a change that would take access from many guests", () => {
  let test: ThrowAwayStack;
  const list = { redirectUrl, invitations: addresses.map((email) => ({ email })) };
  beforeAll(async () => {
    test = await openStack();
    test.configure({ ...list, groups: ["Partners"] });
    await test.stack.up();
  });
  afterAll(() => test.close());

  it("fails the preview, with the reason before the names, and sends nothing; and goes through where it is meant", async () => {
    test.configure(list);
    test.tenant.clearRequests();
    const output = await failureOf(test.stack.preview());
    expect(output).toMatch(/take access from 6 of 6 guests[\s\S]*guest0@fabrikam\.example[\s\S]*group Partners/);
    await expect(test.stack.up()).rejects.toThrow("guests:allowRemoval: true");
    expect(test.writes()).toEqual([]);
    expect(test.tenant.accessOf(addresses[0] ?? "").groups).toEqual(["Partners"]);

    test.configure({ ...list, allowRemoval: true });
    await test.stack.up();
    expect(test.tenant.accessOf(addresses[0] ?? "").groups).toEqual([]);
    expect(Object.keys(test.guestIds())).toHaveLength(6);
  });
});
