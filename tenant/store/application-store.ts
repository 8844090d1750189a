import type { JsonWebKey } from "node:crypto";
import { randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { type Database, Documents, type Listed } from "./database.ts";
import { type AppRoleAssignment, newServicePrincipal, type ServicePrincipal } from "./object-types.ts";

/** The Graph application permissions that the tenant knows, and that an application can be granted. */
export const permissions = [
  "AppRoleAssignment.ReadWrite.All",
  "Application.Read.All",
  "Application.ReadWrite.All",
  "AuditLog.Read.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
  "Group.Create",
  "Group.Read.All",
  "Group.ReadWrite.All",
  "GroupMember.Read.All",
  "GroupMember.ReadWrite.All",
  "Mail.Read",
  "Mail.ReadWrite",
  "Mail.Send",
  "Organization.Read.All",
  "Organization.ReadWrite.All",
  "Policy.Read.All",
  "Policy.ReadWrite.Authorization",
  "RoleManagement.ReadWrite.Directory",
  "User.Create",
  "User.DeleteRestore.All",
  "User.EnableDisableAccount.All",
  "User.Invite.All",
  "User.Read.All",
  "User.ReadUpdate.All",
  "User.ReadWrite.All",
] as const;
export type Permission = (typeof permissions)[number];

/** A workload outside Entra that an application trusts instead of a secret (Graph, "federatedIdentityCredential"). */
export interface FederatedCredential {
  issuer: string;
  subject: string;
  /** Default `api://AzureADTokenExchange`. */
  audience?: string;
  /** Where the issuer's keys are: the keys themselves, or the URL that serves them. */
  keys: { keys: JsonWebKey[] } | string;
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

/** A registered application, in one with its service principal. */
export interface Registration extends AppRegistration {
  /** The application (client) id. */
  appId: string;
  /** The object id of the service principal: `oid` in its tokens. */
  servicePrincipalId: string;
  clientSecret: string;
}

/** The applications that may ask for tokens. The file keeps their secrets as they are: only its owner can read it. */
export class Registrations {
  readonly #applications: Documents<Registration>;

  constructor(database: Database) {
    this.#applications = new Documents(database, "applications");
  }

  find(appId: string): Registration | undefined {
    return this.#applications.find("app_id", appId.toLowerCase());
  }

  /** All of them, the oldest first. */
  list(): Registration[] {
    return this.#applications.list().map(({ object }) => object);
  }

  /** Registers an application with a new random secret. Inside `Database.write` only. */
  register(registration: AppRegistration): Registration {
    const application: Registration = {
      ...registration,
      appId: randomUUID(),
      servicePrincipalId: randomUUID(),
      clientSecret: randomBytes(30).toString("base64url"),
    };
    this.#applications.save({ app_id: application.appId }, application);
    return application;
  }

  /** Grants an application these permissions instead of those it has. Inside `Database.write` only. */
  grant(appId: string, permissions: readonly Permission[]): void {
    const application = this.find(appId);
    if (application === undefined) throw new Error(`There is no application ${appId}.`);
    this.#applications.save({ app_id: appId }, { ...application, permissions });
  }

  /** How people name an application. */
  nameOf(appId: string): string {
    return this.find(appId)?.displayName ?? `application ${appId}`;
  }
}

/** Whether a secret is the application's. The time that this takes tells nothing about the right one. */
export function isSecretOf(application: Registration, secret: string): boolean {
  const [given, right] = [Buffer.from(secret), Buffer.from(application.clientSecret)];
  return given.length === right.length && timingSafeEqual(given, right);
}

/** The role that stands for default access to an application without roles of its own (Graph, "appRoleAssignment"). */
export const defaultAccess = "00000000-0000-0000-0000-000000000000";

/** The service principals of the tenant: its enterprise applications, and those of the registered applications. */
export class ServicePrincipals {
  readonly #enterprise: Documents<ServicePrincipal>;
  readonly #registrations: Registrations;
  readonly #owner: { tenantId: string; createdDateTime: string };

  /** @param owner the tenant, to which the registered applications belong */
  constructor(database: Database, registrations: Registrations, owner: { tenantId: string; createdDateTime: string }) {
    this.#enterprise = new Documents(database, "service_principals");
    this.#registrations = registrations;
    this.#owner = owner;
  }

  find(id: string): ServicePrincipal | undefined {
    return this.#enterprise.find("id", id) ?? this.#registered().find((one) => one.id === id);
  }

  byAppId(appId: string): ServicePrincipal | undefined {
    return this.#enterprise.find("app_id", appId) ?? this.#registered().find((one) => one.appId === appId);
  }

  /** The enterprise applications, then the registered ones. None is ever removed, so their order numbers them. */
  list(): Listed<ServicePrincipal>[] {
    const enterprise = this.#enterprise.list().map(({ object }) => object);
    return [...enterprise, ...this.#registered()].map((object, place) => ({ place, object }));
  }

  /** Inside `Database.write` only. */
  add(servicePrincipal: ServicePrincipal): void {
    this.#enterprise.save({ id: servicePrincipal.id, app_id: servicePrincipal.appId }, servicePrincipal);
  }

  #registered(): ServicePrincipal[] {
    const { tenantId, createdDateTime } = this.#owner;
    return this.#registrations.list().map(({ servicePrincipalId, appId, displayName }) =>
      newServicePrincipal({
        id: servicePrincipalId,
        appId,
        displayName,
        createdDateTime,
        appOwnerOrganizationId: tenantId,
      }),
    );
  }
}

/** An assignment as it is kept: without the names of both sides, which can change. */
export type KeptAppRoleAssignment = Pick<
  AppRoleAssignment,
  "id" | "appRoleId" | "createdDateTime" | "principalId" | "principalType" | "resourceId"
>;

/**
 * Who has which role of which application. Like a membership, an assignment outlives the recycle bin, but no purge.
 * Changes happen inside `Database.write` only.
 */
export class AppRoleAssignments {
  readonly #assignments: Documents<KeptAppRoleAssignment>;

  constructor(database: Database) {
    this.#assignments = new Documents(database, "app_role_assignments");
  }

  find(id: string): KeptAppRoleAssignment | undefined {
    return this.#assignments.find("id", id);
  }

  /** The assignments of an application, the oldest first. */
  ofResource(resourceId: string): Listed<KeptAppRoleAssignment>[] {
    return this.#assignments.list("resource_id", resourceId);
  }

  /** The assignments of a user, group or service principal themselves, the oldest first. */
  ofPrincipal(principalId: string): Listed<KeptAppRoleAssignment>[] {
    return this.#assignments.list("principal_id", principalId);
  }

  add(assignment: KeptAppRoleAssignment): void {
    const { id, principalId, resourceId } = assignment;
    this.#assignments.save({ id, principal_id: principalId, resource_id: resourceId }, assignment);
  }

  remove(id: string): void {
    this.#assignments.remove("id", id);
  }

  /** Removes what a principal had who is gone for good. */
  forget(principalId: string): void {
    this.#assignments.remove("principal_id", principalId);
  }
}
