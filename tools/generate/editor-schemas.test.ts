import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { guestListFilesSchema, stackConfigSchema } from "./editor-schemas.ts";

const stacks = path.join(import.meta.dirname, "..", "..", "stacks");
const fileOf = (name: string) => readFileSync(path.join(stacks, name), "utf8");

const ajv = new Ajv({ strict: false });
const isStackConfig = ajv.compile(stackConfigSchema());
const isGuestList = ajv.compile(guestListFilesSchema());
const takesConfig = (config: object) => isStackConfig({ config });

describe("the checked-in schemas", () => {
  it.each(["local", "dev", "prod"])("take the stack config %s, which names its schema", (stack) => {
    const text = fileOf(`Pulumi.${stack}.yaml`);

    expect(isStackConfig(parse(text)), JSON.stringify(isStackConfig.errors)).toBe(true);
    expect(text).toMatch(/^# yaml-language-server: \$schema=guests\.schema\.json$/m);
  });

  it("take the example list", () => {
    expect(isGuestList(parse(fileOf("lists/example.yaml"))), JSON.stringify(isGuestList.errors)).toBe(true);
  });

  it("describe every setting for the editor", () => {
    const settings = stackConfigSchema().properties?.config?.properties ?? {};

    expect(Object.keys(settings)).toContain("guests:invitations");
    for (const [key, setting] of Object.entries(settings)) {
      expect(JSON.stringify(setting), key).toMatch(/"description"|#\/definitions\/message/);
    }
  });
});

describe("an editor", () => {
  const guest = { email: "ana@fabrikam.example" };

  it("lets other namespaces, secrets and what the CLI rewrites pass", () => {
    expect(takesConfig({ "azuread:tenantId": "x", "aws:region": { a: 1 } })).toBe(true);
    expect(takesConfig({ "guests:redirectUrl": { secure: "v1:x" } })).toBe(true);
    expect(takesConfig({ "guests:invitations": [{ ...guest, department: { secure: "v1:x" } }] })).toBe(true);
    expect(takesConfig({ "guests:sendInvitation": "false", "guests:expires": "2027-03-31 00:00:00 +0000 UTC" })).toBe(
      true,
    );
  });

  it.each([
    ["an unknown setting", { "guests:redirectURL": "https://x.example" }],
    ["an http URL", { "guests:redirectUrl": "http://x.example" }],
    ["an unknown key of a guest", { "guests:invitations": [{ ...guest, mail: "x" }] }],
    ["a guest without an address", { "guests:invitations": [{ displayName: "Ana" }] }],
    ["a body beside a language", { "guests:message": { body: "Hi", language: "da" } }],
    ["an empty message", { "guests:message": {} }],
    ["a day written otherwise", { "guests:invitations": [{ ...guest, expires: "31.3.2027" }] }],
    ["an unknown engine", { "guests:engine": "azure" }],
  ])("marks %s", (_what, config) => {
    expect(takesConfig(config)).toBe(false);
  });
});
