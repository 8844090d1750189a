import { randomBytes } from "node:crypto";
import { defaultAccess, type KeptAppRoleAssignment } from "../store/application-store.ts";
import { builtInRoles } from "../store/azure-role-store.ts";
import type { Listed, WriteOptions } from "../store/database.ts";
import type { AppRoleAssignment, PrincipalType, ServicePrincipal } from "../store/object-types.ts";
import { type TenantStore, visiblePrincipal } from "../store/tenant-store.ts";
import { invalidChange, notFound } from "./refusal.ts";

/**
 * Gives a principal a role of an application. Like Graph it goes by what a read sees: a guest of a moment ago may not be
 * there yet.
 *
 * @throws Refusal not-found or invalid-change
 */
export function assignAppRole(
  store: TenantStore,
  { principalId, resourceId, appRoleId }: Pick<AppRoleAssignment, "principalId" | "resourceId" | "appRoleId">,
  options: WriteOptions,
): AppRoleAssignment {
  return store.database.write(() => {
    const resource = store.servicePrincipals.find(resourceId);
    if (resource === undefined) throw notFound(resourceId);
    const principal = visiblePrincipal(store, principalId);
    if (principal === undefined) throw notFound(principalId);
    assertRole(resource, appRoleId, principal.type);
    const isTaken = store.appRoleAssignments
      .ofPrincipal(principalId)
      .some(({ object }) => object.resourceId === resourceId && object.appRoleId === appRoleId);
    if (isTaken) throw invalidChange("Permission being assigned already exists on the object");
    const assignment: KeptAppRoleAssignment = {
      id: randomBytes(32).toString("base64url"),
      appRoleId,
      createdDateTime: store.now().toISOString(),
      principalId,
      principalType: principal.type,
      resourceId,
    };
    store.appRoleAssignments.add(assignment);
    return withNames(assignment, principal.displayName, resource.displayName);
  }, options);
}

/** Default access is for applications without roles only. @throws Refusal invalid-change */
function assertRole({ appRoles }: ServicePrincipal, appRoleId: string, type: PrincipalType): void {
  const memberType = type === "ServicePrincipal" ? "Application" : "User";
  const open = appRoles.filter(
    ({ isEnabled, allowedMemberTypes }) => isEnabled && allowedMemberTypes.includes(memberType),
  );
  if (open.length === 0 && appRoleId === defaultAccess) return;
  if (!open.some(({ id }) => id === appRoleId))
    throw invalidChange("Permission being assigned was not found on application");
}

/** @throws Refusal not-found */
export function removeAppRole(store: TenantStore, assignmentId: string, options: WriteOptions): void {
  store.database.write(() => {
    if (store.appRoleAssignments.find(assignmentId) === undefined) throw notFound(assignmentId);
    store.appRoleAssignments.remove(assignmentId);
  }, options);
}

/** The assignment with this id, unless its principal is in the recycle bin. Letter case counts in the id. */
export function visibleAssignment(store: TenantStore, id: string): AppRoleAssignment | undefined {
  const kept = store.appRoleAssignments.find(id);
  return kept && asVisible(store, kept);
}

/** The assignments that a read sees: without those of principals in the recycle bin. */
export function visibleAssignments(
  store: TenantStore,
  kept: readonly Listed<KeptAppRoleAssignment>[],
): Listed<AppRoleAssignment>[] {
  return kept.flatMap(({ place, object }) => {
    const assignment = asVisible(store, object);
    return assignment ? [{ place, object: assignment }] : [];
  });
}

function asVisible(store: TenantStore, kept: KeptAppRoleAssignment): AppRoleAssignment | undefined {
  const principal = visiblePrincipal(store, kept.principalId);
  const resource = store.servicePrincipals.find(kept.resourceId);
  return principal && resource && withNames(kept, principal.displayName, resource.displayName);
}

function withNames(
  kept: KeptAppRoleAssignment,
  principalDisplayName: string,
  resourceDisplayName: string,
): AppRoleAssignment {
  return { ...kept, deletedDateTime: null, principalDisplayName, resourceDisplayName };
}

/** An application that is assigned to a user. */
export interface AssignedApplication {
  displayName: string;
  /** Where it opens; some have no page of their own. */
  url: string | undefined;
  description?: string;
}

/**
 * The applications that are assigned to a user, by themselves or through a group that they are a direct member of, by
 * name. A group inside a group brings none, as in Entra.
 */
export function applicationsOf(store: TenantStore, userId: string): AssignedApplication[] {
  const principals = [userId, ...store.groups.groupsOf(userId).map(({ object }) => object.id)];
  const assignments = principals.flatMap((id) => store.appRoleAssignments.ofPrincipal(id));
  return [...new Set(assignments.map(({ object }) => object.resourceId))]
    .flatMap((id) => store.servicePrincipals.find(id) ?? [])
    .filter(({ accountEnabled }) => accountEnabled)
    .map(({ displayName, loginUrl, homepage, description }) => ({
      displayName,
      url: loginUrl ?? homepage ?? undefined,
      ...(description !== null && { description }),
    }))
    .sort((one, other) => one.displayName.localeCompare(other.displayName));
}

/** What a user may reach, by name. */
export interface UserAccess {
  /** Groups, by display name. */
  groups: string[];
  /** Applications that are assigned to the user themselves, each with the role's value: `Contoso Orders: Orders.Read`. */
  apps: string[];
  /** Azure roles at their scopes: `Reader at /subscriptions/…/resourceGroups/data`. */
  azure: string[];
}

/** @throws where no live user has the address */
export function accessOf(store: TenantStore, address: string): UserAccess {
  const [user] = store.users.currentByAddress(address);
  if (user === undefined) throw new Error(`Nobody in the tenant has the address ${address}.`);
  return {
    groups: store.groups.groupsOf(user.id).map(({ object }) => object.displayName),
    apps: store.appRoleAssignments.ofPrincipal(user.id).map(({ object: { resourceId, appRoleId } }) => {
      const application = store.servicePrincipals.find(resourceId);
      const role = application?.appRoles.find(({ id }) => id === appRoleId)?.value;
      return [application?.displayName, role].filter(Boolean).join(": ");
    }),
    azure: store.azureRoleAssignments.ofPrincipal(user.id).map(({ roleId, scope }) => {
      return `${builtInRoles.find(({ id }) => id === roleId)?.roleName} at ${scope}`;
    }),
  };
}
