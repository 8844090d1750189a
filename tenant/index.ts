import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import type { Server } from "node:https";
import { join, resolve } from "node:path";
import { applicationsOf } from "./domain/app-access.ts";
import { BrowserSessions } from "./domain/browser-sessions.ts";
import { Passcodes } from "./domain/guest-sign-in.ts";
import { acceptInvitation } from "./domain/redeem-invitation.ts";
import { accessOf, type UserAccess } from "./domain/user-access.ts";
import { FaultRules } from "./http/faults.ts";
import { Throttle } from "./http/graph/throttling.ts";
import { type ServerCertificate, serverCertificate } from "./http/https-server.ts";
import { signingKeyOf } from "./http/identity/token-service.ts";
import { type LoggedRequest, RequestLog } from "./http/request-log.ts";
import { closeServer, createApp, listen, portOf } from "./http/tenant-app.ts";
import { openMailer } from "./mail/mailer.ts";
import type { TenantOptions } from "./options.ts";
import { AppRoleAssignments } from "./store/app-role-assignments.ts";
import { type Application, Applications, type AppRegistration } from "./store/application-store.ts";
import { AzureRoleAssignments } from "./store/azure-role-store.ts";
import { Database } from "./store/database.ts";
import { Groups } from "./store/group-store.ts";
import { Invitations } from "./store/invitation-store.ts";
import { type ListedMail, Mails } from "./store/mails.ts";
import { applySeed } from "./store/seed.ts";
import { readSeed } from "./store/seed-file.ts";
import { ServicePrincipals } from "./store/service-principals.ts";
import { loadSettings } from "./store/tenant-store.ts";
import type { User } from "./store/user.ts";
import { Users } from "./store/user-store.ts";
import type { TenantContext } from "./tenant-context.ts";

export type { UserAccess } from "./domain/user-access.ts";
export type { FaultRule } from "./http/faults.ts";
export type { LoggedRequest } from "./http/request-log.ts";
export type { CollaborationRules, TenantOptions } from "./options.ts";
export type { AppRegistration, FederatedCredential } from "./store/application-store.ts";
export type { InvitationMail, ListedMail } from "./store/mails.ts";
export type { Permission } from "./store/permission.ts";
export type { User } from "./store/user.ts";

/** A local tenant that runs. */
export interface Tenant {
  /** `https://127.0.0.1:PORT`. */
  url: string;
  tenantId: string;
  /** What a client needs in its environment to reach and to trust the tenant. Holds the client secret. */
  environment: Record<string, string>;
  /** What people open in a browser. */
  links: TenantLinks;
  /** The certificate of the tenant's own authority, PEM. */
  caFile: string;
  /** Opens `/_tenant/…` over HTTP. */
  controlToken: string;
  /** Every request since the start or the last clearing. */
  requests(): LoggedRequest[];
  clearRequests(): void;
  /** What goes wrong on request: `set` replaces all rules. */
  faults: Pick<FaultRules, "set" | "clear" | "list">;
  /** Every mail that was sent, or would have been. */
  mails(): ListedMail[];
  /** Live users as they are now, whatever the replication lag. */
  users(): User[];
  /** Live guests as they are now. */
  guests(): User[];
  /** Users in the recycle bin. */
  deletedUsers(): User[];
  /** What a live user may reach by their own memberships and assignments. @throws where nobody has the address */
  accessOf(address: string): UserAccess;
  /** Does what a guest does in the browser: accepts the invitation. @throws where no guest has the address */
  accept(address: string): void;
  /** Registers another application, with chosen permissions and a secret of its own. */
  registerApp(registration: AppRegistration): { clientId: string; clientSecret: string; objectId: string };
  close(): Promise<void>;
}

/** The pages of a tenant, as `links.json` in its data folder has them, too. */
export interface TenantLinks {
  start: string;
  directory: string;
  myApps: string;
  /** Absent where no mail is sent. */
  inbox?: string;
}

/**
 * Starts a local tenant.
 *
 * @throws where the port or the data folder is taken, in words for the person who started it
 */
