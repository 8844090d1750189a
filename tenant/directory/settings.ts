import { randomBytes, randomUUID } from "node:crypto";
import type { JWK } from "jose";
import { exportJWK, generateKeyPair } from "jose";
import { Applications } from "./applications.ts";
import type { Database } from "./database.ts";
import type { Permission } from "./permission.ts";
import { emptyUser } from "./user.ts";
import type { Users } from "./users.ts";

/** What makes this tenant this tenant: made once, at the first start of a data folder. */
export interface Settings {
  tenantId: string;
  subscriptionId: string;
  organisation: string;
  /** The tenant's first domain: guests' user principal names end in it. */
  initialDomain: string;
  /** The organisation's own domain, of its members' addresses. */
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

/** The permissions of the main application: what the project's features need, and no more. */
const mainPermissions: readonly Permission[] = [
  "User.Invite.All",
  "User.ReadWrite.All",
  "User.DeleteRestore.All",
  "Organization.Read.All",
];

/** Reads the settings, or makes them together with the first application and two members of the organisation. */
export async function loadSettings(database: Database, users: Users, now: Date): Promise<Settings> {
  const row = database.prepare("SELECT value FROM settings WHERE name = 'tenant'").get();
  if (row) return JSON.parse(String(row.value)) as Settings;

  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const signingKey: JWK = { ...(await exportJWK(privateKey)), alg: "RS256", use: "sig", kid: randomUUID() };
  return database.write(() => {
    const main = new Applications(database).register({
      displayName: "Contoso guest list",
      permissions: mainPermissions,
    });
    const settings: Settings = {
      tenantId: randomUUID(),
      subscriptionId: randomUUID(),
      organisation: "Contoso",
      initialDomain: "contoso.onmicrosoft.com",
      domain: "contoso.example",
      createdDateTime: now.toISOString(),
      signingKey,
      clientId: main.appId,
      clientSecret: main.clientSecret,
      controlToken: randomBytes(30).toString("base64url"),
    };
    database.prepare("INSERT INTO settings (name, value) VALUES ('tenant', ?)").run(JSON.stringify(settings));
    addMember(users, settings, "Mira Holt", "mira");
    addMember(users, settings, "Jonas Berg", "jonas");
    return settings;
  });
}

function addMember(users: Users, settings: Settings, displayName: string, alias: string): void {
  const address = `${alias}@${settings.domain}`;
  const [givenName = null, surname = null] = displayName.split(" ");
  const user = emptyUser({
    id: randomUUID(),
    displayName,
    createdDateTime: settings.createdDateTime,
    userPrincipalName: address,
    userType: "Member",
  });
  const mail = { mail: address, mailNickname: alias, proxyAddresses: [`SMTP:${address}`] };
  users.save({ user: { ...user, givenName, surname, ...mail }, deletedDateTime: null }, 0);
}
