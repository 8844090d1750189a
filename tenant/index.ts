import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import type { Server } from "node:https";
import { join, resolve } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { accessOf, type UserAccess } from "./domain/app-access.ts";
import { type Backdating, backdateGuest } from "./domain/backdate-guest.ts";
import { BrowserSessions, type GuestSignIn, Passcodes } from "./domain/guest-sign-in.ts";
import type { CollaborationRules, Inviting } from "./domain/invite-guest.ts";
import { acceptFor, ageLinksOf } from "./domain/redeem-invitation.ts";
import { seedGuests } from "./domain/seed-guests.ts";
import type { Mailing } from "./domain/send-mail.ts";
import { type FaultRule, FaultRules } from "./http/faults.ts";
import { Throttle } from "./http/graph/graph-throttle.ts";
import { closeServer, listen, portOf, type ServerCertificate, serverCertificate } from "./http/https-server.ts";
import { signInAs, TokenService } from "./http/identity/token-service.ts";
import { type InboxPage, openInboxPage } from "./http/pages/inbox-pages.ts";
import { type LoggedRequest, type OnRequest, RequestLog } from "./http/request-log.ts";
import { createApp, type TenantParts } from "./http/tenant-app.ts";
import type { InboxOptions } from "./mail/catch-all-inbox.ts";
import type { PasscodeMail } from "./mail/compose-mail.ts";
import { type Mailer, openMailer } from "./mail/mailer.ts";
import type { AppRegistration } from "./store/application-store.ts";
import { Database } from "./store/database.ts";
import type { InvitationMail, ListedMail } from "./store/invitation-store.ts";
import type { User } from "./store/object-types.ts";
import { type RehearsalChanges, rehearsal, rehearse } from "./store/rehearsal.ts";
import { applySeed, readSeed, type Seed, type SeedAdditions, seedWith } from "./store/seed.ts";
import { openTenantStore, type TenantStore } from "./store/tenant-store.ts";

export type { UserAccess } from "./domain/app-access.ts";
export type { Backdating } from "./domain/backdate-guest.ts";
export type { CollaborationRules } from "./domain/invite-guest.ts";
export type { FaultRule } from "./http/faults.ts";
export type { LoggedRequest } from "./http/request-log.ts";
export type { AppRegistration, FederatedCredential, Permission } from "./store/application-store.ts";
export type { InvitationMail, ListedMail } from "./store/invitation-store.ts";
export type { User } from "./store/object-types.ts";
export type { SeedAdditions } from "./store/seed.ts";

