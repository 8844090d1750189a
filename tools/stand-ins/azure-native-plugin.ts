/** Stands in for the plugin of `@pulumi/azure-native` where the official one is not to be had. See README.md. */
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { serve } from "../../provider/pulumi/plugin-server.ts";
import type { Properties, PropertyValue } from "../../provider/pulumi/resource-provider.ts";
import { Cloud, type FixedResource, ServiceError, standIn } from "./stand-in.ts";

/** The version that the official SDK's unversioned token stands for. */
const apiVersion = "api-version=2022-04-01";

const { version } = createRequire(import.meta.url)("@pulumi/azure-native/package.json") as { version: string };
const cloud = new Cloud(process.env);
const provider = standIn(
  version,
  { "azure-native:authorization:RoleAssignment": roleAssignment() },
  { "azure-native:authorization:getRoleDefinition": getRoleDefinition },
);
serve(() => provider, process.argv.slice(2));

interface RoleAssignment {
  id: string;
  name: string;
  type: string;
  properties: Record<string, PropertyValue>;
}

/** `azure-native:authorization:RoleAssignment` */
function roleAssignment(): FixedResource {
  return {
    inputs: [
      ...["condition", "conditionVersion", "delegatedManagedIdentityResourceId", "description", "principalId"],
      ...["principalType", "roleAssignmentName", "roleDefinitionId", "scope"],
    ],
    required: ["principalId", "roleDefinitionId", "scope"],
    async create({ scope, roleAssignmentName = randomUUID(), ...properties }) {
      const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/${roleAssignmentName}`;
      if (await exists(id)) throw new Error(`cannot create already existing resource '${id}'`);
      const made = await cloud.resourceManager<RoleAssignment>("PUT", `${id}?${apiVersion}`, { properties });
      return { id: made.id, outputs: outputsOf(made) };
    },
    async read(id) {
      const found = await cloud.resourceManager<RoleAssignment>("GET", `${id}?${apiVersion}`);
      const { principalId, principalType, roleDefinitionId, scope } = found.properties as Properties;
      const inputs = { principalId, principalType, roleDefinitionId, scope, roleAssignmentName: found.name };
      return { inputs: inputs as Properties, outputs: outputsOf(found) };
    },
    async delete(id) {
      await cloud.resourceManager("DELETE", `${id}?${apiVersion}`);
    },
  };
}

/** `azure-native:authorization:getRoleDefinition` */
async function getRoleDefinition({ scope, roleDefinitionId }: Properties): Promise<Properties> {
  const path = `${scope}/providers/Microsoft.Authorization/roleDefinitions/${roleDefinitionId}`;
  const found = await cloud.resourceManager<RoleAssignment>("GET", `${path}?api-version=2022-05-01-preview`);
  const { type: roleType, ...properties } = found.properties;
  return { ...properties, roleType: roleType ?? null, id: found.id, name: found.name, type: found.type };
}

async function exists(id: string): Promise<boolean> {
  try {
    await cloud.resourceManager("GET", `${id}?${apiVersion}`);
    return true;
  } catch (error) {
    if (error instanceof ServiceError && error.status === 404) return false;
    throw error;
  }
}

function outputsOf({ name, type, properties }: RoleAssignment): Properties {
  return { ...properties, name, type, azureApiVersion: "2022-04-01" };
}
