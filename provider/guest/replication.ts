import type { Deadline } from "../deadline.ts";
import { isNotFound } from "../microsoft/graph-errors.ts";
import { awaitUser, findUser, type GraphUser, isInRecycleBin, untilNextLook } from "../microsoft/graph-users.ts";
import type { Context } from "./context.ts";
import { type LookUp, lookUpGuest } from "./guest-look-up.ts";

/**
 * The directory is replicated: a read may miss what was written moments ago. "There is no such guest" is therefore
 * believed only when nothing can have been written so recently.
 */
export interface Replication {
  /** How far reads may lag behind writes, in milliseconds; 0 where they do not. */
  time: number;
  /** When this run began, in milliseconds since 1970: whatever an earlier run wrote, it wrote before. */
  startedAt: number;
}

/** A server may still be busy with a request of which the answer was lost: so much longer is looked, in milliseconds. */
const stillBusy = 10_000;

/** Looks an address up again and again until what is found `isSure`, or until all that was written before `settled` shows. */
async function lookUpUntil(
  context: Pick<Context, "graph">,
  address: string,
  settled: number,
  isSure: (found: LookUp) => boolean,
  deadline: Deadline,
): Promise<LookUp> {
  for (let look = 1; ; look++) {
    // Taken first: a look that began too early says nothing, however late its answer comes.
    const left = settled - deadline.clock.now();
    const found = await lookUpGuest(context, address, deadline);
    if (isSure(found) || left <= 0) return found;
    await deadline.clock.wait(Math.min(left, untilNextLook(look)), deadline.signal);
  }
}

/** Whom an earlier run, which was cut short, may have invited: everything it wrote can be seen by the answer. */
export function lookUpAfterCutShortRun(
  { graph, replication }: Pick<Context, "graph" | "replication">,
  address: string,
  deadline: Deadline,
): Promise<LookUp> {
  const settled = replication.startedAt + replication.time;
  return lookUpUntil({ graph }, address, settled, ({ kind }) => kind !== "nobody", deadline);
}

/** How long it still takes until reads show everything that an earlier run wrote, in milliseconds; not above 0: they do. */
export function untilSettled({ replication }: Pick<Context, "replication">, { clock }: Deadline): number {
  return replication.startedAt + replication.time - clock.now();
}

/** Whom a request made of which the answer was just lost. */
export function lookUpAfterLostAnswer(
  { graph, replication }: Pick<Context, "graph" | "replication">,
  address: string,
  deadline: Deadline,
): Promise<LookUp> {
  const settled = deadline.clock.now() + timeToTell({ replication });
  // One who is found in the recycle bin is not the one who may just have been invited.
  const isSure = ({ kind }: LookUp) => kind === "guest" || kind === "not allowed";
  return lookUpUntil({ graph }, address, settled, isSure, deadline);
}

/** How long it takes at most until reads show whether a request did what it was sent for, in milliseconds. */
export function timeToTell({ replication }: Pick<Context, "replication">): number {
  return replication.time + stillBusy;
}

/** A user who was written just now, as soon as reads show them. Throws GraphError 404 where they never do. */
export function awaitWritten(
  { graph, replication }: Pick<Context, "graph" | "replication">,
  id: string,
  deadline: Deadline,
): Promise<GraphUser> {
  return awaitUser(graph, id, deadline, deadline.clock.now() + timeToTell({ replication }));
}

/**
 * A guest of the stack, or `undefined` where they are really gone: in the recycle bin, or invited so long ago that a
 * read would show them.
 *
 * @param invitedAt ISO 8601
 */
export async function findSettledUser(
  { graph, replication }: Pick<Context, "graph" | "replication">,
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
 * Waits until reads no longer show a user who was just deleted, so that whatever runs next does not take them for a
 * guest who is there. Never fails: the user is deleted, whatever the reads say.
 */
export async function awaitGone(
  { graph, replication }: Pick<Context, "graph" | "replication">,
  id: string,
  deadline: Deadline,
): Promise<void> {
  const until = deadline.clock.now() + replication.time;
  for (let look = 1; deadline.clock.now() < until; look++) {
    const user = await findUser(graph, id, deadline).catch(() => undefined);
    if (user === undefined) return;
    await deadline.clock.wait(untilNextLook(look), deadline.signal).catch(() => {});
  }
}
