import type { Invitation } from "@microsoft/microsoft-graph-types";
import type { InvitationInputs } from "../../model/invitation.ts";
import type { Deadline } from "../deadline.ts";
import { type GraphClient, OutcomeUnknown } from "../microsoft/graph-client.ts";
import { cannot, isForbidden, isNotFound } from "../microsoft/graph-errors.ts";
import { releaseGrants, sponsorIds } from "../microsoft/graph-relationships.ts";
import { awaitUser, findUser, type GraphUser, type SentInvitation, sendInvitation } from "../microsoft/graph-users.ts";
import type { CreateRequest, Properties } from "../pulumi/resource-provider.ts";
import { knownInputs } from "./checked-inputs.ts";
import type { Claims } from "./delete-guest.ts";
import {
  type FreshLookUps,
  type LookUp,
  lookUpAfterCutShortRun,
  lookUpAfterLostAnswer,
  lookUpGuest,
  timeToTell,
  untilSettled,
} from "./guest-look-up.ts";
import { type Facts, invitationOf, liveFacts } from "./guest-state.ts";
import { hasOwnMail, type MailContext } from "./mail-guest.ts";
import { type Decision, decide, type Evidence, type ListRecord, recordOf } from "./origin.ts";
import { bringBack, bringIntoLine, unfinished } from "./update-guest.ts";

type Created = Promise<{ id: string; outputs: Properties }>;

/** One guest on the way into the tenant. */
interface Creation extends MailContext {
  claims: Claims;
  inputs: InvitationInputs;
  urn: string;
  deadline: Deadline;
}

/**
 * Brings a guest into the tenant, as `origin.ts` decides: adopts whoever is there, restores from the recycle bin, else
 * invites.
 *
 * A new guest costs one directory write; declared profile fields cost a second one.
 *
 * @throws Error where nothing was done, InitializationError where the guest is there but not as declared
 */
export async function createGuest(
  context: MailContext & { claims: Claims; lookUps: FreshLookUps },
  { inputs: properties, urn, deadline }: CreateRequest,
): Created {
  const { graph, replication, engine, mailboxes, claims, lookUps } = context;
  const inputs = knownInputs(properties);
  const creation: Creation = { graph, replication, engine, mailboxes, claims, inputs, urn, deadline };
  return claims.inTurn(inputs.userEmailAddress, () => takeUp(creation, lookUps));
}

async function takeUp(creation: Creation, lookUps: FreshLookUps): Created {
  const { inputs, claims } = creation;
  const twin = claims.madeFor(inputs.userEmailAddress);
  if (twin !== undefined) return share(creation, twin);

  const fresh = lookUps.take(inputs.userEmailAddress);
  const record = recordOf(inputs.existedBefore, fresh !== undefined || lookUps.isTrusted(inputs.userEmailAddress));
  const found = fresh ?? (await lookUp(creation, record));
  const user = "user" in found ? found.user : undefined;

  const evidence: Evidence = { found: found.kind, record, existing: inputs.existing, invited: "not yet" };
  const decision = decide(evidence);
  if (decision.act === "refuse") throw refusal(inputs.userEmailAddress, user);
  if (user === undefined) return invite(creation, evidence);
  if (decision.act === "take back") return takeBack(creation, user, decision);
  if (decision.act === "restore") return restore(creation, user, decision, evidence);
  return adopt(creation, user, decision);
}

/** The guest of another resource of this run. Both own the guest, or neither does; who goes last removes them. */
async function share(creation: Creation, { userId, adopted }: { userId: string; adopted: boolean }): Created {
  const { graph, inputs, claims, urn, deadline } = creation;
  const isAdopted = adopted && inputs.existing !== "own";
  claims.created(urn, inputs.userEmailAddress, { userId, adopted: isAdopted });
  const user = await findUser(graph, userId, deadline).catch((error) => {
    if (isForbidden(error)) return undefined;
    throw cannot("read", inputs.userEmailAddress, error);
  });
  const facts: Facts = { userId, state: "PendingAcceptance", adopted: isAdopted };
  return bringIntoLine(creation, user === undefined ? facts : guestFacts(user, isAdopted), user);
}

