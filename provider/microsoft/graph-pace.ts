/**
 * Microsoft's published limits, kept before Graph has to refuse anything. Whatever is sent in any span of a limit's time
 * stays within its units, which is safe for a fixed window as well as for a token bucket; what Graph answers corrects it.
 */
import { type GraphLimit, graphLimits } from "../../model/graph-limits.ts";
import { type Deadline, retryAfterMilliseconds, TransientError } from "../deadline.ts";

/** What a request takes of each limit, in its units. */
export type Costs = Readonly<Record<string, number>>;

/** What is learnt from an answer. */
export interface Answered {
  status: number;
  /** By lower-case name. */
  headers: Readonly<Record<string, string | undefined>>;
}

/** Lets requests through no faster than Graph takes them. */
export interface Pace {
  /**
   * Waits until a request may be sent.
   *
   * @throws TransientError where that would be after the deadline
   */
  turn(costs: Costs, deadline: Deadline): Promise<void>;
  /** Hears how a request was answered that had this turn. */
  answered(answer: Answered, costs: Costs, deadline: Pick<Deadline, "clock">): void;
  close?(): Promise<void>;
}

interface Allowance {
  /** So many units … */
  units: number;
  /** … in so many milliseconds. */
  within: number;
  /** How it is told in an error. */
  told: string;
}

const mailsPrefix = "mails ";

/** A mail counts in its mailbox's own limit. */
export const mailsOf = (mailbox: string): Costs => ({ [`${mailsPrefix}${mailbox}`]: 1 });

/** Answers take different times: a request may arrive this much sooner after the one before it, in milliseconds. */
const jitter = 150;

/** A timer that rings late by no more than this, in milliseconds, does not put off all who come after it. */
const lateness = 100;

/** Mails arrive later than they leave, and not all by the same time. */
const mailJitter = 5_000;

function allowanceOf(limit: string): Allowance {
  if (limit.startsWith(mailsPrefix)) return kept(graphLimits.mails, mailJitter, "a mailbox sends", "mails");
  switch (limit) {
    case "invitations":
      return kept(graphLimits.invitations, jitter, graphTakes, "invitations");
    case "writes":
      return kept(graphLimits.writes, jitter, graphTakes, "writes");
    default:
      return kept(graphLimits.resources, jitter, graphTakes, "resource units");
  }
}

const graphTakes = "Microsoft Graph takes";

function kept({ units, seconds }: GraphLimit, more: number, who: string, what: string): Allowance {
  const time = seconds === 60 ? "a minute" : `in ${seconds} s`;
  const told = `${who} ${units.toLocaleString("en")} ${what} ${time}`;
  return { units, within: seconds * 1000 + more, told };
}

/** The paths of Microsoft's table that cost more than one resource unit to read. */
const dearReads: readonly [path: RegExp, units: number][] = [
  [/^\/(users|applications)$/i, 2],
  [/^\/users\/[^/]+\/(memberOf|transitiveMemberOf|ownedObjects|licenseDetails)$/i, 2],
  [/^\/servicePrincipals\/[^/]+\/appRoleAssignments$/i, 2],
  [/^\/groups\/[^/]+\/members$/i, 3],
  [/^\/groups\/[^/]+\/transitiveMembers$/i, 5],
];

/**
 * What a request costs.
 *
 * @param path below the version, with its query
 */
export function costsOf(method: string, path: string): Costs {
  const [place = "", query = ""] = path.split("?", 2);
  // Outlook's own limits, which the mailbox keeps.
  if (/^\/users\/[^/]+\/(messages|mailFolders|sendMail)\b/i.test(place)) return {};
  if (method !== "GET") {
    return { writes: 1, resources: 1, ...(place.toLowerCase() === "/invitations" && { invitations: 1 }) };
  }
  const base = dearReads.find(([pattern]) => pattern.test(place))?.[1] ?? 1;
  const saved = Number(query.includes("$select="));
  return { resources: Math.max(1, base - saved + Number(query.includes("$expand="))) };
}

/** The sum of the costs of requests that travel together. */
export function sumOf(costs: readonly Costs[]): Costs {
  const sum: Record<string, number> = {};
  for (const [limit, units] of costs.flatMap(Object.entries<number>)) sum[limit] = (sum[limit] ?? 0) + units;
  return sum;
}

/** Where nothing else is known, a refused request waits so long, in milliseconds. */
const usualPause = 1_000;

/** What is left of a limit after a refusal, and what it gets back with each of its spans that passes without one. */
const afterRefusal = 0.75;
const regained = 0.05;

/** One limit: what was spent of it in its span. */
class Limit {
  readonly told: string;
  readonly #units: number;
  readonly #within: number;
  readonly #spent: { at: number; units: number }[] = [];
  #total = 0;
  #pausedUntil = 0;
  #share = 1;
  #refusedAt = 0;

  constructor(name: string) {
    const { units, within, told } = allowanceOf(name);
    this.#units = units;
    this.#within = within;
    this.told = told;
  }

