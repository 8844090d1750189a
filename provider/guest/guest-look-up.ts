import { addressSpellings, canonicalAddress } from "../../model/email-address.ts";
import type { Deadline } from "../deadline.ts";
import type { GraphClient } from "../microsoft/graph-client.ts";
import { cannot, isForbidden, isNotFound } from "../microsoft/graph-errors.ts";
import {
  awaitUser,
  deletedGuests,
  deleteUser,
  findUser,
  type GraphUser,
  isExternal,
  isInRecycleBin,
  isShown,
  untilNextLook,
  usersWithAddress,
} from "../microsoft/graph-users.ts";

/**
 * The tenant's directory. It is replicated: a read may miss what was written moments ago, so "there is no such guest" is
 * believed only when nothing can have been written so recently.
 */
export interface Directory {
  graph: GraphClient;
  replication: Replication;
}

interface Replication {
  /** How far reads may lag behind writes, in milliseconds; 0 where they do not. */
  time: number;
  /** When this run began, in milliseconds since 1970: whatever an earlier run wrote, it wrote before. */
  startedAt: number;
}

/** Who has an address in the tenant. */
export type LookUp =
  | { kind: "nobody" }
  | { kind: "guest"; user: GraphUser }
  | { kind: "deleted"; user: GraphUser }
  /** The application may not read users: it can only invite. */
  | { kind: "not allowed" };

/** The address belongs to somebody who can't be the stack's guest. */
export class NoSuchGuest extends Error {
  /** True where several guests have the address, so that nobody can tell which is meant. */
  readonly isAmbiguous: boolean;

  constructor(message: string, isAmbiguous: boolean) {
    super(message);
    this.isAmbiguous = isAmbiguous;
  }
}

/**
 * Finds out whether an address is already that of a guest, of a guest in the recycle bin, or of nobody.
 *
 * @throws Error where Graph did not answer; with {@link NoSuchGuest} as its cause where the address belongs to a
 *   member of the organisation, or to several guests
 */
export async function lookUpGuest(
  { graph }: Pick<Directory, "graph">,
  address: string,
  deadline: Deadline,
): Promise<LookUp> {
  try {
    const [users, deleted] = await Promise.all([
      usersWithAddress(graph, address, deadline),
      deletedGuests(graph, address, deadline),
    ]);
    const guest = theGuest(users, address);
    if (guest !== undefined) return { kind: "guest", user: guest };
    return deleted[0] === undefined ? { kind: "nobody" } : { kind: "deleted", user: deleted[0] };
  } catch (error) {
    if (isForbidden(error)) return { kind: "not allowed" };
    throw cannot("look up", address, error);
  }
}

function theGuest(users: GraphUser[], address: string): GraphUser | undefined {
  const guests = users.filter(isExternal);
  const byMail = guests.filter(({ mail }) => canonicalAddress(mail ?? "") === canonicalAddress(address));
  const [guest, another] = byMail.length > 0 ? byMail : guests;
  if (guest !== undefined && another !== undefined) {
    const ids = guests.map(({ id, userPrincipalName }) => `${userPrincipalName} (${id})`).join(", ");
    throw new NoSuchGuest(
      `several guests have that address: ${ids}. Remove the ones that are not meant, or import the right one by its object id`,
      true,
    );
  }
  const [member] = users;
  if (guest === undefined && member !== undefined) {
    throw new NoSuchGuest(
      `it belongs to ${member.userPrincipalName} (object id ${member.id}), a member of the organisation, who can't be a guest. ` +
        "Take the address off the list, or invite that person at another address",
      false,
    );
  }
  return guest;
}

/**
 * The address by which a guest was invited, where it is another one than that. Microsoft keeps one guest for all addresses
 * of a home account: whoever invites a second one gets the guest of the first (Entra's page "Troubleshoot B2B collaboration").
 *
 * @returns `undefined` where it is the guest's own address, or nobody can tell
 */
