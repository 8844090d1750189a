import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { releaseFolder } from "../../tools/release/main.ts";
import { type EmptyFolder, emptyFolder } from "./empty-folder.ts";

describe("a production install of @guests-as-code/entra-guests", () => {
  let folder: EmptyFolder;
  let installed: string[];

  beforeAll(() => {
    folder = emptyFolder();
    folder.write({ "package.json": { private: true } });
    folder.npm("install", "--omit=dev", "@guests-as-code/entra-guests");
    const lock = JSON.parse(readFileSync(path.join(folder.path, "node_modules", ".package-lock.json"), "utf8"));
    installed = Object.entries(lock.packages as Record<string, { version: string }>).map(
      ([location, { version }]) => `${location.slice(location.lastIndexOf("node_modules/") + 13)}@${version}`,
    );
  });

  afterAll(() => folder.remove());

  it("brings at most 219 packages beside Pulumi's and Azure's", () => {
    const others = new Set(installed.filter((name) => !/^@(pulumi|azure)\//.test(name)));

    expect(others).toContain("@guests-as-code/entra-guests@0.1.0");
    expect(others.size).toBeLessThanOrEqual(219);
  });

  it("brings nothing of the local tenant, and neither of the optional providers", () => {
    const unwanted = /^(hono|@hono\/.*|nodemailer|maildev|@pulumi\/azure-native|@pulumi\/azuread)@/;

    expect(installed.filter((name) => unwanted.test(name))).toEqual([]);
  });

  it("brings the direct dependencies in the versions of its bill of materials", () => {
    const bill = JSON.parse(
      readFileSync(path.join(releaseFolder, "guests-as-code-entra-guests-0.1.0.cdx.json"), "utf8"),
    );
    const listed = (bill.components as { name: string; version: string }[]).map(
      ({ name, version }) => `${name}@${version}`,
    );
    const direct = /^(csv-parse|leven|uuid|yaml|zod)@/;

    expect(installed.filter((name) => direct.test(name)).sort()).toEqual(
      listed.filter((name) => direct.test(name)).sort(),
    );
  });
});
