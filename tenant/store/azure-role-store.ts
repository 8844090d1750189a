import type { Database } from "./database.ts";

/** That somebody has an Azure role at a scope (ARM, `Microsoft.Authorization/roleAssignments`). */
export interface AzureRoleAssignment {
  /** A GUID, unique in the whole tenant. */
  name: string;
  /** The scope as it was written, without a slash at the end. */
  scope: string;
  /** The role's GUID. */
  roleId: string;
  principalId: string;
  principalType: "User" | "Group" | "ServicePrincipal";
  description: string | null;
  condition: string | null;
  conditionVersion: string | null;
  createdOn: string;
  updatedOn: string;
  /** The object id of whoever assigned the role. */
  createdBy: string;
}

/**
 * Who has which Azure role at which scope.
 *
 * Azure keeps an assignment whatever becomes of its principal: the portal then shows "Identity not found".
 */
export class AzureRoleAssignments {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  byName(name: string): AzureRoleAssignment | undefined {
    const row = this.#database
      .prepare("SELECT document FROM azure_role_assignments WHERE name = ?")
      .get(name.toLowerCase());
    return row && read(row);
  }

  /** All of them, the oldest first. */
  list(): AzureRoleAssignment[] {
    return this.#database.prepare("SELECT document FROM azure_role_assignments ORDER BY rowid").all().map(read);
  }

  ofPrincipal(principalId: string): AzureRoleAssignment[] {
    return this.#database
      .prepare("SELECT document FROM azure_role_assignments WHERE principal_id = ? ORDER BY rowid")
      .all(principalId)
      .map(read);
  }

  /** Inside `Database.write` only. */
  save(assignment: AzureRoleAssignment): void {
    this.#database
      .prepare(
        "INSERT INTO azure_role_assignments (name, principal_id, document) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET document = excluded.document",
      )
      .run(assignment.name.toLowerCase(), assignment.principalId, JSON.stringify(assignment));
  }

  /** Inside `Database.write` only. */
  remove(name: string): void {
    this.#database.prepare("DELETE FROM azure_role_assignments WHERE name = ?").run(name.toLowerCase());
  }
}

function read(row: Record<string, unknown>): AzureRoleAssignment {
  return JSON.parse(String(row.document)) as AzureRoleAssignment;
}