/** What one local tenant is started with. */
export interface TenantOptions {
  /** The folder that keeps everything between two starts. Made when it is missing. One tenant a folder at a time. */
  dataDir: string;
  /** The TCP port on 127.0.0.1. 0, the default, takes a free one. */
  port?: number;
  /** For how many seconds reads do not see a write yet (Graph is eventually consistent). Default 0. */
  replicationLagSeconds?: number;
  /** How long an access token is good for, in seconds. Default 3,599, as Entra's. */
  tokenLifetimeSeconds?: number;
  /** Whether the published limits of Graph and of Exchange Online apply (429 with Retry-After). Default false. */
  throttling?: boolean;
  /** The external-collaboration settings: which domains may be invited. Default: every domain. */
  collaboration?: CollaborationRules;
  /** What the tenant does where the real service may do either; see `tenant/README.md`. */
  rehearsal?: RehearsalChanges;
  /** How many guests of nine domains a new data folder begins with, as if they had come over the years. Default: none. */
  seedGuests?: number;
  /** What a new tenant holds beside its seed; a data folder that has one keeps what it has. */
  additions?: SeedAdditions;
  /** Faults that are set from the start; see `tenant/README.md`. */
  faults?: readonly FaultRule[];
  /** Where the inbox listens. Default: no mail is sent; it is recorded, and sent by a later start with an inbox. */
  mail?: InboxOptions;
  /** Called after an invitation that asks for a mail is committed. The answer to the caller does not wait for it. */
  onInvitation?: (mail: InvitationMail) => void | Promise<void>;
  /** Called with each one-time passcode that a guest asks for at sign-in; the page waits for it. */
  onPasscode?: (mail: PasscodeMail) => void | Promise<void>;
  /** Called twice with each request; see `OnRequest`. */
  onRequest?: OnRequest;
  /** The clock. Default: the machine's. Tests turn it forward instead of waiting. */
  now?: () => Date;
}

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
  /** Changes what the tenant does where the real service may do either. */
  rehearse(changes: RehearsalChanges): void;
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
  /**
   * Does what a guest does in the browser: accepts the invitation.
   *
   * @param own the guest's name at home, which takes the place of the one that they were invited with
   * @throws where no guest has the address
   */
  accept(address: string, own?: { displayName?: string }): void;
  /**
   * Makes every link of a guest old.
   *
   * @param days how long ago the newest was sent. Default: so long that it has expired
   * @throws where no guest has the address
   */
  ageLinks(address: string, days?: number): void;
  /**
   * Makes a guest old: moves what happened to them to so many days ago. Works in the recycle bin as well.
   *
   * @throws where no guest has the address, or what is to be moved has not happened
   */
  backdate(address: string, days: Backdating): void;
  /** An access token for Graph of a member of the organisation, signed in as themselves. @throws where nobody has the address */
  signIn(address: string): Promise<string>;
  /** Registers another application, with chosen permissions and a secret of its own. */
  registerApp(registration: AppRegistration): { clientId: string; clientSecret: string; objectId: string };
  /** What it serves: each method with its path, parameters as `:name`. */
  routes(): { method: string; path: string }[];
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
 * @throws where a port or the data folder is taken, in words for the person who started it
 */
export async function startTenant(options: TenantOptions): Promise<Tenant> {
  const { port = 0, replicationLagSeconds = 0, now = () => new Date() } = options;
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  // Also where somebody else made it: what lies in it is for its owner alone.
  chmodSync(dataDir, 0o700);
  const certificate = await serverCertificate(dataDir, now());
  const database = new Database(dataDir);
  let mailer: Mailer | undefined;
  let inboxPage: InboxPage | undefined;
  let server: Server | undefined;
  try {
    const seed = seedWith(readSeed(), options.additions ?? {});
    const store = await openTenantStore(database, seed, {
      now,
      replicationLagSeconds,
      rehearsal: rehearsal.parse({
        ...(options.throttling && { messagesPerMinute: 30 }),
        ...seed.rehearsal,
        ...options.rehearsal,
      }),
    });
    applySeed(seed, store);
    seedGuests(store, options.seedGuests ?? 0);
    store.users.sweep();
    mailer = options.mail && (await openMailer(store, dataDir, options.mail));
    let url = "";
    inboxPage = mailer && (await openInboxPage(mailer.inbox, store.settings, () => url, options.mail?.inboxPort));
    const inboxUrl = inboxPage?.url;
    server = await listen(certificate, port);
    url = `https://127.0.0.1:${portOf(server)}`;
    const parts = partsOf(options, { store, url, mailer, inboxUrl, seed });
    const app = createApp(parts);
    server.on("request", getRequestListener(app.fetch));
    // One entry for each operation; what stands before all of them is no route.
    const routes = () =>
      app.routes.filter(({ method }) => method !== "ALL").map(({ method, path }) => ({ method, path }));

    const environment = {
      ...environmentOf(store, url, certificate, replicationLagSeconds),
      // Clients that know Graph's limits need not keep to them here.
      ...(!options.throttling && { ENTRA_GUESTS_PACE: "none" }),
    };
    const links = linksOf(url, inboxUrl);
    save(join(dataDir, "environment.json"), `${JSON.stringify(environment, undefined, 2)}\n`);
    save(join(dataDir, "links.json"), `${JSON.stringify(links, undefined, 2)}\n`);
    save(join(dataDir, "control-token"), store.settings.controlToken);
    let closing: Promise<void> | undefined;
    const close = () => {
      closing ??= closeAll(server, inboxPage, mailer, database);
      return closing;
    };
    return { url, environment, links, caFile: certificate.caFile, close, routes, ...handleOf(store, parts.control) };
  } catch (error) {
    // What is open would keep the process going.
    await closeAll(server, inboxPage, mailer, database);
    throw error;
  }
}