export function otherAddress({ mail }: GraphUser, address: string): string | undefined {
  if (!mail || addressSpellings(address).includes(canonicalAddress(mail))) return undefined;
  return mail;
}

/**
 * What the list has just looked up, so that no invitation has to look again. Each answer serves once, and only in the
 * run that asked: a later try looks at the directory anew.
 */
export class FreshLookUps {
  readonly #byAddress = new Map<string, LookUp>();
  readonly #absent = new Set<string>();
  readonly #moved = new Set<string>();

  keep(address: string, lookUp: LookUp): void {
    this.#byAddress.set(canonicalAddress(address), lookUp);
  }

  /** These were looked up a moment ago by the step before this one, and were no guests; nothing was sent since. */
  trust(absent: readonly string[]): void {
    for (const address of absent) this.#absent.add(canonicalAddress(address));
  }

  isTrusted(address: string): boolean {
    return this.#absent.has(canonicalAddress(address));
  }

  take(address: string): LookUp | undefined {
    const key = canonicalAddress(address);
    const lookUp = this.#byAddress.get(key);
    this.#byAddress.delete(key);
    return lookUp;
  }

  /** The list has just heard of somebody's new address: no earlier run has sent anything for it. */
  keepMove(address: string): void {
    this.#moved.add(canonicalAddress(address));
  }

  takeMove(address: string): boolean {
    return this.#moved.delete(canonicalAddress(address));
  }
}

/** Looks up somebody an earlier run may have invited, until everything that run wrote can be seen. */
export function lookUpAfterCutShortRun(directory: Directory, address: string, deadline: Deadline): Promise<LookUp> {
  const { startedAt, time } = directory.replication;
  return lookUpUntil(directory, address, startedAt + time, ({ kind }) => kind !== "nobody", deadline);
}

/** Looks up somebody whom a run may have invited that nobody goes on with, until everything that run wrote can be seen. */
export function lookUpAfterLostRun(directory: Directory, address: string, deadline: Deadline): Promise<LookUp> {
  const { startedAt, time } = directory.replication;
  return lookUpUntil(directory, address, startedAt + time, isThereOrHidden, deadline);
}

/** A guest in the recycle bin may have been restored moments ago. */
const isThereOrHidden = ({ kind }: LookUp) => kind === "guest" || kind === "not allowed";

/** How long until reads show all that an earlier run wrote, in milliseconds; 0 or less where they do already. */
export function untilSettled({ replication }: Directory, { clock }: Deadline): number {
  return replication.startedAt + replication.time - clock.now();
}

/** Looks up somebody after the answer to their invitation was lost, until reads would show the guest. */
export function lookUpAfterLostAnswer(directory: Directory, address: string, deadline: Deadline): Promise<LookUp> {
  return lookUpUntil(directory, address, deadline.clock.now() + timeToTell(directory), isThereOrHidden, deadline);
}

/** How long it takes at most until reads show whether a request did what it was sent for, in milliseconds. */
export function timeToTell({ replication }: Directory): number {
  return replication.time + stillBusy;
}

/** A server may still be busy with a request after its answer was lost: look this much longer, in milliseconds. */
const stillBusy = 10_000;

/** Looks an address up again and again until what is found `isSure`, or until all that was written before `settled` shows. */
async function lookUpUntil(
  directory: Directory,
  address: string,
  settled: number,
  isSure: (found: LookUp) => boolean,
  deadline: Deadline,
): Promise<LookUp> {
  for (let look = 1; ; look++) {
    // Taken first: a look that began too early says nothing, however late its answer comes.
    const left = settled - deadline.clock.now();
    const found = await lookUpGuest(directory, address, deadline);
    if (isSure(found) || left <= 0) return found;
    await deadline.clock.wait(Math.min(left, untilNextLook(look, deadline)), deadline.signal);
  }
}

/** Waits until reads show a user who was written just now. Throws GraphError 404 where they never do. */
export function awaitWritten(directory: Directory, id: string, deadline: Deadline): Promise<GraphUser> {
  return awaitUser(directory.graph, id, deadline, deadline.clock.now() + timeToTell(directory));
}

