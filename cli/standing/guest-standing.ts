/** How the guests of a tenant stand: what Graph says of each, joined with what the stack's list says. */
import { z } from "zod";
import { addressDomain, canonicalAddress } from "../../model/email-address.ts";
import { GraphError, isForbidden } from "../../provider/microsoft/graph-errors.ts";
import type { ListedGuest } from "../declared-list.ts";
import type { SignedIn } from "../signed-in.ts";
import { addressesOf, everyGuest, knownAddresses, readTenantGuests, type TenantUser } from "../tenant-guests.ts";

/** A guest, or an external member, as the tenant has them now. */
export interface StandingGuest {
  id: string;
  address: string;
  displayName: string;
  /** The part of the address after the `@`: who the partner is. */
  domain: string;
  userType: string;
  /** `unknown`: nobody invited them by mail, so they have nothing to accept. */
  state: "pending" | "accepted" | "unknown";
  /** Whether they may sign in. */
  enabled: boolean;
  /** When they were invited, ISO 8601. */
  invited: string;
  /** Since when a pending guest has not accepted, ISO 8601; later than `invited` for one who got a new address. */
  waiting?: string;
  /** When they accepted, ISO 8601; absent for those who have not. */
  accepted?: string;
  /** When they signed in last, ISO 8601; `none` where Microsoft has recorded no sign-in, `unknown` where nobody could ask. */
  lastSignIn: string;
  /** The kind of account with which they redeemed, as Graph names its issuer: `ExternalAzureAD`, `mail`, `google.com`. */
  account?: string;
  sponsors: Sponsor[];
  /** Whether the stack's list has them, under which address, and with which last day. */
  listed: boolean;
  listedAs?: string;
  expires?: string;
}

/** Who answers for a guest: a user or a group of the tenant. */
interface Sponsor {
  id: string;
  name: string;
  /** Of a user. */
  userPrincipalName?: string;
  /** A group, or a user who may sign in: somebody can be asked. */
  active: boolean;
}

/** The guests of a tenant at a moment. */
export interface Standing {
  stack: string;
  /** The name of the organisation. */
  organisation: string;
  /** ISO 8601. */
  at: string;
  guests: StandingGuest[];
  /** Addresses of the stack's list that nobody in the tenant has; without those whose last day has passed. */
  missing: string[];
  /** Why nobody knows who signed in when; absent where it is known. */
  signInsUnknown?: string;
}

/** What stands in `lastSignIn` where it is no time. */
export const noSignIn = { none: "none", unknown: "unknown" } as const;

const moment = z.string().nullish();
const signInShape = z.object({
  id: z.string(),
  signInActivity: z
    .object({
      lastSuccessfulSignInDateTime: moment,
      lastSignInDateTime: moment,
      lastNonInteractiveSignInDateTime: moment,
    })
    .nullish(),
});
type GraphSignIn = z.infer<typeof signInShape>;

const organisationShape = z.object({ displayName: z.string().nullish() });

/** The tenant, as far as it is asked. */
export type AskedTenant = Pick<SignedIn, "graph" | "deadline" | "readAll">;

/**
 * Reads how the tenant's guests stand.
 *
 * @param asked needs User.Read.All; sign-ins also AuditLog.Read.All and Entra ID P1
 * @param listed the guests of the stack's list
 * @throws Stop for people, where Graph refuses more than the sign-ins or does not answer
 */
export async function readStanding(
  asked: AskedTenant,
  { stack, listed, now }: { stack: string; listed: readonly ListedGuest[]; now: Date },
): Promise<Standing> {
  const [guests, signIns, [organisation]] = await Promise.all([
    readTenantGuests(asked),
    readSignIns(asked),
    asked.readAll("/organization?$select=displayName", organisationShape, "User.Read.All"),
  ]);
  const list = new Map(listed.map((guest) => [canonicalAddress(guest.email), guest]));
  const standing = guests.map((guest) => guestOf(guest, list, signIns.known));
  const known = knownAddresses(guests);
  const isPast = (expires = "9999-12-31") => expires < now.toISOString().slice(0, 10);
  return {
    stack,
    organisation: organisation?.displayName ?? "",
    at: now.toISOString(),
    guests: standing.sort((one, other) => (one.address < other.address ? -1 : 1)),
    missing: [...list]
      .flatMap(([address, { expires }]) => (isPast(expires) || known.has(address) ? [] : [address]))
      .sort(),
    ...(signIns.unknown !== undefined && { signInsUnknown: signIns.unknown }),
  };
}

