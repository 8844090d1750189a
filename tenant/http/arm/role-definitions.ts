import { authorize } from "../../domain/azure-access.ts";
import { roleDefinitionId } from "../../domain/scope.ts";
import { type BuiltInRole, builtInRoles } from "../../store/built-in-roles.ts";
import { comparable } from "../../store/user.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { ArmError, badRequest } from "./errors.ts";
import type { ArmRequest } from "./route.ts";

/** `GET {scope}/providers/Microsoft.Authorization/roleDefinitions`, with `$filter=roleName eq '…'` or without. */
export function listRoleDefinitions(tenant: TenantContext, { caller, scope, filter }: ArmRequest): object {
  authorize(tenant, caller, "Microsoft.Authorization/roleDefinitions/read", scope);
  const name = /^\s*roleName\s+eq\s+'((?:[^']|'')*)'\s*$/i.exec(filter)?.[1]?.replaceAll("''", "'");
  if (filter !== "" && name === undefined && !/^\s*(atScope\(\)|type\s+eq\s+'BuiltInRole')\s*$/i.test(filter)) {
    throw badRequest("BadRequestFormat", `The filter '${filter}' is not supported.`);
  }
  const roles = builtInRoles.filter(({ roleName }) => name === undefined || comparable(roleName) === comparable(name));
  return { value: roles.map((role) => represent(tenant, scope, role)) };
}

/** `GET {scope}/providers/Microsoft.Authorization/roleDefinitions/{id}` */
export function getRoleDefinition(tenant: TenantContext, { caller, scope, name }: ArmRequest): object {
  authorize(tenant, caller, "Microsoft.Authorization/roleDefinitions/read", scope);
  return represent(tenant, scope, roleWithId(name));
}

/** @throws ArmError 404 */
export function roleWithId(id: string): BuiltInRole {
  const role = builtInRoles.find((one) => one.id === id.toLowerCase());
  if (role) return role;
  throw new ArmError(
    404,
    "RoleDefinitionDoesNotExist",
    `The specified role definition with ID '${id.replaceAll("-", "")}' does not exist.`,
  );
}

function represent({ settings }: TenantContext, scope: string, role: BuiltInRole): object {
  return {
    properties: {
      roleName: role.roleName,
      type: "BuiltInRole",
      description: role.description,
      assignableScopes: ["/"],
      permissions: [
        {
          actions: role.actions,
          notActions: role.notActions ?? [],
          dataActions: role.dataActions ?? [],
          notDataActions: [],
        },
      ],
      createdOn: settings.createdDateTime,
      updatedOn: settings.createdDateTime,
      createdBy: null,
      updatedBy: null,
    },
    id: roleDefinitionId(scope, role.id),
    type: "Microsoft.Authorization/roleDefinitions",
    name: role.id,
  };
}
