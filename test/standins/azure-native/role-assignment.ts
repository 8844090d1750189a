import { randomUUID } from "node:crypto";
import type { Properties, PropertyValue } from "../../../provider/pulumi/resource-provider.ts";
import { type Cloud, ServiceError } from "../cloud.ts";
import type { FixedResource } from "../stand-in.ts";

interface RoleAssignment {
  id: string;
  name: string;
  type: string;
  properties: Record<string, PropertyValue>;
}

/** The version that the official SDK's unversioned token stands for. */
const apiVersion = "api-version=2022-04-01";

/** `azure-native:authorization:RoleAssignment` */
export function roleAssignment(cloud: Cloud): FixedResource {
  return {
    inputs: [
      ...["condition", "conditionVersion", "delegatedManagedIdentityResourceId", "description", "principalId"],
      ...["principalType", "roleAssignmentName", "roleDefinitionId", "scope"],
    ],
    required: ["principalId", "roleDefinitionId", "scope"],
    async create({ scope, roleAssignmentName = randomUUID(), ...properties }) {
      const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/${roleAssignmentName}`;
      if (await exists(cloud, id)) throw new Error(`cannot create already existing resource '${id}'`);
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
export async function getRoleDefinition(cloud: Cloud, { scope, roleDefinitionId }: Properties): Promise<Properties> {
  const path = `${scope}/providers/Microsoft.Authorization/roleDefinitions/${roleDefinitionId}`;
  const found = await cloud.resourceManager<RoleAssignment>("GET", `${path}?api-version=2022-05-01-preview`);
  const { type: roleType, ...properties } = found.properties;
  return { ...properties, roleType: roleType ?? null, id: found.id, name: found.name, type: found.type };
}

async function exists(cloud: Cloud, id: string): Promise<boolean> {
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
