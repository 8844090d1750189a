import { randomUUID } from "node:crypto";
import type { Listed, WriteOptions } from "../store/database.ts";
import { type Group, newGroup } from "../store/object-types.ts";
import { type Principal, type TenantStore, visiblePrincipal } from "../store/tenant-store.ts";
import { notFound } from "./refusal.ts";
import { alreadyReferenced } from "./user-lifecycle.ts";

/** Properties that POST or PATCH set, read and found good. */
export type GroupChanges = Partial<Omit<Group, "id">>;

/** @throws Refusal not-found */
export function groupWithId({ groups }: TenantStore, id: string): Group {
  const group = groups.find(id.toLowerCase());
  if (group === undefined) throw notFound(id);
  return group;
}

/** Makes a security group. */
export function createGroup(
  { database, groups, now }: TenantStore,
  given: GroupChanges & Pick<Group, "displayName" | "mailNickname">,
  options: WriteOptions,
): Group {
  const group = newGroup({ ...given, id: randomUUID(), createdDateTime: now().toISOString() });
  database.write(() => groups.save(group), options);
  return group;
}

/** @throws Refusal not-found */
export function updateGroup(store: TenantStore, id: string, changes: GroupChanges, options: WriteOptions): void {
  store.database.write(() => store.groups.save({ ...groupWithId(store, id), ...changes }), options);
}

/** Removes a group for good, with its memberships and assignments. @throws Refusal not-found */
export function deleteGroup(store: TenantStore, id: string, options: WriteOptions): void {
  store.database.write(() => {
    const group = groupWithId(store, id);
    store.appRoleAssignments.forget(group.id);
    store.groups.delete(group.id);
  }, options);
}

/** The members that a read sees, in the order in which they joined: those in the recycle bin are not among them. */
export function visibleMembers(store: TenantStore, group: Group): Listed<Principal>[] {
  return store.groups.membersOf(group.id).flatMap(({ place, object: id }) => {
    const member = visiblePrincipal(store, id);
    return member ? [{ place, object: member }] : [];
  });
}

/**
 * Puts a principal into a group. Like Graph it goes by what a read sees: a guest of a moment ago may not be there yet.
 *
 * @throws Refusal not-found or invalid-change
 */
export function addMember(store: TenantStore, groupId: string, memberId: string, options: WriteOptions): void {
  store.database.write(() => {
    const group = groupWithId(store, groupId);
    if (visiblePrincipal(store, memberId) === undefined) throw notFound(memberId);
    if (store.groups.isMember(group.id, memberId)) throw alreadyReferenced("members");
    store.groups.addMember(group.id, memberId);
  }, options);
}

/** @throws Refusal not-found */
export function removeMember(store: TenantStore, groupId: string, memberId: string, options: WriteOptions): void {
  store.database.write(() => {
    const group = groupWithId(store, groupId);
    const isKnown = store.groups.isMember(group.id, memberId) && visiblePrincipal(store, memberId) !== undefined;
    if (!isKnown) throw notFound(memberId);
    store.groups.removeMember(group.id, memberId);
  }, options);
}
