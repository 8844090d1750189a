import type { Invitation } from "@microsoft/microsoft-graph-types";
import type { InvitationInputs } from "../../model/invitation.ts";
import type { Deadline } from "../deadline.ts";
import { type GraphClient, OutcomeUnknown } from "../microsoft/graph-client.ts";
import { cannot, GraphError, isForbidden } from "../microsoft/graph-errors.ts";
import { sponsorIds } from "../microsoft/graph-relationships.ts";
import { type GraphUser, type SentInvitation, sendInvitation } from "../microsoft/graph-users.ts";
import { type Directory, lookUpAfterLostAnswer, timeToTell } from "./guest-look-up.ts";
import { invitationOf } from "./guest-state.ts";
import { hasOwnMail } from "./mail-guest.ts";

/** What inviting somebody who is no guest yet takes. */
interface Inviting extends Directory {
  inputs: InvitationInputs;
  deadline: Deadline;
}

/** What Graph answered to the invitation of a new guest, and when it was first tried. */
export interface FirstInvitation extends SentInvitation {
  /** Whether the sponsors came with it. */
  hasSponsors: boolean;
  /** By Graph's clock; `undefined` where its answer has no date. */
  began: Date | undefined;
  /** By this machine's clock, in milliseconds since 1970. */
  beganHere: number;
}

/**
 * Sends one mail and no second one. When the answer is lost, the mail may be on its way: the directory is watched until
 * it would show the guest, and the invitation is sent again only if it does not.
 *
 * @throws Error where Graph refused, or where it cannot be told in time whether the invitation went out
 */
export async function inviteOnce(inviting: Inviting, invitation: Invitation): Promise<FirstInvitation> {
  const { graph, inputs, deadline } = inviting;
  // Without a mail, making the guest twice is the same as making them once.
  const isRepeatable = !inputs.sendInvitation || hasOwnMail(inputs);
  const beganHere = deadline.clock.now();
  let wanted = invitation;
  let sent: SentInvitation | undefined;
  while (sent === undefined) {
    sent = await sendInvitation(graph, wanted, isRepeatable, deadline).catch(async (error) => {
      if (wanted.invitedUserSponsors !== undefined && takesNoSponsors(error)) {
        wanted = { ...wanted, invitedUserSponsors: undefined };
        return undefined;
      }
      if (!(error instanceof OutcomeUnknown)) throw error;
      return (await hasAppeared(inviting, error)) ? sendForLink(graph, wanted, deadline) : undefined;
    });
  }
  const hasSponsors = wanted.invitedUserSponsors !== undefined;
  const took = deadline.clock.now() - beganHere;
  return { ...sent, hasSponsors, began: sent.invitedAt && new Date(sent.invitedAt.getTime() - took), beganHere };
}

/** The link of a guest who was invited already. No mail goes out for it. */
export function sendForLink(graph: GraphClient, invitation: Invitation, deadline: Deadline): Promise<SentInvitation> {
  const silent = { ...invitation, sendInvitationMessage: false, invitedUserSponsors: undefined };
  return sendInvitation(graph, silent, true, deadline);
}

/** A cloud that is not known here to lack the sponsors of an invitation says so itself. */
function takesNoSponsors(error: unknown): boolean {
  return error instanceof GraphError && error.status === 400 && error.message.includes("invitedUserSponsors");
}

/** The invitation of somebody who is no guest yet: it sets the name, the type and the sponsors as well. */
export async function newInvitation({ graph, inputs, deadline }: Inviting): Promise<Invitation> {
  // Not in Graph's schema of the sovereign clouds: the sponsors are added afterwards there.
  const takesSponsors = inputs.sponsors !== undefined && !(await graph.isSovereign(deadline));
  const sponsors = takesSponsors ? await sponsorsOf(inputs, graph, deadline) : undefined;
  return {
    ...invitationOf(inputs),
    invitedUserDisplayName: inputs.userDisplayName,
    invitedUserType: inputs.userType,
    invitedUserSponsors: sponsors?.map((id) => ({ id })),
  };
}

function sponsorsOf(inputs: InvitationInputs, graph: GraphClient, deadline: Deadline): Promise<string[]> {
  return sponsorIds(graph, inputs.sponsors ?? [], deadline).catch((error) => {
    throw cannot(isForbidden(error) ? "find the sponsors of" : "invite", inputs.userEmailAddress, error);
  });
}

/** Whether the guest is there after the answer to the invitation was lost. */
async function hasAppeared(inviting: Inviting, { message }: OutcomeUnknown): Promise<boolean> {
  const { inputs, deadline } = inviting;
  if (deadline.clock.now() + timeToTell(inviting) >= deadline.at) {
    throw new Error(
      `${message}. There is no time left to find out whether the invitation went out. Run \`pulumi up\` again: it ` +
        "looks for the guest first, and mails nobody twice",
    );
  }
  const found = await lookUpAfterLostAnswer(inviting, inputs.userEmailAddress, deadline);
  if (found.kind === "not allowed") {
    throw new Error(
      `${message}. Without the permission User.Read.All nobody can tell whether the invitation went out: ` +
        "look for the guest in the directory before you run again",
    );
  }
  return found.kind === "guest";
}

/**
 * How long the guest had been there when the invitation was sent, in milliseconds. The guest's age counts only where both
 * clocks agree on it, this machine's and the one in Graph's answer: with one that is ahead, or an answer without a date,
 * every new guest would look old.
 */
export function headStart({ began, beganHere }: FirstInvitation, { createdDateTime }: GraphUser): number {
  const created = Date.parse(createdDateTime ?? "");
  if (began === undefined || Number.isNaN(created)) return 0;
  return Math.min(began.getTime(), beganHere) - created;
}
