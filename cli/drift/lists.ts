import { canonicalAddress } from "../../model/email-address.ts";
import { guestListToken } from "../../model/names.ts";
import type { EngineEvent, ResourceState } from "../comment/engine-events.ts";

/**
 * The `GuestList` resources that may be updated together with the removal of expired guests.
 *
 * A `GuestList` remembers whom the list held, and stops a change that removes many of them. Left as it is, it would
 * count the expired guests as removed once their lines are deleted from the list. Updated while other guests are waiting
 * to be added or removed, it would forget these. So it is updated when the expired ones are the only difference.
 *
 * @param events the event log of a preview
 * @returns URNs
 */
export function listsThatOnlyExpire(events: readonly EngineEvent[]): string[] {
  const steps = events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []);
  const updates = steps.filter(({ type, op }) => type === guestListToken && op === "update");
  return updates.filter((step) => differsByExpiryOnly(step.old, step.new)).map(({ urn }) => urn);
}

function differsByExpiryOnly(before: ResourceState | null | undefined, now: ResourceState | null | undefined): boolean {
  const listed = addresses(before, "addresses");
  const kept = addresses(now, "addresses");
  const expired = addresses(now, "expired");
  return [...kept].every((one) => listed.has(one)) && [...listed].every((one) => kept.has(one) || expired.has(one));
}

function addresses(state: ResourceState | null | undefined, property: string): Set<string> {
  const list = state?.inputs?.[property];
  return new Set(Array.isArray(list) ? list.filter((one) => typeof one === "string").map(canonicalAddress) : []);
}
