import { today } from "../../model/calendar-day.ts";
import { canonicalAddress } from "../../model/email-address.ts";
import type { GuestListInputs } from "../../model/guest-list.ts";
import { movedGuests } from "./new-address.ts";

/** More names than this make an error that nobody reads. */
const mostNamed = 10;

/**
 * Stops a list from losing many guests at once, or from taking access from many: a wrong file or a bad merge is the
 * usual reason. A guest is free to go whose last day an earlier run recorded, and only once that day has passed: a date
 * in the past that was written just now is as likely a mistake as a missing line. A guest with a new address stays.
 *
 * @param before the list as of the last run
 * @param now the list as declared
 * @param day today, `YYYY-MM-DD` in UTC
 * @returns what to tell the person who runs Pulumi, the reason first; nothing where the change is within the limit
 */
export function removalProblems(before: GuestListInputs, now: GuestListInputs, day = today()): string[] {
  if (now.allowRemoval) return [];
  const listed = new Set(now.addresses.map(canonicalAddress));
  const todays = new Map([...movedGuests(before, now)].map(([today, former]) => [former, today]));
  const todayOf = (address: string) => todays.get(canonicalAddress(address)) ?? canonicalAddress(address);
  const left = before.addresses.filter((address) => !listed.has(todayOf(address)));
  const hasExpired = (address: string) => (before.lastDays[canonicalAddress(address)] ?? day) < day;
  const removed = left.filter((address) => !hasExpired(address));
  const writtenOff = new Set(now.expired.map(canonicalAddress));
  const isSudden = removed.some((address) => writtenOff.has(canonicalAddress(address)));
  const sudden = isSudden
    ? " An expiry date in the past counts as a removal unless an earlier run had recorded it."
    : "";

  const stays = before.addresses.filter((address) => listed.has(todayOf(address)));
  const losses = lossesOf(before, now, stays, todayOf);
  return [
    overLimit(removed, before.addresses.length, now)?.concat(`${sudden} ${wayOut}`),
    overLimit([...losses.byGuest.keys()], losses.holders, now, {
      what: `take access from`,
      detail: ` (${[...losses.counts].map(([name, count]) => `${name}: ${count}`).join(", ")})`,
    })?.concat(` ${wayOut}`),
  ].filter((problem) => problem !== undefined);
}

const wayOut =
  "If this is meant, say guests:allowRemoval: true in the stack config (allowRemoval: true on GuestInvitations) for this " +
  "one change; the limit itself is guests:removalLimit";

function overLimit(
  who: readonly string[],
  of: number,
  { removalLimit: { guests: most, percent: mostPercent } }: GuestListInputs,
  { what, detail } = { what: "remove", detail: "" },
): string | undefined {
  const percent = of === 0 ? 0 : (100 * who.length) / of;
  // One guest is always free to go: in a short list, a corrected address would be a large share.
  const isLargeShare = percent > mostPercent && who.length > 1;
  if (who.length <= most && !isLargeShare) return undefined;

  const named = who.slice(0, mostNamed).join(", ");
  const more = who.length > mostNamed ? ` and ${who.length - mostNamed} more` : "";
  return (
    `this would ${what} ${who.length} of ${of} guests (${Math.round(percent)} %), and the limit is ` +
    `${most} guests or ${mostPercent} %${detail}: ${named}${more}. Nothing has been sent.`
  );
}

interface Losses {
  /** What each guest who stays would lose. */
  byGuest: Map<string, string[]>;
  /** How many guests would lose each thing, by its name. */
  counts: Map<string, number>;
  /** How many of those who stay have any access. */
  holders: number;
}

/** What the change takes from guests who stay on the list. A thing under another name is the same thing. */
function lossesOf(
  before: GuestListInputs,
  now: GuestListInputs,
  stays: readonly string[],
  todayOf: (address: string) => string,
): Losses {
  const [held, holds] = [accessByGuest(before), accessByGuest(now)];
  const losses: Losses = { byGuest: new Map(), counts: new Map(), holders: 0 };
  for (const address of stays) {
    const had = held.get(canonicalAddress(address));
    if (had === undefined) continue;
    losses.holders += 1;
    const has = holds.get(todayOf(address));
    const lost = [...had].filter(([id]) => !has?.has(id)).map(([, name]) => name);
    if (lost.length > 0) losses.byGuest.set(address, lost);
    for (const name of lost) losses.counts.set(name, (losses.counts.get(name) ?? 0) + 1);
  }
  return losses;
}

/** The names of what each guest holds, by id. Guests with the same access share one map. */
function accessByGuest({ access }: GuestListInputs): Map<string, Map<string, string>> {
  return new Map(
    access.flatMap(({ names, ids, guests }) => {
      const held = new Map(ids.map((id, index) => [id.toLowerCase(), names[index] ?? id]));
      return guests.map((address) => [canonicalAddress(address), held] as const);
    }),
  );
}
