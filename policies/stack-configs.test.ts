import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { allowedDomains } from "./guests/allowed-domains-policy.ts";
import { invitationToken } from "./guests/invitation-properties.ts";
import { policies } from "./guests/policies.ts";
import { judge } from "./guests/policy-examples.ts";

type PackConfig = Record<string, string | Record<string, unknown>>;

const folder = import.meta.dirname;
const files = readdirSync(folder).filter((name) => /^guests\.\w+\.json$/.test(name));
const read = (name: string) => JSON.parse(readFileSync(path.join(folder, name), "utf8")) as PackConfig;

it("has a configuration for each stack", () => {
  expect(files).toEqual(["guests.dev.json", "guests.local.json", "guests.prod.json"]);
});

describe.each(files)("%s", (file) => {
  const config = read(file);

  it("names only policies, levels and settings that exist", () => {
    const levels = ["advisory", "mandatory", "disabled"];
    const properties = policies.map(({ name, configSchema }) => {
      const settings = { enforcementLevel: { enum: levels }, ...configSchema?.properties };
      return [
        name,
        { anyOf: [{ enum: levels }, { type: "object", properties: settings, additionalProperties: false }] },
      ];
    });
    const schema = { type: "object", properties: Object.fromEntries(properties), additionalProperties: false };
    const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
    expect(ajv.validate(schema, config), ajv.errorsText()).toBe(true);
  });

  it("gives every policy the same own domains, and links the same hosts", () => {
    const settings = Object.values(config).filter((entry) => typeof entry === "object");
    for (const setting of ["internal", "hosts"]) {
      const values = settings.flatMap((entry) =>
        entry[setting] === undefined ? [] : [JSON.stringify(entry[setting])],
      );
      expect(new Set(values).size, setting).toBe(1);
    }
  });

  it("lets no domain in that nobody named", () => {
    const settings = config["allowed-domains"] as Record<string, unknown>;
    const guest = (userEmailAddress: string) => [{ type: invitationToken, name: "guest", props: { userEmailAddress } }];
    expect(judge(allowedDomains, guest("ana@fabrikam.example"), settings)).toEqual([]);
    expect(judge(allowedDomains, guest("eve@elsewhere.example"), settings)).toHaveLength(1);
  });
});
