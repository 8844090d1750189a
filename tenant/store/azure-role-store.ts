import { type Database, Documents } from "./database.ts";
import type { PrincipalType } from "./object-types.ts";

/** A role that Azure has from the start (ARM, `Microsoft.Authorization/roleDefinitions`). */
export interface BuiltInRole {
  /** The same GUID in every tenant. */
  id: string;
  roleName: string;
  description: string;
  actions: readonly string[];
  notActions?: readonly string[];
  dataActions?: readonly string[];
}

/**
 * The built-in roles that the local tenant has: those that guests are likely to get, and those that they never should.
 *
 * Source: Microsoft's page "Azure built-in roles" (names and ids).
 */
export const builtInRoles: readonly BuiltInRole[] = [
  {
    id: "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    roleName: "Owner",
    description: "May do everything, assigning roles included.",
    actions: ["*"],
  },
  {
    id: "b24988ac-6180-42a0-ab88-20f7382dd24c",
    roleName: "Contributor",
    description: "May manage every resource, but assign no roles.",
    actions: ["*"],
    notActions: ["Microsoft.Authorization/*/Delete", "Microsoft.Authorization/*/Write"],
  },
  {
    id: "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    roleName: "Reader",
    description: "May look at every resource.",
    actions: ["*/read"],
  },
  {
    id: "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    roleName: "User Access Administrator",
    description: "May manage who has access.",
    actions: ["*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"],
  },
  {
    id: "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
    roleName: "Role Based Access Control Administrator",
    description: "May assign roles.",
    actions: [
      "*/read",
      "Microsoft.Authorization/roleAssignments/write",
      "Microsoft.Authorization/roleAssignments/delete",
      "Microsoft.Support/*",
    ],
  },
  {
    id: "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    roleName: "Storage Blob Data Reader",
    description: "May read and list containers and blobs.",
    actions: ["Microsoft.Storage/storageAccounts/blobServices/containers/read"],
    dataActions: ["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"],
  },
  {
    id: "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    roleName: "Storage Blob Data Contributor",
    description: "May read, write and delete containers and blobs.",
    actions: ["Microsoft.Storage/storageAccounts/blobServices/containers/*"],
    dataActions: ["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*"],
  },
  {
    id: "4633458b-17de-408a-b874-0445c86b69e6",
    roleName: "Key Vault Secrets User",
    description: "May read the contents of secrets.",
    actions: [],
    dataActions: ["Microsoft.KeyVault/vaults/secrets/getSecret/action"],
  },
];

/** @throws where Azure has no such role, as far as the local tenant knows */
export function builtInRoleNamed(name: string): BuiltInRole {
  const role = builtInRoles.find(({ roleName }) => roleName === name);
  if (role === undefined) throw new Error(`The local tenant knows no built-in Azure role '${name}'.`);
  return role;
}

/** An Azure role that a principal has at a scope (ARM, `Microsoft.Authorization/roleAssignments`). */
export interface AzureRoleAssignment {
  /** A GUID, unique in the whole tenant. */
  name: string;
  /** The scope as it was written, without a slash at the end. */
  scope: string;
  /** The role's GUID. */
  roleId: string;
  principalId: string;
  principalType: PrincipalType;
  description: string | null;
  condition: string | null;
  conditionVersion: string | null;
  createdOn: string;
  updatedOn: string;
  /** The object id of the application that assigned the role. */
  createdBy: string;
}

/**
 * Who has which Azure role at which scope. Changes happen inside `Database.write` only.
 *
 * Azure keeps an assignment whatever becomes of its principal: the portal then shows "Identity not found".
 */
export class AzureRoleAssignments {
  readonly #assignments: Documents<AzureRoleAssignment>;

  constructor(database: Database) {
    this.#assignments = new Documents(database, "azure_role_assignments");
  }

  byName(name: string): AzureRoleAssignment | undefined {
    return this.#assignments.find("name", name.toLowerCase());
  }

  /** All of them, the oldest first. */
  list(): AzureRoleAssignment[] {
    return this.#assignments.list().map(({ object }) => object);
  }

  ofPrincipal(principalId: string): AzureRoleAssignment[] {
    return this.#assignments.list("principal_id", principalId).map(({ object }) => object);
  }

  save(assignment: AzureRoleAssignment): void {
    const { name, principalId } = assignment;
    this.#assignments.save({ name: name.toLowerCase(), principal_id: principalId }, assignment);
  }

  remove(name: string): void {
    this.#assignments.remove("name", name.toLowerCase());
  }
}
