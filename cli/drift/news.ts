import type { EngineEvent } from "../comment/engine-events.ts";
import { guestOf, isInvitation } from "../comment/guest-changes.ts";

/**
 * What a refresh found out about guests.
 *
 * @param events the event log of `pulumi refresh`
 * @returns addresses, sorted
 */
export function newsOf(events: readonly EngineEvent[]): { gone: string[]; accepted: string[] } {
  const steps = events.flatMap(({ resOutputsEvent }) => resOutputsEvent?.metadata ?? []).filter(isInvitation);
  const gone = steps.filter(({ op }) => op === "delete");
  const accepted = steps.filter(
    (step) => step.old?.outputs?.state === "PendingAcceptance" && step.new?.outputs?.state === "Accepted",
  );
  const addresses = (some: typeof steps) => some.map((step) => guestOf(step).address).sort();
  return { gone: addresses(gone), accepted: addresses(accepted) };
}
