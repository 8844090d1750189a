import { addressDomain, canonicalAddress } from "../../model/email-address.ts";
import { isUnknown, type Properties, type PropertyChange, type PropertyValue } from "../pulumi/resource-provider.ts";
import { directoryProperties, type InvitationInputs, isImported } from "./invitation-inputs.ts";

/** What was said when the guest was invited; Graph cannot tell it afterwards. */
const invitationProperties = ["redirectUrl", "message", "sendInvitation", "resend"] as const;

/**
 * What the program's inputs change, compared with the inputs of the last operation (which a refresh has brought up to
 * date with the directory).
 *
 * Only another address is another guest, and so the only reason for a replacement. A directory property that the
 * program no longer mentions is no longer managed: its value stays, and that is no change.
 *
 * @returns the changed properties by path, such as `message.body`
 */
export function diffInvitation(oldInputs: Properties, newInputs: Properties): Map<string, PropertyChange> {
  const changes = new Map<string, PropertyChange>();

  if (!sameAddress(oldInputs.userEmailAddress, newInputs.userEmailAddress)) changes.set("userEmailAddress", "replace");

  if (!isImported(oldInputs as Partial<InvitationInputs>)) {
    for (const property of invitationProperties) {
      compare(property, oldInputs[property], newInputs[property], changes);
    }
  }
  for (const property of directoryProperties) {
    if (newInputs[property] !== undefined) compare(property, oldInputs[property], newInputs[property], changes);
  }
  if (newInputs.sponsors !== undefined && !sameSponsors(oldInputs.sponsors, newInputs.sponsors)) {
    changes.set("sponsors", kind(oldInputs.sponsors, newInputs.sponsors));
  }
  for (const property of ["expires", "existing", "onDelete"]) {
    compare(property, oldInputs[property], newInputs[property], changes);
  }
  return changes;
}

function compare(
  path: string,
  old: PropertyValue | undefined,
  now: PropertyValue | undefined,
  changes: Map<string, PropertyChange>,
): void {
  if (path === "message" && isPlainObject(old ?? {}) && isPlainObject(now ?? {})) {
    for (const part of ["body", "language", "additionalRecipients"]) {
      compare(`message.${part}`, (old as Properties)?.[part], (now as Properties)?.[part], changes);
    }
  } else if (JSON.stringify(old) !== JSON.stringify(now)) {
    changes.set(path, kind(old, now));
  }
}

function kind(old: PropertyValue | undefined, now: PropertyValue | undefined): PropertyChange {
  if (old === undefined) return "add";
  return now === undefined ? "delete" : "update";
}

function sameAddress(old: PropertyValue | undefined, now: PropertyValue | undefined): boolean {
  if (typeof old !== "string" || typeof now !== "string" || isUnknown(now)) return false;
  return canonicalAddress(old) === canonicalAddress(now) && addressDomain(old) === addressDomain(now);
}

/** Sponsors are a set of names in which letter case does not count. */
function sameSponsors(old: PropertyValue | undefined, now: PropertyValue): boolean {
  const names = (list: PropertyValue) => JSON.stringify((list as string[]).map((name) => name.toLowerCase()).sort());
  return Array.isArray(old) && Array.isArray(now) && !isUnknown(now) && names(old) === names(now);
}

function isPlainObject(value: PropertyValue): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