/** The refusals that mean that sign-ins are not for this caller; the codes are in users' reports, not in the reference. */
const refusals: Readonly<Record<string, string>> = {
  Authentication_RequestFromNonPremiumTenantOrB2CTenant:
    "The organisation has no Entra ID P1 licence, without which Microsoft Graph does not say who signed in when.",
  Authentication_MSGraphPermissionMissing:
    "The sign-in lacks the permission AuditLog.Read.All, without which Microsoft Graph does not say who signed in when.",
};

/** When who signed in last, by object id; or why nobody knows. */
async function readSignIns({
  graph,
  deadline,
}: AskedTenant): Promise<{ known?: ReadonlyMap<string, GraphSignIn>; unknown?: string }> {
  try {
    const all = await graph.readAll(everyGuest("$select=id,signInActivity"), signInShape, deadline);
    return { known: new Map(all.map((one) => [one.id, one])) };
  } catch (error) {
    // A report without sign-ins is better than none: they are one column of it.
    if (!(error instanceof GraphError)) throw error;
    const said =
      refusals[error.code] ?? (isForbidden(error) ? refusals.Authentication_MSGraphPermissionMissing : undefined);
    return { unknown: said ?? `Microsoft Graph did not say who signed in when: ${error.message}` };
  }
}

function guestOf(
  guest: TenantUser,
  list: ReadonlyMap<string, ListedGuest>,
  signIns: ReadonlyMap<string, GraphSignIn> | undefined,
): StandingGuest {
  const [address = guest.userPrincipalName] = addressesOf(guest);
  const [inList] = [...knownAddresses([guest])].flatMap((one) => list.get(one) ?? []);
  const { externalUserState, externalUserStateChangeDateTime: changed } = guest;
  const state =
    externalUserState === "PendingAcceptance" ? "pending" : externalUserState === "Accepted" ? "accepted" : "unknown";
  const account = (guest.identities ?? []).find(({ signInType }) => signInType === "federated")?.issuer;
  return {
    id: guest.id,
    address,
    displayName: guest.displayName ?? "",
    domain: addressDomain(address),
    userType: guest.userType ?? "",
    state,
    enabled: guest.accountEnabled ?? true,
    invited: guest.createdDateTime,
    ...(state === "pending" && {
      waiting: changed && changed > guest.createdDateTime ? changed : guest.createdDateTime,
    }),
    ...(state === "accepted" && changed && { accepted: changed }),
    lastSignIn: lastSignInOf(guest.id, signIns),
    ...(account && { account }),
    sponsors: (guest.sponsors ?? []).map(({ id, displayName, userPrincipalName, accountEnabled }) => ({
      id,
      name: displayName ?? userPrincipalName ?? id,
      ...(userPrincipalName && { userPrincipalName }),
      active: accountEnabled ?? true,
    })),
    listed: inList !== undefined,
    ...(inList !== undefined && { listedAs: inList.email }),
    ...(inList?.expires !== undefined && { expires: inList.expires }),
  };
}

/** Successful sign-ins are recorded since 2023-12-01 only; before that, attempts are the best that is known. */
function lastSignInOf(id: string, signIns: ReadonlyMap<string, GraphSignIn> | undefined): string {
  if (signIns === undefined) return noSignIn.unknown;
  const activity = signIns.get(id)?.signInActivity;
  const attempts = [activity?.lastSignInDateTime, activity?.lastNonInteractiveSignInDateTime];
  const latest = attempts
    .flatMap((time) => time ?? [])
    .sort()
    .at(-1);
  return activity?.lastSuccessfulSignInDateTime ?? latest ?? noSignIn.none;
}
