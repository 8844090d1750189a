import type { Invitation, User } from "@microsoft/microsoft-graph-types";
import DataLoader from "dataloader";
import { z } from "zod";
import { addressSpellings } from "../../model/email-address.ts";
import { type InvitationState, type ProfileProperty, profileProperties } from "../../model/invitation.ts";
import { backOff, type Deadline, latestOf } from "../deadline.ts";
import { type GraphClient, OutcomeUnknown } from "./graph-client.ts";
import { GraphError, GraphUnavailable, isNotFound } from "./graph-errors.ts";

const text = z.string().nullish();

/** What the provider reads of a user. A name that Graph v1.0 does not have does not compile. */
const graphUser = z.object({
  id: z.string().min(1),
  userPrincipalName: text,
  mail: text,
  otherMails: z.array(z.string()).nullish(),
  userType: text,
  creationType: text,
  externalUserState: text,
  externalUserStateChangeDateTime: text,
  createdDateTime: text,
  accountEnabled: z.boolean().nullish(),
  displayName: text,
  ...(Object.fromEntries(profileProperties.map((name) => [name, text])) as Record<ProfileProperty, typeof text>),
} satisfies Partial<Record<keyof User, z.ZodType>>);
export type GraphUser = z.infer<typeof graphUser>;

const deletedUser = graphUser.extend({ deletedDateTime: text } satisfies Partial<Record<keyof User, z.ZodType>>);

/** What the provider changes of a user by itself; the invitation sets the rest. */
export type UserChanges = Partial<
  Pick<User, "mail" | "otherMails" | "displayName" | "userType" | "accountEnabled" | ProfileProperty>
>;

/** A `$select` of properties that the type has. */
export function selection<Type>(names: readonly (keyof Type & string)[]): string {
  return `$select=${names.join(",")}`;
}

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

/** What Graph answered to an invitation. */
export interface SentInvitation {
  /** The guest's object id. */
  userId: string;
  /** The link that makes whoever holds it the guest: a secret. */
  redeemUrl: string;
  /** By Graph's clock; `undefined` where the answer has no date. */
  invitedAt: Date | undefined;
}

/**
 * Invites somebody: one directory write, which creates the guest where there is none. A guest who is there already
 * keeps the object id and gets another invitation.
 *
 * Source: Microsoft's reference page "Create invitation".
 *
 * @param invitation the request's body
 * @param repeatable true where a second mail does less harm than none
 * @throws GraphError where Graph refused, GraphUnavailable where it did not answer in time, OutcomeUnknown where
 *   nobody knows whether the invitation went out
 */
export async function sendInvitation(
  graph: GraphClient,
  invitation: Invitation,
  repeatable: boolean,
  deadline: Deadline,
): Promise<SentInvitation> {
  const { body, date } = await graph.write(
    { method: "POST", path: "/invitations", body: invitation, repeatable, done: 201 },
    deadline,
  );
  const answer = invitationAnswer.safeParse(body);
  if (!answer.success) {
    const message = `Microsoft Graph's answer is not an invitation: ${z.prettifyError(answer.error)}`;
    throw new OutcomeUnknown(new GraphUnavailable(message, { mayHaveActed: true }));
  }
  return { userId: answer.data.invitedUser.id, redeemUrl: answer.data.inviteRedeemUrl, invitedAt: date };
}

const invitationAnswer = z.object({
  inviteRedeemUrl: z.string(),
  invitedUser: graphUser.pick({ id: true }),
} satisfies Partial<Record<keyof Invitation, z.ZodType>>);

/** One user by object id or user principal name. Throws GraphError 404 where there is none (yet). */
function readUser(graph: GraphClient, id: string, deadline: Deadline): Promise<GraphUser> {
  return graph.read(`${userPath(id)}?${selection<User>(graphUser.keyof().options)}`, graphUser, deadline);
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
  // An international domain has two spellings, and the directory may keep either.
  const filter = addressSpellings(address)
    .flatMap((spelling) => [
      `mail eq ${odataText(spelling)}`,
      `otherMails/any(other:other eq ${odataText(spelling)})`,
      // Microsoft's pages use either; whether letter case counts is not said.
      `proxyAddresses/any(proxy:proxy eq ${odataText(`smtp:${spelling}`)})`,
      `proxyAddresses/any(proxy:proxy eq ${odataText(`SMTP:${spelling}`)})`,
      `userPrincipalName eq ${odataText(spelling)}`,
    ])
    .join(" or ");
  const select = selection<User>(graphUser.keyof().options);
  return graph.readAll(`/users?${select}&$filter=${encodeURIComponent(filter)}`, graphUser, deadline);
}

/** Graph takes no more values in a filter's `in` ("Too many child clauses …, max allowed: 15"). */
const mostValues = 15;

/** So many users make one full `$batch` of look-ups by `in`. */
export const fullLookUp = 20 * mostValues;

/** The users who have one of the addresses as `mail`: one full `$batch` for each {@link fullLookUp} of them. */
export async function usersByMail(
  graph: GraphClient,
  addresses: readonly string[],
  deadline: Deadline,
): Promise<GraphUser[]> {
  const list = { property: "mail", select: selection<User>(graphUser.keyof().options), shape: graphUser } as const;
  return listWhereIn(graph, { ...list, values: addresses.flatMap(addressSpellings) }, deadline);
}

/**
 * Whether the directory still shows a user. All who ask within a tenth of a second are looked up together. That somebody
 * is not there is believed only of a list that is Graph's own.
 *
 * @param id an object id
 */
