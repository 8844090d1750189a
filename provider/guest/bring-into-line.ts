import type { Deadline } from "../deadline.ts";
import type { GraphUser } from "../microsoft/graph-users.ts";
import { InitializationError, type Properties } from "../pulumi/resource-provider.ts";
import type { Context } from "./context.ts";
import { applyDirectoryProperties, applySponsors } from "./directory.ts";
import type { InvitationInputs } from "./invitation-inputs.ts";
import { type Facts, outputs, withLiveFacts } from "./outputs.ts";

/**
 * Sets what is declared beyond the invitation itself. The guest is there: whatever fails now is done by the next `up`.
 *
 * @param user the guest as read; `undefined` where the application may not read users
 * @throws InitializationError where something is not as declared yet
 */
export async function bringIntoLine(
  context: Context,
  inputs: InvitationInputs,
  known: Facts,
  user: GraphUser | undefined,
  deadline: Deadline,
) {
  const facts = user === undefined ? known : withLiveFacts(known, user);
  const sponsorsCameWithInvitation = known.redeemUrl !== undefined && !known.adopted;
  try {
    await applyDirectoryProperties(context.graph, inputs, { id: facts.userId, user }, deadline);
    if (!sponsorsCameWithInvitation) {
      await applySponsors(context.graph, inputs, { id: facts.userId, before: [] }, deadline);
    }
  } catch (error) {
    throw unfinished(inputs, facts, error as Error);
  }
  return { id: facts.userId, outputs: outputs(inputs, facts) };
}

/** The error of a guest who is there, but not as declared. */
export function unfinished(inputs: InvitationInputs, facts: Facts, error: Error): InitializationError {
  return new InitializationError(error.message, {
    id: facts.userId,
    inputs: inputs as unknown as Properties,
    outputs: outputs(inputs, facts),
  });
}
