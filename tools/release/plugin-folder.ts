/** Builds the plugin `entra-guests` into `provider/dist`, a folder that Pulumi runs as it is on a machine with Node. */
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "tsdown";
import { repository } from "../toolchain.ts";
import { packagesOfFiles, type UsedPackage } from "./bill-of-materials.ts";

const provider = path.join(repository, "provider");

/** Where the built plugin is. */
export const pluginFolder = path.join(provider, "dist");

/** The whole plugin in one CommonJS file: a single-executable application has no others. */
export const pluginProgram = path.join(pluginFolder, "index.js");

/** The licences of the packages that are built into the plugin. */
export const pluginLicences = path.join(pluginFolder, "THIRD-PARTY-LICENSES");

/**
 * Builds the plugin's folder.
 *
 * @returns the packages that are built into its one file
 */
export async function buildPlugin(): Promise<UsedPackage[]> {
  rmSync(pluginFolder, { recursive: true, force: true });
  const [bundle] = await build({
    cwd: provider,
    config: false,
    entry: { index: "main.ts" },
    format: "cjs",
    dts: false,
    platform: "node",
    target: "node22",
    outDir: "dist",
    outExtensions: () => ({ js: ".js" }),
    outputOptions: { codeSplitting: false },
    clean: false,
    logLevel: "warn",
    checks: { pluginTimings: false, legacyCjs: false },
    deps: { alwaysBundle: [/./], onlyBundle: false },
  });
  const files = (bundle?.chunks ?? []).flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []));
  const packages = packagesOfFiles(files);
  writeFileSync(pluginLicences, packages.map(licenceOf).join("\n"));
  for (const file of ["PulumiPlugin.yaml", "../LICENSE"]) {
    copyFileSync(path.join(provider, file), path.join(pluginFolder, path.basename(file)));
  }
  const { name, version, dependencies } = JSON.parse(readFileSync(path.join(provider, "package.json"), "utf8"));
  // Pulumi starts a plugin by its SDK. All else is in the one file.
  const sdk = { "@pulumi/pulumi": dependencies["@pulumi/pulumi"] };
  const manifest = { name, version, private: true, license: "Apache-2.0", main: "index.js", dependencies: sdk };
  writeFileSync(path.join(pluginFolder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  return packages;
}

function licenceOf({ name, version, license = "unknown", location }: UsedPackage): string {
  const folder = path.join(repository, location);
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = file === undefined ? "" : `\n${readFileSync(path.join(folder, file), "utf8").trim()}\n`;
  return `${"=".repeat(80)}\n${name} ${version} (${license})\n${text}`;
}
