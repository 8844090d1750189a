import { canonicalAddress } from "../../model/email-address.ts";
import type { GuestListInputs } from "./guest-list-inputs.ts";

/** More names than this make an error that nobody reads. */
const mostNamed = 10;

/**
 * Stops a list from losing many guests at once: a wrong file or a bad merge is the usual reason.
 *
 * A guest past the expiry date is no removal: that they would go was said when the date was set.
 *
 * @param before the list as of the last run
 * @param now the list as declared
 * @returns what to tell the person who runs Pulumi, or `undefined` where the removals are within the limit
 */
export function removalProblem(before: GuestListInputs, now: GuestListInputs): string | undefined {
  const kept = new Set([...now.addresses, ...now.expired].map(canonicalAddress));
  const removed = before.addresses.filter((address) => !kept.has(canonicalAddress(address)));
  const percent = (100 * removed.length) / before.addresses.length;
  const { guests: most, percent: mostPercent } = now.removalLimit;
  // One guest is always free to go: in a short list, a corrected address would be a large share.
  const isLargeShare = percent > mostPercent && removed.length > 1;
  if (now.allowRemoval || (removed.length <= most && !isLargeShare)) return undefined;

  const named = removed.slice(0, mostNamed).join(", ");
  const more = removed.length > mostNamed ? ` and ${removed.length - mostNamed} more` : "";
  return (
    `this would remove ${removed.length} of ${before.addresses.length} guests (${Math.round(percent)} %), and the limit is ` +
    `${most} guests or ${mostPercent} %: ${named}${more}. Nothing has been sent. If they are meant to go, say ` +
    "guests:allowRemoval: true in the stack config (allowRemoval: true on GuestInvitations) for this one change; " +
    "the limit itself is guests:removalLimit"
  );
}
