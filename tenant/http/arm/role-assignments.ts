import * as z from "zod";
import { authorize } from "../../domain/azure-access.ts";
import { contains, roleDefinitionId } from "../../domain/scope.ts";
import type { AzureRoleAssignment } from "../../store/azure-role-store.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { type PrincipalType, visibleObject } from "../graph/object-bodies.ts";
import { ArmError, badRequest } from "./errors.ts";
import { roleWithId } from "./role-definitions.ts";
import type { ArmRequest } from "./route.ts";

const body = z.object({
  properties: z.object({
    roleDefinitionId: z.string().regex(/[\da-f-]{36}$/i),
    principalId: z.guid().transform((id) => id.toLowerCase()),
    principalType: z.enum(["User", "Group", "ServicePrincipal"]).nullish(),
    description: z.string().nullish(),
    condition: z.string().nullish(),
    conditionVersion: z.string().nullish(),
  }),
});
type Properties = z.output<typeof body>["properties"];

/**
 * `PUT {scope}/providers/Microsoft.Authorization/roleAssignments/{guid}` (ARM, "Role Assignments - Create").
 *
 * @returns the assignment, and whether it is new
 * @throws ArmError: what Azure refuses
 */
export function putRoleAssignment(tenant: TenantContext, request: ArmRequest): { created: boolean; body: object } {
  const { caller, scope, name } = request;
  authorize(tenant, caller, "Microsoft.Authorization/roleAssignments/write", scope);
  if (!z.guid().safeParse(name).success) {
    const rule = `The role assignment ID '${name}' is not valid. The role assignment ID must be a GUID.`;
    throw badRequest("InvalidRoleAssignmentId", rule);
  }
  const parsed = body.safeParse(request.body);
  if (!parsed.success) throw badRequest("InvalidRequestContent", z.prettifyError(parsed.error));
  const { properties } = parsed.data;
  const roleId = roleWithId(properties.roleDefinitionId.slice(-36)).id;
  return tenant.database.write(() => {
    const known = tenant.azureRoleAssignments.byName(name);
    const principalType = known?.principalType ?? principalTypeOf(tenant, properties);
    if (
      known &&
      (!sameScope(known, scope) || known.roleId !== roleId || known.principalId !== properties.principalId)
    ) {
      const rule = "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.";
      throw badRequest("RoleAssignmentUpdateNotPermitted", rule);
    }
    const twin = tenant.azureRoleAssignments
      .ofPrincipal(properties.principalId)
      .find((one) => one.roleId === roleId && sameScope(one, scope) && one.name !== name.toLowerCase());
    if (twin) throw exists(twin);
    const now = tenant.now().toISOString();
    const assignment: AzureRoleAssignment = {
      name: name.toLowerCase(),
      scope,
      roleId,
      principalId: properties.principalId,
      principalType,
      description: properties.description ?? null,
      condition: properties.condition ?? null,
      conditionVersion: properties.conditionVersion ?? null,
      createdOn: known?.createdOn ?? now,
      updatedOn: now,
      createdBy: known?.createdBy ?? caller.servicePrincipalId,
    };
    tenant.azureRoleAssignments.save(assignment);
    return { created: known === undefined, body: represent(assignment) };
  });
}

/** `GET {scope}/providers/Microsoft.Authorization/roleAssignments/{guid}` */
export function getRoleAssignment(tenant: TenantContext, { caller, scope, name }: ArmRequest): object {
  authorize(tenant, caller, "Microsoft.Authorization/roleAssignments/read", scope);
  const found = tenant.azureRoleAssignments.byName(name);
  if (found && sameScope(found, scope)) return represent(found);
  throw new ArmError(404, "RoleAssignmentNotFound", `The role assignment '${name.replaceAll("-", "")}' is not found.`);
}

/** `DELETE …/{guid}`: answers what was removed, or nothing where nothing was there. */
export function deleteRoleAssignment(tenant: TenantContext, { caller, scope, name }: ArmRequest): object | undefined {
  authorize(tenant, caller, "Microsoft.Authorization/roleAssignments/delete", scope);
  return tenant.database.write(() => {
    const found = tenant.azureRoleAssignments.byName(name);
    if (found === undefined || !sameScope(found, scope)) return undefined;
    tenant.azureRoleAssignments.remove(name);
    return represent(found);
  });
}

/**
 * `GET {scope}/providers/Microsoft.Authorization/roleAssignments`: at the scope and above it, and without `atScope()`
 * below it too.
 */
export function listRoleAssignments(tenant: TenantContext, { caller, scope, filter }: ArmRequest): object {
  authorize(tenant, caller, "Microsoft.Authorization/roleAssignments/read", scope);
  const parts = filter === "" ? [] : filter.split(/\s+and\s+/i).map((part) => part.trim());
  const principal = parts.map((part) => /^(?:principalId eq |assignedTo\()'([\da-f-]+)'\)?$/i.exec(part)?.[1]);
  const atScope = parts.some((part) => /^atScope\(\)$/i.test(part));
  const unknown = parts.find((part, index) => principal[index] === undefined && !/^atScope\(\)$/i.test(part));
  if (unknown !== undefined) throw badRequest("BadRequestFormat", `The filter '${unknown}' is not supported.`);
  const wanted = principal.find((id) => id !== undefined)?.toLowerCase();
  const found = tenant.azureRoleAssignments
    .list()
    .filter((one) => contains(one.scope, scope) || (!atScope && contains(scope, one.scope)))
    .filter((one) => wanted === undefined || one.principalId === wanted);
  return { value: found.map(represent) };
}

/**
 * Finds the principal. Without a type Azure looks it up as a read does, and may not see a new one yet; a type spares
 * that look-up.
 */
function principalTypeOf(tenant: TenantContext, { principalId, principalType }: Properties): PrincipalType {
  const current = tenant.users.current(principalId);
  const isLiveUser = current?.deletedDateTime === null;
  const found = visibleObject(tenant, principalId)?.type ?? (principalType && isLiveUser ? "User" : undefined);
  if (found === undefined) {
    throw badRequest(
      "PrincipalNotFound",
      `Principal ${principalId.replaceAll("-", "")} does not exist in the directory ${tenant.settings.tenantId}. Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group. See https://aka.ms/docs-principaltype`,
    );
  }
  if (principalType && principalType !== found) {
    throw badRequest(
      "UnmatchedPrincipalType",
      `The PrincipalId '${principalId.replaceAll("-", "")}' has type '${found}', which is different from specified PrincipalType '${principalType}'.`,
    );
  }
  return found;
}

function exists({ name }: AzureRoleAssignment): ArmError {
  const id = name.replaceAll("-", "");
  const message = `The role assignment already exists. The ID of the existing role assignment is ${id}.`;
  return new ArmError(409, "RoleAssignmentExists", message);
}

function sameScope(assignment: AzureRoleAssignment, scope: string): boolean {
  return assignment.scope.toLowerCase() === scope.toLowerCase();
}

function represent(assignment: AzureRoleAssignment): object {
  const { name, scope, roleId, createdBy, ...properties } = assignment;
  return {
    properties: {
      roleDefinitionId: roleDefinitionId(scope, roleId),
      ...properties,
      scope: scope || "/",
      createdBy,
      updatedBy: createdBy,
      delegatedManagedIdentityResourceId: null,
    },
    id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`,
    type: "Microsoft.Authorization/roleAssignments",
    name,
  };
}
