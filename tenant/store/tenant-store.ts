import { randomBytes, randomUUID } from "node:crypto";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { type AppRegistration, AppRoleAssignments, Registrations, ServicePrincipals } from "./application-store.ts";
import { AzureRoleAssignments } from "./azure-role-store.ts";
import type { Database } from "./database.ts";
import { Groups } from "./group-store.ts";
import { Invitations, Mails } from "./invitation-store.ts";
import { Mailboxes } from "./mailbox-store.ts";
import type { PrincipalType } from "./object-types.ts";
import type { Rehearsal } from "./rehearsal.ts";
import { Users } from "./user-store.ts";

/** Everything that the tenant keeps, and the clock by which it is kept. */
export interface TenantStore {
  database: Database;
  now: () => Date;
  settings: Settings;
  users: Users;
  groups: Groups;
  /** The applications that sign in. */
  registrations: Registrations;
  /** The applications that people are given. */
  servicePrincipals: ServicePrincipals;
  appRoleAssignments: AppRoleAssignments;
  azureRoleAssignments: AzureRoleAssignments;
  invitations: Invitations;
  mails: Mails;
  mailboxes: Mailboxes;
  /** What the tenant does where the real service may do either. It changes while the tenant runs. */
  rehearsal: Rehearsal;
}

/** What makes this tenant this tenant: made once, at the first start of a data folder. */
export interface Settings {
  tenantId: string;
  subscriptionId: string;
  organisation: string;
  /** The tenant's first domain: guests' user principal names end in it. */
  initialDomain: string;
  /** The organisation's own domain: its members' addresses end in it. */
  domain: string;
  createdDateTime: string;
  /** The RSA key that signs access tokens, private. */
  signingKey: JWK;
  /** The application that Pulumi signs in as. */
  clientId: string;
  clientSecret: string;
  /** Opens `/_tenant/…`. */
  controlToken: string;
}

/** What a new tenant is made with. */
export interface Foundation {
  organisation: string;
  initialDomain: string;
  domain: string;
  /** The application that Pulumi signs in as. */
  pulumi: AppRegistration;
}

/** Opens what the database keeps of the tenant; makes the tenant where there is none yet. */
export async function openTenantStore(
  database: Database,
  foundation: Foundation,
  { now, replicationLagSeconds, rehearsal }: { now: () => Date; replicationLagSeconds: number; rehearsal: Rehearsal },
): Promise<TenantStore> {
  const registrations = new Registrations(database);
  const settings = readSettings(database) ?? (await makeSettings(database, registrations, foundation, now()));
  return {
    database,
    now,
    settings,
    users: new Users(database, now, replicationLagSeconds),
    groups: new Groups(database),
    registrations,
    servicePrincipals: new ServicePrincipals(database, registrations, settings),
    appRoleAssignments: new AppRoleAssignments(database),
    azureRoleAssignments: new AzureRoleAssignments(database),
    invitations: new Invitations(database),
    mails: new Mails(database),
    mailboxes: new Mailboxes(database),
    rehearsal,
  };
}

function readSettings(database: Database): Settings | undefined {
  const row = database.prepare("SELECT value FROM settings WHERE name = 'tenant'").get();
  return row && (JSON.parse(String(row.value)) as Settings);
}

async function makeSettings(
  database: Database,
  registrations: Registrations,
  { organisation, initialDomain, domain, pulumi }: Foundation,
  now: Date,
): Promise<Settings> {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const signingKey: JWK = { ...(await exportJWK(privateKey)), alg: "RS256", use: "sig", kid: randomUUID() };
  return database.write(() => {
    const main = registrations.register(pulumi);
    const settings: Settings = {
      tenantId: randomUUID(),
      subscriptionId: randomUUID(),
      organisation,
      initialDomain,
      domain,
      createdDateTime: now.toISOString(),
      signingKey,
      clientId: main.appId,
      clientSecret: main.clientSecret,
      controlToken: randomBytes(30).toString("base64url"),
    };
    database.prepare("INSERT INTO settings (name, value) VALUES ('tenant', ?)").run(JSON.stringify(settings));
    return settings;
  });
}

/** A live object that can be a member of a group or hold an assignment. */
export interface Principal {
  id: string;
  type: PrincipalType;
  displayName: string;
}

/** The live principal with this id, as a read sees it. Groups and applications are seen as soon as they are there. */
export function visiblePrincipal(
  { users, groups, servicePrincipals }: Pick<TenantStore, "users" | "groups" | "servicePrincipals">,
  id: string,
): Principal | undefined {
  const user = users.visible(id);
  if (user) return { id, type: "User", displayName: user.displayName };
  const group = groups.find(id);
  if (group) return { id, type: "Group", displayName: group.displayName };
  const application = servicePrincipals.find(id);
  return application && { id, type: "ServicePrincipal", displayName: application.displayName };
}