/**
 * A guest of the stack, or `undefined` where the guest is really gone: in the recycle bin, or invited so long ago that
 * a read would show them.
 *
 * @param invitedAt ISO 8601
 */
export async function findSettledUser(
  { graph, replication }: Directory,
  id: string,
  invitedAt: string | undefined,
  deadline: Deadline,
): Promise<GraphUser | undefined> {
  const user = await findUser(graph, id, deadline);
  if (user !== undefined) return user;
  const settled = Date.parse(invitedAt ?? "") + replication.time;
  // NaN, where no date is known, is never later.
  if (!(settled > deadline.clock.now()) || (await isInRecycleBin(graph, id, deadline))) return undefined;
  return awaitUser(graph, id, deadline, Math.min(settled, deadline.clock.now() + replication.time)).catch((error) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
}

/**
 * Writes to a guest whom a read has shown. Writes lag as reads do: Graph may say 404 for some seconds all the same
 * (microsoft-graph-docs-contrib #2465), and is asked again as long as that may be so.
 *
 * @param isLag whether Graph refused for what it may only not see yet
 */
export async function whileLagging<Result>(
  { replication }: Directory,
  deadline: Deadline,
  write: () => Promise<Result>,
  isLag: (error: unknown) => boolean = isNotFound,
): Promise<Result> {
  const until = Math.min(deadline.clock.now() + replication.time, deadline.at);
  for (let tries = 1; ; tries++) {
    try {
      return await write();
    } catch (error) {
      const left = until - deadline.clock.now();
      if (!isLag(error) || left <= 0) throw error;
      await deadline.clock.wait(Math.min(left, untilNextLook(tries, deadline)), deadline.signal);
    }
  }
}

/**
 * Deletes a user, and waits until reads show it. That the user is gone already is fine, once a read says so too.
 *
 * @param who the guest, for errors
 */
export async function removeUser(directory: Directory, id: string, who: string, deadline: Deadline): Promise<void> {
  const until = deadline.clock.now() + directory.replication.time;
  // At least once: where nothing lags, the time is over as soon as it began.
  for (let tries = 1; ; tries++) {
    const isDeleted = await deleteUser(directory.graph, id, deadline).catch((error) => {
      throw cannot("delete", who, error);
    });
    if (isDeleted || !(await isStillShown(directory, id, who, deadline))) break;
    if (deadline.clock.now() >= until) break;
    await deadline.clock.wait(untilNextLook(tries, deadline), deadline.signal);
  }
  await awaitGone(directory, id, who, deadline);
}

/** An application that may delete and not read has to believe the answer. */
async function isStillShown({ graph }: Directory, id: string, who: string, deadline: Deadline): Promise<boolean> {
  return isShown(graph, id, deadline).catch((error) => {
    if (isForbidden(error)) return false;
    throw cannot("read", who, error);
  });
}

/**
 * Waits until reads no longer show a user who was just deleted, so that the next run does not find a guest there.
 *
 * @param who the guest, for the error
 * @throws Error where the directory still shows the user once it should not: something else than Graph has answered
 */
async function awaitGone(directory: Directory, id: string, who: string, deadline: Deadline): Promise<void> {
  const { replication } = directory;
  const until = deadline.clock.now() + (replication.time === 0 ? 0 : timeToTell(directory));
  for (let look = 1; ; look++) {
    const left = Math.min(until, deadline.at) - deadline.clock.now();
    if (!(await isStillShown(directory, id, who, deadline))) return;
    if (left <= 0) throw new Error(stillThere(who, id));
    await deadline.clock.wait(Math.min(left, untilNextLook(look, deadline)), deadline.signal);
  }
}

function stillThere(who: string, id: string): string {
  return (
    `Cannot delete ${who}: the answer was that it is done, and the directory still shows the guest (object id ${id}). ` +
    "Is there a proxy in between? Run again; where the directory takes longer than a minute to show changes, say so with entra-guests:replicationSeconds."
  );
}
