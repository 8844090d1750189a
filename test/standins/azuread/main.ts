/** Stands in for the plugin of `@pulumi/azuread` where the official one cannot be had. See ../README.md. */
import { createRequire } from "node:module";
import { serve } from "../../../provider/pulumi/plugin-server.ts";
import { Cloud } from "../cloud.ts";
import { standIn } from "../stand-in.ts";
import { appRoleAssignment } from "./app-role-assignment.ts";
import { groupMember } from "./group-member.ts";
import { getGroups, getServicePrincipal, getServicePrincipals } from "./look-ups.ts";

const { version } = createRequire(import.meta.url)("@pulumi/azuread/package.json") as { version: string };
const cloud = new Cloud(process.env);
const provider = standIn(
  version,
  {
    "azuread:index/groupMember:GroupMember": groupMember(cloud),
    "azuread:index/appRoleAssignment:AppRoleAssignment": appRoleAssignment(cloud),
  },
  {
    "azuread:index/getGroups:getGroups": (args) => getGroups(cloud, args),
    "azuread:index/getServicePrincipal:getServicePrincipal": (args) => getServicePrincipal(cloud, args),
    "azuread:index/getServicePrincipals:getServicePrincipals": (args) => getServicePrincipals(cloud, args),
  },
);
serve(() => provider, process.argv.slice(2));