async function closeAll(
  server: Server | undefined,
  inboxPage: InboxPage | undefined,
  mailer: Mailer | undefined,
  database: Database,
): Promise<void> {
  if (server) await closeServer(server);
  await inboxPage?.close();
  await mailer?.close();
  database.close();
}

/** Gives each part of the tenant what it takes, and nothing else. */
function partsOf(
  options: TenantOptions,
  {
    store,
    url,
    mailer,
    inboxUrl,
    seed,
  }: {
    store: TenantStore;
    url: string;
    mailer: Mailer | undefined;
    inboxUrl: string | undefined;
    seed: Seed;
  },
): TenantParts {
  const { now, settings } = store;
  const tokens = new TokenService(store, url, { lifetimeSeconds: options.tokenLifetimeSeconds ?? 3599 });
  const faults = new FaultRules();
  faults.set(options.faults ?? []);
  const inviting: Inviting = {
    store,
    url,
    collaboration: options.collaboration ?? {},
    handOver: (mail) => {
      void mailer?.sendRecorded();
      return options.onInvitation?.(mail);
    },
  };
  const mailing: Mailing = { store, handOver: () => void mailer?.sendRecorded() };
  const signIn: GuestSignIn = {
    passcodes: new Passcodes(now),
    browsers: new BrowserSessions(now),
    deliver: async (mail) => {
      await options.onPasscode?.(mail);
      await mailer?.passcode(mail);
    },
  };
  return {
    control: { store, url, tokens, requests: new RequestLog(), onRequest: options.onRequest ?? (() => {}), faults },
    graph: { store, url, inviting, mailing, tokens, ...(options.throttling && { throttle: new Throttle(store) }) },
    arm: { store, tokens, resourceGroups: seed.resourceGroups },
    identity: { url, settings, now, tokens },
    site: { store, url, inviting, signIn, inboxUrl, forGuests: seed.forGuests },
  };
}

function linksOf(url: string, inboxUrl: string | undefined): TenantLinks {
  return {
    start: `${url}/`,
    directory: `${url}/directory`,
    myApps: `${url}/myapps`,
    ...(inboxUrl !== undefined && { inbox: inboxUrl }),
  };
}

/** The variables that azuread, azure-native and this project's provider read, and what makes Node and Go trust the tenant. */
function environmentOf(
  { settings }: TenantStore,
  url: string,
  { caFile, bundleFile }: ServerCertificate,
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

/** What the process that started the tenant sees of it and does to it. */
function handleOf(
  store: TenantStore,
  { requests, faults, tokens }: TenantParts["control"],
): Omit<Tenant, "url" | "environment" | "links" | "caFile" | "close" | "routes"> {
  const { database, users, registrations, mails, settings } = store;
  return {
    tenantId: settings.tenantId,
    controlToken: settings.controlToken,
    requests: () => requests.all(),
    clearRequests: () => requests.clear(),
    faults,
    rehearse: (changes) => rehearse(store.rehearsal, changes),
    signIn: (address) => signInAs(tokens, store, address),
    mails: () => mails.list(),
    users: () => users.currentUsers("live"),
    guests: () => users.currentUsers("live").filter(({ userType }) => userType === "Guest"),
    deletedUsers: () => users.currentUsers("deleted"),
    accessOf: (address) => accessOf(store, address),
    accept: (address, own) => {
      if (!acceptFor(store, address, own?.displayName))
        throw new Error(`No guest of the tenant has the address ${address}.`);
    },
    ageLinks: (address, days) => {
      if (!ageLinksOf(store, address, days)) throw new Error(`No guest of the tenant has the address ${address}.`);
    },
    backdate: (address, days) => backdateGuest(store, address, days),
    registerApp: (registration) => {
      const app = database.write(() => registrations.register(registration));
      return { clientId: app.appId, clientSecret: app.clientSecret, objectId: app.servicePrincipalId };
    },
  };
}

/** Writes a secret file so that a reader never meets half of it. */
function save(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
