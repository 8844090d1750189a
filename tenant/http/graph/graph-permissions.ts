import { GraphError, type PermissionChoice } from "./graph-request.ts";

/*
 * Which permissions a route takes is the "Permissions" table of its page in Microsoft's reference. Where that page has
 * changed over the years, every permission that it has named for applications is taken.
 */

/** Create invitation. */
export const toInvite: PermissionChoice[] = ["User.Invite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"];
/** List users, get user, list sponsors, get and list deleted items (users). */
export const toReadUsers: PermissionChoice[] = [
  "User.Read.All",
  "User.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
/** Create user, update user. */
export const toWriteUsers: PermissionChoice[] = ["User.ReadWrite.All", "Directory.ReadWrite.All"];
/** Update user, where nothing but `accountEnabled` changes. */
export const toEnableAccounts: PermissionChoice[] = [
  ...toWriteUsers,
  ["User.EnableDisableAccount.All", "User.Read.All"],
];
/** Delete user, restore deleted item, permanently delete item (users). Directory.ReadWrite.All deletes nobody. */
export const toDeleteUsers: PermissionChoice[] = ["User.DeleteRestore.All", "User.ReadWrite.All"];
/** Add and remove sponsors. */
export const toWriteSponsors: PermissionChoice[] = ["User.ReadWrite.All"];
/** List groups, get group, list group members, list a user's direct memberships. */
export const toReadGroups: PermissionChoice[] = [
  "GroupMember.Read.All",
  "GroupMember.ReadWrite.All",
  "Group.Read.All",
  "Group.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
/** Create, update and delete group. */
export const toWriteGroups: PermissionChoice[] = ["Group.ReadWrite.All", "Directory.ReadWrite.All"];
/** Add members, remove member. */
export const toWriteMembers: PermissionChoice[] = ["GroupMember.ReadWrite.All", ...toWriteGroups];
/** What a role-assignable group and its members ask for besides. */
export const toWriteRoles: PermissionChoice[] = ["RoleManagement.ReadWrite.Directory"];
/** List service principals, get service principal. */
export const toReadApplications: PermissionChoice[] = [
  "Application.Read.All",
  "Application.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
/** Grant and delete an appRoleAssignment, for a service principal, a user or a group. */
export const toAssignAppRoles: PermissionChoice[] = ["AppRoleAssignment.ReadWrite.All"];
/** List appRoleAssignments granted for a service principal, to a user, to a group. */
export const toReadAppRoleAssignments: PermissionChoice[] = [...toReadApplications, ...toAssignAppRoles];
/** List organization. */
export const toReadOrganization: PermissionChoice[] = [
  "Organization.Read.All",
  "Organization.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
/** The id, the name and the domains of the organisation: callers who may read users get these as well. */
export const toReadOrganizationName: PermissionChoice[] = [...toReadOrganization, ...toReadUsers];

export function holds(roles: ReadonlySet<string>, choices: readonly PermissionChoice[]): boolean {
  return choices.some((choice) => [choice].flat().every((permission) => roles.has(permission)));
}

/** @throws GraphError 403 where the caller holds none of the choices */
export function requireAny(roles: ReadonlySet<string>, choices: readonly PermissionChoice[]): void {
  if (holds(roles, choices)) return;
  throw new GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");
}
