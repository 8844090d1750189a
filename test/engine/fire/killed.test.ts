import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withoutCheckpoints } from "../../../cli/apply-steps.ts";
import { applyStepVariable, invitationToken, settledGuestsToken } from "../../../model/names.ts";
import type { LoggedRequest } from "../../../tenant/index.ts";
import { isWhole } from "../throw-away-stack.ts";
import { type KillableStack, type Moment, openKillableStack } from "./killed-run.ts";

const redirectUrl = "https://myapps.microsoft.com";
const oldGuest = "old@fabrikam.example";
const up = ["up", "--yes", "--skip-preview"];
const destroy = ["destroy", "--yes", "--skip-preview"];

const mailFrom = "invitations@contoso.example";
const ownMail = { mailFrom, message: { body: "Welcome, and bring a pen." } };

/** Each case has guests of its own, so that none meets what another left in the recycle bin. */
let cases = 0;

describe("a run that is killed", () => {
  let test: KillableStack;
  /** When the last apply in two runs began. */
  let began = 0;
  beforeAll(async () => {
    test = await openKillableStack();
    await test.stack.graph("POST", "/invitations", {
      invitedUserEmailAddress: oldGuest,
      inviteRedirectUrl: redirectUrl,
    });
  });
  afterAll(() => test.close());

  it("up: the next up converges, nobody is mailed twice, and destroy removes whom the stack invited and nobody else", async () => {
    declare(newGuests());
    const moments = momentsOf(await test.run(up));
    await test.run(destroy);
    expect(moments.length).toBeGreaterThan(1);

    const report = [];
    let kills = 0;
    for (const moment of moments) {
      const guests = newGuests();
      declare(guests);
      const killed = await test.runAndKill(up, moment);
      if (killed) kills += 1;
      await recover();
      const invited = mailed(guests).length;
      await test.run(up);
      expect(present(), said(moment)).toEqual([...guests, oldGuest].sort());
      expect(mailed(guests), said(moment)).toEqual(guests);

      await test.run(destroy);
      expect(present(), said(moment)).toEqual([oldGuest]);
      report.push(`${said(moment)}: ${killed ? `killed with ${invited} of ${guests.length} invited` : "ended before"}`);
    }
    // Requests that go out together are not always as many: a run may end before its last moment.
    expect(kills).toBeGreaterThanOrEqual(moments.length / 2);
    if (isWhole) console.log(report.join("\n"));
  }, 3_600_000);

  it("destroy: the next destroy removes whom the stack invited and nobody else, and so does the next up bring them back", async () => {
    declare(newGuests());
    await test.run(up);
    const every = momentsOf(await test.run(destroy));
    const moments = isWhole ? every : every.slice(-1);
    expect(moments).toHaveLength(isWhole ? every.length : 1);

    const report = [];
    let kills = 0;
    for (const moment of moments) {
      const guests = newGuests();
      declare(guests);
      await test.run(up);
      const killed = await test.runAndKill(destroy, moment);
      if (killed) kills += 1;
      const left = present().length - 1;
      await recover();
      if (moment === moments.at(-1)) {
        // Whoever changes their mind instead: a refresh sees who is gone, and the up brings them back.
        await test.run([...up, "--refresh"]);
        expect(present(), said(moment)).toEqual([...guests, oldGuest].sort());
      }
      await test.run(destroy);
      expect(present(), said(moment)).toEqual([oldGuest]);
      expect(mailed(guests), said(moment)).toEqual(guests);
      report.push(`${said(moment)}: ${killed ? `killed with ${left} of ${guests.length} left` : "ended before"}`);
    }
    expect(kills).toBeGreaterThanOrEqual(moments.length / 2);
    if (isWhole) console.log(report.join("\n"));
  }, 3_600_000);

  it("up that mails by mailFrom: every guest gets the organisation's mail with the message, once", async () => {
    declare(newGuests(), ownMail);
    const requests = await test.run(up);
    await test.run(destroy);
    const moments = isWhole ? momentsOf(requests) : mailMoments(requests).slice(0, 2);

    let kills = 0;
    for (const moment of moments) {
      const guests = newGuests();
      declare(guests, ownMail);
      if (await test.runAndKill(up, moment)) kills += 1;
      await recover();
      await test.run(up);
      expect(present(), said(moment)).toEqual([...guests, oldGuest].sort());
      expect(mailed(guests, mailFrom), said(moment)).toEqual(guests);
      expect(mailed(guests), said(moment)).toEqual(guests);

      await test.run(destroy);
      expect(present(), said(moment)).toEqual([oldGuest]);
    }
    expect(kills).toBeGreaterThanOrEqual(moments.length / 2);
  }, 3_600_000);

  it("up that mails again by mailFrom: every pending guest gets the second mail once", async () => {
    const resending = { ...ownMail, resend: "again" };
    const prepare = async () => {
      const guests = newGuests();
      declare(guests, ownMail);
      await test.run(up);
      declare(guests, resending);
      return guests;
    };
    await prepare();
    const requests = await test.run(up);
    await test.run(destroy);
    const moments = isWhole ? momentsOf(requests) : mailMoments(requests).slice(-1);

    let kills = 0;
    for (const moment of moments) {
      const guests = await prepare();
      if (await test.runAndKill(up, moment)) kills += 1;
      await recover();
      await test.run(up);
      expect(mailed(guests, mailFrom), said(moment)).toEqual([...guests, ...guests].sort());
      await test.run(destroy);
      expect(present(), said(moment)).toEqual([oldGuest]);
    }
    expect(kills).toBeGreaterThanOrEqual(moments.length / 2);
  }, 3_600_000);

  it("up that gives new addresses: everybody stays the same guest, and is mailed once at the new one", async () => {
    const renew = (guests: string[]) => guests.map((address) => address.replace("@fabrikam", "@northwind"));
    const move = (guests: string[]) => {
      const moved = guests.map((formerly, index) => ({ email: renew(guests)[index], formerly }));
      test.stack.configure({ redirectUrl, invitations: [{ email: oldGuest }, ...moved] });
    };
    const prepare = async () => {
      const guests = newGuests();
      declare(guests);
      await test.run(up);
      // One of them has accepted, and has to accept again.
      test.stack.tenant.accept(guests[0] ?? "");
      return { guests, ids: idsOf(guests) };
    };
    const { guests: one } = await prepare();
    move(one);
    const requests = await test.run(up);
    await test.run(destroy);

    const report = [];
    let kills = 0;
    for (const moment of momentsOf(requests)) {
      const { guests, ids } = await prepare();
      move(guests);
      const killed = await test.runAndKill(up, moment);
      if (killed) kills += 1;
      await recover();
      const invited = mailed(renew(guests)).length;
      await test.run(up);
      expect(present(), said(moment)).toEqual([...renew(guests), oldGuest].sort());
      expect(idsOf(renew(guests)), said(moment)).toEqual(ids);
      expect([mailed(guests), mailed(renew(guests))], said(moment)).toEqual([guests, renew(guests)]);
      expect(pendingOf(renew(guests)), said(moment)).toEqual(renew(guests));

      await test.run(destroy);
      expect(present(), said(moment)).toEqual([oldGuest]);
      report.push(`${said(moment)}: ${killed ? `killed with ${invited} of ${guests.length} mailed` : "ended before"}`);
    }
    expect(kills).toBeGreaterThan(0);
    if (isWhole) console.log(report.join("\n"));
  }, 3_600_000);

  it("up by Ctrl+C: the next up converges without any step in between, and nobody is mailed twice", async () => {
    declare(newGuests());
    const oneByOne = [...up, "--parallel", "1"];
    const requests = await test.run(oneByOne);
    await test.run(destroy);
    const firstInvitation = requests.findIndex(({ path }) => path === "/v1.0/invitations") + 1;

    const guests = newGuests();
    declare(guests);
    await test.runAndInterrupt(oneByOne, { request: firstInvitation, at: "done" });
    expect(mailed(guests).length).toBeLessThan(guests.length);
    await test.run(up);
    expect(present()).toEqual([...guests, oldGuest].sort());
    expect(mailed(guests)).toEqual(guests);
    await test.run(destroy);
    expect(present()).toEqual([oldGuest]);
  });

  it("up that keeps no checkpoints: nobody is mailed twice, and whom the lost run invited is adopted", async () => {
    const environment = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };
    declare(newGuests());
    const moments = momentsOf(await test.run(up, environment));
    await test.run(destroy, environment);

    const report = [];
    for (const moment of isWhole ? moments : moments.slice(-1)) {
      const guests = newGuests();
      declare(guests);
      await test.runAndKill(up, moment, environment);
      await recover();
      // Only now: what was on its way when the run was killed has been answered since.
      const invited = mailed(guests);
      await test.run(up, environment);
      expect(present(), said(moment)).toEqual([...guests, oldGuest].sort());
      expect(mailed(guests), said(moment)).toEqual(guests);

      // The state of the killed run is lost, and with it whose guests they are: they stay until somebody says so.
      await test.run(destroy, environment);
      expect(present(), said(moment)).toEqual([...invited, oldGuest].sort());
      declare(guests, { existing: "own" });
      await test.run(up, environment);
      await test.run(destroy, environment);
      expect(
        present().filter((address) => guests.includes(address)),
        said(moment),
      ).toEqual([]);
      // The guest of old is owned now as well, and goes with the list.
      await restoreOldGuest();
      report.push(`${said(moment)}: ${invited.length} of ${guests.length} invited before the kill, then adopted`);
    }
    if (isWhole) console.log(report.join("\n"));
  }, 3_600_000);

  it("an apply in two runs: killed in either, the next one converges, nobody is mailed twice, and destroy removes whom the stack invited", async () => {
    declare(newGuests());
    const [first, second] = [await test.run(...recordRun()), await test.run(...restRun())];
    await test.run(destroy);
    const chosen = isWhole ? momentsOf(first) : [{ request: first.length, at: "done" as const }];
    const moments = [
      ...chosen.map((moment) => ({ kill: recordRun, moment })),
      ...momentsOf(second)
        .slice(isWhole ? 0 : -1)
        .map((moment) => ({ kill: restRun, moment })),
    ];

    let kills = 0;
    for (const { kill, moment } of moments) {
      const guests = newGuests();
      declare(guests);
      if (kill === restRun) await test.run(...recordRun());
      if (await test.runAndKill(...killedAt(kill, moment))) kills += 1;
      await recover();
      await applyInTwoRuns();
      expect(present(), said(moment)).toEqual([...guests, oldGuest].sort());
      expect(mailed(guests), said(moment)).toEqual(guests);

      await test.run(destroy);
      expect(present(), said(moment)).toEqual([oldGuest]);
    }
    expect(kills).toBeGreaterThanOrEqual(moments.length / 2);
  }, 3_600_000);

  it("an apply in two runs that removes, changes and adds, killed twice in a row", async () => {
    const prepare = async (more: Record<string, unknown>) => {
      const [leaves = "", changes = "", stays = ""] = newGuests();
      declare([leaves, changes, stays], more);
      await applyInTwoRuns();
      const coming = newGuests();
      const invitations = [
        { email: oldGuest },
        { email: changes, displayName: "Another name" },
        ...[stays, ...coming].map((email) => ({ email })),
      ];
      test.stack.configure({ redirectUrl, allowRemoval: true, ...more, invitations });
      return { all: [leaves, changes, stays, ...coming], listed: [changes, stays, ...coming] };
    };
    for (const more of isWhole ? [{}, ownMail] : [ownMail]) {
      await prepare(more);
      await test.run(...recordRun());
      const requests = await test.run(...restRun());
      await test.run(destroy);
      const every = momentsOf(requests);
      const moments = isWhole ? every : every.slice(-1);

      let kills = 0;
      for (const moment of moments) {
        const { all, listed } = await prepare(more);
        for (const _ of ["once", "and again"]) {
          await test.run(...recordRun());
          if (await test.runAndKill(...killedAt(restRun, moment))) kills += 1;
          await recover();
        }
        await applyInTwoRuns();
        expect(present(), said(moment)).toEqual([...listed, oldGuest].sort());
        expect(mailed(all), said(moment)).toEqual([...all].sort());
        await test.run(destroy);
        expect(present(), said(moment)).toEqual([oldGuest]);
      }
      expect(kills).toBeGreaterThanOrEqual(moments.length / 2);
    }
  }, 3_600_000);

  /** The first run of an apply in two, as `guests apply` starts it: who is there already, written down. */
  function recordRun(): [string[], Record<string, string>] {
    began = Date.now();
    const leftOut = [invitationToken, settledGuestsToken].flatMap((type) => ["--exclude", `**${type}::**`]);
    return [[...up, ...leftOut], { [applyStepVariable]: `record:${began}` }];
  }

  /** The second run: the rest, without checkpoints. */
  function restRun(): [string[], Record<string, string>] {
    return [up, { [applyStepVariable]: `rest:${began}`, ...withoutCheckpoints }];
  }

  function killedAt(run: typeof restRun, moment: Moment): Parameters<KillableStack["runAndKill"]> {
    const [args, environment] = run();
    return [args, moment, environment];
  }

  async function applyInTwoRuns(): Promise<void> {
    await test.run(...recordRun());
    await test.run(...restRun());
  }

  function declare(guests: string[], more: Record<string, unknown> = {}): void {
    const invitations = [oldGuest, ...guests].map((email) => ({ email }));
    test.stack.configure({ redirectUrl, allowRemoval: true, ...more, invitations });
  }

  /** Pulumi's ordinary steps: the lock of the killed run goes, and what it had begun to create is forgotten. */
  async function recover(): Promise<void> {
    await test.run(["cancel", "--yes"]);
    await test.run(["refresh", "--yes", "--skip-preview", "--clear-pending-creates"]);
  }

  function present(): string[] {
    return Object.keys(test.stack.guestIds()).sort();
  }

  function idsOf(guests: string[]): (string | undefined)[] {
    const ids = test.stack.guestIds();
    return guests.map((address) => ids[address]);
  }

  function pendingOf(guests: string[]): string[] {
    const pending = test.stack.tenant.guests().filter((guest) => guest.externalUserState === "PendingAcceptance");
    return pending.flatMap(({ mail }) => (mail !== null && guests.includes(mail) ? mail : [])).sort();
  }

  /** Whom of the guests a mail went to, as often as it did; perhaps those of one mailbox only. */
  function mailed(guests: string[], mailbox?: string): string[] {
    const mails = test.stack.tenant.mails().filter(({ from }) => mailbox === undefined || from === mailbox);
    const addressees = mails.map(({ to }) => to);
    return addressees.filter((address) => guests.includes(address)).sort();
  }

  async function restoreOldGuest(): Promise<void> {
    const deleted = test.stack.tenant.deletedUsers().find(({ mail }) => mail === oldGuest);
    await test.stack.graph("POST", `/directory/deletedItems/${deleted?.id}/restore`);
  }
});

