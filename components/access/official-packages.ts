import { createRequire } from "node:module";
import type { getRoleDefinition } from "@pulumi/azure-native/authorization/getRoleDefinition.js";
import type { RoleAssignment } from "@pulumi/azure-native/authorization/roleAssignment.js";
import type { AppRoleAssignment } from "@pulumi/azuread/appRoleAssignment.js";
import type { getGroup } from "@pulumi/azuread/getGroup.js";
import type { getGroups } from "@pulumi/azuread/getGroups.js";
import type { getServicePrincipal } from "@pulumi/azuread/getServicePrincipal.js";
import type { getServicePrincipals } from "@pulumi/azuread/getServicePrincipals.js";
import type { GroupMember } from "@pulumi/azuread/groupMember.js";
import type { Invitation } from "@pulumi/azuread/invitation.js";
import * as pulumi from "@pulumi/pulumi";

/** The modules that are needed of the two official packages. The whole packages take half a second and more to load. */
interface Modules {
  "@pulumi/azuread/invitation": { Invitation: typeof Invitation };
  "@pulumi/azuread/groupMember": { GroupMember: typeof GroupMember };
  "@pulumi/azuread/appRoleAssignment": { AppRoleAssignment: typeof AppRoleAssignment };
  "@pulumi/azuread/getGroup": { getGroup: typeof getGroup };
  "@pulumi/azuread/getGroups": { getGroups: typeof getGroups };
  "@pulumi/azuread/getServicePrincipal": { getServicePrincipal: typeof getServicePrincipal };
  "@pulumi/azuread/getServicePrincipals": { getServicePrincipals: typeof getServicePrincipals };
  "@pulumi/azure-native/authorization/getRoleDefinition": { getRoleDefinition: typeof getRoleDefinition };
  "@pulumi/azure-native/authorization/roleAssignment": { RoleAssignment: typeof RoleAssignment };
}

const require = createRequire(import.meta.url);

/**
 * Loads one module of an official package, when it is first asked for: most stacks do without.
 *
 * @throws pulumi.RunError where the package is not installed
 */
export function officialModule<Name extends keyof Modules>(name: Name): Modules[Name] {
  try {
    return require(name) as Modules[Name];
  } catch (cause) {
    const [scope, bare] = name.split("/");
    const message = `this guest list needs the package ${scope}/${bare}, which did not load: npm install ${scope}/${bare}`;
    throw new pulumi.RunError(`${message}\n${cause instanceof Error ? cause.message : cause}`);
  }
}
