import { randomBytes, randomUUID } from "node:crypto";
import type { JWK } from "jose";
import { exportJWK, generateKeyPair } from "jose";
import { Applications } from "./application-store.ts";
import type { Database } from "./database.ts";
import type { Seed } from "./seed-file.ts";

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

/** Reads the settings, or makes them together with the application that Pulumi signs in as. */
export async function loadSettings(database: Database, seed: Seed, now: Date): Promise<Settings> {
  const row = database.prepare("SELECT value FROM settings WHERE name = 'tenant'").get();
  if (row) return JSON.parse(String(row.value)) as Settings;

  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const signingKey: JWK = { ...(await exportJWK(privateKey)), alg: "RS256", use: "sig", kid: randomUUID() };
  return database.write(() => {
    const main = new Applications(database).register(seed.pulumi);
    const settings: Settings = {
      tenantId: randomUUID(),
      subscriptionId: randomUUID(),
      organisation: seed.organisation,
      initialDomain: seed.initialDomain,
      domain: seed.domain,
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