function newGuests(): string[] {
  cases += 1;
  return ["ana", "bo", "carla"].map((name) => `${name}${cases}@fabrikam.example`);
}

/** After the first draft, and before and after the first sending: in between, the other mails are like them. */
function mailMoments(requests: LoggedRequest[]): Moment[] {
  const numberOf = (path: RegExp) => requests.findIndex((one) => one.method === "POST" && path.test(one.path)) + 1;
  const [draft, sending] = [numberOf(/\/messages$/), numberOf(/\/send$/)];
  expect(Math.min(draft, sending)).toBeGreaterThan(0);
  return [
    { request: draft, at: "done" },
    { request: sending, at: "arrived" },
    { request: sending, at: "done" },
  ];
}

/**
 * Before and after every request; in short, after the first write and before the last but one: in between, the others are
 * like them. Reads that go out together are not always as many, so a run may end before its last request comes again.
 */
function momentsOf(requests: LoggedRequest[]): Moment[] {
  const every = requests.flatMap((_, index): Moment[] => [
    { request: index + 1, at: "arrived" },
    { request: index + 1, at: "done" },
  ]);
  if (isWhole) return every;
  const writes = requests.flatMap(({ method, path }, index) =>
    method !== "GET" && path.startsWith("/v1.0/") && !path.endsWith("/$batch") ? [index + 1] : [],
  );
  const [first, last] = [writes.at(0), writes.at(-2) ?? writes.at(-1)];
  return [
    ...(first ? [{ request: first, at: "done" as const }] : []),
    ...(last ? [{ request: last, at: "arrived" as const }] : []),
  ];
}

function said({ request, at }: Moment): string {
  return at === "arrived" ? `before request ${request}` : `after request ${request}`;
}
