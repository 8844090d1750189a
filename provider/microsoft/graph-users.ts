import { z } from "zod";
import type { InvitationState } from "../../model/names.ts";
import { backOff, type Deadline } from "../deadline.ts";
import type { GraphClient } from "./graph-client.ts";
import { isNotFound } from "./graph-errors.ts";

const text = z.string().nullish();

/** The properties of a Graph user that the provider reads, and those of the profile. */
const graphUser = z.looseObject({
  id: z.string().min(1),
  userPrincipalName: text,
  mail: text,
  userType: text,
  creationType: text,
  externalUserState: text,
  createdDateTime: text,
  deletedDateTime: text,
  accountEnabled: z.boolean().nullish(),
  displayName: text,
});
export type GraphUser = z.infer<typeof graphUser>;

const userPage = z.object({ value: z.array(graphUser), "@odata.nextLink": z.string().optional() });

const userProperties = [
  "id",
  "userPrincipalName",
  "mail",
  "userType",
  "creationType",
  "externalUserState",
  "createdDateTime",
  "accountEnabled",
  "displayName",
  "givenName",
  "surname",
  "jobTitle",
  "department",
  "companyName",
  "usageLocation",
].join(",");

/**
 * True for a user from outside the organisation, whatever `userType` an administrator gave them later.
 *
 * Source: Microsoft's page "Properties of a B2B guest user": an external user has creation type Invitation, or
 * `#EXT#` in the user principal name.
 */
export function isExternal(user: GraphUser): boolean {
  return (
    user.creationType === "Invitation" || user.userType === "Guest" || (user.userPrincipalName ?? "").includes("#EXT#")
  );
}

/** `PendingAcceptance` until the guest has accepted; a guest without a state (one synchronised in) needs no acceptance. */
export function invitationState(user: GraphUser): InvitationState {
  return user.externalUserState === "PendingAcceptance" ? "PendingAcceptance" : "Accepted";
}

/** One user by object id or user principal name. Throws GraphError 404 where there is none (yet). */
export function readUser(graph: GraphClient, id: string, deadline: Deadline): Promise<GraphUser> {
  return graph.read(`/users/${encodeURIComponent(id)}?$select=${userProperties}`, graphUser, deadline);
}

/** One user by object id, or `undefined`. */
export async function findUser(graph: GraphClient, id: string, deadline: Deadline): Promise<GraphUser | undefined> {
  return readUser(graph, id, deadline).catch((error) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
}

/**
 * Every user who has the address, internal ones too: as mail, other mail, proxy address or user principal name (the
 * places in which Entra itself looks for a user with an invited address).
 */
export async function usersWithAddress(graph: GraphClient, address: string, deadline: Deadline): Promise<GraphUser[]> {
  const value = odataText(address);
  const filter = [
    `mail eq ${value}`,
    `otherMails/any(other:other eq ${value})`,
    `proxyAddresses/any(proxy:proxy eq ${odataText(`smtp:${address}`)})`,
    `userPrincipalName eq ${value}`,
  ].join(" or ");
  return list(graph, `/users?$select=${userProperties}&$filter=${encodeURIComponent(filter)}`, deadline);
}

/** The guests with that mail address in the recycle bin, the one deleted last first. */
export async function deletedGuests(graph: GraphClient, address: string, deadline: Deadline): Promise<GraphUser[]> {
  const filter = encodeURIComponent(`mail eq ${odataText(address)}`);
  const path = `/directory/deletedItems/microsoft.graph.user?$select=${userProperties},deletedDateTime&$filter=${filter}`;
  const users = await list(graph, path, deadline);
  return users
    .filter(isExternal)
    .sort((one, other) => (other.deletedDateTime ?? "").localeCompare(one.deletedDateTime ?? ""));
}

/** Brings a user back from the recycle bin, with object id, memberships and assignments. */
export async function restoreUser(graph: GraphClient, id: string, deadline: Deadline): Promise<void> {
  const path = `/directory/deletedItems/${encodeURIComponent(id)}/restore`;
  await graph.write({ method: "POST", path, repeatable: true }, deadline);
}

/** Changes properties of a user. `properties` has Graph's names. */
export async function patchUser(
  graph: GraphClient,
  id: string,
  properties: Record<string, unknown>,
  deadline: Deadline,
): Promise<void> {
  const path = `/users/${encodeURIComponent(id)}`;
  await graph.write({ method: "PATCH", path, body: properties, repeatable: true }, deadline);
}

/** Moves a user to the recycle bin. That the user is gone already is fine. */
export async function deleteUser(graph: GraphClient, id: string, deadline: Deadline): Promise<void> {
  const path = `/users/${encodeURIComponent(id)}`;
  await graph.write({ method: "DELETE", path, repeatable: true }, deadline).catch((error) => {
    if (!isNotFound(error)) throw error;
  });
}

/**
 * Waits until a user who was just written can be read: the directory is replicated, and a read may lag some seconds
 * behind.
 *
 * @param until when to stop waiting, in milliseconds since 1970; at the deadline at the latest
 * @throws GraphError 404 where the user has not appeared by then
 */
export async function awaitUser(
  graph: GraphClient,
  id: string,
  deadline: Deadline,
  until = deadline.at,
): Promise<GraphUser> {
  for (let look = 1; ; look++) {
    const left = Math.min(until, deadline.at - lastLook) - deadline.clock.now();
    try {
      return await readUser(graph, id, deadline);
    } catch (error) {
      if (!isNotFound(error) || left <= 0) throw error;
      await deadline.clock.wait(Math.min(left, untilNextLook(look)), deadline.signal);
    }
  }
}

/** The pause after so many looks in vain, in milliseconds: replication takes seconds, and many look at the same time. */
export function untilNextLook(looks: number): number {
  return Math.min(longestPause, backOff(looks));
}

const longestPause = 5_000;

/** How long before the deadline the last look begins, so that there is time to say what it saw; in milliseconds. */
const lastLook = 1_000;

/** Whether a user lies in the recycle bin: certainly deleted, where a 404 alone may be a read that lags behind. */
export async function isInRecycleBin(graph: GraphClient, id: string, deadline: Deadline): Promise<boolean> {
  const path = `/directory/deletedItems/${encodeURIComponent(id)}?$select=id`;
  return graph.read(path, z.unknown(), deadline).then(
    () => true,
    (error) => {
      if (isNotFound(error)) return false;
      throw error;
    },
  );
}

/** All pages of a listing: a filtered one may begin with an empty page. */
async function list(graph: GraphClient, path: string, deadline: Deadline): Promise<GraphUser[]> {
  const users: GraphUser[] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const page: z.infer<typeof userPage> = await graph.read(next, userPage, deadline);
    users.push(...page.value);
    next = page["@odata.nextLink"]?.replace(/^https:\/\/[^/]+\/v1\.0/, "");
  }
  return users;
}

/** A string literal of OData: quotes are doubled, so that an address is never read as a part of the filter. */
export function odataText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
