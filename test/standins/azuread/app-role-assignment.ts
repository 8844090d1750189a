import type { Properties } from "../../../provider/pulumi/resource-provider.ts";
import type { Cloud } from "../cloud.ts";
import type { FixedResource } from "../stand-in.ts";

interface Assignment {
  id: string;
  appRoleId: string;
  principalId: string;
  principalDisplayName: string;
  principalType: string;
  resourceId: string;
  resourceDisplayName: string;
}

/** `azuread:index/appRoleAssignment:AppRoleAssignment` */
export function appRoleAssignment(cloud: Cloud): FixedResource {
  return {
    inputs: ["appRoleId", "principalObjectId", "resourceObjectId"],
    required: ["appRoleId", "principalObjectId", "resourceObjectId"],
    async create({ appRoleId, principalObjectId, resourceObjectId }) {
      await cloud.graph("GET", `/servicePrincipals/${resourceObjectId}`);
      const made = await cloud.graph<Assignment>("POST", `/servicePrincipals/${resourceObjectId}/appRoleAssignedTo`, {
        appRoleId,
        principalId: principalObjectId,
        resourceId: resourceObjectId,
      });
      return { id: `/servicePrincipals/${made.resourceId}/appRoleAssignedTo/${made.id}`, outputs: outputsOf(made) };
    },
    async read(id) {
      const found = await cloud.graph<Assignment>("GET", id);
      const { appRoleId, principalObjectId, resourceObjectId, ...computed } = outputsOf(found);
      const inputs = { appRoleId, principalObjectId, resourceObjectId } as Properties;
      return { inputs, outputs: { ...inputs, ...computed } };
    },
    async delete(id) {
      await cloud.graph("DELETE", id);
    },
  };
}

function outputsOf(assignment: Assignment): Properties {
  return {
    appRoleId: assignment.appRoleId,
    principalObjectId: assignment.principalId,
    principalDisplayName: assignment.principalDisplayName,
    principalType: assignment.principalType,
    resourceObjectId: assignment.resourceId,
    resourceDisplayName: assignment.resourceDisplayName,
  };
}
