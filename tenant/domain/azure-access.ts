import { ArmError } from "../http/arm/errors.ts";
import type { Caller } from "../http/identity/token-service.ts";
import { builtInRoles } from "../store/built-in-roles.ts";
import type { TenantContext } from "../tenant-context.ts";
import { contains } from "./scope.ts";

/**
 * Makes sure that one of the caller's own roles, at the scope or above it, allows an action.
 *
 * @param action such as `Microsoft.Authorization/roleAssignments/write`
 * @throws ArmError 403
 */
export function authorize(tenant: TenantContext, caller: Caller, action: string, scope: string): void {
  const allowed = tenant.azureRoleAssignments
    .ofPrincipal(caller.servicePrincipalId)
    .filter((assignment) => contains(assignment.scope, scope))
    .some(({ roleId }) => allows(roleId, action));
  if (allowed) return;
  throw new ArmError(
    403,
    "AuthorizationFailed",
    `The client '${caller.appId}' with object id '${caller.servicePrincipalId}' does not have authorization to perform action '${action}' over scope '${scope || "/"}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
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
