import type { Deadline } from "../deadline.ts";
import { cannot, isForbidden, isNotFound } from "../microsoft/graph-errors.ts";
import { type GraphUser, restoreUser, sendInvitation } from "../microsoft/graph-users.ts";
import type { Properties, ResourceRequest } from "../pulumi/resource-provider.ts";
import type { Context } from "./context.ts";
import { applyDirectoryProperties, applySponsors } from "./directory.ts";
import { type InvitationInputs, isImported, knownInputs, sameMessage } from "./invitation-inputs.ts";
import { invitationOf } from "./invite-once.ts";
import { type Facts, factsOf, outputs, withLiveFacts } from "./outputs.ts";
import { awaitWritten, findSettledUser } from "./replication.ts";

/**
 * Changes a guest in place. What can be repeated comes first and the mail last, so that an update that fails and is
 * run again mails nobody twice.
 *
 * A changed redirect URL or message invites the same guest again while the invitation is pending; once it is accepted
 * there is nothing left to send, and the change is recorded only.
 */
export async function updateInvitation(
  context: Context,
  {
    id,
    urn,
    oldInputs,
    newInputs,
    outputs: before,
    deadline,
  }: ResourceRequest & { id: string; oldInputs: Properties; newInputs: Properties; outputs: Properties },
): Promise<Properties> {
  const old = knownInputs(oldInputs);
  const inputs = knownInputs(newInputs);

  const known = factsOf(before);
  const owned = inputs.existing === "own" ? { ...known, adopted: false } : known;
  const user = await readOrRestore(context, owned, inputs, urn, deadline);
  let facts = user === undefined ? owned : withLiveFacts(owned, user);
  await applyDirectoryProperties(context.graph, inputs, { id, user }, deadline);
  await applySponsors(context.graph, inputs, { id, before: old.sponsors ?? [] }, deadline);

  if (saysSomethingNew(old, inputs)) {
    const reason = reasonNotToMail(inputs, facts, user);
    if (reason === undefined) facts = await inviteAgain(context, inputs, facts, deadline);
    else
      context.engine.log(
        "info",
        `${inputs.userEmailAddress} ${reason}: the change is recorded, and nothing is sent.`,
        urn,
      );
  }
  return outputs(inputs, facts);
}

/** True where the guest should hear about the change: a new redirect URL, message or resend mark, or a first mail. */
function saysSomethingNew(old: InvitationInputs, inputs: InvitationInputs): boolean {
  if (isImported(old)) return false;
  return (
    old.redirectUrl !== inputs.redirectUrl ||
    !sameMessage(old.message, inputs.message) ||
    JSON.stringify(old.resend) !== JSON.stringify(inputs.resend) ||
    (inputs.sendInvitation && !old.sendInvitation)
  );
}

async function inviteAgain({ graph }: Context, inputs: InvitationInputs, facts: Facts, deadline: Deadline) {
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
  return { ...facts, redeemUrl: sent.redeemUrl, invitedAt: sent.invitedAt.toISOString() };
}

/** The guest as the directory has them; `undefined` where the application may not read users. */
async function readOrRestore(
  context: Context,
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

  const restored = await restoreUser(context.graph, id, deadline)
    .catch((error) => {
      // Restored already, by a request of which the answer was lost; or purged, which the read then shows.
      if (!isNotFound(error)) throw error;
    })
    .then(() => awaitWritten(context, id, deadline))
    .catch((error) => {
      if (isNotFound(error)) throw new Error(gone(address, id));
      throw cannot("restore", address, error);
    });
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
