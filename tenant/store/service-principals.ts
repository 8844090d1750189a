import type { Database } from "./database.ts";
import type { ServicePrincipal } from "./service-principal.ts";

/** The enterprise applications of the tenant. */
export class ServicePrincipals {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  find(id: string): ServicePrincipal | undefined {
    const row = this.#database.prepare("SELECT document FROM service_principals WHERE id = ?").get(id);
    return row && read(row);
  }

  byAppId(appId: string): ServicePrincipal | undefined {
    const row = this.#database.prepare("SELECT document FROM service_principals WHERE app_id = ?").get(appId);
    return row && read(row);
  }

  /** All of them, the oldest first. */
  list(): ServicePrincipal[] {
    return this.#database.prepare("SELECT document FROM service_principals ORDER BY rowid").all().map(read);
  }

  /** Inside `Database.write` only. */
  add(servicePrincipal: ServicePrincipal): void {
    this.#database
      .prepare("INSERT INTO service_principals (id, app_id, document) VALUES (?, ?, ?)")
      .run(servicePrincipal.id, servicePrincipal.appId, JSON.stringify(servicePrincipal));
  }
}

function read(row: Record<string, unknown>): ServicePrincipal {
  return JSON.parse(String(row.document)) as ServicePrincipal;
}
