import type { Deadline } from "../deadline.ts";
import { cannot, isNotFound } from "../microsoft/graph-errors.ts";
import { releaseGrants } from "../microsoft/graph-relationships.ts";
import { type GraphUser, restoreUser } from "../microsoft/graph-users.ts";
import type { Properties, ResourceRequest } from "../pulumi/resource-provider.ts";
import { bringIntoLine } from "./bring-into-line.ts";
import type { Context } from "./context.ts";
import { type LookUp, lookUpGuest } from "./guest-look-up.ts";
import { type InvitationInputs, knownInputs } from "./invitation-inputs.ts";
import { inviteNewGuest } from "./invite-new-guest.ts";
import { linkFor } from "./invite-once.ts";
import { awaitWritten, lookUpAfterCutShortRun, untilSettled } from "./replication.ts";

/**
 * Brings a guest into the tenant: adopts the one who is there, restores the one in the recycle bin, else invites.
 *
 * A new guest costs one directory write; declared profile fields cost a second one.
 *
 * @throws Error where nothing was done, InitializationError where the guest is there but not as declared
 */
export async function createInvitation(
  context: Context,
  { inputs: properties, urn, deadline }: ResourceRequest & { inputs: Properties },
): Promise<{ id: string; outputs: Properties }> {
  const inputs = knownInputs(properties);
  const address = inputs.userEmailAddress;
  const { found, byCutShortRun } = await lookUp(context, inputs, urn, deadline);

  switch (found.kind) {
    case "guest":
      if (byCutShortRun) return takeBack(context, inputs, found.user, urn, deadline);
      if (inputs.existing === "fail") throw alreadyThere(address, found.user);
      return adopt(context, inputs, found.user, urn, deadline);
    case "deleted":
      return restore(context, inputs, found.user, urn, deadline);
    case "not allowed":
      if (inputs.existing === "fail") throw cannotTell(address);
      return inviteNewGuest(context, inputs, byCutShortRun, urn, deadline);
    case "nobody":
      return inviteNewGuest(context, inputs, byCutShortRun, urn, deadline);
  }
}

/**
 * Who has the address. A guest who is there now, but was not when the list was written down, was invited by an earlier
 * run of this stack that was cut short; and one whom that run has just invited may not be seen yet.
 */
async function lookUp(
  context: Context,
  { userEmailAddress: address, existedBefore }: InvitationInputs,
  urn: string,
  deadline: Deadline,
): Promise<{ found: LookUp; byCutShortRun: boolean }> {
  const fresh = context.lookUps.take(address);
  if (fresh !== undefined) return { found: fresh, byCutShortRun: fresh.kind === "guest" && existedBefore === false };
  if (existedBefore !== false) return { found: await lookUpGuest(context, address, deadline), byCutShortRun: false };
  const seconds = Math.ceil(untilSettled(context, deadline) / 1000);
  if (seconds > longestSilence) {
    const why = "a run before this one may have invited the guest, and the directory may not show it yet";
    context.engine.log("info", `Looking for ${address} for up to ${seconds} s: ${why}.`, urn);
  }
  return { found: await lookUpAfterCutShortRun(context, address, deadline), byCutShortRun: true };
}

/** A wait of more seconds than this is explained. */
const longestSilence = 5;

async function adopt(context: Context, inputs: InvitationInputs, user: GraphUser, urn: string, deadline: Deadline) {
  context.claims.created(user.id);
  const owned = inputs.existing === "own";
  context.engine.log(
    user.accountEnabled === false && inputs.accountEnabled === undefined ? "warning" : "info",
    `${inputs.userEmailAddress} is a guest of the tenant already (object id ${user.id}): ` +
      `${owned ? "taken over as this stack's own" : "adopted"}, and not mailed again.` +
      (user.accountEnabled === false ? " The account is disabled; declare accountEnabled: true to enable it." : ""),
    urn,
  );
  const facts = { userId: user.id, state: "PendingAcceptance", adopted: !owned } as const;
  return bringIntoLine(context, inputs, { ...facts, invitedAt: user.createdDateTime ?? undefined }, user, deadline);
}

async function takeBack(context: Context, inputs: InvitationInputs, user: GraphUser, urn: string, deadline: Deadline) {
  context.claims.created(user.id);
  context.engine.log(
    "info",
    `${inputs.userEmailAddress} was invited by an earlier run that did not finish (object id ${user.id}): not mailed again.`,
    urn,
  );
  // That run may have restored the guest, with the access of old.
  await takeAccess(context, inputs, user.id, deadline);
  const redeemUrl = needsLink(inputs, user) ? (await linkAgain(context, inputs, deadline)).redeemUrl : undefined;
  const facts = { userId: user.id, state: "PendingAcceptance", adopted: false, redeemUrl } as const;
  return bringIntoLine(context, inputs, { ...facts, invitedAt: user.createdDateTime ?? undefined }, user, deadline);
}

/** What other resources of the stack are to give again must not be there before them. */
function takeAccess({ graph }: Context, inputs: InvitationInputs, userId: string, deadline: Deadline): Promise<void> {
  return releaseGrants(graph, userId, inputs.grants, deadline).catch((error) => {
    throw cannot("take access from", inputs.userEmailAddress, error);
  });
}

/** Where no mail is sent, the link is the only way in, and it was lost with the run that was cut short. */
function needsLink(inputs: InvitationInputs, user: GraphUser): boolean {
  return !inputs.sendInvitation && user.externalUserState === "PendingAcceptance" && user.accountEnabled !== false;
}

function linkAgain(context: Context, inputs: InvitationInputs, deadline: Deadline) {
  return linkFor(context, inputs, deadline).catch((error) => {
    throw cannot("invite", inputs.userEmailAddress, error);
  });
}

async function restore(context: Context, inputs: InvitationInputs, user: GraphUser, urn: string, deadline: Deadline) {
  const address = inputs.userEmailAddress;
  const restored = await restoreUser(context.graph, user.id, deadline)
    .catch((error) => {
      // Restored already, by a request of which the answer was lost; or purged, which the read then shows.
      if (!isNotFound(error)) throw error;
    })
    .then(() => awaitWritten(context, user.id, deadline))
    .catch((error) => {
      if (isNotFound(error)) return undefined;
      throw cannot("restore", address, error);
    });
  if (restored === undefined) return inviteNewGuest(context, inputs, false, urn, deadline);
  context.claims.created(user.id);
  await takeAccess(context, inputs, user.id, deadline);
  context.engine.log(
    "info",
    `${address} was in the recycle bin: restored with the object id ${user.id} and its memberships, and not mailed again.`,
    urn,
  );
  const facts = { userId: user.id, state: "PendingAcceptance", adopted: false } as const;
  return bringIntoLine(context, inputs, { ...facts, invitedAt: user.createdDateTime ?? undefined }, restored, deadline);
}

function alreadyThere(address: string, user: GraphUser): Error {
  return new Error(
    `${address} is a guest of the tenant already (${user.userPrincipalName}, object id ${user.id}), and the invitation says ` +
      `existing: "fail". Say existing: "adopt" to take the guest over without a mail, or take the address off the list.`,
  );
}

function cannotTell(address: string): Error {
  return new Error(
    `Whether ${address} is a guest of the tenant already cannot be told, and the invitation says existing: "fail". ` +
      "The application needs the Microsoft Graph application permission User.Read.All to see who is a guest already.",
  );
}
