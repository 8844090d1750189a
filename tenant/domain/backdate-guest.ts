import { randomUUID } from "node:crypto";
import * as z from "zod";
import { comparable } from "../store/described-types.ts";
import { signedInAt, type User } from "../store/object-types.ts";
import { accountKinds } from "../store/rehearsal.ts";
import type { TenantStore } from "../store/tenant-store.ts";
import { addressesOf, isInvited } from "../store/user-store.ts";
import { makeLinksOld, redeemedWith } from "./redeem-invitation.ts";
import { Refusal } from "./refusal.ts";

const daysAgo = z.number().min(0).max(36_500);

/** What of a guest is to be longer ago, in days; what is not named stays. */
export const backdating = z.strictObject({
  /** When they were invited, and their links with it: a link that is too old leads nowhere. */
  invited: daysAgo.optional(),
  /** When they accepted. */
  accepted: daysAgo.optional(),
  /** When they signed in last; `null`: they never have. */
  signedIn: daysAgo.nullable().optional(),
  /** When they were deleted; after 30 days they are gone for good. */
  deleted: daysAgo.optional(),
  /** With what kind of account they redeemed. */
  account: z.enum(accountKinds).optional(),
});
export type Backdating = z.output<typeof backdating>;

const day = 24 * 60 * 60 * 1000;

/**
 * Makes a guest old, for a rehearsal of what only time brings about.
 *
 * @param address any address of a guest, live or in the recycle bin
 * @throws Refusal not-found, or invalid-change where what is to be moved has not happened
 */
export function backdateGuest(store: TenantStore, address: string, days: Backdating): User {
  const { database, users, now } = store;
  const ago = (days: number) => new Date(now().getTime() - days * day).toISOString();
  return database.write(() => {
    const guest = guestWith(store, address);
    const old = { ...guest };
    const assert = (happened: boolean, what: string) => {
      if (!happened) throw new Refusal("invalid-change", `${address} has not ${what}.`);
    };
    const isAccepted = guest.externalUserState === "Accepted";
    if (days.invited !== undefined) {
      old.createdDateTime = ago(days.invited);
      if (!isAccepted) old.externalUserStateChangeDateTime = old.createdDateTime;
      makeLinksOld(store, guest, days.invited);
    }
    if (days.accepted !== undefined) {
      assert(isAccepted, "accepted");
      old.externalUserStateChangeDateTime = ago(days.accepted);
    }
    if (days.signedIn !== undefined) {
      old.signInActivity = days.signedIn === null ? null : signedInAt(ago(days.signedIn), randomUUID());
    }
    if (days.account !== undefined) {
      assert(isAccepted, "accepted");
      old.identities = redeemedWith(guest, days.account);
    }
    if (days.deleted !== undefined) {
      assert(guest.deletedDateTime !== null, "been deleted");
      old.deletedDateTime = ago(days.deleted);
    }
    users.save(old);
    return old;
  });
}

/** A live guest with this address, or one in the recycle bin. @throws Refusal not-found */
function guestWith({ users }: TenantStore, address: string): User {
  const isTheirs = (user: User) => isInvited(user) && addressesOf(user).has(comparable(address));
  const guest = users.currentByAddress(address).find(isInvited) ?? users.currentUsers("deleted").findLast(isTheirs);
  if (guest === undefined) throw new Refusal("not-found", `No guest has the address ${address}.`);
  return guest;
}
