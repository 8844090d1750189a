import { formerAddresses } from "../../model/guest.ts";
import { cannot, isForbidden, isNotFound } from "../microsoft/graph-errors.ts";
import { releaseGrants } from "../microsoft/graph-relationships.ts";
import { awaitUser, findUser, type GraphUser, inStep } from "../microsoft/graph-users.ts";
import type { CreateRequest, Properties } from "../pulumi/resource-provider.ts";
import { knownInputs } from "./checked-inputs.ts";
import type { Claims } from "./delete-guest.ts";
import { headStart, inviteOnce, newInvitation, sendForLink } from "./first-invitation.ts";
import {
  type FreshLookUps,
  type LookUp,
  lookUpAfterCutShortRun,
  lookUpGuest,
  otherAddress,
  untilSettled,
} from "./guest-look-up.ts";
import { type Facts, liveFacts } from "./guest-state.ts";
import { hasOwnMail, type MailContext } from "./mail-guest.ts";
import {
  type Decision,
  decide,
  type Evidence,
  isOneAccount,
  type ListRecord,
  recordOf,
  refusal,
  wasMadeMomentsAgo,
  wasThereUnseen,
} from "./origin.ts";
import { bringBack, bringIntoLine, type UnderWay, unfinished } from "./update-guest.ts";

type Created = Promise<{ id: string; outputs: Properties }>;

/** One guest on the way into the tenant. */
type Creation = MailContext & UnderWay;

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

  if (found.kind === "nobody") await refuseFormerGuest(creation);
  const isAnothers = user !== undefined && found.kind === "guest" && otherAddress(user, inputs.userEmailAddress);
  const kind = isAnothers ? "guest by another address" : found.kind;
  const evidence: Evidence = { found: kind, record, existing: inputs.existing, invited: "not yet" };
  const decision = decide(evidence);
  if (decision.act === "refuse") throw refusal(inputs, decision, user);
  if (user === undefined) return invite(creation, evidence);
  if (decision.act === "take back") return takeBack(creation, user, decision);
  if (decision.act === "restore") return restore(creation, user, decision, evidence);
  return adopt(creation, user, decision);
}

/**
 * The list names an earlier address, somebody has it, and the state has no resource for them: nobody can tell whose guest
 * that is, and inviting would make a second user of one person.
 */
