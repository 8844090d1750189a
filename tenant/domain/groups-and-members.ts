import { randomUUID } from "node:crypto";
import type { Listed, WriteOptions } from "../store/database.ts";
import { type Group, newGroup } from "../store/object-types.ts";
import { type Principal, type TenantStore, visiblePrincipal } from "../store/tenant-store.ts";
import { invalidChange, notFound, notFoundYet } from "./refusal.ts";
import { alreadyReferenced } from "./user-lifecycle.ts";

/** Properties that POST or PATCH set, read and found good. */
export type GroupChanges = Partial<Omit<Group, "id">>;

/** @throws Refusal not-found */
export function groupWithId({ groups }: TenantStore, id: string): Group {
  const group = groups.find(id.toLowerCase());
  if (group === undefined) throw notFound(id);
  return group;
}

/** Object ids that a group is to refer to, besides those to which it does. */
export type NewReferences = Readonly<Record<GroupRelation, readonly string[]>>;

/** Makes a security group. @throws Refusal not-found or invalid-change */
export function createGroup(
  store: TenantStore,
  given: GroupChanges & Pick<Group, "displayName" | "mailNickname">,
  references: NewReferences,
  options: WriteOptions,
): Group {
  const group = newGroup({ ...given, id: randomUUID(), createdDateTime: store.now().toISOString() });
  if (group.groupTypes.includes("DynamicMembership") !== (group.membershipRule !== null)) {
    throw invalidChange(
      "A group has a membershipRule where its groupTypes hold 'DynamicMembership', and nowhere else.",
    );
  }
  store.database.write(() => {
    store.groups.save(group);
    joinAll(store, group, references);
  }, options);
  return group;
}

/** @throws Refusal not-found or invalid-change */
export function updateGroup(
  store: TenantStore,
  id: string,
  changes: GroupChanges,
  references: NewReferences,
  options: WriteOptions,
): void {
  store.database.write(() => {
    const group = groupWithId(store, id);
    store.groups.save({ ...group, ...changes });
    joinAll(store, group, references);
  }, options);
}

function joinAll(store: TenantStore, group: Group, references: NewReferences): void {
  if (references.members.length > 0) assertMembersChange(group);
  for (const relation of ["members", "owners"] as const) {
    for (const id of references[relation]) join(store, group, relation, id);
  }
}

/** Removes a group for good, with its memberships and assignments. @throws Refusal not-found */
export function deleteGroup(store: TenantStore, id: string, options: WriteOptions): void {
  store.database.write(() => {
    const group = groupWithId(store, id);
    store.appRoleAssignments.forget(group.id);
    store.groups.delete(group.id);
  }, options);
}

/** The members or owners that a read sees, in the order in which they joined: without those in the recycle bin. */
export function visibleReferences(store: TenantStore, group: Group, relation: GroupRelation): Listed<Principal>[] {
  return store.groups.related(relation, group.id).flatMap(({ place, object: id }) => {
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
    assertMembersChange(group);
    join(store, group, "members", memberId);
  }, options);
}

/** What a group refers to: who is in it, and who owns it. */
export type GroupRelation = "members" | "owners";

/** A new reference of a group, inside a transaction. @throws Refusal */
function join(store: TenantStore, group: Group, relation: GroupRelation, id: string): void {
  const isThere = visiblePrincipal(store, id) !== undefined;
  if (!isThere || store.users.isTooNew(id, store.rehearsal.writeLagSeconds)) throw notFoundYet(id);
  if (store.groups.isRelated(relation, group.id, id)) throw alreadyReferenced(relation);
  store.groups.relate(relation, group.id, id);
}

/** @throws Refusal not-found or invalid-change */
export function addOwner(store: TenantStore, groupId: string, ownerId: string, options: WriteOptions): void {
  store.database.write(() => join(store, groupWithId(store, groupId), "owners", ownerId), options);
}

/** @throws Refusal not-found */
export function removeOwner(store: TenantStore, groupId: string, ownerId: string, options: WriteOptions): void {
  store.database.write(() => {
    const group = groupWithId(store, groupId);
    if (!store.groups.isRelated("owners", group.id, ownerId)) throw notFound(ownerId);
    store.groups.unrelate("owners", group.id, ownerId);
  }, options);
}

/** The groups that somebody is in, directly or through other groups. */
export function transitiveGroupsOf(store: TenantStore, id: string): Group[] {
  const found = new Map<string, Group>();
  const waiting = [id];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const { object } of store.groups.groupsOf(next)) {
      if (!found.has(object.id)) waiting.push(object.id);
      found.set(object.id, object);
    }
  }
  return [...found.values()];
}

/** @throws Refusal not-found */
export function removeMember(store: TenantStore, groupId: string, memberId: string, options: WriteOptions): void {
  store.database.write(() => {
    const group = groupWithId(store, groupId);
    assertMembersChange(group);
    const isKnown =
      store.groups.isRelated("members", group.id, memberId) && visiblePrincipal(store, memberId) !== undefined;
    if (!isKnown) throw notFound(memberId);
    store.groups.unrelate("members", group.id, memberId);
  }, options);
}

/** Entra alone chooses the members of a dynamic group, and the directory that a group comes from chooses its own. */
function assertMembersChange({ groupTypes, onPremisesSyncEnabled }: Group): void {
  if (groupTypes.includes("DynamicMembership")) {
    throw invalidChange("The members of a group with dynamic membership cannot be changed: its rule chooses them.");
  }
  if (onPremisesSyncEnabled) {
    throw invalidChange(
      "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.",
    );
  }
}
