import { randomUUID } from "node:crypto";
import { comparable } from "../store/described-types.ts";
import type { Invitation } from "../store/invitation-store.ts";
import { signedInAt, type User } from "../store/object-types.ts";
import type { AccountKind, HomeAccount } from "../store/rehearsal.ts";
import type { TenantStore } from "../store/tenant-store.ts";
import { addressesOf, isInvited } from "../store/user-store.ts";

/** Why an invitation cannot be redeemed. */
export type RedemptionProblem = "unknown" | "expired" | "superseded" | "guest-gone" | "disabled";

/** An invitation that cannot be redeemed, or not any more. */
export class RedemptionRefused extends Error {
  override name = "RedemptionRefused";
  readonly problem: RedemptionProblem;
  /** Absent where the link leads to none. */
  readonly invitation: Invitation | undefined;

  constructor(problem: RedemptionProblem, invitation?: Invitation) {
    super(`The invitation cannot be redeemed: ${problem}.`);
    this.problem = problem;
    this.invitation = invitation;
  }
}

/** An invitation that is good, with its guest as they are now. */
export interface Redemption {
  invitation: Invitation;
  guest: User;
  /** The guest has accepted already. */
  accepted: boolean;
}

/**
 * The redemption that a link begins.
 *
 * @param userId the guest that the link also names; a ticket is good for its own guest only
 * @throws RedemptionRefused
 */
export function redemptionOf(store: TenantStore, ticket: string, userId: string | undefined): Redemption {
  const invitation = store.invitations.byTicket(ticket);
  if (invitation === undefined || (userId !== undefined && userId.toLowerCase() !== invitation.userId)) {
    throw new RedemptionRefused("unknown");
  }
  return goodRedemption(store, invitation);
}

/** The same, for a redemption that has begun: what was good then may not be now. @throws RedemptionRefused */
export function redemptionWithId(store: TenantStore, invitationId: string): Redemption {
  const invitation = store.invitations.byId(invitationId);
  if (invitation === undefined) throw new RedemptionRefused("unknown");
  return goodRedemption(store, invitation);
}

function goodRedemption(store: TenantStore, invitation: Invitation): Redemption {
  const guest = store.users.current(invitation.userId);
  if (guest === undefined) throw new RedemptionRefused("guest-gone", invitation);
  const isStillTheirs = addressesOf(guest).has(comparable(invitation.emailAddress));
  const isEnded = store.rehearsal.newLinkEndsEarlier && store.invitations.ofUser(guest.id)[0]?.id !== invitation.id;
  if (!isStillTheirs || isEnded || store.invitations.isSuperseded(invitation))
    throw new RedemptionRefused("superseded", invitation);
  if (!guest.accountEnabled) throw new RedemptionRefused("disabled", invitation);
  const accepted = guest.externalUserState === "Accepted";
  if (!accepted && isExpired(store, invitation)) throw new RedemptionRefused("expired", invitation);
  return { invitation, guest, accepted };
}

const dayMs = 24 * 60 * 60 * 1000;

/** Whether a link is too old: `linkDays` of the rehearsal says how long one is good. */
export function isExpired({ now, rehearsal }: TenantStore, { createdDateTime }: Invitation): boolean {
  return now().getTime() - Date.parse(createdDateTime) >= rehearsal.linkDays * dayMs;
}

/**
 * Makes every link of a guest old, so that its end can be rehearsed. Belongs into a transaction.
 *
 * @param days how long ago the newest was sent. Default: so long that it has expired
 */
export function makeLinksOld(store: TenantStore, guest: User, days = store.rehearsal.linkDays): void {
  const latest = store.now().getTime() - days * dayMs;
  for (const invitation of store.invitations.ofUser(guest.id)) {
    const at = Math.min(Date.parse(invitation.createdDateTime), latest);
    store.invitations.change({ ...invitation, createdDateTime: new Date(at).toISOString() });
  }
}

/** Makes the links of the guest old who has an address. Answers nothing where there is none. */
export function ageLinksOf(store: TenantStore, address: string, days?: number): User | undefined {
  return store.database.write(() => {
    const guest = store.users.currentByAddress(address).find(isInvited);
    if (guest) makeLinksOld(store, guest, days);
    return guest;
  });
}

/** Whom a guest asks about an invitation: their first sponsor with an address, or the person who invited. */
export function contactFor({ users }: TenantStore, { userId, inviterId = "" }: Invitation): User | undefined {
  const guest = users.current(userId) ?? users.current(userId, "deleted");
  return [...(guest?.sponsors ?? []), inviterId]
    .flatMap((id) => users.current(id) ?? [])
    .find(({ mail, accountEnabled }) => mail !== null && accountEnabled);
}

/**
 * The last step: records that the guest has accepted. Accepting twice changes nothing.
 *
 * @throws RedemptionRefused where the invitation is not good any more
 */
export function acceptInvitation(store: TenantStore, invitationId: string): Redemption {
  return store.database.write(() => {
    const redemption = redemptionWithId(store, invitationId);
    const { guest, invitation } = redemption;
    return { ...redemption, guest: recordAcceptance(store, guest, homeAccountOf(store, invitation.emailAddress)) };
  });
}

/**
 * Accepts for a guest without the pages of the redemption.
 *
 * @param address the address that was invited
 * @param displayName the guest's name at home. Default: that of the home account that has the address
 * @returns the guest, or nothing where no guest has this address
 */
export function acceptFor(store: TenantStore, address: string, displayName?: string): User | undefined {
  return store.database.write(() => {
    const guest = store.users.currentByAddress(address).find(isInvited);
    const home = { ...homeAccountOf(store, address), ...(displayName !== undefined && { displayName }) };
    return guest && recordAcceptance(store, guest, home);
  });
}

/** The account elsewhere that has an address, where the rehearsal knows one. */
export function homeAccountOf({ rehearsal }: TenantStore, address: string): HomeAccount | undefined {
  const wanted = comparable(address);
  return rehearsal.homeAccounts.find(({ addresses }) => addresses.some((one) => comparable(one) === wanted));
}

/** Accepting brings the guest's own name along, over the one that they were invited with. */
function recordAcceptance(
  { users, now }: TenantStore,
  guest: User,
  { displayName = guest.displayName, kind = "mail" }: Partial<HomeAccount> = {},
): User {
  if (guest.externalUserState === "Accepted") return guest;
  const accepted: User = {
    ...guest,
    displayName,
    externalUserState: "Accepted",
    externalUserStateChangeDateTime: now().toISOString(),
    identities: redeemedWith(guest, kind),
    signInActivity: signedInAt(now().toISOString(), randomUUID()),
  };
  users.save(accepted);
  return accepted;
}

/** The identities of a guest who has redeemed with this kind of account. */
export function redeemedWith({ identities }: User, kind: AccountKind): User["identities"] {
  const others = identities.filter(({ signInType }) => signInType !== "federated");
  return [{ signInType: "federated", issuer: kind, issuerAssignedId: null }, ...others];
}

/** Records that somebody has signed in now. */
export function recordSignIn({ database, users, now }: TenantStore, userId: string): void {
  database.write(() => {
    const user = users.current(userId);
    if (user) users.save({ ...user, signInActivity: signedInAt(now().toISOString(), randomUUID()) });
  });
}
