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

const afterFirstWrite: Moment = { request: 1, of: "writes", at: "done" };
/** Of three guests who are invited or removed. */
const beforeLastButOne: Moment = { request: 2, of: "writes", at: "arrived" };

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
    const moments = await momentsOf([afterFirstWrite, beforeLastButOne], () => {
      declare(newGuests());
      return test.run(up);
    });

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
    expectKills(kills, moments);
    if (isWhole) console.log(report.join("\n"));
  }, 3_600_000);

  it("destroy: the next destroy removes whom the stack invited and nobody else, and so does the next up bring them back", async () => {
    const moments = await momentsOf([beforeLastButOne], async () => {
      declare(newGuests());
      await test.run(up);
      return test.run(destroy);
    });

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
    expectKills(kills, moments);
    if (isWhole) console.log(report.join("\n"));
  }, 3_600_000);

  it("up that mails by mailFrom: every guest gets the organisation's mail with the message, once", async () => {
    const few: Moment[] = [
      { request: 1, of: "drafts", at: "done" },
      { request: 1, of: "sendings", at: "arrived" },
    ];
    const moments = await momentsOf(few, () => {
      declare(newGuests(), ownMail);
      return test.run(up);
    });

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
    expectKills(kills, moments);
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
    const moments = await momentsOf([{ request: 1, of: "sendings", at: "done" }], async () => {
      await prepare();
      return test.run(up);
    });

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
    expectKills(kills, moments);
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
    const moments = await momentsOf([afterFirstWrite, { request: 5, of: "writes", at: "arrived" }], async () => {
      const { guests } = await prepare();
      move(guests);
      return test.run(up);
    });

    const report = [];
    let kills = 0;
    for (const moment of moments) {
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
    expectKills(kills, moments);
    if (isWhole) console.log(report.join("\n"));
  }, 3_600_000);

  it("up by Ctrl+C: the next up converges without any step in between, and nobody is mailed twice", async () => {
    const oneByOne = [...up, "--parallel", "1"];
    const guests = newGuests();
    declare(guests);
    await test.runAndInterrupt(oneByOne, afterFirstWrite);
    expect(mailed(guests).length).toBeLessThan(guests.length);
    await test.run(up);
    expect(present()).toEqual([...guests, oldGuest].sort());
    expect(mailed(guests)).toEqual(guests);
    await test.run(destroy);
    expect(present()).toEqual([oldGuest]);
  });

  it("up that keeps no checkpoints: nobody is mailed twice, and whom the lost run invited is adopted", async () => {
    const environment = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };
    const moments = await momentsOf([beforeLastButOne], () => {
      declare(newGuests());
      return test.run(up, environment);
    });

    const report = [];
    for (const moment of moments) {
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
    // The record's run signs in, then looks.
    const first = await momentsOf([{ request: 2, at: "done" }], () => {
      declare(newGuests());
      return test.run(...recordRun());
    });
    const second = await momentsOf([beforeLastButOne], async () => {
      declare(newGuests());
      await test.run(...recordRun());
      return test.run(...restRun());
    });
    const moments = [
      ...first.map((moment) => ({ kill: recordRun, moment })),
      ...second.map((moment) => ({ kill: restRun, moment })),
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
    expectKills(kills, moments);
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
      const moments = await momentsOf([{ request: 6, of: "writes", at: "arrived" }], async () => {
        await prepare(more);
        await test.run(...recordRun());
        return test.run(...restRun());
      });

      let kills = 0;
      for (const moment of moments) {
        const { all, listed } = await prepare(more);
        // The first one has left less to do for the second.
        for (const at of [moment, isWhole ? moment : afterFirstWrite]) {
          await test.run(...recordRun());
          if (await test.runAndKill(...killedAt(restRun, at))) kills += 1;
          await recover();
        }
        await applyInTwoRuns();
        expect(present(), said(moment)).toEqual([...listed, oldGuest].sort());
        expect(mailed(all), said(moment)).toEqual([...all].sort());
        await test.run(destroy);
        expect(present(), said(moment)).toEqual([oldGuest]);
      }
      expectKills(kills, [...moments, ...moments]);
    }
  }, 3_600_000);

  /**
   * Before and after every request of a run, which is rehearsed and cleaned up to count them.
   *
   * @param few those that tell most, and stand for the others unless the whole matrix runs
   */
  async function momentsOf(few: Moment[], rehearse: () => Promise<LoggedRequest[]>): Promise<Moment[]> {
    if (!isWhole) return few;
    const requests = await rehearse();
    await test.run(destroy);
    return requests.flatMap((_, index): Moment[] => [
      { request: index + 1, at: "arrived" },
      { request: index + 1, at: "done" },
    ]);
  }

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

/** Requests that go out together are not always as many: in the whole matrix, a run may end before its last moment. */
function expectKills(kills: number, moments: readonly unknown[]): void {
  expect(kills).toBeGreaterThanOrEqual(isWhole ? moments.length / 2 : moments.length);
}

function said({ request, at, of = "requests" }: Moment): string {
  return `${at === "arrived" ? "before" : "after"} ${request} of the ${of}`;
}
