import type { InvitationInputs } from "../../model/invitation.ts";
import type { Deadline } from "../deadline.ts";
import { type Action, cannot, isForbidden, isNotFound } from "../microsoft/graph-errors.ts";
import { addSponsor, readSponsors, removeSponsor, sponsorIds } from "../microsoft/graph-relationships.ts";
import { type GraphUser, patchUser, restoreUser, sendInvitation } from "../microsoft/graph-users.ts";
import { type Engine, InitializationError, type Properties, type UpdateRequest } from "../pulumi/resource-provider.ts";
import { isImported, knownInputs, sameMessage } from "./checked-inputs.ts";
import type { Claims } from "./delete-guest.ts";
import { awaitWritten, type Directory, type FreshLookUps, findSettledUser, whileLagging } from "./guest-look-up.ts";
import {
  directoryChanges,
  type Facts,
  factsOf,
  invitationOf,
  isMailDue,
  liveFacts,
  outputs,
  sameAddress,
} from "./guest-state.ts";
import { hasOwnMail, type MailContext, mailGuest } from "./mail-guest.ts";
import { giveNewAddress, type Move } from "./new-address.ts";
import { isAdopted } from "./origin.ts";

/**
 * Changes a guest in place. Steps that can be repeated come first and the mail last, so that nobody is mailed twice when
 * an update fails and is run again.
 *
 * A changed redirect URL or message invites the same guest again while the invitation is pending; once it is accepted
 * there is nothing left to send, and the change is recorded only. A new address invites the same guest in any case.
 */
export async function updateGuest(
  context: MailContext & { claims: Claims; lookUps: FreshLookUps },
  { id, urn, oldInputs, newInputs, outputs: before, deadline }: UpdateRequest,
): Promise<Properties> {
  const old = knownInputs(oldInputs);
  const inputs = knownInputs(newInputs);

  const known = factsOf(before);
  const user = await readOrRestore(context, known, inputs, urn, deadline);
  let facts: Facts = {
    ...known,
    ...(user && liveFacts(user)),
    // An adopted guest is the stack's own from the moment the list says so.
    adopted: known.adopted && isAdopted("before the stack", inputs.existing),
  };
  await applyDirectoryProperties(context, withoutKeptName(inputs, old, facts), id, user, deadline);
  await applySponsors(context, inputs, id, old.sponsors ?? [], deadline);

  if (!sameAddress(old.userEmailAddress, inputs.userEmailAddress)) {
    const isFirst = context.lookUps.takeMove(inputs.userEmailAddress);
    const move: Move = { inputs, former: old.userEmailAddress, known, facts, user, urn, isFirst };
    facts = await giveNewAddress(context, move, deadline);
  } else if (saysSomethingNew(old, inputs) || isMailDue(known)) {
    const reason = reasonNotToMail(inputs, facts, user);
    if (reason === undefined) {
      facts = await mailAgain(context, inputs, facts, urn, deadline);
    } else {
      const nothingSent = `${inputs.userEmailAddress} ${reason}: the change is recorded, and nothing is sent.`;
      context.engine.log("info", nothingSent, urn);
    }
  }
  return outputs(inputs, facts, context.claims.listOfGuest(urn, inputs.userEmailAddress));
}

/**
 * Redemption overwrites the display name with the guest's own (Microsoft's support, and its audit logs): once accepted,
 * a name that the list said before is the guest's to keep. A name that the list changes is written.
 */
function withoutKeptName(inputs: InvitationInputs, old: InvitationInputs, { state }: Facts): InvitationInputs {
  if (state !== "Accepted" || inputs.userDisplayName !== old.userDisplayName) return inputs;
  return { ...inputs, userDisplayName: undefined };
}

/** True where the guest should hear about the change: a new redirect URL, message or resend mark, or a first mail. */
function saysSomethingNew(old: InvitationInputs, inputs: InvitationInputs): boolean {
  if (isImported(old)) return false;
  return (
    old.redirectUrl !== inputs.redirectUrl ||
    !sameMessage(old.message, inputs.message) ||
    (hasOwnMail(inputs) && (old.mailSubject !== inputs.mailSubject || old.mailTemplate !== inputs.mailTemplate)) ||
    JSON.stringify(old.resend) !== JSON.stringify(inputs.resend) ||
    (inputs.sendInvitation && !old.sendInvitation)
  );
}

