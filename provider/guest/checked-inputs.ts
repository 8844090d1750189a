import { type GuestListInputs, guestListInputs } from "../../model/guest-list.ts";
import {
  type InvitationInputs,
  importedInputs,
  invitationInputs,
  type Message,
  usualInputs,
} from "../../model/invitation.ts";
import { copiesOf } from "../../model/message.ts";
import { type CheckResult, type Properties, schemaFailures } from "../pulumi/resource-provider.ts";

/**
 * Checks the inputs of an invitation without asking anybody. Defaults are not filled in: the state would say them once
 * more for each guest; see {@link knownInputs}.
 *
 * @param news the inputs as the program declares them; parts that a preview does not know yet are not judged
 * @param olds the inputs of the last operation, or those that an import read: nobody knows the redirect URL of an imported guest
 * @returns the inputs, and every failure there is
 */
export function checkInvitation(news: Properties, olds?: Properties): CheckResult {
  const inputs = withoutNulls(news);
  const isStillImported = olds !== undefined && isImported(olds) && isImported(inputs);
  const result = (isStillImported ? importedInputs : invitationInputs).safeParse(inputs);
  if (!result.success) return { inputs, failures: schemaFailures(result.error, inputs, invitationInputs) };
  const said = Object.entries(result.data as Properties).filter(([name]) => name in inputs);
  return { inputs: Object.fromEntries(said), failures: [] };
}

/** A property that is null was left out by the program. */
function withoutNulls(properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [
        name,
        typeof value === "object" && !Array.isArray(value) && name === "message"
          ? withoutNulls(value as Properties)
          : value,
      ]),
  );
}

/** Takes the inputs of a guest list that `check` has passed, as they come from the state or the engine. */
export function knownList(properties: Properties): GuestListInputs {
  return guestListInputs.parse(properties);
}

/** Takes the inputs of an invitation that `check` has passed, as they come from the state or the engine, with defaults. */
export function knownInputs(properties: Properties): InvitationInputs {
  return { ...usualInputs, ...properties } as unknown as InvitationInputs;
}

/**
 * True where no redirect URL is known: the guest was imported, so nobody knows what the invitation said. What the
 * program declares about it is then recorded, and the guest is not mailed for it.
 */
export function isImported(inputs: Partial<InvitationInputs>): boolean {
  return inputs.redirectUrl === undefined;
}

/** True where two messages say the same. */
export function sameMessage(one: Message = {}, other: Message = {}): boolean {
  return (
    one.body === other.body &&
    one.language === other.language &&
    copiesOf(one.additionalRecipients).join() === copiesOf(other.additionalRecipients).join()
  );
}
