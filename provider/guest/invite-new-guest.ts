import type { Deadline } from "../deadline.ts";
import { cannot, isForbidden, isNotFound } from "../microsoft/graph-errors.ts";
import { awaitUser, type GraphUser } from "../microsoft/graph-users.ts";
import type { Properties } from "../pulumi/resource-provider.ts";
import { bringIntoLine, unfinished } from "./bring-into-line.ts";
import type { Context } from "./context.ts";
import type { InvitationInputs } from "./invitation-inputs.ts";
import { inviteOnce } from "./invite-once.ts";
import type { Facts } from "./outputs.ts";

/**
 * Invites somebody who is nobody's guest yet, and waits until the directory shows them: Graph's 201 alone does not mean
 * that there is a guest.
 *
 * @param byCutShortRun whether an earlier run of this stack may have invited them: then they are the stack's in any case
 * @throws Error where nobody was invited, InitializationError where the guest did not appear or is not as declared
 */
export async function inviteNewGuest(
  context: Context,
  inputs: InvitationInputs,
  byCutShortRun: boolean,
  urn: string,
  deadline: Deadline,
): Promise<{ id: string; outputs: Properties }> {
  const address = inputs.userEmailAddress;
  const invitation = await inviteOnce(context, inputs, deadline).catch((error) => {
    throw cannot("invite", address, error);
  });
  context.claims.created(invitation.userId);
  const facts: Facts = {
    userId: invitation.userId,
    state: "PendingAcceptance",
    invitedAt: invitation.invitedAt.toISOString(),
    adopted: false,
    redeemUrl: invitation.redeemUrl,
  };

  const patience = deadline.clock.now() + appearsWithin;
  const user = await awaitUser(context.graph, invitation.userId, deadline, patience).catch((error) => {
    // An application that may only invite cannot look; the invitation is then taken at its word.
    if (isForbidden(error)) return undefined;
    throw unfinished(inputs, facts, isNotFound(error) ? neverAppeared(address, facts) : cannot("read", address, error));
  });
  if (user !== undefined && !byCutShortRun && isOlderThan(user, invitation.began)) {
    context.engine.log("warning", `${address} ${wasThereUnseen(user)}`, urn);
    facts.adopted = inputs.existing !== "own";
  }
  return bringIntoLine(context, inputs, facts, user, deadline);
}

/** Clocks of two servers differ by seconds at most; in milliseconds. */
const clockTolerance = 60_000;

function isOlderThan({ createdDateTime }: GraphUser, moment: Date): boolean {
  return Date.parse(createdDateTime ?? "") < moment.getTime() - clockTolerance;
}

function wasThereUnseen({ id, createdDateTime }: GraphUser): string {
  return (
    `was a guest of the tenant before this run (object id ${id}, since ${createdDateTime}), which the directory did not ` +
    "show when it was asked: an invitation went out, and the guest is adopted."
  );
}

/** How long the directory may take to show a new guest, in milliseconds; replication takes seconds as a rule. */
const appearsWithin = 180_000;

function neverAppeared(address: string, { userId }: Facts): Error {
  return new Error(
    `Microsoft Graph accepted the invitation of ${address} (object id ${userId}), but the guest has not appeared in the ` +
      "directory since. Run `pulumi up` again; if the guest is still missing, run `pulumi refresh` and then `pulumi up`, which invites anew.",
  );
}