/** Invites again. A mailbox of the tenant mails the newest link, unless a run that was cut short has done so already. */
async function mailAgain(
  context: MailContext,
  inputs: InvitationInputs,
  facts: Facts,
  urn: string,
  deadline: Deadline,
): Promise<Facts> {
  const link = () => inviteAgain(context, inputs, facts, deadline);
  if (!hasOwnMail(inputs)) return { ...(await link()), mailedBy: undefined, mailedAt: undefined };
  const order = { inputs, facts, urn, mayBeMailed: true, link };
  const mailed = await mailGuest(context, order, deadline).catch((error) => {
    throw cannot("mail", inputs.userEmailAddress, error);
  });
  return { ...facts, ...mailed };
}

async function inviteAgain({ graph }: Directory, inputs: InvitationInputs, facts: Facts, deadline: Deadline) {
  const address = inputs.userEmailAddress;
  const sent = await sendInvitation(graph, invitationOf(inputs), true, deadline).catch((error) => {
    throw cannot("invite again", address, error);
  });
  if (sent.userId !== facts.userId) {
    throw new Error(
      `Cannot invite ${address} again: Microsoft Graph invited another user (object id ${sent.userId}) than the one of this ` +
        `stack (object id ${facts.userId}). Find out which is right, then \`pulumi state delete\` this resource and import the guest by object id.`,
    );
  }
  return {
    ...facts,
    redeemUrl: sent.redeemUrl,
    invitedAt: (sent.invitedAt ?? new Date(deadline.clock.now())).toISOString(),
  };
}

/** The guest as the directory has them; `undefined` where the application may not read users. */
async function readOrRestore(
  context: Directory & { engine: Engine },
  { userId: id, invitedAt }: Facts,
  { userEmailAddress: address }: InvitationInputs,
  urn: string,
  deadline: Deadline,
): Promise<GraphUser | undefined> {
  const user = await findSettledUser(context, id, invitedAt, deadline).catch((error) => {
    if (isForbidden(error)) return "unreadable" as const;
    throw cannot("read", address, error);
  });
  if (user === "unreadable") return undefined;
  if (user !== undefined) return user;

  const restored = await bringBack(context, id, address, deadline);
  if (restored === undefined) throw new Error(gone(address, id));
  context.engine.log(
    "info",
    `${address} was in the recycle bin: restored with the object id ${id} and its memberships.`,
    urn,
  );
  return restored;
}

function gone(address: string, id: string): string {
  return (
    `Cannot change ${address}: the guest (object id ${id}) is gone from the tenant, and not in the recycle bin either. ` +
    "Run `pulumi refresh`, which drops the resource, and then `pulumi up`, which invites anew."
  );
}

/** Why there is nothing to send: Graph refuses to invite a disabled account, and an accepted invitation is done with. */
function reasonNotToMail(inputs: InvitationInputs, facts: Facts, user: GraphUser | undefined): string | undefined {
  if (facts.state === "Accepted") return "has accepted the invitation already";
  const enabled = inputs.accountEnabled ?? user?.accountEnabled ?? true;
  return enabled ? undefined : "is disabled";
}

/**
 * Restores a user from the recycle bin.
 *
 * @returns the user, as soon as reads show them; `undefined` where they are not there any more
 */
export async function bringBack(
  directory: Directory,
  id: string,
  address: string,
  deadline: Deadline,
): Promise<GraphUser | undefined> {
  try {
    await restoreUser(directory.graph, id, deadline).catch((error) => {
      // Restored already, by a request whose answer was lost; or purged, which the read then shows.
      if (!isNotFound(error)) throw error;
    });
    return await awaitWritten(directory, id, deadline);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw cannot("restore", address, error);
  }
}

/**
 * Sets what is declared beyond the invitation itself. The guest is there: whatever fails now is done by the next `up`.
 *
 * @param user the guest as read; `undefined` where the application may not read users
 * @param sponsorsAreSet true where the invitation has brought them
 * @throws InitializationError where something is not as declared yet
 */