export async function startTenant(options: TenantOptions): Promise<Tenant> {
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const now = options.now ?? (() => new Date());
  const certificate = await serverCertificate(dataDir, now());
  const database = new Database(dataDir);
  try {
    const tenant = await openTenant(options, database, now);
    const mailer = options.mail && (await openMailer(tenant, dataDir, options.mail));
    if (mailer) tenant.mailer = mailer;
    const server = await listenOrClose(tenant, certificate, options.port ?? 0);
    tenant.url = `https://127.0.0.1:${portOf(server)}`;
    const environment = environmentOf(
      tenant,
      certificate.caFile,
      certificate.bundleFile,
      options.replicationLagSeconds ?? 0,
    );
    save(join(dataDir, "environment.json"), `${JSON.stringify(environment, undefined, 2)}\n`);
    save(join(dataDir, "links.json"), `${JSON.stringify(linksOf(tenant), undefined, 2)}\n`);
    save(join(dataDir, "control-token"), tenant.settings.controlToken);
    let closing: Promise<void> | undefined;
    const close = () => {
      closing ??= closeServer(server)
        .then(() => tenant.mailer?.close())
        .then(() => database.close());
      return closing;
    };
    return handleOf(tenant, environment, certificate.caFile, close);
  } catch (error) {
    database.close();
    throw error;
  }
}

async function openTenant(options: TenantOptions, database: Database, now: () => Date): Promise<TenantContext> {
  const users = new Users(database, now, options.replicationLagSeconds ?? 0);
  const seed = readSeed();
  const settings = await loadSettings(database, seed, now());
  applySeed(seed, database, users, settings);
  users.sweep();
  const faults = new FaultRules();
  faults.set(options.faults ?? []);
  return {
    url: "",
    settings,
    database,
    users,
    resourceGroups: seed.resourceGroups,
    applications: new Applications(database),
    groups: new Groups(database),
    servicePrincipals: new ServicePrincipals(database),
    appRoleAssignments: new AppRoleAssignments(database),
    azureRoleAssignments: new AzureRoleAssignments(database),
    invitations: new Invitations(database),
    mails: new Mails(database),
    passcodes: new Passcodes(now),
    browserSessions: new BrowserSessions(now),
    applicationsOf: (userId) => applicationsOf(database, userId),
    signingKey: signingKeyOf(settings.signingKey),
    tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 3599,
    collaboration: options.collaboration ?? {},
    requests: new RequestLog(),
    faults,
    ...(options.throttling && { throttle: new Throttle(now) }),
    onInvitation: options.onInvitation ?? (() => {}),
    onPasscode: options.onPasscode ?? (() => {}),
    onRequest: options.onRequest ?? (() => {}),
    now,
  };
}

/** Where the port is taken, the inbox must not keep the process going. */
async function listenOrClose(tenant: TenantContext, certificate: ServerCertificate, port: number): Promise<Server> {
  try {
    return await listen(createApp(tenant), certificate, port);
  } catch (error) {
    await tenant.mailer?.close();
    throw error;
  }
}

function linksOf({ url, mailer }: TenantContext): TenantLinks {
  return {
    start: `${url}/`,
    directory: `${url}/directory`,
    myApps: `${url}/myapps`,
    ...(mailer && { inbox: mailer.inboxUrl }),
  };
}

/** The variables that azuread, azure-native and this project's provider read, and what makes Node and Go trust the tenant. */
function environmentOf(
  { url, settings }: TenantContext,
  caFile: string,
  bundleFile: string,
  replicationLagSeconds: number,
): Record<string, string> {
  return {
    ARM_METADATA_HOSTNAME: new URL(url).host,
    ARM_TENANT_ID: settings.tenantId,
    ARM_CLIENT_ID: settings.clientId,
    ARM_CLIENT_SECRET: settings.clientSecret,
    ARM_SUBSCRIPTION_ID: settings.subscriptionId,
    NODE_EXTRA_CA_CERTS: caFile,
    SSL_CERT_FILE: bundleFile,
    ENTRA_GUESTS_REPLICATION_SECONDS: String(replicationLagSeconds),
  };
}

function handleOf(
  tenant: TenantContext,
  environment: Record<string, string>,
  caFile: string,
  close: () => Promise<void>,
): Tenant {
  const { database, users, applications, requests, mails, faults, settings } = tenant;
  return {
    url: tenant.url,
    tenantId: settings.tenantId,
    environment,
    links: linksOf(tenant),
    caFile,
    controlToken: settings.controlToken,
    requests: () => requests.all(),
    clearRequests: () => requests.clear(),
    faults,
    mails: () => mails.list(),
    users: () => users.currentUsers("live"),
    guests: () => users.currentUsers("live").filter(({ userType }) => userType === "Guest"),
    deletedUsers: () => users.currentUsers("deleted"),
    accessOf: (address) => accessOf(tenant, address),
    accept: (address) => {
      if (!acceptInvitation(tenant, address)) throw new Error(`No guest of the tenant has the address ${address}.`);
    },
    registerApp: (registration) => {
      const app: Application = database.write(() => applications.register(registration));
      return { clientId: app.appId, clientSecret: app.clientSecret, objectId: app.servicePrincipalId };
    },
    close,
  };
}

/** Writes a secret file so that a reader never meets half of it. */
function save(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
