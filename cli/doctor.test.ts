import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { policyDefaults } from "./comment/policy-settings.generated.ts";
import { asText, backendLine, policyLine, secretsLine } from "./doctor.ts";
import { clockLine } from "./tenant-check.ts";

describe("doctor, before the tenant is asked", () => {
  let project: string;
  const write = (name: string, text: string) => {
    const file = path.join(project, name);
    writeFileSync(file, text);
    return file;
  };

  beforeAll(() => {
    project = mkdtempSync(path.join(tmpdir(), "guests-doctor-"));
    write("Pulumi.yaml", "name: guests\nruntime: nodejs\n");
  });
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  it.each([
    ["azblob://state?storage_account=contoso", "fine", "azblob://state"],
    ["https://user:password@states.example", "fine", "https://states.example"],
    ["file:///var/guests", "note", "/var/guests of this machine"],
    [undefined, "not known", "does not tell"],
  ])("backend %s: %s", (url, state, says) => {
    const line = backendLine({ stack: "prod", project }, url);
    expect([line.state, line.says]).toEqual([state, expect.stringContaining(says)]);
    expect(line.says).not.toContain("password");
  });

  it("a backend in a folder is right for stack local", () => {
    expect(backendLine({ stack: "local", project }, "file:///var/guests").state).toBe("fine");
  });

  it.each([
    ["encryptionsalt: v1:abc\n", {}, "incorrect", "a passphrase", "Set PULUMI_CONFIG_PASSPHRASE"],
    ["encryptionsalt: v1:abc\n", { PULUMI_CONFIG_PASSPHRASE: "no" }, "incorrect", "a passphrase", "Correct PULUMI_"],
    [
      "secretsprovider: azurekeyvault://v.vault.azure.net/keys/k?x=1\n",
      {},
      "403",
      "azurekeyvault://",
      "the right to decrypt",
    ],
  ])("secrets that cannot be read with %s are missing", (text, environment, problem, name, todo) => {
    write("Pulumi.prod.yaml", text);
    const line = secretsLine({ stack: "contoso/guests/prod", project }, environment, problem);
    expect([line.state, line.says]).toEqual(["missing", expect.stringContaining(`${name}`)]);
    expect(line.says).toContain(problem);
    expect(line.todo).toContain(todo);
  });

  it("secrets that can be read are fine, whoever keeps the key", () => {
    write("Pulumi.prod.yaml", "config: {}\n");
    const line = secretsLine({ stack: "prod", project }, {}, undefined);
    expect([line.state, line.says]).toEqual(["fine", expect.stringMatching(/^the backend's own/)]);
  });

  describe("policies", () => {
    const names = Object.keys(policyDefaults);
    const config = (settings: object) => policyLine(write("guests.json", JSON.stringify(settings)));

    it("are named by their level", () => {
      const line = config({});
      expect(line.state).toBe("fine");
      for (const name of names) expect(line.says).toContain(name);
    });

    it("that are weaker than the pack's own are a note", () => {
      const weaker = config({ "allowed-domains": { enforcementLevel: "advisory" }, "redirect-url": "disabled" });
      expect([weaker.state, weaker.todo]).toEqual(["note", expect.stringContaining("allowed-domains, redirect-url")]);
      expect(config({ all: "disabled" }).state).toBe("note");
    });

    it("are missing where no file says what guests may be, where it cannot be read, and without the pack", () => {
      expect(policyLine(path.join(project, "nowhere.json"))).toMatchObject({
        state: "missing",
        says: expect.stringContaining("is missing"),
      });
      expect(policyLine(write("broken.json", "{"))).toMatchObject({
        state: "missing",
        says: expect.stringContaining("is no JSON"),
      });
      expect(policyLine(write("guests.json", "{}"), project)).toMatchObject({
        state: "missing",
        says: expect.stringContaining("no policy pack"),
      });
    });
  });
});

describe("the lines", () => {
  it("end with how many things are missing", () => {
    const fine = { about: "Clock", state: "fine", says: "agrees." } as const;
    const missing = { about: "Group A", state: "missing", says: "is not there.", todo: "Make it." } as const;
    expect(asText([fine])).toBe("✓ Clock: agrees.\n\nNothing is missing.");
    expect(asText([fine, missing])).toBe(
      "✓ Clock: agrees.\n✗ Group A: is not there.\n    Make it.\n\n1 thing is missing.",
    );
  });

  it.each([
    [undefined, "not known"],
    [0, "fine"],
    [-29_000, "fine"],
    [31_000, "note"],
    [-301_000, "missing"],
  ])("a clock that is %s ms off is %s", (off, state) => {
    expect(clockLine(off).state).toBe(state);
  });
});
