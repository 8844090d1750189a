import type { PolicyResource } from "@pulumi/policy";

/** The property names under which one type of resource says who gets what. */
export interface GrantShape {
  kind: "Azure role" | "directory role" | "group";
  /** The property that names who gets it. */
  principal: string;
  /** The property that names the role or the group. */
  granted: string;
}

/** A resource that gives somebody a role or a place in a group, whichever package made it. */
export interface Grant extends GrantShape {
  resource: PolicyResource;
}

const azureRole: GrantShape = { kind: "Azure role", principal: "principalId", granted: "roleDefinitionId" };
const roleMember: GrantShape = { kind: "directory role", principal: "memberObjectId", granted: "roleObjectId" };
const groupSchedule: GrantShape = { kind: "group", principal: "principalId", granted: "groupId" };

const azuread: Record<string, GrantShape> = {
  AdministrativeUnitRoleMember: roleMember,
  DirectoryRoleAssignment: { kind: "directory role", principal: "principalObjectId", granted: "roleId" },
  DirectoryRoleEligibilityScheduleRequest: {
    kind: "directory role",
    principal: "principalId",
    granted: "roleDefinitionId",
  },
  DirectoryRoleMember: roleMember,
  GroupMember: { kind: "group", principal: "memberObjectId", granted: "groupObjectId" },
  PrivilegedAccessGroupAssignmentSchedule: groupSchedule,
  PrivilegedAccessGroupEligibilitySchedule: groupSchedule,
};

/** Types of azure-native come with and without the version of the API: `azure-native:authorization/v20220401:…`. */
const azureNative = /^azure-native:authorization(?:\/v\w+)?:(?:RoleAssignment|PimRoleEligibilitySchedule)$/;

/** Sees a resource as a grant; `undefined` where it is none. */
export function grantOf(resource: PolicyResource): Grant | undefined {
  const shape = azureNative.test(resource.type) ? azureRole : azuread[azureadName(resource.type) ?? ""];
  return shape && { ...shape, resource };
}

/** Whether a resource is a group whose members the stack may declare. */
export function isGroup(resource: PolicyResource): boolean {
  return ["Group", "GroupWithoutMembers"].includes(azureadName(resource.type) ?? "");
}

function azureadName(type: string): string | undefined {
  return /^azuread:index\/\w+:(\w+)$/.exec(type)?.[1];
}
