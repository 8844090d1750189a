import { type AzureRoleAssignment, type BuiltInRole, builtInRoles } from "../store/azure-role-store.ts";
import type { PrincipalType } from "../store/object-types.ts";
import { type TenantStore, visiblePrincipal } from "../store/tenant-store.ts";
import { Refusal } from "./refusal.ts";

/** The application that asks, as far as Azure needs to know it. */
export interface AzureCaller {
  appId: string;
  servicePrincipalId: string;
}

/**
 * Makes sure that a scope is there: the tenant's subscription, one of its resource groups, or anything below these. The
 * local tenant does not know what a resource group holds, so every resource in it is taken to be there.
 *
 * @param resourceGroups those of the subscription
 * @throws Refusal no-such-subscription or no-such-resource-group
 */
export function assertScope({ settings }: TenantStore, resourceGroups: readonly string[], scope: string): void {
  const [, kind, subscription, , group] = scope.toLowerCase().split("/");
  if (scope === "" || isManagementGroup(scope, settings.tenantId)) return;
  if (kind !== "subscriptions" || subscription !== settings.subscriptionId) {
    throw new Refusal("no-such-subscription", `The subscription '${subscription}' could not be found.`);
  }
  if (group !== undefined && !resourceGroups.some((known) => known.toLowerCase() === group)) {
    throw new Refusal("no-such-resource-group", `Resource group '${group}' could not be found.`);
  }
}

/** The one management group is the root group, which bears the tenant's id. */
function isManagementGroup(scope: string, tenantId: string): boolean {
  return scope.toLowerCase() === `/providers/microsoft.management/managementgroups/${tenantId}`;
}

/** Whether a role at `outer` also holds at `inner`: the same scope, or one below it. */
function contains(outer: string, inner: string): boolean {
  const [wide, narrow] = [outer.toLowerCase(), inner.toLowerCase()];
  if (wide === "" || wide.startsWith("/providers/microsoft.management/")) return true;
  return narrow === wide || narrow.startsWith(`${wide}/`);
}

function isAt(assignment: AzureRoleAssignment, scope: string): boolean {
  return assignment.scope.toLowerCase() === scope.toLowerCase();
}

/**
 * Makes sure that one of the caller's own roles, at the scope or above it, allows an action.
 *
 * @param action such as `Microsoft.Authorization/roleAssignments/write`
 * @throws Refusal not-authorised
 */
