/** The Graph application permissions that the tenant knows, and that an application can be granted. */
export const permissions = [
  "AppRoleAssignment.ReadWrite.All",
  "Application.Read.All",
  "Application.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
  "Group.Read.All",
  "Group.ReadWrite.All",
  "GroupMember.Read.All",
  "GroupMember.ReadWrite.All",
  "Organization.Read.All",
  "Organization.ReadWrite.All",
  "RoleManagement.ReadWrite.Directory",
  "User.DeleteRestore.All",
  "User.EnableDisableAccount.All",
  "User.Invite.All",
  "User.Read.All",
  "User.ReadWrite.All",
] as const;
export type Permission = (typeof permissions)[number];
