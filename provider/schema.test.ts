import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { invitationInputs } from "../model/invitation.ts";
import { invitationToken, packageName, packageVersion } from "../model/names.ts";
import { providerSettings } from "../model/provider-settings.ts";

const schema = JSON.parse(readFileSync(path.join(import.meta.dirname, "schema.json"), "utf8"));
const resource = schema.resources[invitationToken];

describe("the provider's schema", () => {
  it("bears the package's name and version", () => {
    expect([schema.name, schema.version]).toEqual([packageName, packageVersion]);
  });

  it("describes exactly the inputs that check takes, each in words", () => {
    expect(Object.keys(resource.inputProperties).sort()).toEqual(Object.keys(invitationInputs.shape).sort());
    for (const property of Object.values<{ description: string }>(resource.properties)) {
      expect(property.description.length).toBeGreaterThan(20);
    }
  });

  it("describes exactly the settings that the provider reads, and marks the secret ones", () => {
    expect(Object.keys(schema.config.variables).sort()).toEqual(Object.keys(providerSettings).sort());
    const secrets = Object.entries<{ secret?: boolean }>(schema.provider.inputProperties).filter(
      ([, { secret }]) => secret,
    );
    expect(secrets.map(([name]) => name)).toEqual([
      "clientSecret",
      "clientCertificate",
      "clientCertificatePassword",
      "oidcToken",
      "oidcRequestToken",
    ]);
  });

  it("marks the redeem URL as a secret", () => {
    expect(resource.properties.redeemUrl.secret).toBe(true);
  });
});