/** Who has the address. An earlier run may have invited them moments ago, and then the directory may not show them yet. */
function lookUp(creation: Creation, record: ListRecord): Promise<LookUp> {
  const { inputs, engine, urn, deadline } = creation;
  const address = inputs.userEmailAddress;
  if (record !== "absent earlier") return lookUpGuest(creation, address, deadline);
  const seconds = Math.ceil(untilSettled(creation, deadline) / 1000);
  if (seconds > longestSilence) {
    const why = "a run before this one may have invited the guest, and the directory may not show it yet";
    engine.log("info", `Looking for ${address} for up to ${seconds} s: ${why}.`, urn);
  }
  return lookUpAfterCutShortRun(creation, address, deadline);
}

/** A wait of more seconds than this is explained. */
const longestSilence = 5;

async function adopt(creation: Creation, user: GraphUser, { adopted }: Decision): Created {
  const { inputs, claims, engine, urn } = creation;
  claims.created(urn, inputs.userEmailAddress, { userId: user.id, adopted });
  const isDisabled = user.accountEnabled === false;
  engine.log(
    isDisabled && inputs.accountEnabled === undefined ? "warning" : "info",
    `${inputs.userEmailAddress} is a guest of the tenant already (object id ${user.id}): ` +
      `${adopted ? "adopted" : "taken over as this stack's own"}, and not mailed again.` +
      (isDisabled ? " The account is disabled; declare accountEnabled: true to enable it." : ""),
    urn,
  );
  return bringIntoLine(creation, guestFacts(user, adopted), user);
}

async function takeBack(creation: Creation, user: GraphUser, { adopted }: Decision): Created {
  const { graph, inputs, claims, engine, urn, deadline } = creation;
  const address = inputs.userEmailAddress;
  claims.created(urn, address, { userId: user.id, adopted });
  const isWaiting = user.externalUserState === "PendingAcceptance" && user.accountEnabled !== false;
  // The mailbox knows whether that run has mailed the guest.
  const mailedBy = hasOwnMail(inputs) && isWaiting ? inputs.mailFrom : undefined;
  engine.log(
    "info",
    `${address} was invited by an earlier run of this stack (object id ${user.id}): its own, and ` +
      `${mailedBy === undefined ? "not mailed again" : "mailed now, unless that run did"}.`,
    urn,
  );
  // That run may have restored the guest, with all former access.
  await takeAccess(creation, user.id);
  // Where no mail is sent, the link is the only way in, and it was lost with the run that was cut short.
  const link =
    !inputs.sendInvitation && isWaiting
      ? await newInvitation(creation)
          .then((invitation) => sendForLink(graph, invitation, deadline))
          .catch((error) => {
            throw cannot("invite", address, error);
          })
      : undefined;
  return bringIntoLine(creation, { ...guestFacts(user, adopted), redeemUrl: link?.redeemUrl, mailedBy }, user);
}

async function restore(creation: Creation, user: GraphUser, { adopted }: Decision, evidence: Evidence): Created {
  const { inputs, claims, engine, urn, deadline } = creation;
  const address = inputs.userEmailAddress;
  const restored = await bringBack(creation, user.id, address, deadline);
  if (restored === undefined) return invite(creation, { ...evidence, found: "purged" });
  claims.created(urn, address, { userId: user.id, adopted });
  await takeAccess(creation, user.id);
  engine.log(
    "info",
    `${address} was in the recycle bin: restored with the object id ${user.id} and its memberships, and not mailed again.`,
    urn,
  );
  return bringIntoLine(creation, guestFacts(restored, adopted), restored);
}

/** Other resources of the stack give this access again, and fail where it is already there. */
function takeAccess({ graph, inputs, deadline }: Creation, userId: string): Promise<void> {
  return releaseGrants(graph, userId, inputs.grants, deadline).catch((error) => {
    throw cannot("take access from", inputs.userEmailAddress, error);
  });
}

function guestFacts(user: GraphUser, adopted: boolean): Facts {
  return { ...liveFacts(user), invitedAt: user.createdDateTime ?? undefined, adopted };
}

/**
 * Invites somebody, and waits until the directory shows them: Graph's 201 alone does not mean that there is a guest.
 *
 * @throws Error where nobody was invited, InitializationError where the guest did not appear or is not as declared
 */