  /** When so many units may be spent, in milliseconds since 1970. */
  earliest(units: number, now: number): number {
    this.#forget(now);
    let over = this.#total + units - this.#budget(now);
    let at = now;
    for (const spent of this.#spent) {
      if (over <= 0) break;
      over -= spent.units;
      at = spent.at + this.#within;
    }
    return Math.max(at, this.#pausedUntil);
  }

  spend(units: number, now: number): void {
    this.#spent.push({ at: now, units });
    this.#total += units;
  }

  /** How much of it is used, 1 for all. */
  used(now: number): number {
    this.#forget(now);
    return this.#total / this.#units;
  }

  /** Others use it as well: what Graph counts beyond what was sent from here is spent, too. */
  usedByOthers(share: number, now: number): void {
    if (share > 0) this.spend(share * this.#units, now);
  }

  refused(pause: number, now: number): void {
    // Those who were refused together count once.
    if (now >= this.#pausedUntil) this.#share = Math.max(0.1, this.#recovered(now) * afterRefusal);
    this.#refusedAt = now;
    this.#pausedUntil = Math.max(this.#pausedUntil, now + pause);
  }

  #budget(now: number): number {
    return Math.floor(this.#units * this.#recovered(now));
  }

  #recovered(now: number): number {
    return Math.min(1, this.#share + regained * Math.floor((now - this.#refusedAt) / this.#within));
  }

  #forget(now: number): void {
    for (let [oldest] = this.#spent; oldest !== undefined && oldest.at + this.#within <= now; [oldest] = this.#spent) {
      this.#spent.shift();
      this.#total -= oldest.units;
    }
  }
}

/** The limits of tenants and applications, by name; who shares one shares its pace. */
export class Limits {
  readonly #byName = new Map<string, Limit>();

  /** @param scope whose limit it is */
  named(name: string, scope: string): Limit {
    const key = `${name} ${scope}`;
    const limit = this.#byName.get(key) ?? new Limit(name);
    this.#byName.set(key, limit);
    return limit;
  }
}

/** Whom the limits hold for: that of invitations counts for all applications of a tenant, the others for each. */
export interface PaceScope {
  tenant: string;
  application: string;
}

/** The pace of one application in one tenant. */
export class GraphPace implements Pace {
  readonly #limits: Limits;
  readonly #scope: PaceScope;
  /** Who waits for a limit does not keep those waiting who don't need it. */
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(limits = new Limits(), scope: PaceScope = { tenant: "", application: "" }) {
    this.#limits = limits;
    this.#scope = scope;
  }

  async turn(costs: Costs, deadline: Deadline): Promise<void> {
    const names = Object.keys(costs);
    if (names.length === 0) return;
    const queue = names.sort().join();
    const before = this.#queues.get(queue) ?? Promise.resolve();
    const turn = before.then(() => this.#admit(costs, deadline));
    this.#queues.set(
      queue,
      turn.catch(() => undefined),
    );
    await turn;
  }

  async #admit(costs: Costs, { clock, at, signal }: Deadline): Promise<void> {
    for (let due = 0; ; ) {
      signal.throwIfAborted();
      const now = clock.now();
      const limits = Object.entries(costs).map(([name, units]) => ({ limit: this.#limit(name), units }));
      const turns = limits.map(({ limit, units }) => ({ limit, from: limit.earliest(units, now) }));
      const last = turns.reduce((one, other) => (other.from > one.from ? other : one));
      if (last.from <= now) {
        const spentAt = due === 0 ? now : Math.max(due, now - lateness);
        for (const { limit, units } of limits) limit.spend(units, spentAt);
        return;
      }
      if (last.from >= at) {
        throw new TransientError(
          `${last.limit.told}, and this one's turn would come after the resource's time. Run again`,
        );
      }
      due = last.from;
      await clock.wait(due - now, signal);
    }
  }

  answered({ status, headers }: Answered, costs: Costs, { clock }: Pick<Deadline, "clock">): void {
    const names = Object.keys(costs);
    if (names.length === 0) return;
    const now = clock.now();
    if (status === 429) {
      const pause = Math.max(retryAfterMilliseconds(headers["retry-after"], now) ?? 0, usualPause);
      this.#limit(refusedLimit(headers, costs)).refused(pause, now);
      return;
    }
    const unforeseen = Number(headers["x-ms-resource-unit"] ?? 0) - (costs.resources ?? 0);
    if (unforeseen > 0) this.#limit("resources").spend(unforeseen, now);
    const used = Number(headers["x-ms-throttle-limit-percentage"] ?? 0);
    if (!(used > 0)) return;
    // Graph does not say of which limit it is a part: of the one that is used most, as far as it is known here.
    const directory = names
      .filter((name) => name === "writes" || name === "resources")
      .map((name) => this.#limit(name));
    const fullest = directory.sort((one, other) => other.used(now) - one.used(now))[0];
    fullest?.usedByOthers(used - fullest.used(now), now);
  }

  #limit(name: string): Limit {
    const { tenant, application } = this.#scope;
    const isTenants = name === "invitations" || name.startsWith(mailsPrefix);
    return this.#limits.named(name, isTenants ? tenant : `${tenant} ${application}`);
  }
}

/** Keeps the limits of mailboxes alone: for a tenant that says that it has no others. */
export function paceOfMailsAlone(pace: Pace): Pace {
  const mails = (costs: Costs): Costs =>
    Object.fromEntries(Object.entries(costs).filter(([name]) => name.startsWith(mailsPrefix)));
  return {
    turn: (costs, deadline) => pace.turn(mails(costs), deadline),
    answered: (answer, costs, deadline) => pace.answered(answer, mails(costs), deadline),
  };
}

/** The limit that a refused request has met, as the answer tells; else the scarcest of those that it counts for. */
function refusedLimit(headers: Answered["headers"], costs: Costs): string {
  const reason = headers["x-ms-throttle-information"] ?? "";
  const [, limit = ""] = (headers["x-ms-throttle-scope"] ?? "").split("/");
  if (/WriteLimit/i.test(reason) || /^Write$/i.test(limit)) return "writes";
  if (reason !== "" || limit !== "") return "resources";
  return ["invitations", "writes", "resources"].find((name) => name in costs) ?? Object.keys(costs)[0] ?? "resources";
}
