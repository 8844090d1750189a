import { execFileSync, spawnSync } from "node:child_process";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nodeProgram } from "../../tools/toolchain.ts";
import { type EmptyFolder, emptyFolder } from "./empty-folder.ts";

let folder: EmptyFolder;

beforeAll(() => {
  folder = emptyFolder();
  folder.write({ "package.json": { private: true } });
  const ours = ["entra-guests", "policies", "tenant"].map((name) => `@guests-as-code/${name}`);
  folder.npm("install", ...ours, "typescript@^5", "@types/node@^22");
});

afterAll(() => folder.remove());

/** A program as Pulumi's templates begin it. Their settings have the types of the libraries checked, too. */
const program = `
import * as pulumi from "@pulumi/pulumi";
import { GuestInvitations, Invitation, Provider, readGuestList } from "@guests-as-code/entra-guests";

export function declare(): pulumi.Output<number | undefined> {
  const provider = new Provider("adatum", { tenantId: "x", useOidc: true });
  new Invitation("ana", { userEmailAddress: "ana@fabrikam.example", redirectUrl: "https://x.example" }, { provider });
  const list = new GuestInvitations("guests", { ...readGuestList(), guests: [{ email: "bo@northwind.example" }] });
  // @ts-expect-error a guest has an address
  new GuestInvitations("wrong", { redirectUrl: "https://x.example", guests: [{ displayName: "Ana" }] });
  return list.pending;
}
`;

/** A test of somebody's own. The tenant's types use zod's, which ask for `esModuleInterop` in CommonJS. */
const tenant = `
import { startTenant, type Tenant } from "@guests-as-code/tenant";

export const start = (dataDir: string): Promise<Tenant> => startTenant({ dataDir });
`;

/** A policy pack of somebody's own. The types of @pulumi/policy 1.21 have errors of their own, so nobody checks them. */
const pack = `
import { policies } from "@guests-as-code/policies";

export const names: string[] = policies.map(({ name }) => name);
`;

/** What `tsc` says about a source; empty when it takes it. */
function complaints(kind: "module" | "commonjs", source: string, compilerOptions: Record<string, unknown>): string {
  folder.write({
    "checked/package.json": { private: true, type: kind },
    "checked/index.ts": source,
    "checked/tsconfig.json": {
      compilerOptions: { strict: true, noEmit: true, target: "es2022", types: ["node"], ...compilerOptions },
    },
  });
  const tsc = path.join(folder.path, "node_modules", "typescript", "bin", "tsc");
  const { stdout } = spawnSync(nodeProgram(), [tsc, "--project", path.join(folder.path, "checked")], {
    encoding: "utf8",
  });
  return stdout;
}

describe("the types", () => {
  it.each([
    ["commonjs", "node10", "commonjs"],
    ["commonjs", "node16", "node16"],
    ["module", "node16", "node16"],
    ["commonjs", "nodenext", "nodenext"],
    ["module", "nodenext", "nodenext"],
    ["module", "bundler", "esnext"],
  ] as const)("compile in a %s package with moduleResolution %s", (kind, moduleResolution, module) => {
    expect(complaints(kind, program, { moduleResolution, module })).toBe("");
    expect(complaints(kind, tenant, { moduleResolution, module, esModuleInterop: true })).toBe("");
    expect(complaints(kind, pack, { moduleResolution, module, skipLibCheck: true })).toBe("");
  });
});

describe("the code", () => {
  const run = (file: string, text: string) => {
    folder.write({ [file]: text });
    return execFileSync(nodeProgram(), [path.join(folder.path, file)], { cwd: folder.path, encoding: "utf8" });
  };
  const show = "console.log(typeof GuestInvitations, typeof readGuestList, policies.length > 5, typeof startTenant);";
  const shown = "function function true function\n";
  const doors = ["entra-guests", "policies", "tenant"].map((name) => `"@guests-as-code/${name}"`);
  const names = ["GuestInvitations, readGuestList", "policies", "startTenant"];

  it("runs from CommonJS", () => {
    const text = doors.map((door, index) => `const { ${names[index]} } = require(${door});`);
    expect(run("main.cjs", [...text, show].join("\n"))).toBe(shown);
  });

  it("runs from an ES module", () => {
    const text = doors.map((door, index) => `import { ${names[index]} } from ${door};`);
    expect(run("main.mjs", [...text, show].join("\n"))).toBe(shown);
  });

  it("runs where Node strips the types", () => {
    const text = doors.map((door, index) => `import { ${names[index]} } from ${door};`);
    expect(run("main.mts", [...text, "const typed: boolean = true; void typed;", show].join("\n"))).toBe(shown);
  });
});