async function invite(creation: Creation, evidence: Evidence): Created {
  const { graph, inputs, claims, engine, mailboxes, urn, deadline } = creation;
  const address = inputs.userEmailAddress;
  // A mailbox that can't be used is told before anybody is invited.
  if (hasOwnMail(inputs)) await mailboxes.open(inputs.mailFrom, urn, deadline);
  const invitation = await inviteOnce(creation).catch((error) => {
    throw cannot("invite", address, error);
  });
  const { userId } = invitation;
  claims.created(urn, address, { userId, adopted: false });
  const facts: Facts = {
    userId,
    state: "PendingAcceptance",
    invitedAt: (invitation.invitedAt ?? new Date(deadline.clock.now())).toISOString(),
    adopted: false,
    redeemUrl: invitation.redeemUrl,
  };

  const patience = deadline.clock.now() + appearsWithin;
  const user = await awaitUser(graph, userId, deadline, patience).catch((error) => {
    // An application that may only invite cannot look: it has to believe the invitation.
    if (isForbidden(error)) return undefined;
    const reason = isNotFound(error) ? neverAppeared(address, facts) : cannot("read", address, error);
    throw unfinished(inputs, facts, reason);
  });
  if (user !== undefined && inputs.grants !== undefined) await awaitSteady(creation, userId).catch(() => {});
  const head = user === undefined ? 0 : headStart(invitation, user);
  const { origin, adopted } = decide({ ...evidence, invited: shownAfter(head, user) });
  claims.created(urn, address, { userId, adopted });
  if (user !== undefined && origin === "before the stack") {
    engine.log("warning", `${address} ${wasThereUnseen(user)}`, urn);
  } else if (user !== undefined && origin === "this run" && head > momentsAgo) {
    engine.log("warning", `${address} ${wasMadeMomentsAgo(user)}`, urn);
  }
  const mailedBy = hasOwnMail(inputs) && origin !== "before the stack" ? inputs.mailFrom : undefined;
  return bringIntoLine(creation, { ...facts, ...(user && liveFacts(user)), adopted, mailedBy }, user);
}

/**
 * Waits until several reads in a row show a new guest: the resources that give access read once, and fail where that read
 * asks a replica that lags (azuread waits for five).
 */
async function awaitSteady({ graph, replication, deadline }: Creation, userId: string): Promise<void> {
  const until = deadline.clock.now() + replication.time;
  for (let good = 1; good < steadyReads && deadline.clock.now() < until; ) {
    await deadline.clock.wait(steadyPause, deadline.signal);
    good = (await findUser(graph, userId, deadline)) === undefined ? 0 : good + 1;
  }
}

const steadyReads = 3;

/** Between two of those reads, in milliseconds. */
const steadyPause = 500;

/** How long the directory may take to show a new guest, in milliseconds; replication takes seconds as a rule. */
const appearsWithin = 180_000;

/** A guest older than this, in milliseconds, was there before; clocks differ by less. */
const clockTolerance = 60_000;

/** A guest older than this, in milliseconds, may be another run's: Graph tells times in whole seconds. */
const momentsAgo = 2_000;

/**
 * How long the guest had been there when the invitation was sent, in milliseconds. The guest's age counts only where both
 * clocks agree on it, this machine's and the one in Graph's answer: with one that is ahead, or an answer without a date,
 * every new guest would look old.
 */
function headStart({ began, beganHere }: FirstInvitation, { createdDateTime }: GraphUser): number {
  const created = Date.parse(createdDateTime ?? "");
  if (began === undefined || Number.isNaN(created)) return 0;
  return Math.min(began.getTime(), beganHere) - created;
}

function shownAfter(head: number, user: GraphUser | undefined): Evidence["invited"] {
  if (user === undefined) return "nobody readable";
  return head > clockTolerance ? "an older guest" : "a new guest";
}

