import { comparable } from "../store/described-types.ts";
import type { Invitation } from "../store/invitation-store.ts";
import type { User } from "../store/object-types.ts";
import type { TenantStore } from "../store/tenant-store.ts";
import { addressesOf, isInvited } from "../store/user-store.ts";

/**
 * After how many days an unused link is dead. Entra documents no end of its own; here links end so that an expired one
 * can be rehearsed.
 */
export const ticketDays = 90;

/** Why an invitation cannot be redeemed. */
export type RedemptionProblem = "unknown" | "expired" | "superseded" | "guest-gone" | "disabled";

/** An invitation that cannot be redeemed, or not any more. */
export class RedemptionRefused extends Error {
  override name = "RedemptionRefused";
  readonly problem: RedemptionProblem;

  constructor(problem: RedemptionProblem) {
    super(`The invitation cannot be redeemed: ${problem}.`);
    this.problem = problem;
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
  if (guest === undefined) throw new RedemptionRefused("guest-gone");
  const isStillTheirs = addressesOf(guest).has(comparable(invitation.emailAddress));
  if (!isStillTheirs || store.invitations.isSuperseded(invitation)) throw new RedemptionRefused("superseded");
  if (!guest.accountEnabled) throw new RedemptionRefused("disabled");
  const accepted = guest.externalUserState === "Accepted";
  if (!accepted && isExpired(store, invitation)) throw new RedemptionRefused("expired");
  return { invitation, guest, accepted };
}

export function isExpired({ now }: TenantStore, { createdDateTime }: Invitation): boolean {
  return now().getTime() - Date.parse(createdDateTime) >= ticketDays * 24 * 60 * 60 * 1000;
}

/**
 * The last step: records that the guest has accepted. Accepting twice changes nothing.
 *
 * @throws RedemptionRefused where the invitation is not good any more
 */
export function acceptInvitation(store: TenantStore, invitationId: string): Redemption {
  return store.database.write(() => {
    const redemption = redemptionWithId(store, invitationId);
    return { ...redemption, guest: recordAcceptance(store, redemption.guest) };
  });
}

/**
 * Accepts for a guest without the pages of the redemption.
 *
 * @param address the address that was invited
 * @returns the guest, or nothing where no guest has this address
 */
export function acceptFor(store: TenantStore, address: string): User | undefined {
  return store.database.write(() => {
    const guest = store.users.currentByAddress(address).find(isInvited);
    return guest && recordAcceptance(store, guest);
  });
}

function recordAcceptance({ users, now }: TenantStore, guest: User): User {
  if (guest.externalUserState === "Accepted") return guest;
  const accepted: User = {
    ...guest,
    externalUserState: "Accepted",
    externalUserStateChangeDateTime: now().toISOString(),
  };
  users.save(accepted);
  return accepted;
}
