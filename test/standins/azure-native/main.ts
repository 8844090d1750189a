/** Stands in for the plugin of `@pulumi/azure-native` where the official one cannot be had. See ../README.md. */
import { createRequire } from "node:module";
import { serve } from "../../../provider/pulumi/plugin-server.ts";
import { Cloud } from "../cloud.ts";
import { standIn } from "../stand-in.ts";
import { getRoleDefinition, roleAssignment } from "./role-assignment.ts";

const { version } = createRequire(import.meta.url)("@pulumi/azure-native/package.json") as { version: string };
const cloud = new Cloud(process.env);
const provider = standIn(
  version,
  { "azure-native:authorization:RoleAssignment": roleAssignment(cloud) },
  { "azure-native:authorization:getRoleDefinition": (args) => getRoleDefinition(cloud, args) },
);
serve(() => provider, process.argv.slice(2));
