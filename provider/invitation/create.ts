import { OutcomeUnknown } from "../graph/client.ts";
import { isForbidden, isNotFound } from "../graph/errors.ts";
import { awaitUser, type GraphUser, restoreUser } from "../graph/guests.ts";
import { type SentInvitation, sendInvitation } from "../graph/invitations.ts";
import { backOff, pauseFor } from "../graph/retry.ts";
import { sponsorIds } from "../graph/sponsors.ts";
import type { Properties } from "../grpc/properties.ts";
import { type Deadline, InitializationError, type ResourceRequest } from "../grpc/resource-provider.ts";
import type { Context } from "./context.ts";
import { applyDirectoryProperties, applySponsors } from "./directory.ts";
import { lookUpGuest } from "./existing-guest.ts";
import { failure } from "./failure.ts";
import { type InvitationInputs, knownInputs } from "./inputs.ts";
import { type Facts, outputs, withLiveFacts } from "./outputs.ts";

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
  const found = context.lookUps.take(address) ?? (await lookUpGuest(context, address, deadline));

  switch (found.kind) {
    case "guest":
      // There now, but not when the list was written down: invited by an earlier run of this stack that was cut short.
      if (inputs.existedBefore === false) return takeBack(context, inputs, found.user, urn, deadline);
      if (inputs.existing === "fail") throw alreadyThere(address, found.user);
      return adopt(context, inputs, found.user, urn, deadline);
    case "deleted":
      return restore(context, inputs, found.user, urn, deadline);
    case "not allowed":
      if (inputs.existing === "fail") throw cannotTell(address);
      return inviteNewGuest(context, inputs, deadline);
    case "nobody":
      return inviteNewGuest(context, inputs, deadline);
  }
}

async function adopt(context: Context, inputs: InvitationInputs, user: GraphUser, urn: string, deadline: Deadline) {
  context.claims.created(user.id);
  context.engine.log(
    user.accountEnabled === false && inputs.accountEnabled === undefined ? "warning" : "info",
    `${inputs.userEmailAddress} is a guest of the tenant already (object id ${user.id}): adopted, and not mailed again.` +
      (user.accountEnabled === false ? " The account is disabled; declare accountEnabled: true to enable it." : ""),
    urn,
  );
  const facts = { userId: user.id, state: "PendingAcceptance", adopted: true } as const;
  return bringIntoLine(context, inputs, { ...facts, invitedAt: user.createdDateTime ?? undefined }, user, deadline);
}

async function takeBack(context: Context, inputs: InvitationInputs, user: GraphUser, urn: string, deadline: Deadline) {
  context.claims.created(user.id);
  context.engine.log(
    "info",
    `${inputs.userEmailAddress} was invited by an earlier run that did not finish (object id ${user.id}): not mailed again.`,
    urn,
  );
  const facts = { userId: user.id, state: "PendingAcceptance", adopted: false } as const;
  return bringIntoLine(context, inputs, { ...facts, invitedAt: user.createdDateTime ?? undefined }, user, deadline);
}

async function restore(context: Context, inputs: InvitationInputs, user: GraphUser, urn: string, deadline: Deadline) {
  const address = inputs.userEmailAddress;
  const restored = await restoreUser(context.graph, user.id, deadline)
    .then(() => awaitUser(context.graph, user.id, deadline))
    .catch((error) => {
      throw failure("restore", address, error);
    });
  context.claims.created(user.id);
  context.engine.log(
    "info",
    `${address} was in the recycle bin: restored with the object id ${user.id} and its memberships, and not mailed again.`,
    urn,
  );
  const facts = { userId: user.id, state: "PendingAcceptance", adopted: false } as const;
  return bringIntoLine(context, inputs, { ...facts, invitedAt: user.createdDateTime ?? undefined }, restored, deadline);
}

