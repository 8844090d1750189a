import { ArmError } from "../http/arm/errors.ts";
import type { TenantContext } from "../tenant-context.ts";

/**
 * Makes sure that a scope is there: the tenant's subscription, one of its resource groups, or anything below these. What
 * a resource group holds is not known to the local tenant, so every resource in it is taken to be there.
 *
 * @throws ArmError 404
 */
export function assertScope({ settings, resourceGroups }: TenantContext, scope: string): void {
  const [, kind, subscription, , group] = scope.toLowerCase().split("/");
  if (scope === "" || isManagementGroup(scope, settings.tenantId)) return;
  if (kind !== "subscriptions" || subscription !== settings.subscriptionId) {
    throw new ArmError(404, "SubscriptionNotFound", `The subscription '${subscription}' could not be found.`);
  }
  if (group !== undefined && !resourceGroups.some((known) => known.toLowerCase() === group)) {
    throw new ArmError(404, "ResourceGroupNotFound", `Resource group '${group}' could not be found.`);
  }
}

/** The one management group is the root group, which bears the tenant's id. */
function isManagementGroup(scope: string, tenantId: string): boolean {
  return scope.toLowerCase() === `/providers/microsoft.management/managementgroups/${tenantId}`;
}

/** Whether a role at `outer` also holds at `inner`: the same scope, or one below it. */
export function contains(outer: string, inner: string): boolean {
  const [wide, narrow] = [outer.toLowerCase(), inner.toLowerCase()];
  if (wide === "" || wide.startsWith("/providers/microsoft.management/")) return true;
  return narrow === wide || narrow.startsWith(`${wide}/`);
}

/** The id of a role as it is named at a scope: below the subscription, where the scope has one. */
export function roleDefinitionId(scope: string, roleId: string): string {
  const subscription = /^\/subscriptions\/[^/]+/i.exec(scope)?.[0] ?? "";
  return `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${roleId}`;
}
