import type { Deadline } from "../deadline.ts";
import { OutcomeUnknown } from "../microsoft/graph-client.ts";
import { type InvitationRequest, type SentInvitation, sendInvitation } from "../microsoft/graph-invitations.ts";
import { sponsorIds } from "../microsoft/graph-sponsors.ts";
import type { Context } from "./context.ts";
import type { InvitationInputs } from "./invitation-inputs.ts";
import { lookUpAfterLostAnswer, timeToTell } from "./replication.ts";

/** What an invitation needs of the context. */
type Sender = Pick<Context, "graph" | "replication">;

/**
 * Invites a guest whom nobody has invited yet, by one mail and no second one. Where the answer is lost, nobody knows
 * whether the mail is on its way: then the directory is watched until it would show the guest, and only when it does
 * not is the invitation sent again.
 *
 * @returns the invitation, and when it was first tried, by the server's clock
 * @throws Error where Graph refused, or where it cannot be told in time whether the invitation went out
 */
export async function inviteOnce(
  context: Sender,
  inputs: InvitationInputs,
  deadline: Deadline,
): Promise<SentInvitation & { began: Date }> {
  const request = await requestOf(context, inputs, deadline);
  const began = deadline.clock.now();
  const sent = await sendUntilMade(context, request, deadline);
  return { ...sent, began: new Date(sent.invitedAt.getTime() - (deadline.clock.now() - began)) };
}

/** The link of a guest who was invited already; no mail goes out for it. */
export async function linkFor(context: Sender, inputs: InvitationInputs, deadline: Deadline): Promise<SentInvitation> {
  return sendForLink(context, await requestOf(context, inputs, deadline), deadline);
}

async function sendUntilMade(context: Sender, request: InvitationRequest, deadline: Deadline): Promise<SentInvitation> {
  for (;;) {
    try {
      return await sendInvitation(context.graph, request, deadline);
    } catch (error) {
      if (!(error instanceof OutcomeUnknown)) throw error;
      if (await hasAppeared(context, request.address, deadline, error)) return sendForLink(context, request, deadline);
    }
  }
}

function sendForLink({ graph }: Sender, request: InvitationRequest, deadline: Deadline): Promise<SentInvitation> {
  return sendInvitation(graph, { ...request, sendMail: false, repeatable: true }, deadline);
}

async function requestOf({ graph }: Sender, inputs: InvitationInputs, deadline: Deadline): Promise<InvitationRequest> {
  return {
    address: inputs.userEmailAddress,
    redirectUrl: inputs.redirectUrl,
    message: inputs.message,
    sendMail: inputs.sendInvitation,
    displayName: inputs.userDisplayName,
    userType: inputs.userType,
    sponsors: inputs.sponsors && (await sponsorIds(graph, inputs.sponsors, deadline)),
    // Without a mail, making the guest twice is the same as making them once.
    repeatable: !inputs.sendInvitation,
  };
}

async function hasAppeared(
  context: Sender,
  address: string,
  deadline: Deadline,
  { message }: OutcomeUnknown,
): Promise<boolean> {
  if (deadline.clock.now() + timeToTell(context) >= deadline.at) {
    throw new Error(
      `${message}. Whether the invitation went out cannot be told in the time that is left. Run \`pulumi up\` again: it ` +
        "looks for the guest first, and mails nobody twice",
    );
  }
  const found = await lookUpAfterLostAnswer(context, address, deadline);
  if (found.kind === "not allowed") {
    throw new Error(
      `${message}. Whether the invitation went out cannot be told without the permission User.Read.All; ` +
        "look for the guest in the directory before running again",
    );
  }
  return found.kind === "guest";
}