async function refuseFormerGuest(creation: Creation): Promise<void> {
  const { inputs, deadline } = creation;
  for (const former of formerAddresses(inputs.formerly)) {
    const found = await lookUpGuest(creation, former, deadline);
    if (found.kind !== "guest") continue;
    throw new Error(
      `Cannot invite ${inputs.userEmailAddress}: the list says this guest was ${former} before, and that guest (object id ` +
        `${found.user.id}) is not in this stack. List ${former} for one \`pulumi up\`, so that the stack takes them over, then ` +
        "change the address. Or take formerly out to invite somebody new.",
    );
  }
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

async function adopt(creation: Creation, user: GraphUser, decision: Decision): Created {
  const { inputs, claims, engine, urn } = creation;
  const adopted = await sharedOr(decision, creation, user);
  claims.created(urn, inputs.userEmailAddress, { userId: user.id, adopted });
  const isDisabled = user.accountEnabled === false;
  const other = otherAddress(user, inputs.userEmailAddress);
  engine.log(
    isDisabled && inputs.accountEnabled === undefined ? "warning" : "info",
    `${inputs.userEmailAddress} is a guest of the tenant already (object id ${user.id}` +
      `${other === undefined ? "" : `, by another address: ${other}`}): ` +
      `${adopted ? "adopted" : "taken over as this stack's own"}, and not mailed again.` +
      (isDisabled ? " The account is disabled; declare accountEnabled: true to enable it." : ""),
    urn,
  );
  return bringIntoLine(creation, guestFacts(user, adopted), user);
}

/**
 * Whether the guest is adopted. A guest whom this run has by another address of the same account, too, is as that resource
 * has them: else they would stay behind once that address has left the list.
 */
async function sharedOr({ adopted }: Decision, { claims, inputs }: Creation, user: GraphUser): Promise<boolean> {
  const other = otherAddress(user, inputs.userEmailAddress);
  if (other === undefined) return adopted;
  await claims.turnOf(other);
  const shared = claims.sharing(user.id, inputs.userEmailAddress);
  return shared?.adopted === undefined ? adopted : shared.adopted && inputs.existing !== "own";
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
  await awaitSteady(creation, user.id).catch(() => {});
  // Where no mail is sent, the link is the only way in, and it was lost with the run that was cut short.
  const link =
    !inputs.sendInvitation && isWaiting
      ? await sendForLink(graph, await newInvitation(creation), deadline).catch((error) => {
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
  await awaitSteady(creation, user.id).catch(() => {});
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
  const { inputs, claims, engine, mailboxes, urn, deadline } = creation;
  const address = inputs.userEmailAddress;
  // A mailbox that can't be used is told before anybody is invited.
  if (hasOwnMail(inputs)) await mailboxes.open(inputs.mailFrom, urn, deadline);
  const wanted = await newInvitation(creation);
  const invitation = await inviteOnce(creation, wanted).catch((error) => {
    throw cannot("invite", address, error);
  });
  const { userId } = invitation;
  claims.created(urn, address, { userId, adopted: false }, "not decided");
  const facts: Facts = {
    userId,
    state: "PendingAcceptance",
    invitedAt: (invitation.invitedAt ?? new Date(deadline.clock.now())).toISOString(),
    adopted: false,
    redeemUrl: invitation.redeemUrl,
  };

  const user = await appears(creation, userId).catch((error) => {
    // An application that may only invite cannot look: it has to believe the invitation.
    if (isForbidden(error)) return undefined;
    const reason = isNotFound(error) ? neverAppeared(address, facts) : cannot("read", address, error);
    throw unfinished(creation, facts, reason);
  });
  if (user !== undefined) await awaitSteady(creation, userId).catch(() => {});
  const head = user === undefined ? 0 : headStart(invitation, user);
  const decision = decide({ ...evidence, invited: shownAfter(head, user, address) });
  const { origin } = decision;
  const adopted = user === undefined ? decision.adopted : await sharedOr(decision, creation, user);
  claims.created(urn, address, { userId, adopted });
  const other = user && otherAddress(user, address);
  if (user !== undefined && other !== undefined) {
    if (claims.sharing(userId, address) === undefined)
      engine.log("warning", `${address} ${isOneAccount(user, other, adopted)}`, urn);
  } else if (user !== undefined && origin === "before the stack") {
    engine.log("warning", `${address} ${wasThereUnseen(user)}`, urn);
  } else if (user !== undefined && origin === "this run" && head > momentsAgo) {
    engine.log("warning", `${address} ${wasMadeMomentsAgo(user)}`, urn);
  }
  // Whoever is invited by another address than before does not know of it without a mail.
  const isDue = origin !== "before the stack" || (other !== undefined && user?.externalUserState !== "Accepted");
  const mailedBy = hasOwnMail(inputs) && isDue ? inputs.mailFrom : undefined;
  const sponsorsAreSet = invitation.hasSponsors && !adopted && other === undefined;
  return bringIntoLine(creation, { ...facts, ...(user && liveFacts(user)), adopted, mailedBy }, user, sponsorsAreSet);
}

/** Waits until the directory shows a new guest. Where reads lag, it shows nobody at once: all who are new look together. */
async function appears({ graph, replication, deadline }: Creation, userId: string): Promise<GraphUser> {
  const patience = deadline.clock.now() + appearsWithin;
  if (replication.time > 0) await deadline.clock.wait(inStep(1, deadline), deadline.signal);
  return awaitUser(graph, userId, deadline, patience);
}

/**
 * Waits until several reads in a row show a guest who is new or restored, and gets access: the resources that give it read
 * once, and fail where that read asks a replica that lags (azuread waits for five).
 */
async function awaitSteady({ graph, inputs, replication, deadline }: Creation, userId: string): Promise<void> {
  if (inputs.grants === undefined) return;
  const until = deadline.clock.now() + replication.time;
  for (let good = 1; good < steadyReads && deadline.clock.now() < until; ) {
    await deadline.clock.wait(inStep(steadyPause, deadline), deadline.signal);
    good = (await findUser(graph, userId, deadline)) === undefined ? 0 : good + 1;
  }
}

const steadyReads = 3;

/** Between two of those reads at least, in milliseconds. */
const steadyPause = 500;

/** How long the directory may take to show a new guest, in milliseconds; replication takes seconds as a rule. */
const appearsWithin = 180_000;

/** A guest older than this, in milliseconds, was there before; clocks differ by less. */
const clockTolerance = 60_000;

/** A guest older than this, in milliseconds, may be another run's: Graph tells times in whole seconds. */
const momentsAgo = 2_000;

function shownAfter(head: number, user: GraphUser | undefined, address: string): Evidence["invited"] {
  if (user === undefined) return "nobody readable";
  if (otherAddress(user, address) !== undefined) return "a guest by another address";
  return head > clockTolerance ? "an older guest" : "a new guest";
}

function neverAppeared(address: string, { userId }: Facts): Error {
  return new Error(
    `Microsoft Graph accepted the invitation of ${address} (object id ${userId}), but the guest has not appeared in the ` +
      "directory since. Run `pulumi up` again; if the guest is still missing, run `pulumi refresh` and then `pulumi up`, which invites anew.",
  );
}