export function authorize(
  { azureRoleAssignments }: TenantStore,
  { appId, servicePrincipalId }: AzureCaller,
  action: string,
  scope: string,
): void {
  const isAllowed = azureRoleAssignments
    .ofPrincipal(servicePrincipalId)
    .filter((assignment) => contains(assignment.scope, scope))
    .some(({ roleId }) => allows(roleId, action));
  if (isAllowed) return;
  throw new Refusal(
    "not-authorised",
    `The client '${appId}' with object id '${servicePrincipalId}' does not have authorization to perform action '${action}' over scope '${scope || "/"}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  );
}

function allows(roleId: string, action: string): boolean {
  const role = builtInRoles.find(({ id }) => id === roleId);
  const fits = (patterns: readonly string[] = []) => patterns.some((pattern) => matches(pattern, action));
  return role !== undefined && fits(role.actions) && !fits(role.notActions);
}

function matches(pattern: string, action: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.\\+?^${}()|[\]]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "i").test(action);
}

/** @throws Refusal no-such-role */
export function azureRoleWithId(id: string): BuiltInRole {
  const role = builtInRoles.find((one) => one.id === id.toLowerCase());
  if (role) return role;
  throw new Refusal(
    "no-such-role",
    `The specified role definition with ID '${id.replaceAll("-", "")}' does not exist.`,
  );
}

/** A role assignment that is asked for. */
export interface WantedRoleAssignment {
  /** A GUID. */
  name: string;
  scope: string;
  roleId: string;
  principalId: string;
  principalType?: PrincipalType | null | undefined;
  description?: string | null | undefined;
  condition?: string | null | undefined;
  conditionVersion?: string | null | undefined;
}

/**
 * Gives a principal an Azure role at a scope, or changes the description or condition of an assignment.
 *
 * @returns the assignment, and whether it is new
 * @throws Refusal
 */
export function assignAzureRole(
  store: TenantStore,
  caller: AzureCaller,
  wanted: WantedRoleAssignment,
): { assignment: AzureRoleAssignment; isNew: boolean } {
  const { name, scope, principalId, description, condition, conditionVersion } = wanted;
  const roleId = azureRoleWithId(wanted.roleId).id;
  return store.database.write(() => {
    const known = store.azureRoleAssignments.byName(name);
    const principalType = known?.principalType ?? principalTypeOf(store, wanted);
    if (known && (!isAt(known, scope) || known.roleId !== roleId || known.principalId !== principalId)) {
      throw new Refusal(
        "role-assignment-is-fixed",
        "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
      );
    }
    const twin = store.azureRoleAssignments
      .ofPrincipal(principalId)
      .find((one) => one.roleId === roleId && isAt(one, scope) && one.name !== name.toLowerCase());
    if (twin) throw exists(twin);
    const now = store.now().toISOString();
    const assignment: AzureRoleAssignment = {
      name: name.toLowerCase(),
      scope,
      roleId,
      principalId,
      principalType,
      description: description ?? null,
      condition: condition ?? null,
      conditionVersion: conditionVersion ?? null,
      createdOn: known?.createdOn ?? now,
      updatedOn: now,
      createdBy: known?.createdBy ?? caller.servicePrincipalId,
    };
    store.azureRoleAssignments.save(assignment);
    return { assignment, isNew: known === undefined };
  });
}

/**
 * Finds the principal. Without a type Azure looks it up as a read does, and may not see a new one yet; a type spares
 * that look-up.
 */
function principalTypeOf(store: TenantStore, { principalId, principalType }: WantedRoleAssignment): PrincipalType {
  const isLiveUser = store.users.current(principalId) !== undefined;
  const found = visiblePrincipal(store, principalId)?.type ?? (principalType && isLiveUser ? "User" : undefined);
  const id = principalId.replaceAll("-", "");
  if (found === undefined) {
    throw new Refusal(
      "no-such-principal",
      `Principal ${id} does not exist in the directory ${store.settings.tenantId}. Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group. See https://aka.ms/docs-principaltype`,
    );
  }
  if (principalType && principalType !== found) {
    throw new Refusal(
      "other-principal-type",
      `The PrincipalId '${id}' has type '${found}', which is different from specified PrincipalType '${principalType}'.`,
    );
  }
  return found;
}

function exists({ name }: AzureRoleAssignment): Refusal {
  const id = name.replaceAll("-", "");
  return new Refusal(
    "role-assignment-exists",
    `The role assignment already exists. The ID of the existing role assignment is ${id}.`,
  );
}

/** @throws Refusal no-such-role-assignment */
export function azureRoleAssignmentAt(store: TenantStore, scope: string, name: string): AzureRoleAssignment {
  const found = store.azureRoleAssignments.byName(name);
  if (found && isAt(found, scope)) return found;
  throw new Refusal("no-such-role-assignment", `The role assignment '${name.replaceAll("-", "")}' is not found.`);
}

/** Removes an assignment; answers what was removed, or nothing where nothing was there. */
export function removeAzureRole(store: TenantStore, scope: string, name: string): AzureRoleAssignment | undefined {
  return store.database.write(() => {
    const found = store.azureRoleAssignments.byName(name);
    if (found === undefined || !isAt(found, scope)) return undefined;
    store.azureRoleAssignments.remove(name);
    return found;
  });
}

/**
 * The assignments at a scope and above it, and below it unless they are asked for at the scope.
 *
 * @param principalId only those of this principal
 */
export function azureRoleAssignmentsOver(
  { azureRoleAssignments }: TenantStore,
  scope: string,
  { atScope, principalId }: { atScope: boolean; principalId: string | undefined },
): AzureRoleAssignment[] {
  return azureRoleAssignments
    .list()
    .filter((one) => contains(one.scope, scope) || (!atScope && contains(scope, one.scope)))
    .filter((one) => principalId === undefined || one.principalId === principalId);
}
