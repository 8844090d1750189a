/** How long an apply takes at least, whatever the machine: Microsoft limits invitations, writes and mails. */
import { guestListToken, invitationToken } from "../model/names.ts";
import type { EngineEvent } from "./comment/engine-events.ts";

/**
 * Microsoft's published limits: invitations of a tenant, writes of an application, and mails of a mailbox. The provider
 * keeps them (provider/microsoft/graph-pace.ts names the source).
 */
const invitationsASecond = 30;
const writesAtOnce = 3_000;
const writesASecond = 20;
const mailsAMinute = 30;

/**
 * Reads off a preview how long its changes take at least.
 *
 * @param events those of the preview
 * @returns for a share of the changes, 0 to 1, a time in milliseconds
 */
export function leastTime(events: readonly EngineEvent[]): (share: number) => number {
  const steps = events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []);
  const guests = steps.filter(
    ({ type, op }) => type === invitationToken && ["create", "update", "delete"].includes(op),
  );
  const added = guests.filter(({ op }) => op === "create");
  const arriving = new Set(added.map((step) => step.new?.inputs?.userEmailAddress));
  const lists = steps.filter(({ type }) => type === guestListToken);
  const mails = Math.max(0, ...lists.flatMap((step) => mailsOf(step.new?.inputs?.mails, arriving)));
  // What a limit lets through at once takes no time.
  const seconds = Math.max(
    added.length / invitationsASecond,
    guests.length > writesAtOnce ? guests.length / writesASecond : 0,
    mails > mailsAMinute ? (mails * 60) / mailsAMinute : 0,
  );
  return (share) => share * seconds * 1000;
}

/** How many of those who arrive each mailbox mails. */
function mailsOf(mails: unknown, arriving: ReadonlySet<unknown>): number[] {
  if (!Array.isArray(mails)) return [];
  return mails.flatMap(({ from, addresses }: { from?: unknown; addresses?: unknown }) => {
    if (from === undefined || !Array.isArray(addresses)) return [];
    return addresses.filter((address) => arriving.has(address)).length;
  });
}
