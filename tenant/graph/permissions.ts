import type { Permission } from "../directory/permission.ts";
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