export async function bringIntoLine(
  context: MailContext & UnderWay,
  facts: Facts,
  user: GraphUser | undefined,
  sponsorsAreSet = false,
): Promise<{ id: string; outputs: Properties }> {
  const { inputs, deadline } = context;
  try {
    await applyDirectoryProperties(context, inputs, facts.userId, user, deadline);
    if (!sponsorsAreSet) await applySponsors(context, inputs, facts.userId, [], deadline);
  } catch (error) {
    throw unfinished(context, facts, error as Error);
  }
  const mailed = isMailDue(facts) ? await firstMail(context, facts) : facts;
  return { id: facts.userId, outputs: outputsOf(context, mailed) };
}

/** A guest on the way into the tenant. */
export interface UnderWay {
  claims: Claims;
  inputs: InvitationInputs;
  urn: string;
  deadline: Deadline;
}

function outputsOf({ claims, inputs, urn }: UnderWay, facts: Facts): Properties {
  return outputs(inputs, facts, claims.listOfGuest(urn, inputs.userEmailAddress));
}

/** The first mail from a mailbox of the tenant. It comes last: what fails before it is done by the next `up`, and then mailed. */
async function firstMail(context: MailContext & UnderWay, facts: Facts): Promise<Facts> {
  const { inputs, urn, deadline } = context;
  if (!hasOwnMail(inputs)) return facts;
  const { redeemUrl } = facts;
  const link =
    redeemUrl === undefined ? () => inviteAgain(context, inputs, facts, deadline) : async () => ({ redeemUrl });
  const order = { inputs, facts, urn, mayBeMailed: redeemUrl === undefined, link };
  const mailed = await mailGuest(context, order, deadline).catch((error) => {
    throw unfinished(context, facts, cannot("mail", inputs.userEmailAddress, error));
  });
  return { ...facts, ...mailed };
}

/** The error of a guest who is there, but not as declared. */
export function unfinished(context: UnderWay, facts: Facts, error: Error): InitializationError {
  return new InitializationError(error.message, {
    id: facts.userId,
    inputs: context.inputs as unknown as Properties,
    outputs: outputsOf(context, facts),
  });
}

/** Writes the declared directory properties that differ, in one request, or in none. */
async function applyDirectoryProperties(
  directory: Directory,
  inputs: InvitationInputs,
  id: string,
  user: GraphUser | undefined,
  deadline: Deadline,
): Promise<void> {
  const changes = directoryChanges(inputs, user);
  const names = Object.keys(changes);
  if (names.length === 0) return;
  const action: Action = names.join() === "accountEnabled" && inputs.accountEnabled === false ? "disable" : "change";
  await whileLagging(directory, deadline, () => patchUser(directory.graph, id, changes, deadline)).catch((error) => {
    throw cannot(action, inputs.userEmailAddress, error);
  });
}

/**
 * Adds the declared sponsors that the guest lacks, and ends the sponsorships that are no longer declared. Sponsors added
 * by somebody else stay.
 */
async function applySponsors(
  directory: Directory,
  inputs: InvitationInputs,
  guestId: string,
  before: string[],
  deadline: Deadline,
): Promise<void> {
  if (inputs.sponsors === undefined) return;
  const { graph } = directory;
  try {
    const [declared, formerly, current] = await Promise.all([
      sponsorIds(graph, inputs.sponsors, deadline),
      sponsorIds(graph, before, deadline),
      whileLagging(directory, deadline, () => readSponsors(graph, guestId, deadline)),
    ]);
    const added = declared.filter((id) => !current.includes(id));
    const removed = formerly.filter((id) => current.includes(id) && !declared.includes(id));
    await Promise.all(
      added.map((id) => whileLagging(directory, deadline, () => addSponsor(graph, guestId, id, deadline))),
    );
    await Promise.all(removed.map((id) => removeSponsor(graph, guestId, id, deadline)));
  } catch (error) {
    throw cannot("set the sponsors of", inputs.userEmailAddress, error);
  }
}
