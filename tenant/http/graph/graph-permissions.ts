import type { Permission } from "../../store/permission.ts";
import { insufficientPrivileges } from "./errors.ts";

/*
 * Which permissions a route takes is the "Permissions" table of its page in Microsoft's reference; where that page has
 * changed over the years, every permission that it has named for applications is taken.
 */

/** One permission, or several that are needed together. */
export type Alternative = Permission | readonly Permission[];

/** Create invitation. */
export const toInvite: Alternative[] = ["User.Invite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"];
/** List users, get user, list sponsors, get and list deleted items (users). */
export const toReadUsers: Alternative[] = [
  "User.Read.All",
  "User.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
/** Create user, update user. */
export const toWriteUsers: Alternative[] = ["User.ReadWrite.All", "Directory.ReadWrite.All"];
/** Update user, where nothing but `accountEnabled` changes. */
export const toEnableAccounts: Alternative[] = [...toWriteUsers, ["User.EnableDisableAccount.All", "User.Read.All"]];
/** Delete user, restore deleted item, permanently delete item (users). Directory.ReadWrite.All deletes nobody. */
export const toDeleteUsers: Alternative[] = ["User.DeleteRestore.All", "User.ReadWrite.All"];
/** Add and remove sponsors. */
export const toWriteSponsors: Alternative[] = ["User.ReadWrite.All"];
/** List groups, get group, list group members, list a user's direct memberships. */
export const toReadGroups: Alternative[] = [
  "GroupMember.Read.All",
  "GroupMember.ReadWrite.All",
  "Group.Read.All",
  "Group.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
/** Create, update and delete group. */
export const toWriteGroups: Alternative[] = ["Group.ReadWrite.All", "Directory.ReadWrite.All"];
/** Add members, remove member. */
export const toWriteMembers: Alternative[] = ["GroupMember.ReadWrite.All", ...toWriteGroups];
/** What a role-assignable group and its members ask for besides. */
export const toWriteRoles: Alternative[] = ["RoleManagement.ReadWrite.Directory"];
/** List service principals, get service principal. */
export const toReadApplications: Alternative[] = [
  "Application.Read.All",
  "Application.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
/** Grant and delete an appRoleAssignment, for a service principal, a user or a group. */
export const toAssignAppRoles: Alternative[] = ["AppRoleAssignment.ReadWrite.All"];
/** List appRoleAssignments granted for a service principal, to a user, to a group. */
export const toReadAppRoleAssignments: Alternative[] = [...toReadApplications, ...toAssignAppRoles];
/** List organization. */
export const toReadOrganization: Alternative[] = [
  "Organization.Read.All",
  "Organization.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
/** The id, the name and the domains of the organisation, which whoever reads users may know too. */
export const toReadOrganizationName: Alternative[] = [...toReadOrganization, ...toReadUsers];

export function holds(roles: ReadonlySet<string>, alternatives: readonly Alternative[]): boolean {
  return alternatives.some((alternative) => [alternative].flat().every((permission) => roles.has(permission)));
}

/** @throws GraphError 403 where the caller holds none of the alternatives */
export function requireAny(roles: ReadonlySet<string>, alternatives: readonly Alternative[]): void {
  if (!holds(roles, alternatives)) throw insufficientPrivileges();
}