async function inviteNewGuest(context: Context, inputs: InvitationInputs, deadline: Deadline) {
  const address = inputs.userEmailAddress;
  const invitation = await invite(context, inputs, deadline).catch((error) => {
    throw failure("invite", address, error);
  });
  context.claims.created(invitation.userId);
  const facts: Facts = {
    userId: invitation.userId,
    state: "PendingAcceptance",
    invitedAt: invitation.invitedAt.toISOString(),
    adopted: false,
    redeemUrl: invitation.redeemUrl,
  };

  const patience = { ...deadline, at: Math.min(deadline.at, Date.now() + appearsWithin) };
  const user = await awaitUser(context.graph, invitation.userId, patience).catch((error) => {
    // An application that may only invite cannot look; the invitation is then taken at its word.
    if (isForbidden(error)) return undefined;
    throw unfinished(
      inputs,
      facts,
      isNotFound(error) ? neverAppeared(address, facts) : failure("read", address, error),
    );
  });
  return bringIntoLine(context, inputs, facts, user, deadline);
}

/** How long the directory may take to show a new guest, in milliseconds; replication takes seconds as a rule. */
const appearsWithin = 180_000;

/** Sets what is declared beyond the invitation itself. The guest is there: whatever fails now is done by the next `up`. */
async function bringIntoLine(
  context: Context,
  inputs: InvitationInputs,
  known: Facts,
  user: GraphUser | undefined,
  deadline: Deadline,
) {
  const facts = user === undefined ? known : withLiveFacts(known, user);
  const sponsorsCameWithInvitation = known.redeemUrl !== undefined;
  try {
    await applyDirectoryProperties(context.graph, inputs, { id: facts.userId, user }, deadline);
    if (!sponsorsCameWithInvitation)
      await applySponsors(context.graph, inputs, { id: facts.userId, before: [] }, deadline);
  } catch (error) {
    throw unfinished(inputs, facts, error as Error);
  }
  return { id: facts.userId, outputs: outputs(inputs, facts) };
}

async function invite({ graph }: Context, inputs: InvitationInputs, deadline: Deadline): Promise<SentInvitation> {
  const request = {
    address: inputs.userEmailAddress,
    redirectUrl: inputs.redirectUrl,
    message: inputs.message,
    sendMail: inputs.sendInvitation,
    displayName: inputs.userDisplayName,
    userType: inputs.userType,
    sponsors: inputs.sponsors && (await sponsorIds(graph, inputs.sponsors, deadline)),
    repeatable: false,
  };
  for (;;) {
    try {
      return await sendInvitation(graph, request, deadline);
    } catch (error) {
      if (!(error instanceof OutcomeUnknown)) throw error;
      if (!(await hasAppeared(graph, request.address, deadline, error))) continue;
      // The guest is there now, so the mail is on its way: ask for the link alone.
      return await sendInvitation(graph, { ...request, sendMail: false, repeatable: true }, deadline);
    }
  }
}

/** How often, and with how much patience, to look for a guest of whom nobody knows whether the invitation took place. */
const looks = 5;

async function hasAppeared(
  graph: Context["graph"],
  address: string,
  deadline: Deadline,
  unknown: OutcomeUnknown,
): Promise<boolean> {
  for (let look = 1; look <= looks; look++) {
    await pauseFor(backOff(look + 1), deadline);
    const found = await lookUpGuest({ graph }, address, deadline);
    if (found.kind === "guest") return true;
    if (found.kind === "not allowed") {
      throw new Error(
        `${unknown.message}. Whether the invitation went out cannot be told without the permission User.Read.All; ` +
          "look for the guest in the directory before running again",
      );
    }
  }
  return false;
}

function unfinished(inputs: InvitationInputs, facts: Facts, error: Error): InitializationError {
  return new InitializationError(error.message, {
    id: facts.userId,
    inputs: inputs as unknown as Properties,
    outputs: outputs(inputs, facts),
  });
}

function neverAppeared(address: string, { userId }: Facts): Error {
  return new Error(
    `Microsoft Graph accepted the invitation of ${address} (object id ${userId}), but the guest has not appeared in the ` +
      "directory since. Run `pulumi up` again; if the guest is still missing, run `pulumi refresh` and then `pulumi up`, which invites anew.",
  );
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
