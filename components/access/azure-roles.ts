// Alone, for the command reads lists too: the whole SDK takes half a second to load.
import pulumiConfig from "@pulumi/pulumi/runtime/config.js";
import { v5 } from "uuid";
import { azureRoleId, azureScope, azureScopeForms } from "../../model/azure-scope.ts";
import { nearest, quoted } from "../../model/findings.ts";
import { shown } from "../../model/property.ts";
import type { AzureAccess } from "../generated/sdk.ts";

/** An Azure role at a scope, with everything about it known. */
export interface AzureRole {
  /** The role's GUID, in lower case. */
  roleId: string;
  /** The role as the list names it. */
  role: string;
  /** The same for the same role and scope, however they are written: `reader at resourcegroups/data`. */
  label: string;
  /** The whole scope, without a slash at its end; empty for the tenant root. */
  scope: string;
}

/** What is wrong with a role or a scope as written. */
export interface AzureProblem {
  property: keyof AzureAccess;
  rule: string;
  remedy: string;
}

/**
 * Works out the role's id and the whole scope.
 *
 * @returns both, or the first thing that is wrong
 */
export function azureRole({ role, scope }: AzureAccess): AzureRole | AzureProblem {
  const roleId = roleIdOf(role);
  if (typeof roleId === "object") return roleId;
  const subscription = defaultSubscription();
  const whole = wholeScope(scope, subscription);
  if (typeof whole === "object") return whole;
  return { roleId, role, scope: whole, label: labelOf(roleId, whole, subscription) };
}

export function isProblem(value: AzureRole | AzureProblem): value is AzureProblem {
  return "rule" in value;
}

/** The subscription of azure-native's default provider. */
function defaultSubscription(): string | undefined {
  return pulumiConfig.getConfig("azure-native:subscriptionId") ?? process.env.ARM_SUBSCRIPTION_ID;
}

function labelOf(roleId: string, scope: string, subscription: string | undefined): string {
  const name = Object.keys(builtInRoles).find((known) => builtInRoles[known] === roleId) ?? roleId;
  const own = `/subscriptions/${subscription}/`.toLowerCase();
  const place = scope.toLowerCase();
  return `${name.toLowerCase()} at ${place.startsWith(own) ? place.slice(own.length) : place || "/"}`;
}

function roleIdOf(role: string): string | AzureProblem {
  const id = azureRoleId(role, builtInRoles);
  if (id !== undefined) return id;
  if (role.includes("/")) {
    const rule = "this is not the id of an Azure role";
    const remedy =
      "write the role's GUID, alone or as /subscriptions/ID/providers/Microsoft.Authorization/roleDefinitions/GUID";
    return { property: "role", rule, remedy };
  }
  const near = nearest(role, Object.keys(builtInRoles));
  const rule = `no built-in role is known here by this name${near.length > 0 ? `; the nearest are ${quoted(near)}` : ""}`;
  const remedy = `write one of the names in docs/access.md, or the role's id: az role definition list --name ${shown(role)}`;
  return { property: "role", rule, remedy };
}

function wholeScope(written: string, subscriptionId: string | undefined): string | AzureProblem {
  const isWhole = written.startsWith("/");
  if (!isWhole && subscriptionId === undefined) {
    const rule =
      "a scope without a slash at its beginning lies in the subscription that Pulumi works in, and none is set";
    const remedy = "write the whole resource id, or set azure-native:subscriptionId or ARM_SUBSCRIPTION_ID";
    return { property: "scope", rule, remedy };
  }
  const prefix = `/subscriptions/${subscriptionId}`;
  const subscription = azureScope(prefix);
  if (!isWhole && (typeof subscription === "string" || subscription.kind !== "subscription")) {
    const rule = "azure-native:subscriptionId, or ARM_SUBSCRIPTION_ID, is not the id of a subscription";
    return { property: "scope", rule, remedy: "set it to the subscription's id, a GUID" };
  }
  const scope = written === "" ? "it is empty" : azureScope(isWhole ? written : `${prefix}/${written}`);
  if (typeof scope === "string") {
    const below = "without a slash at its beginning it goes on from the subscription, as in resourceGroups/NAME";
    return { property: "scope", rule: `this is not a scope: ${scope}`, remedy: `write ${azureScopeForms}; ${below}` };
  }
  // Assignments at the tenant root were always made with an empty scope, and another text would replace them.
  return scope.kind === "tenant" ? "" : scope.id;
}

/** The role's resource id at the scope: below the subscription, where the scope has one, as Azure answers it. */
export function roleDefinitionId({ roleId, scope }: AzureRole): string {
  return `${subscriptionOf(scope)}/providers/Microsoft.Authorization/roleDefinitions/${roleId}`;
}

/** The part of a scope that names its subscription; empty where it has none. */
export function subscriptionOf(scope: string): string {
  return /^\/subscriptions\/[^/]+/i.exec(scope)?.[0] ?? "";
}

/** The name space of these names; made once, at random. */
const namespace = "5c9c1c0e-0f5b-4d0b-9a59-2f1b8a4d7c63";

/**
 * The name of the assignment: the same whenever the same principal gets the same role at the same scope, so that a run
 * after a crash or a second stack meets the one that is there instead of making another.
 *
 * @param principalId the guest's object id
 */
