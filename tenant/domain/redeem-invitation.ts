import type { Invitation } from "../store/invitation-store.ts";
import { addressesOf, comparable, type User } from "../store/user.ts";
import type { TenantContext } from "../tenant-context.ts";

/**
 * A link that nobody has used is dead after so many days. Entra documents no end of its own; this one is here so that
 * an expired link can be rehearsed.
 */
export const ticketDays = 90;

/** Why an invitation cannot be redeemed. */
export type RefusalReason = "unknown" | "expired" | "superseded" | "guest-gone" | "disabled";

export class RedemptionRefused extends Error {
  override name = "RedemptionRefused";
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason) {
    super(`The invitation cannot be redeemed: ${reason}.`);
    this.reason = reason;
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
 * @param userId the guest whom the link names besides; a ticket is good for its own guest only
 * @throws RedemptionRefused
 */
export function redemptionOf(tenant: TenantContext, ticket: string, userId: string | undefined): Redemption {
  const invitation = tenant.invitations.byTicket(ticket);
  if (invitation === undefined || (userId !== undefined && userId.toLowerCase() !== invitation.userId)) {
    throw new RedemptionRefused("unknown");
  }
  return goodRedemption(tenant, invitation);
}

/** The same, for a redemption that has begun: what was good then may not be now. @throws RedemptionRefused */
export function redemptionWithId(tenant: TenantContext, invitationId: string): Redemption {
  const invitation = tenant.invitations.byId(invitationId);
  if (invitation === undefined) throw new RedemptionRefused("unknown");
  return goodRedemption(tenant, invitation);
}

function goodRedemption(tenant: TenantContext, invitation: Invitation): Redemption {
  const state = tenant.users.current(invitation.userId);
  if (state === undefined || state.deletedDateTime !== null) throw new RedemptionRefused("guest-gone");
  const guest = state.user;
  const stillTheirs = addressesOf(guest).has(comparable(invitation.emailAddress));
  if (!stillTheirs || tenant.invitations.isSuperseded(invitation)) throw new RedemptionRefused("superseded");
  if (!guest.accountEnabled) throw new RedemptionRefused("disabled");
  const accepted = guest.externalUserState === "Accepted";
  if (!accepted && isExpired(tenant, invitation)) throw new RedemptionRefused("expired");
  return { invitation, guest, accepted };
}

export function isExpired(tenant: TenantContext, { createdDateTime }: Invitation): boolean {
  return tenant.now().getTime() - Date.parse(createdDateTime) >= ticketDays * 24 * 60 * 60 * 1000;
}

/**
 * The last step: records that the guest has accepted. Accepting twice changes nothing.
 *
 * @throws RedemptionRefused where the invitation is not good any more
 */
export function accept(tenant: TenantContext, invitationId: string): Redemption {
  return tenant.database.write(() => {
    const redemption = redemptionWithId(tenant, invitationId);
    return { ...redemption, guest: recordAcceptance(tenant, redemption.guest) };
  });
}

/**
 * What the directory records when a guest accepts: the last step of the redemption, without its pages.
 *
 * @param address the address that was invited
 * @returns the guest, or `undefined` where there is none with this address
 */
export function acceptInvitation(tenant: TenantContext, address: string): User | undefined {
  return tenant.database.write(() => {
    const guest = tenant.users.currentByAddress(address).find(({ creationType }) => creationType === "Invitation");
    return guest && recordAcceptance(tenant, guest);
  });
}

function recordAcceptance(tenant: TenantContext, guest: User): User {
  if (guest.externalUserState === "Accepted") return guest;
  const accepted: User = {
    ...guest,
    externalUserState: "Accepted",
    externalUserStateChangeDateTime: tenant.now().toISOString(),
  };
  tenant.users.save({ user: accepted, deletedDateTime: null });
  return accepted;
}
