/**
 * `npm run build [FOLDER…]` makes the packages that are published: JavaScript for both module systems, types and source
 * maps in the `dist/` of each folder. The model is built into each of them; everything else that they import is a
 * dependency of theirs.
 */
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { build } from "tsdown";

const repository = path.join(import.meta.dirname, "..");

/** What is built in each folder: its doors. */
const packages: Readonly<Record<string, readonly string[]>> = {
  components: ["index.ts"],
};

/** Builds one folder. Throws where its code imports what its package.json does not name. */
async function buildPackage(folder: string): Promise<void> {
  const entries = packages[folder];
  if (entries === undefined) throw new Error(`${folder} is no package. Known: ${Object.keys(packages).join(", ")}`);
  const cwd = path.join(repository, folder);
  const { dependencies = {}, peerDependencies = {} } = JSON.parse(readFileSync(path.join(cwd, "package.json"), "utf8"));
  const external = Object.keys({ ...dependencies, ...peerDependencies });
  rmSync(path.join(cwd, "dist"), { recursive: true, force: true });
  await build({
    cwd,
    entry: [...entries],
    format: ["esm", "cjs"],
    dts: true,
    sourcemap: true,
    platform: "node",
    target: "node20",
    outDir: "dist",
    clean: false,
    fixedExtension: false,
    logLevel: "warn",
    deps: { neverBundle: external.map((name) => new RegExp(`^${name}(/|$)`)), onlyBundle: [] },
  });
}

const chosen = process.argv.slice(2);
for (const folder of chosen.length > 0 ? chosen : Object.keys(packages)) {
  await buildPackage(folder);
  console.log(`${folder} built`);
}
