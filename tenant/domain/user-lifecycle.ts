import { randomUUID } from "node:crypto";
import type { WriteOptions } from "../store/database.ts";
import { comparable } from "../store/described-types.ts";
import { newUser, type User } from "../store/object-types.ts";
import type { TenantStore } from "../store/tenant-store.ts";
import { addressesOf, type UserPlace } from "../store/user-store.ts";
import { invalidChange, notFound, notFoundYet, Refusal } from "./refusal.ts";

/** Properties that POST or PATCH set, read and found good. */
export type UserChanges = Partial<Omit<User, "id" | "sponsors">>;

/**
 * Makes a member of the organisation.
 *
 * @param given at least what every user has
 * @throws Refusal invalid-change
 */
export function createUser(
  store: TenantStore,
  given: UserChanges & Pick<User, "displayName" | "userPrincipalName">,
  options: WriteOptions,
): User {
  const { domain, initialDomain } = store.settings;
  const user = newUser({
    userType: "Member",
    ...given,
    id: randomUUID(),
    createdDateTime: store.now().toISOString(),
  });
  if (![domain, initialDomain].includes(user.userPrincipalName.split("@")[1]?.toLowerCase() ?? "")) {
    throw invalidChange(
      "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.",
    );
  }
  return store.database.write(() => {
    assertFreeName(store, user);
    store.users.save(user);
    return user;
  }, options);
}

/**
 * Changes a live user.
 *
 * @param name object id or user principal name
 * @throws Refusal not-found or invalid-change
 */
export function updateUser(
  store: TenantStore,
  name: string,
  changes: UserChanges,
  { by, ...options }: WriteOptions & Acting,
): void {
  store.database.write(() => {
    const user = writableUser(store, name);
    if (by === "application") assertHoldsNoRole(store, user);
    const changed = { ...user, ...changes, ...(changes.mail && withPrimaryAddress(store, user, changes.mail)) };
    if (changes.userPrincipalName !== undefined) assertFreeName(store, changed);
    store.users.save(changed);
  }, options);
}

/**
 * A user's mail is their primary SMTP address as well, and no two users have one address (Graph, "user resource type",
 * `mail` and `proxyAddresses`).
 *
 * @throws Refusal invalid-change
 */
function withPrimaryAddress({ users, rehearsal }: TenantStore, user: User, mail: string): Pick<User, "proxyAddresses"> {
  const isTaken = users.currentByAddress(mail).some(({ id }) => id !== user.id);
  if (isTaken) throw invalidChange("Another object with the same value for property proxyAddresses already exists.");
  const former = user.proxyAddresses
    .filter((proxy) => rehearsal.keepsFormerMail || !proxy.startsWith("SMTP:"))
    .map((proxy) => proxy.replace("SMTP:", "smtp:"));
  const others = former.filter((proxy) => comparable(proxy) !== comparable(`smtp:${mail}`));
  return { proxyAddresses: [`SMTP:${mail}`, ...others] };
}

/**
 * Moves a live user to the recycle bin. Memberships and assignments sleep there with them.
 *
 * @param name object id or user principal name
 * @throws Refusal not-found
 */
export function deleteUser(store: TenantStore, name: string, { by, ...options }: WriteOptions & Acting): void {
  store.database.write(() => {
    const user = writableUser(store, name);
    if (by === "application") assertHoldsNoRole(store, user);
    store.users.save({ ...user, deletedDateTime: store.now().toISOString() });
  }, options);
}

/** Brings a user back from the recycle bin as they were. @throws Refusal not-found, or invalid-change for a taken name */
export function restoreUser(store: TenantStore, id: string, { by, ...options }: WriteOptions & Acting): User {
  return store.database.write(() => {
    const user = { ...known(store, id, "deleted"), deletedDateTime: null };
    if (by === "application") assertHoldsNoRole(store, user);
    assertFreeName(store, user);
    store.users.save(user);
    return user;
  }, options);
}

/** Removes a user from the recycle bin for good, with their memberships and assignments. @throws Refusal not-found */
export function purgeUser(store: TenantStore, id: string, options: WriteOptions): void {
  store.database.write(() => {
    known(store, id, "deleted");
    store.groups.forget(id);
    store.appRoleAssignments.forget(id);
    store.users.purge(id);
  }, options);
}

/** A user has no more sponsors than this (Graph, "Assign sponsors"). */
const mostSponsors = 5;

/** @throws Refusal not-found or invalid-change */
export function addSponsor(store: TenantStore, name: string, sponsorId: string, options: WriteOptions): void {
  store.database.write(() => {
    const user = writableUser(store, name);
    if (user.sponsors.includes(sponsorId)) throw alreadyReferenced("sponsors");
    const sponsors = [...user.sponsors, sponsorId];
    assertSponsors(store, sponsors);
    store.users.save({ ...user, sponsors });
  }, options);
}

/** @throws Refusal not-found */
export function removeSponsor(store: TenantStore, name: string, sponsorId: string, options: WriteOptions): void {
  store.database.write(() => {
    const user = writableUser(store, name);
    if (!user.sponsors.includes(sponsorId)) throw notFound(sponsorId);
    store.users.save({ ...user, sponsors: user.sponsors.filter((id) => id !== sponsorId) });
  }, options);
}

/** Every sponsor is a live user or a group of the tenant, and there are not too many. @throws Refusal invalid-change or not-found */
export function assertSponsors(store: TenantStore, ids: readonly string[]): void {
  if (ids.length > mostSponsors) throw invalidChange(`A user has at most ${mostSponsors} sponsors.`);
  for (const id of ids) if (store.groups.find(id) === undefined) known(store, id, "live");
}

/** Graph's words for a reference that is there already. */
export function alreadyReferenced(relationship: string): Error {
  return invalidChange(
    `One or more added object references already exist for the following modified properties: '${relationship}'.`,
  );
}

/** Who asks for a change. Absent: a person, who is taken to have the role that it needs. */
interface Acting {
  by?: "application" | undefined;
}

/**
 * Nobody changes, deletes or restores a user with an administrator's role without a higher role (Graph, "user resource
 * type", "Who can perform sensitive actions"). An application has none here.
 *
 * @throws Refusal needs-a-role
 */
export function assertHoldsNoRole({ groups, rehearsal }: TenantStore, user: User): void {
  const isNamed = rehearsal.roleHolders.some((address) => addressesOf(user).has(comparable(address)));
  const isInGroup = groups.groupsOf(user.id).some(({ object }) => object.isAssignableToRole);
  if (!isNamed && !isInGroup) return;
  throw new Refusal("needs-a-role", "Insufficient privileges to complete the operation.");
}

/**
 * A live user, unless they are so new that writes do not find them yet.
 *
 * @param name object id or user principal name
 * @throws Refusal not-found or not-found-yet
 */
function writableUser(store: TenantStore, name: string): User {
  const user = store.users.currentNamed(name);
  if (user === undefined) throw notFound(name);
  if (store.users.isTooNew(user.id, store.rehearsal.writeLagSeconds)) throw notFoundYet(name);
  return user;
}

function known({ users }: TenantStore, id: string, place: UserPlace): User {
  const user = users.current(id, place);
  if (user === undefined) throw notFound(id);
  return user;
}

/** No two live users share a principal name. @throws Refusal invalid-change */
function assertFreeName({ users }: TenantStore, user: User): void {
  const others = users.currentByAddress(user.userPrincipalName).filter(({ id }) => id !== user.id);
  if (others.length === 0) return;
  throw invalidChange("Another object with the same value for property userPrincipalName already exists.");
}
