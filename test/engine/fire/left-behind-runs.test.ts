import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWhole } from "../throw-away-stack.ts";
import { type KillableStack, openKillableStack } from "./killed-run.ts";

/** With FIRE=all (`npm run test:all`) sixty kills, else two; FIRE_SEED repeats a run. */
const kills = isWhole ? 60 : 2;
const seed = Number(process.env.FIRE_SEED ?? Date.now() % 1_000_000);

const redirectUrl = "https://myapps.microsoft.com";
const others = ["old@fabrikam.example", "other@northwind.example"];
const up = ["up", "--yes", "--skip-preview"];

/** Numbers from 0 to 1 that follow from the seed alone (mulberry32). */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe(`[H1] an up that is killed at a random moment (seed ${seed})`, () => {
  let test: KillableStack;
  beforeAll(async () => {
    test = await openKillableStack();
    for (const address of others) {
      const invitation = { invitedUserEmailAddress: address, inviteRedirectUrl: redirectUrl };
      await test.stack.graph("POST", "/invitations", invitation);
    }
  });
  afterAll(() => test.close());

  it(`${kills} times: no guest of the stack is left, neither by destroy nor by a shorter list, and no other is touched`, async () => {
    const random = randomFrom(seed);
    const before = test.stack.tenant.guests();
    for (let kill = 1; kill <= kills; kill++) {
      const guests = Array.from({ length: 6 }, (_, number) => `guest${number}.${kill}@fabrikam.example`);
      declare([...others.slice(0, 1), ...guests]);
      // The token, the look-up, six invitations and what follows: a few moments lie after the end.
      const moment = { request: 2 + Math.floor(random() * 9), at: random() < 0.5 ? "arrived" : "done" } as const;
      await test.runAndKill(up, moment);
      await test.run(["cancel", "--yes"]);
      const said = `seed ${seed}, kill ${kill}: ${moment.at} ${moment.request}`;
      if (kill % 2 === 0) {
        const shorter = [...others.slice(0, 1), ...guests.slice(0, 2)];
        declare(shorter);
        await test.run(up);
        expect(present(), said).toEqual([...new Set([...others, ...shorter])].sort());
      }
      await test.run(["destroy", "--yes", "--skip-preview"]);
      expect(present(), said).toEqual([...others].sort());
    }
    expect(test.stack.tenant.guests()).toEqual(before);
  }, 7_200_000);

  function declare(addresses: string[]): void {
    test.stack.configure({ redirectUrl, allowRemoval: true, invitations: addresses.map((email) => ({ email })) });
  }

  function present(): string[] {
    return Object.keys(test.stack.guestIds()).sort();
  }
});
