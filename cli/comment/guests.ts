import { addressDomain, canonicalAddress } from "../../model/email-address.ts";
import { invitationToken } from "../../model/names.ts";
import type { ResourceState, Step } from "./events.ts";
import { fieldChanges } from "./field-changes.ts";
import type { AddedGuest, ChangedGuest, Guest, RemovedGuest } from "./report.ts";
import { textOf } from "./values.ts";

const azureadToken = "azuread:index/invitation:Invitation";

/** Whether a step is about an invitation, of either package. */
export function isInvitation({ type }: Step): boolean {
  return type === invitationToken || type === azureadToken;
}

/** The guest whom a step creates. */
export function addedGuest(step: Step): AddedGuest {
  const inputs = step.new?.inputs ?? {};
  const displayName = textOf(inputs.userDisplayName);
  const isAzuread = step.type === azureadToken;
  return {
    ...guestOf(step),
    ...(displayName !== undefined && { displayName }),
    // The official package mails exactly those who have a message.
    mailed: isAzuread ? inputs.message !== undefined : inputs.sendInvitation !== false,
  };
}

/** The guest whom a step changes, and what it changes. */
export function changedGuest(step: Step): ChangedGuest {
  const fields = fieldChanges(step);
  const invitesAgain = fields.some(({ field }) => /^(message|redirectUrl|resend)\b/.test(field));
  const isPending = step.old?.outputs?.state === "PendingAcceptance";
  const isMailed = step.new?.inputs?.sendInvitation !== false;
  return { ...guestOf(step), fields, mailedAgain: invitesAgain && isPending && isMailed };
}

/**
 * The guest whom a step removes.
 *
 * @param expired the addresses of the list's guests whose expiry date has passed
 * @param today `YYYY-MM-DD` in UTC, for guests whose program says nothing about a list
 */
export function removedGuest(step: Step, expired: ReadonlySet<string>, today: string): RemovedGuest {
  const { expires, ...guest } = guestOf(step);
  const isPast = expires !== undefined && expires < today;
  const hasExpired = isPast || expired.has(guest.address);
  const reason = step.op === "delete-replaced" ? "replaced" : hasExpired ? "expired" : "left the list";
  // A day that the list has moved into the past is not in the state; the day that was there would mislead.
  const day = expires !== undefined && (isPast || !hasExpired) ? { expires } : {};
  return { ...guest, ...day, urn: step.urn, reason, fate: fateOf(step.old ?? undefined) };
}

function fateOf(old: ResourceState | undefined): RemovedGuest["fate"] {
  if (old?.retainOnDelete === true || old?.outputs?.adopted === true || old?.inputs?.onDelete === "keep") return "kept";
  return old?.inputs?.onDelete === "disable" ? "disabled" : "deleted";
}

/** Who a step is about. */
export function guestOf(step: Step): Guest {
  const inputs = step.new?.inputs ?? step.old?.inputs ?? {};
  const address = textOf(inputs.userEmailAddress) ?? nameOf(step.urn);
  // The new list may say another day than the state does; a guest who leaves has the state's only.
  const expires = textOf(inputs.expires);
  return {
    address: canonicalAddress(address),
    domain: addressDomain(address),
    ...(expires !== undefined && { expires }),
  };
}

/** A resource's name, the last part of its URN. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::") || urn;
}