export function isShown(graph: GraphClient, id: string, deadline: Deadline): Promise<boolean> {
  let looks = sharedLooks.get(graph);
  if (looks === undefined) {
    looks = new DataLoader((asked) => areShown(graph, asked), {
      cache: false,
      maxBatchSize: fullLookUp,
      batchScheduleFn: (look) => setTimeout(look, gatherLooksFor),
    });
    sharedLooks.set(graph, looks);
  }
  return looks.load({ id, deadline });
}

interface Look {
  id: string;
  deadline: Deadline;
}
const sharedLooks = new WeakMap<GraphClient, DataLoader<Look, boolean>>();

/** In milliseconds. */
const gatherLooksFor = 100;

async function areShown(graph: GraphClient, asked: readonly Look[]): Promise<(boolean | Error)[]> {
  const deadline = latestOf(asked);
  const list = { property: "id", select: selection<User>(["id"]), shape: graphUser.pick({ id: true }) } as const;
  const shown = await listWhereIn(graph, { ...list, values: asked.map(({ id }) => id) }, deadline);
  const ids = new Set(shown.map(({ id }) => id));
  return asked.map(({ id }) => ids.has(id));
}

async function listWhereIn<Item>(
  graph: GraphClient,
  list: { property: keyof User; values: readonly string[]; select: string; shape: z.ZodType<Item> },
  deadline: Deadline,
): Promise<Item[]> {
  const { property, values, select, shape } = list;
  const lists: Promise<Item[]>[] = [];
  for (let first = 0; first < values.length; first += mostValues) {
    const filter = `${property} in (${values
      .slice(first, first + mostValues)
      .map(odataText)
      .join(",")})`;
    const path = `/users?${select}&$filter=${encodeURIComponent(filter)}`;
    lists.push(graph.readAll(path, shape, deadline, "/$metadata#users"));
  }
  return (await Promise.all(lists)).flat();
}

/**
 * The guests with that address in the recycle bin, the one deleted last first. A guest's `mail` may be empty while
 * `otherMails` has the address; where the recycle bin takes no such filter, the guests known by `mail` are found.
 */
export async function deletedGuests(graph: GraphClient, address: string, deadline: Deadline): Promise<GraphUser[]> {
  const select = selection<User>(deletedUser.keyof().options);
  const listWhere = (filter: string) => {
    const path = `/directory/deletedItems/microsoft.graph.user?${select}&$filter=${encodeURIComponent(filter)}`;
    return graph.readAll(path, deletedUser, deadline);
  };
  const spellings = addressSpellings(address).map(odataText);
  const byMail = spellings.map((value) => `mail eq ${value}`).join(" or ");
  const byOtherMails = spellings.map((value) => `otherMails/any(other:other eq ${value})`).join(" or ");
  const users = await listWhere(`${byMail} or ${byOtherMails}`).catch((error) => {
    if (!(error instanceof GraphError) || ![400, 501].includes(error.status)) throw error;
    return listWhere(byMail);
  });
  return users
    .filter(isExternal)
    .sort((one, other) => (other.deletedDateTime ?? "").localeCompare(one.deletedDateTime ?? ""));
}

/** Whether a user lies in the recycle bin: certainly deleted, where a 404 alone may be a read that lags behind. */
export async function isInRecycleBin(graph: GraphClient, id: string, deadline: Deadline): Promise<boolean> {
  return graph.read(`${deletedPath(id)}?${selection<User>(["id"])}`, z.unknown(), deadline).then(
    () => true,
    (error) => {
      if (isNotFound(error)) return false;
      throw error;
    },
  );
}

/** Brings a user back from the recycle bin, with object id, memberships and assignments. */
export async function restoreUser(graph: GraphClient, id: string, deadline: Deadline): Promise<void> {
  await graph.write({ method: "POST", path: `${deletedPath(id)}/restore`, repeatable: true, done: 200 }, deadline);
}

/** Changes properties of a user. */
export async function patchUser(
  graph: GraphClient,
  id: string,
  changes: UserChanges,
  deadline: Deadline,
): Promise<void> {
  await graph.write({ method: "PATCH", path: userPath(id), body: changes, repeatable: true, done: 204 }, deadline);
}

/** Moves a user to the recycle bin. @returns false where Graph knows no such user (any more, or yet) */
export async function deleteUser(graph: GraphClient, id: string, deadline: Deadline): Promise<boolean> {
  return graph.write({ method: "DELETE", path: userPath(id), repeatable: true, done: 204 }, deadline).then(
    () => true,
    (error) => {
      if (isNotFound(error)) return false;
      throw error;
    },
  );
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
      await deadline.clock.wait(Math.min(left, untilNextLook(look, deadline)), deadline.signal);
    }
  }
}

/**
 * The pause after so many looks in vain, in milliseconds: replication takes seconds. All who wait look at the same
 * moments, so that their reads share a `$batch`.
 */
export function untilNextLook(looks: number, deadline: Pick<Deadline, "clock">): number {
  return inStep(Math.min(longestPause, backOff(looks)), deadline);
}

/** A pause that is made longer, so that all who wait go on at the same moments. */
export function inStep(pause: number, { clock }: Pick<Deadline, "clock">): number {
  const now = clock.now();
  return Math.ceil((now + pause) / betweenLooks) * betweenLooks - now;
}

const longestPause = 5_000;

/** How far these moments are apart, in milliseconds. */
const betweenLooks = 500;

/** How long before the deadline the last look begins, so that there is time to say what it saw; in milliseconds. */
const lastLook = 1_000;

function userPath(id: string): string {
  return `/users/${encodeURIComponent(id)}`;
}

function deletedPath(id: string): string {
  return `/directory/deletedItems/${encodeURIComponent(id)}`;
}

/** A string literal of OData: quotes are doubled, so that an address is never read as a part of the filter. */
export function odataText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
