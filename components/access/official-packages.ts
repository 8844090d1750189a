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
  if (inPlugin) return bareModules[name] as Modules[Name];
  try {
    return require(name) as Modules[Name];
  } catch (cause) {
    const [scope, bare] = name.split("/");
    const message = `this guest list needs the package ${scope}/${bare}, which did not load: npm install ${scope}/${bare}`;
    throw new pulumi.RunError(`${message}\n${cause instanceof Error ? cause.message : cause}`);
  }
}

let inPlugin = false;

/** From now on the official packages' plugins are asked without the packages: nobody can install those beside a plugin. */
export function workInPlugin(): void {
  inPlugin = true;
}

/** The versions of the official plugins that are asked for: those that the project is tested with. */
export const officialVersions = { azuread: "6.9.1", "azure-native": "3.28.0" } as const;

type Package = keyof typeof officialVersions;

/**
 * A class that registers one of an official package's resources, by its name on the wire.
 *
 * @param outputs the outputs that are read here
 */
function bareResource(token: `${Package}:${string}`, outputs: readonly string[] = []): unknown {
  return class extends pulumi.CustomResource {
    constructor(name: string, args: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
      const unknown = Object.fromEntries(outputs.map((output) => [output, undefined]));
      super(token, name, { ...unknown, ...args }, pulumi.mergeOptions(versionOf(token), opts));
    }
  };
}

/** One of an official package's functions, by its name on the wire. */
function bareFunction(token: `${Package}:${string}`): unknown {
  return (args: pulumi.Inputs, opts: pulumi.InvokeOptions) =>
    pulumi.runtime.invoke(token, args, pulumi.mergeOptions(versionOf(token), opts));
}

function versionOf(token: string): { version: string } {
  return { version: officialVersions[token.slice(0, token.indexOf(":")) as Package] };
}

const bareModules: { [Name in keyof Modules]: Readonly<Record<string, unknown>> } = {
  "@pulumi/azuread/invitation": {
    Invitation: bareResource("azuread:index/invitation:Invitation", ["userId", "redeemUrl"]),
  },
  "@pulumi/azuread/groupMember": { GroupMember: bareResource("azuread:index/groupMember:GroupMember") },
  "@pulumi/azuread/appRoleAssignment": {
    AppRoleAssignment: bareResource("azuread:index/appRoleAssignment:AppRoleAssignment"),
  },
  "@pulumi/azuread/getGroup": { getGroup: bareFunction("azuread:index/getGroup:getGroup") },
  "@pulumi/azuread/getGroups": { getGroups: bareFunction("azuread:index/getGroups:getGroups") },
  "@pulumi/azuread/getServicePrincipal": {
    getServicePrincipal: bareFunction("azuread:index/getServicePrincipal:getServicePrincipal"),
  },
  "@pulumi/azuread/getServicePrincipals": {
    getServicePrincipals: bareFunction("azuread:index/getServicePrincipals:getServicePrincipals"),
  },
  "@pulumi/azure-native/authorization/getRoleDefinition": {
    getRoleDefinition: bareFunction("azure-native:authorization:getRoleDefinition"),
  },
  "@pulumi/azure-native/authorization/roleAssignment": {
    RoleAssignment: bareResource("azure-native:authorization:RoleAssignment"),
  },
};
