import type { Database } from "./database.ts";

/** That somebody has a role of an application (Graph, "appRoleAssignment"). */
export interface AppRoleAssignment {
  /** Graph's id: not a GUID, and letter case counts. */
  id: string;
  appRoleId: string;
  createdDateTime: string;
  principalId: string;
  principalType: "User" | "Group" | "ServicePrincipal";
  /** The application's service principal. */
  resourceId: string;
}

/** Who has which role of which application. As with groups, an assignment outlives the recycle bin, but no purge. */
export class AppRoleAssignments {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  find(id: string): AppRoleAssignment | undefined {
    const row = this.#database.prepare("SELECT document FROM app_role_assignments WHERE id = ?").get(id);
    return row && read(row);
  }

  /** The assignments of an application, the oldest first. */
  ofResource(resourceId: string): AppRoleAssignment[] {
    return this.#database
      .prepare("SELECT document FROM app_role_assignments WHERE resource_id = ? ORDER BY rowid")
      .all(resourceId)
      .map(read);
  }

  /** The assignments of a user, group or service principal themselves, the oldest first. */
  ofPrincipal(principalId: string): AppRoleAssignment[] {
    return this.#database
      .prepare("SELECT document FROM app_role_assignments WHERE principal_id = ? ORDER BY rowid")
      .all(principalId)
      .map(read);
  }

  /** Inside `Database.write` only. */
  add(assignment: AppRoleAssignment): void {
    this.#database
      .prepare("INSERT INTO app_role_assignments (id, principal_id, resource_id, document) VALUES (?, ?, ?, ?)")
      .run(assignment.id, assignment.principalId, assignment.resourceId, JSON.stringify(assignment));
  }

  /** Inside `Database.write` only. */
  remove(id: string): void {
    this.#database.prepare("DELETE FROM app_role_assignments WHERE id = ?").run(id);
  }

  /** Removes what somebody had who is gone for good. Inside `Database.write` only. */
  forget(principalId: string): void {
    this.#database.prepare("DELETE FROM app_role_assignments WHERE principal_id = ?").run(principalId);
  }
}

function read(row: Record<string, unknown>): AppRoleAssignment {
  return JSON.parse(String(row.document)) as AppRoleAssignment;
}
