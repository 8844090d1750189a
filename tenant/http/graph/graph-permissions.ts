import { GraphError, type PermissionChoice } from "./graph-request.ts";

/*
 * Which permissions a route takes is the "Permissions" table of its page in Microsoft's reference. Where that page has
 * changed over the years, every permission that it has named for applications is taken.
 */

/** Create invitation. */
export const toInvite: PermissionChoice[] = ["User.Invite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"];
/** List users, get user, get and list deleted items (users). */
export const toReadUsers: PermissionChoice[] = [
  "User.Read.All",
  "User.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
/** Select a user's `signInActivity` (page "List users"). */
export const toReadSignIns: PermissionChoice[] = ["AuditLog.Read.All"];
/** Create user. */
export const toCreateUsers: PermissionChoice[] = ["User.Create", "User.ReadWrite.All", "Directory.ReadWrite.All"];
/** Update user. */
export const toUpdateUsers: PermissionChoice[] = [
  "User.ReadUpdate.All",
  "User.ReadWrite.All",
  "Directory.ReadWrite.All",
];
/** Update user, where nothing but `accountEnabled` changes. */
export const toEnableAccounts: PermissionChoice[] = [
  ...toUpdateUsers,
  ["User.EnableDisableAccount.All", "User.Read.All"],
];
/** Delete user. Directory.ReadWrite.All deletes nobody. */
export const toDeleteUsers: PermissionChoice[] = ["User.ReadWrite.All"];
/** Restore deleted item, permanently delete item (users). */
export const toRestoreUsers: PermissionChoice[] = ["User.DeleteRestore.All", "User.ReadWrite.All"];
/** List sponsors. */
export const toReadSponsors: PermissionChoice[] = ["User.Read.All", "User.ReadWrite.All"];
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
/** Create group. */
export const toCreateGroups: PermissionChoice[] = ["Group.Create", "Group.ReadWrite.All", "Directory.ReadWrite.All"];
/** Update and delete group, add and remove owners. */
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
/** List appRoleAssignments granted for a service principal. */
export const toReadAppRoleAssignedTo: PermissionChoice[] = [...toReadApplications, ...toAssignAppRoles];
/** List appRoleAssignments granted to a user, to a group. */
export const toReadAppRoleAssignments: PermissionChoice[] = [
  "Directory.Read.All",
  "Directory.ReadWrite.All",
  ...toAssignAppRoles,
];
/** Get authorizationPolicy. */
export const toReadPolicies: PermissionChoice[] = ["Policy.Read.All", "Policy.ReadWrite.Authorization"];
/** Update authorizationPolicy. */
export const toWritePolicies: PermissionChoice[] = ["Policy.ReadWrite.Authorization"];
/** List organization. */
export const toReadOrganization: PermissionChoice[] = [
  "Organization.Read.All",
  "Organization.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
/** The id, the name and the domains of the organisation: callers who may read users get these as well. */
export const toReadOrganizationName: PermissionChoice[] = [...toReadOrganization, ...toReadUsers];

/** List and get messages and mail folders, with the named properties that a message carries. */
export const toReadMail: PermissionChoice[] = ["Mail.Read", "Mail.ReadWrite"];
/** Create, update and delete message. */
export const toWriteMail: PermissionChoice[] = ["Mail.ReadWrite"];
/** Send a draft, and sendMail. */
export const toSendMail: PermissionChoice[] = ["Mail.Send"];

export function holds(roles: ReadonlySet<string>, choices: readonly PermissionChoice[]): boolean {
  return choices.some((choice) => [choice].flat().every((permission) => roles.has(permission)));
}

/**
 * @param denied the answer to a caller without any of the choices
 * @throws GraphError 403, or what `denied` makes
 */
export function requireAny(
  roles: ReadonlySet<string>,
  choices: readonly PermissionChoice[],
  denied = () =>
    new GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
): void {
  if (!holds(roles, choices)) throw denied();
}
