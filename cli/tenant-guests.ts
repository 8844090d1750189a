/** The guests that a tenant has, as every command reads them: external members among them. */
import { z } from "zod";
import { addressProblem, canonicalAddress } from "../model/email-address.ts";
import { type ProfileProperty, profileProperties } from "../model/invitation.ts";
import { guidPattern, shown } from "../model/property.ts";
import { odataText } from "../provider/microsoft/graph-users.ts";
import { exitStatus, Stop } from "./command-line.ts";
import type { SignedIn } from "./signed-in.ts";

/** What reads a tenant. */
export type TenantReader = Pick<SignedIn, "readAll">;

const text = z.string().nullish();

const sponsorShape = z.object({
  id: z.string(),
  displayName: text,
  userPrincipalName: text,
  accountEnabled: z.boolean().nullish(),
});

/** Graph has no time for some who came before June 2018: they came then or earlier ("user resource type"). */
const beforeTimes = "2018-06-01T00:00:00Z";

const userShape = z.object({
  id: z.string(),
  userPrincipalName: z.string(),
  mail: text,
  otherMails: z.array(z.string()).nullish(),
  proxyAddresses: z.array(z.string()).nullish(),
  userType: text,
  externalUserState: text,
  externalUserStateChangeDateTime: text,
  createdDateTime: text.transform((time) => time ?? beforeTimes),
  accountEnabled: z.boolean().nullish(),
  identities: z.array(z.object({ signInType: text, issuer: text })).nullish(),
  displayName: text,
  ...(Object.fromEntries(profileProperties.map((name) => [name, text])) as Record<ProfileProperty, typeof text>),
});

const userWithSponsors = userShape.extend({ sponsors: z.array(sponsorShape).nullish() });

/** A guest, or an external member, as Graph has them. */
export type TenantUser = z.infer<typeof userWithSponsors>;

/** The path of a list of all guests, and of all external members: an invitation may ask for either. */
export function everyGuest(query: string): string {
  const filter =
    "userType eq 'Guest' or creationType eq 'Invitation' or externalUserState in ('PendingAcceptance','Accepted')";
  return `/users?$filter=${encodeURIComponent(filter)}&$top=500&${query}`;
}

/**
 * Reads all guests of a tenant with their sponsors.
 *
 * Source of the filter: Microsoft's pages "user resource type" and "Properties of a B2B guest user".
 *
 * @throws Stop where the application may not read users
 */
export function readTenantGuests(tenant: TenantReader): Promise<TenantUser[]> {
  const properties = Object.keys(userShape.shape).join(",");
  const ofSponsors = Object.keys(sponsorShape.shape).join(",");
  const query = `$select=${properties}&$expand=sponsors($select=${ofSponsors})`;
  return tenant.readAll(everyGuest(query), userWithSponsors, "User.Read.All");
}

/** The addresses by which people know a guest, that of their mail first; `mail` may be empty while `otherMails` has one. */
export function addressesOf({ mail, otherMails }: TenantUser): string[] {
  return [mail ?? "", ...(otherMails ?? [])].filter((address) => address !== "");
}

/** Every address under which a look-up would find one of these guests, canonical. */
export function knownAddresses(users: readonly TenantUser[]): Set<string> {
  const all = users.flatMap((user) => [
    ...addressesOf(user),
    ...(user.proxyAddresses ?? []).map((proxy) => proxy.replace(/^smtp:/i, "")),
  ]);
  return new Set(all.map(canonicalAddress));
}

/** A guest who can stand on a list. */
export interface TenantGuest {
  user: TenantUser;
  /** The canonical address by which a look-up finds the guest. */
  address: string;
}

/** Somebody who cannot stand on a list. */
interface LeftOut {
  who: string;
  why: string;
}

/** Tells the guests who can stand on a list, by their addresses, from those who can't. */
export function listable(users: readonly TenantUser[]): { guests: TenantGuest[]; leftOut: LeftOut[] } {
  const leftOut: LeftOut[] = [];
  const found: (TenantGuest & { isMail: boolean })[] = [];
  for (const user of users) {
    const written = addressesOf(user);
    const address = written.find((one) => addressProblem(canonicalAddress(one)) === undefined);
    if (address !== undefined) {
      found.push({ user, address: canonicalAddress(address), isMail: address === user.mail });
    } else {
      const problem = addressProblem(written[0] ?? "");
      const why =
        written.length === 0 ? "the directory knows no address of theirs (mail, otherMails)" : (problem ?? "");
      leftOut.push({ who: shown(written[0] ?? user.userPrincipalName), why });
    }
  }
  const guests = [...Map.groupBy(found, ({ address }) => address).values()].flatMap((same) => {
    // A look-up takes whose mail it is, if that is one guest.
    const byMail = same.filter(({ isMail }) => isMail);
    const [guest, another] = byMail.length > 0 ? byMail : same;
    if (guest !== undefined && another === undefined) return [{ user: guest.user, address: guest.address }];
    const ids = same.map(({ user }) => user.id).join(", ");
    leftOut.push({ who: shown(guest?.address), why: `several guests have that address: ${ids}` });
    return [];
  });
  guests.sort((one, other) => (one.address < other.address ? -1 : 1));
  return { guests, leftOut };
}

const identified = z.object({ id: z.string() });

/**
 * The object ids of a group's members.
 *
 * @param group its object id or display name
 * @throws Stop where there is no such group, or several
 */
export async function membersOf(tenant: TenantReader, group: string): Promise<Set<string>> {
  const needs = "GroupMember.Read.All";
  const id = guidPattern.test(group) ? group : await groupNamed(tenant, group, needs);
  const members = await tenant.readAll(`/groups/${id}/members/microsoft.graph.user?$select=id`, identified, needs);
  return new Set(members.map((member) => member.id));
}

async function groupNamed(tenant: TenantReader, name: string, needs: string): Promise<string> {
  const filter = encodeURIComponent(`displayName eq ${odataText(name)}`);
  const [found, another] = await tenant.readAll(`/groups?$select=id&$filter=${filter}`, identified, needs);
  if (found !== undefined && another === undefined) return found.id;
  const rule = found === undefined ? "The tenant has no group" : "The tenant has several groups";
  throw new Stop(`${rule} ${shown(name)}: name one by its object id.`, exitStatus.failed);
}

const groupShape = z.object({ displayName: text });

/** The names of the groups that each guest is a direct member of, by object id. */
export async function groupsOf(
  tenant: TenantReader,
  guests: readonly TenantGuest[],
): Promise<ReadonlyMap<string, string[]>> {
  const entries: [string, string[]][] = [];
  // So many at a time: the reads are gathered into batches, and a large tenant is not asked everything at once.
  for (let at = 0; at < guests.length; at += together) {
    const part = guests.slice(at, at + together).map(async ({ user: { id } }): Promise<[string, string[]]> => {
      const path = `/users/${id}/memberOf/microsoft.graph.group?$select=displayName`;
      const groups = await tenant.readAll(path, groupShape, "GroupMember.Read.All");
      return [id, groups.flatMap(({ displayName }) => displayName ?? []).sort()];
    });
    entries.push(...(await Promise.all(part)));
  }
  return new Map(entries);
}

const together = 100;
