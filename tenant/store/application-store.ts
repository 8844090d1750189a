import { randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import type { JSONWebKeySet } from "jose";
import type { Database } from "./database.ts";
import type { Permission } from "./permission.ts";

/** A workload outside Entra that an application trusts instead of a secret (Graph, "federatedIdentityCredential"). */
export interface FederatedCredential {
  issuer: string;
  subject: string;
  /** Default `api://AzureADTokenExchange`. */
  audience?: string;
  /** Where the issuer's keys are: the keys themselves, or the URL that serves them. */
  keys: JSONWebKeySet | string;
}

/** What an application is registered with. */
export interface AppRegistration {
  displayName: string;
  /** The Graph application permissions that an admin has granted. */
  permissions: readonly Permission[];
  federatedCredentials?: readonly FederatedCredential[];
  /** Client certificates, PEM. */
  certificates?: readonly string[];
}

/** An application registration with its service principal, in one. */
export interface Application extends AppRegistration {
  /** The application (client) id. */
  appId: string;
  /** The object id of the service principal: `oid` in its tokens. */
  servicePrincipalId: string;
  clientSecret: string;
}

/** The applications that may ask for tokens. The file holds their secrets as they are: it is readable by its owner only. */
export class Applications {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  find(appId: string): Application | undefined {
    const row = this.#database.prepare("SELECT document FROM applications WHERE app_id = ?").get(appId.toLowerCase());
    return row && (JSON.parse(String(row.document)) as Application);
  }

  /** Registers an application with a new random secret. Inside `Database.write` only. */
  register(registration: AppRegistration): Application {
    const application: Application = {
      ...registration,
      appId: randomUUID(),
      servicePrincipalId: randomUUID(),
      clientSecret: randomBytes(30).toString("base64url"),
    };
    this.#database
      .prepare("INSERT INTO applications (app_id, document) VALUES (?, ?)")
      .run(application.appId, JSON.stringify(application));
    return application;
  }

  /** Grants an application these permissions instead of those it has. Inside `Database.write` only. */
  grant(appId: string, permissions: readonly Permission[]): void {
    const application = this.find(appId);
    if (application === undefined) throw new Error(`There is no application ${appId}.`);
    this.#database
      .prepare("UPDATE applications SET document = ? WHERE app_id = ?")
      .run(JSON.stringify({ ...application, permissions }), appId);
  }

  /** All of them, the oldest first. */
  list(): Application[] {
    return this.#database
      .prepare("SELECT document FROM applications ORDER BY rowid")
      .all()
      .map((row) => JSON.parse(String(row.document)) as Application);
  }
}

/** Whether a secret is the application's, in a time that says nothing about how much of it is right. */
export function isSecretOf(application: Application, secret: string): boolean {
  const [given, right] = [Buffer.from(secret), Buffer.from(application.clientSecret)];
  return given.length === right.length && timingSafeEqual(given, right);
}