/** What Graph answered to the invitation of a new guest, and when it was first tried. */
interface FirstInvitation extends SentInvitation {
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
async function inviteOnce(creation: Creation): Promise<FirstInvitation> {
  const { graph, inputs, deadline } = creation;
  const invitation = await newInvitation(creation);
  // Without a mail, making the guest twice is the same as making them once.
  const isRepeatable = !inputs.sendInvitation || hasOwnMail(inputs);
  const beganHere = deadline.clock.now();
  let sent: SentInvitation | undefined;
  while (sent === undefined) {
    sent = await sendInvitation(graph, invitation, isRepeatable, deadline).catch(async (error) => {
      if (!(error instanceof OutcomeUnknown)) throw error;
      return (await hasAppeared(creation, error)) ? sendForLink(graph, invitation, deadline) : undefined;
    });
  }
  const took = deadline.clock.now() - beganHere;
  return { ...sent, began: sent.invitedAt && new Date(sent.invitedAt.getTime() - took), beganHere };
}

/** The link of a guest who was invited already. No mail goes out for it. */
function sendForLink(graph: GraphClient, invitation: Invitation, deadline: Deadline): Promise<SentInvitation> {
  return sendInvitation(graph, { ...invitation, sendInvitationMessage: false }, true, deadline);
}

/** The invitation of somebody who is no guest yet: it sets the name, the type and the sponsors as well. */
async function newInvitation({ graph, inputs, deadline }: Creation): Promise<Invitation> {
  // Not in Graph's schema of the sovereign clouds: the sponsors are added afterwards there.
  const takesSponsors = inputs.sponsors !== undefined && !(await graph.isSovereign(deadline));
  const sponsors = takesSponsors ? await sponsorIds(graph, inputs.sponsors ?? [], deadline) : undefined;
  return {
    ...invitationOf(inputs),
    invitedUserDisplayName: inputs.userDisplayName,
    invitedUserType: inputs.userType,
    invitedUserSponsors: sponsors?.map((id) => ({ id })),
  };
}

/** Whether the guest is there after the answer to the invitation was lost. */
async function hasAppeared(creation: Creation, { message }: OutcomeUnknown): Promise<boolean> {
  const { inputs, deadline } = creation;
  if (deadline.clock.now() + timeToTell(creation) >= deadline.at) {
    throw new Error(
      `${message}. Whether the invitation went out cannot be told in the time that is left. Run \`pulumi up\` again: it ` +
        "looks for the guest first, and mails nobody twice",
    );
  }
  const found = await lookUpAfterLostAnswer(creation, inputs.userEmailAddress, deadline);
  if (found.kind === "not allowed") {
    throw new Error(
      `${message}. Whether the invitation went out cannot be told without the permission User.Read.All; ` +
        "look for the guest in the directory before running again",
    );
  }
  return found.kind === "guest";
}

function wasThereUnseen({ id, createdDateTime }: GraphUser): string {
  return (
    `was a guest of the tenant before this run (object id ${id}, since ${createdDateTime}), which the directory did not ` +
    "show when it was asked: an invitation went out, and the guest is adopted."
  );
}

function wasMadeMomentsAgo({ id, createdDateTime }: GraphUser): string {
  return (
    `was made a guest moments before this run invited them (object id ${id}, at ${createdDateTime}): another run, or somebody by hand, ` +
    "has invited them at the same time, so that they have two mails. Keep each guest in one stack, and run one update at a time: both stacks own this guest now."
  );
}

function neverAppeared(address: string, { userId }: Facts): Error {
  return new Error(
    `Microsoft Graph accepted the invitation of ${address} (object id ${userId}), but the guest has not appeared in the ` +
      "directory since. Run `pulumi up` again; if the guest is still missing, run `pulumi refresh` and then `pulumi up`, which invites anew.",
  );
}

/** Why `existing: fail` stops the run: a guest is there, or nobody can see whether one is. */
function refusal(address: string, user: GraphUser | undefined): Error {
  if (user === undefined) {
    return new Error(
      `Whether ${address} is a guest of the tenant already cannot be told, and the invitation says existing: "fail". ` +
        "The application needs the Microsoft Graph application permission User.Read.All to see who is a guest already.",
    );
  }
  return new Error(
    `${address} is a guest of the tenant already (${user.userPrincipalName}, object id ${user.id}), and the invitation says ` +
      `existing: "fail". Say existing: "adopt" to take the guest over without a mail, or take the address off the list.`,
  );
}
