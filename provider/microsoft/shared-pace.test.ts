import { afterEach, expect, it } from "vitest";
import { type Deadline, machineClock } from "../deadline.ts";
import { mailsOf } from "./graph-pace.ts";
import { type PaceServer, paceOf, SharedPace, servePace } from "./shared-pace.ts";

const scope = { tenant: "contoso", application: "guests" };
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const deadlineIn = (milliseconds: number): Deadline => ({
  at: Date.now() + milliseconds,
  signal: AbortSignal.timeout(milliseconds),
  clock: machineClock,
});

async function served(): Promise<PaceServer> {
  const server = await servePace();
  closers.push(() => server.close());
  return server;
}

function paceAt(address: string, of = scope): SharedPace {
  const pace = new SharedPace(address, of);
  closers.push(() => pace.close());
  return pace;
}

const thirty = async (pace: SharedPace) => {
  for (let mail = 0; mail < 30; mail++) await pace.turn(mailsOf("box"), deadlineIn(1_000));
};

it("[6] two processes share one limit, and another tenant has its own", async () => {
  const { address } = await served();
  await thirty(paceAt(address));
  const other = paceAt(address, { ...scope, application: "another" });
  await expect(other.turn(mailsOf("box"), deadlineIn(1_000))).rejects.toThrow("30 mails a minute");
  await paceAt(address, { ...scope, tenant: "fabrikam" }).turn(mailsOf("box"), deadlineIn(1_000));
});

it("[6] what one process hears of Graph holds for the other", async () => {
  const { address } = await served();
  const [one, other] = [paceAt(address), paceAt(address)];
  const refused = { status: 429, headers: { "retry-after": "30" } };
  one.answered(refused, { invitations: 1 }, { clock: machineClock });
  await expect
    .poll(() => other.turn({ invitations: 1 }, deadlineIn(500)).then(() => "let through", String))
    .toContain("150 invitations in 5 s");
});

it("[6] a process that is gone leaves its turn to the next", async () => {
  const { address } = await served();
  const pace = paceAt(address);
  for (let turn = 0; turn < 150; turn++) await pace.turn({ invitations: 1 }, deadlineIn(1_000));
  const gone = paceAt(address);
  const waiting = Array.from({ length: 150 }, () => gone.turn({ invitations: 1 }, deadlineIn(20_000)).catch(() => {}));
  await new Promise((resolve) => setTimeout(resolve, 200));
  await gone.close();
  await Promise.all(waiting);
  // All 150 are left for the next, and none of the one who is gone.
  for (let turn = 0; turn < 150; turn++) await pace.turn({ invitations: 1 }, deadlineIn(7_000));
}, 20_000);

it("[6] goes on at a pace of its own where the command is gone", async () => {
  const { address } = await served();
  const pace = paceAt(address);
  await pace.turn(mailsOf("box"), deadlineIn(1_000));
  for (const close of closers.splice(0, 1)) await close();
  await thirty(pace);
  await expect(pace.turn(mailsOf("box"), deadlineIn(1_000))).rejects.toThrow("30 mails a minute");
});

it("keeps only the mailbox's limit where the local tenant says that it has no other", async () => {
  const pace = paceOf({}, { ENTRA_GUESTS_PACE: "none" });
  for (let turn = 0; turn < 200; turn++) await pace.turn({ invitations: 1 }, deadlineIn(1_000));
  for (let mail = 0; mail < 30; mail++) await pace.turn(mailsOf("box"), deadlineIn(1_000));
  await expect(pace.turn(mailsOf("box"), deadlineIn(1_000))).rejects.toThrow("30 mails a minute");
});

it("answers nobody who does not know the address", async () => {
  const { address } = await served();
  const { status } = await fetch(new URL("/turn", address), { method: "POST", body: "{}" });
  expect(status).toBe(404);
});