export function roleAssignmentName({ roleId, scope }: AzureRole, principalId: string): string {
  return v5([scope, principalId, roleId].join("\n").toLowerCase(), namespace);
}

/**
 * Azure's built-in roles that a guest list may call by name, with their ids, the same in every tenant and cloud. They are
 * here because azure-native finds a role by its id only; a role that is missing here, or one of your own, is given by id.
 *
 * Source: Microsoft's page "Azure built-in roles", as of April 2026.
 */
export const builtInRoles: Readonly<Record<string, string>> = {
  Owner: "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
  Contributor: "b24988ac-6180-42a0-ab88-20f7382dd24c",
  Reader: "acdd72a7-3385-48ef-bd42-f606fba81ae7",
  "User Access Administrator": "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
  "Role Based Access Control Administrator": "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
  "Reservations Administrator": "a8889054-8d42-49c9-bc1c-52486c10e7cd",
  // Storage
  "Reader and Data Access": "c12c1c16-33a1-487b-954d-41c89c60f349",
  "Storage Account Contributor": "17d1049b-9a84-46fb-8f53-869881c3d3ab",
  "Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
  "Storage Blob Data Owner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
  "Storage Blob Data Reader": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
  "Storage Blob Delegator": "db58b8e5-c6ad-4a2a-8342-4190687cbf4a",
  "Storage File Data SMB Share Contributor": "0c867c2a-1d8c-454a-a3db-ab2ea1bdc8bb",
  "Storage File Data SMB Share Reader": "aba4ae5f-2193-4029-9191-0cb91df5e314",
  "Storage Queue Data Contributor": "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
  "Storage Queue Data Message Processor": "8a0f0c08-91a1-4084-bc3d-661d67233fed",
  "Storage Queue Data Message Sender": "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a",
  "Storage Queue Data Reader": "19e7f393-937e-4f77-808e-94535e297925",
  "Storage Table Data Contributor": "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
  "Storage Table Data Reader": "76199698-9eea-4c19-bc75-cec21354c6b6",
  // Key Vault
  "Key Vault Administrator": "00482a5a-887f-4fb3-b363-3b7fe8e74483",
  "Key Vault Certificate User": "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba",
  "Key Vault Certificates Officer": "a4417e6f-fecd-4de8-b567-7b0420556985",
  "Key Vault Contributor": "f25e0fa2-a7c8-4377-a976-54943a77a395",
  "Key Vault Crypto Officer": "14b46e9e-c2b7-41b4-b07b-48a6ebf60603",
  "Key Vault Crypto User": "12338af0-0e69-4776-bea7-57ae8d297424",
  "Key Vault Reader": "21090545-7ca7-4776-b22c-e363652d74d2",
  "Key Vault Secrets Officer": "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
  "Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6",
  // Virtual machines and desktops
  "Desktop Virtualization User": "1d18fff3-a72a-46b5-b4a9-0b38a3cd7e63",
  "Virtual Machine Administrator Login": "1c0163c0-47e6-4577-8991-ea5c82e286e4",
  "Virtual Machine Contributor": "9980e02c-c2be-4d73-94e8-173b1dc7cf3c",
  "Virtual Machine User Login": "fb879df8-f326-4884-b1cf-06f3ad86be52",
  // Integration
  "API Management Service Reader Role": "71522526-b88f-4d52-b57f-d31fc3546d0d",
  "API Management Workspace Reader": "ef1c2c96-4a77-49e8-b9a4-6179fe1d2fd2",
  "App Configuration Data Owner": "5ae67dd6-50cb-40e7-96ff-dc2bfa4b606b",
  "App Configuration Data Reader": "516239f1-63e1-4d78-a4de-a74fb236a071",
  "Azure Service Bus Data Owner": "090c5cfd-751d-490a-894a-3ce6f1109419",
  "Azure Service Bus Data Receiver": "4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0",
  "Azure Service Bus Data Sender": "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39",
  "EventGrid Data Sender": "d5a91429-5739-47e2-a06b-3470a27159e7",
  "IoT Hub Data Contributor": "4fc6c259-987e-4a07-842e-c321cc9d413f",
  "IoT Hub Data Reader": "b447c946-2db7-41ec-983d-d8bf3b1c77e3",
  // DevOps
  "Deployment Environments Reader": "eb960402-bf75-4cc3-8d68-35b34f960f72",
  "Deployment Environments User": "18e40d4e-8d2e-438d-97e1-9528336e149c",
  "DevCenter Dev Box User": "45d50f46-0b78-4001-a660-4198cbe8cd05",
  "DevTest Labs User": "76283e04-6283-4c54-8f91-bcf1374a3c64",
  "Load Test Reader": "3ae3fb29-0000-4ccd-bf80-542e7b26e081",
  // Watching, costs and security
  "Cost Management Reader": "72fafb9e-0641-4937-9268-a91bfd8191a3",
  "Log Analytics Reader": "73c42c96-874c-492b-b04d-ab87d138a893",
  "Monitoring Reader": "43d0d8ad-25c7-4714-9337-8ba259a9fe05",
  "Microsoft Sentinel Reader": "8d289c81-5878-46d4-8554-54e1e3d8b5cb",
  "Microsoft Sentinel Responder": "3e150937-b8fe-4cfb-8069-0eaf05ecd056",
  "Security Reader": "39bc4728-0917-49c7-9d2c-d95423bc2eb4",
};
