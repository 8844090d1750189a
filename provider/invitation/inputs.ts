import { canonicalAddress } from "../../model/email-address.ts";
import { type InvitationInputs, invitationInputs, type Message } from "../../model/invitation.ts";
import type { Properties } from "../grpc/properties.ts";

export {
  type DirectoryProperty,
  directoryProperties,
  graphName,
  type InvitationInputs,
  invitationProperties,
  recordedProperties,
} from "../../model/invitation.ts";

/** The inputs of `entra-guests:index:Invitation`, each with its rule. */
export const inputsSchema = invitationInputs;

/** Takes inputs that `check` has passed, as they come from the state or the engine. */
export function knownInputs(properties: Properties): InvitationInputs {
  return properties as unknown as InvitationInputs;
}

/**
 * True where no redirect URL is known: the guest was imported, so nobody knows what the invitation said. What the
 * program declares about it is then recorded, and the guest is not mailed for it.
 */
export function isImported(inputs: Partial<InvitationInputs>): boolean {
  return inputs.redirectUrl === undefined;
}

/** The address that identifies the guest, in the form in which addresses are compared. */
export function guestAddress(inputs: Pick<InvitationInputs, "userEmailAddress">): string {
  return canonicalAddress(inputs.userEmailAddress);
}

/** True where two messages say the same. */
export function sameMessage(one: Message = {}, other: Message = {}): boolean {
  return (
    one.body === other.body &&
    one.language === other.language &&
    one.additionalRecipients === other.additionalRecipients
  );
}
