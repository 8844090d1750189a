import { builtInRoles } from "../store/built-in-roles.ts";
import { findServicePrincipal } from "../store/service-principal-list.ts";
import type { TenantContext } from "../tenant-context.ts";

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
export function accessOf(tenant: TenantContext, address: string): UserAccess {
  const [user] = tenant.users.currentByAddress(address);
  if (user === undefined) throw new Error(`Nobody in the tenant has the address ${address}.`);
  return {
    groups: tenant.groups.groupsOf(user.id).map(({ displayName }) => displayName),
    apps: tenant.appRoleAssignments.ofPrincipal(user.id).map(({ resourceId, appRoleId }) => {
      const application = findServicePrincipal(tenant, resourceId);
      const role = application?.appRoles.find(({ id }) => id === appRoleId)?.value;
      return [application?.displayName, role].filter(Boolean).join(": ");
    }),
    azure: tenant.azureRoleAssignments.ofPrincipal(user.id).map(({ roleId, scope }) => {
      return `${builtInRoles.find(({ id }) => id === roleId)?.roleName} at ${scope}`;
    }),
  };
}
