import type * as pulumi from "@pulumi/pulumi";
import type { AzureRole } from "./azure-role.ts";
import { subscriptionOf } from "./azure-role.ts";
import { builtInRoles } from "./built-in-roles.ts";
import { messageOf, type NotFound } from "./look-ups.ts";
import { officialModule } from "./packages.ts";

const builtInIds = new Set(Object.values(builtInRoles));

/** Whether the tenant has to be asked if the role exists: Azure's own roles are there in any case. */
export function needsLookUp({ roleId }: AzureRole): boolean {
  return !builtInIds.has(roleId);
}

/** By what look-ups of roles are distinct: a custom role exists in the subscriptions that it is made for. */
export function roleKey({ roleId, scope }: AzureRole): string {
  return `${subscriptionOf(scope) || scope}\n${roleId}`.toLowerCase();
}

/** Looks a role up by its id. @returns why there is none, or nothing where it is there */
export async function roleProblem(role: AzureRole, opts: pulumi.InvokeOptions): Promise<NotFound | undefined> {
  const { getRoleDefinition } = officialModule("@pulumi/azure-native/authorization/getRoleDefinition");
  const scope = subscriptionOf(role.scope) || role.scope;
  try {
    await getRoleDefinition({ roleDefinitionId: role.roleId, scope }, opts);
    return undefined;
  } catch (error) {
    const said = messageOf(error);
    const isMissing = /RoleDefinitionDoesNotExist|\b404\b/.test(said);
    return isMissing
      ? {
          rule: `no Azure role has this id at ${scope}`,
          remedy: "write the id of a role that exists there: az role definition list --custom-role-only",
        }
      : {
          rule: `the Azure role could not be looked up at ${scope}: ${said}`,
          remedy: "see that the application Pulumi signs in as may read and assign roles there",
        };
  }
}
