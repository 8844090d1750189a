import { afterEach, expect, it } from "vitest";
import { machineClock } from "../../../provider/deadline.ts";
import { GraphClient } from "../../../provider/microsoft/graph-client.ts";
import { sendInvitation } from "../../../provider/microsoft/graph-users.ts";
import { readConfiguration } from "../../../provider/microsoft/sign-in-configuration.ts";
import { Session } from "../../../provider/microsoft/sign-in-session.ts";
import { openProvider, type ProviderAtTenant } from "./provider-at-tenant.ts";

let world: ProviderAtTenant;
afterEach(() => world.close());

const addresses = (count: number) => Array.from({ length: count }, (_, index) => `guest${index}@fabrikam.example`);

function answered() {
  const requests = world.tenant.requests().filter(({ path }) => path.startsWith("/v1.0/"));
  return { requests: requests.length, refused: requests.filter(({ status }) => status === 429).length };
}

it("[5] 600 new guests keep to the published limits, and nobody is mailed twice", async () => {
  world = await openProvider({ throttling: true });
  const run = world.run();
  const from = world.clock.now();
  await run.writeListDown(addresses(600));
  const todo = addresses(600).values();
  await Promise.all(
    Array.from({ length: 40 }, async () => {
      for (const address of todo) await run.invite(address);
    }),
  );
  expect(Object.values(world.mails())).toEqual(addresses(600).map(() => 1));
  const { requests, refused } = answered();
  expect(refused / requests).toBeLessThan(0.01);
  // The fourth 150 can't leave before 15 s have passed.
  expect(world.clock.now() - from).toBeGreaterThan(15_000);
}, 60_000);

/** With FIRE=all (`npm run test:all`) on a machine of its own, as by the simulated clock (provider/microsoft/graph-pace.test.ts). */
const leastUsed = process.env.FIRE === "all" ? 0.9 : 0.7;

it("[5] by the real clock, most of the quota is used and less than 1 % of the requests are refused", async () => {
  world = await openProvider({ throttling: true, now: () => new Date() });
  const graph = new GraphClient(new Session(readConfiguration({}, world.tenant.environment)));
  const deadline = { at: Date.now() + 50_000, signal: AbortSignal.timeout(50_000), clock: machineClock };
  await graph.grantedPermissions(deadline);
  const began = Date.now();
  const todo = addresses(451).values();
  const invite = async (address: string) => {
    const invitation = { invitedUserEmailAddress: address, inviteRedirectUrl: "https://myapps.microsoft.com" };
    await sendInvitation(graph, invitation, false, deadline);
  };
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (const address of todo) await invite(address);
    }),
  );
  await graph.close();
  // Three times 150 in 15 s; the next one begins the fourth window.
  const best = 15_000;
  expect(world.tenant.guests()).toHaveLength(451);
  expect(best / (Date.now() - began)).toBeGreaterThan(leastUsed);
  expect(answered().refused).toBeLessThan(4);
}, 60_000);
