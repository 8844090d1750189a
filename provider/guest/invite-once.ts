import type { Invitation } from "@microsoft/microsoft-graph-types";
import type { Deadline } from "../deadline.ts";
import { OutcomeUnknown } from "../microsoft/graph-client.ts";
import { sponsorIds } from "../microsoft/graph-relationships.ts";
import { type SentInvitation, sendInvitation } from "../microsoft/graph-users.ts";
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
  const invitation = await newInvitation(context, inputs, deadline);
  const began = deadline.clock.now();
  const sent = await sendUntilMade(context, invitation, inputs, deadline);
  return { ...sent, began: new Date(sent.invitedAt.getTime() - (deadline.clock.now() - began)) };
}

/** The link of a guest who was invited already; no mail goes out for it. */
export async function linkFor(context: Sender, inputs: InvitationInputs, deadline: Deadline): Promise<SentInvitation> {
  return sendForLink(context, await newInvitation(context, inputs, deadline), deadline);
}

async function sendUntilMade(
  context: Sender,
  invitation: Invitation,
  inputs: InvitationInputs,
  deadline: Deadline,
): Promise<SentInvitation> {
  for (;;) {
    try {
      // Without a mail, making the guest twice is the same as making them once.
      return await sendInvitation(context.graph, invitation, !inputs.sendInvitation, deadline);
    } catch (error) {
      if (!(error instanceof OutcomeUnknown)) throw error;
      if (await hasAppeared(context, inputs.userEmailAddress, deadline, error))
        return sendForLink(context, invitation, deadline);
    }
  }
}

function sendForLink({ graph }: Sender, invitation: Invitation, deadline: Deadline): Promise<SentInvitation> {
  return sendInvitation(graph, { ...invitation, sendInvitationMessage: false }, true, deadline);
}

/** The invitation of somebody who is no guest yet: it sets the name, the type and the sponsors as well. */
async function newInvitation({ graph }: Sender, inputs: InvitationInputs, deadline: Deadline): Promise<Invitation> {
  const sponsors = inputs.sponsors && (await sponsorIds(graph, inputs.sponsors, deadline));
  return {
    ...invitationOf(inputs),
    invitedUserDisplayName: inputs.userDisplayName,
    invitedUserType: inputs.userType,
    invitedUserSponsors: sponsors?.map((id) => ({ "@odata.type": "#microsoft.graph.user", id })),
  };
}

/** What the guest is told, in Graph's words. */
export function invitationOf({ userEmailAddress, redirectUrl, sendInvitation, message = {} }: InvitationInputs) {
  const copy = message.additionalRecipients;
  return {
    invitedUserEmailAddress: userEmailAddress,
    inviteRedirectUrl: redirectUrl,
    sendInvitationMessage: sendInvitation,
    invitedUserMessageInfo: {
      customizedMessageBody: message.body,
      messageLanguage: message.language,
      ccRecipients: copy === undefined ? undefined : [{ emailAddress: { address: copy } }],
    },
  } satisfies Invitation;
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
