import { z } from "zod";
import type { Message } from "../../model/message.ts";
import type { UserType } from "../../model/names.ts";
import type { Deadline } from "../deadline.ts";
import { type GraphClient, OutcomeUnknown } from "./graph-client.ts";
import { GraphUnavailable } from "./graph-errors.ts";

/** What Graph is told to send to the guest. */
export interface InvitationRequest {
  address: string;
  redirectUrl: string;
  message: Message | undefined;
  sendMail: boolean;
  displayName?: string | undefined;
  userType?: UserType | undefined;
  /** Object ids. */
  sponsors?: string[] | undefined;
  /** True where a second mail does less harm than none. */
  repeatable: boolean;
}

/** What Graph answered. */
export interface SentInvitation {
  /** The guest's object id. */
  userId: string;
  /** The link that makes whoever holds it the guest: a secret. */
  redeemUrl: string;
  invitedAt: Date;
}

/**
 * Invites somebody: one directory write, which creates the guest where there is none. A guest who is there already
 * keeps the object id and gets another invitation.
 *
 * Source: Microsoft's reference page "Create invitation".
 */
export async function sendInvitation(
  graph: GraphClient,
  invitation: InvitationRequest,
  deadline: Deadline,
): Promise<SentInvitation> {
  const { body, date } = await graph.write<unknown>(
    { method: "POST", path: "/invitations", body: requestBody(invitation), repeatable: invitation.repeatable },
    deadline,
  );
  const answer = invitationBody.safeParse(body);
  if (!answer.success) {
    const message = `Microsoft Graph answered the invitation with something that is none: ${z.prettifyError(answer.error)}`;
    throw new OutcomeUnknown(new GraphUnavailable(message, { mayHaveActed: true }));
  }
  return { userId: answer.data.invitedUser.id, redeemUrl: answer.data.inviteRedeemUrl, invitedAt: date };
}

const invitationBody = z.object({ inviteRedeemUrl: z.string(), invitedUser: z.object({ id: z.string().min(1) }) });

function requestBody({ message = {}, sponsors, ...invitation }: InvitationRequest) {
  const copy = message.additionalRecipients;
  return {
    invitedUserEmailAddress: invitation.address,
    inviteRedirectUrl: invitation.redirectUrl,
    sendInvitationMessage: invitation.sendMail,
    invitedUserDisplayName: invitation.displayName,
    invitedUserType: invitation.userType,
    invitedUserMessageInfo: {
      customizedMessageBody: message.body,
      messageLanguage: message.language,
      ccRecipients: copy === undefined ? undefined : [{ emailAddress: { address: copy } }],
    },
    invitedUserSponsors: sponsors?.map((id) => ({ "@odata.type": "#microsoft.graph.user", id })),
  };
}
