/**
 * `npm run build [FOLDER…]` makes what is published: JavaScript, types and source maps in the `dist/` of each folder. The
 * model is built into each of them; everything else that they import is a dependency of theirs.
 */
import { copyFileSync, cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build, type Rolldown } from "tsdown";
import { packagesOfFiles, type UsedPackage } from "./release/bill-of-materials.ts";
import { repository } from "./toolchain.ts";

/** How one npm package is built. */
interface PackageBuild {
  /** A library is built for both module systems, with types; a program as an ES module. */
  kind: "library" | "program";
  /** The doors, by the name of the file in `dist/`. */
  entries: Readonly<Record<string, string>>;
  /** Files and folders that are read at run time, copied into `dist/`: under their own name, or as `name` says. */
  reads?: readonly (string | { from: string; name: string; renamed?: Readonly<Record<string, string>> })[];
}

/** What `guests init` and `npm create guests-as-code` make. */
const guestRepository = [
  // As it is, the program would pass for the types of the package.
  { from: "../examples/guest-repository", name: "template", renamed: { "index.ts": "index.ts.txt" } },
];

const packages: Readonly<Record<string, PackageBuild>> = {
  components: {
    kind: "library",
    entries: { index: "index.ts" },
    // Editors check stack configs and lists with them.
    reads: ["../stacks/guests.schema.json", "../stacks/guest-list.schema.json"],
  },
  "policies/guests": {
    kind: "library",
    entries: { policies: "policies.ts" },
    reads: ["lists"],
  },
  tenant: {
    kind: "library",
    entries: { index: "index.ts", main: "main.ts" },
    reads: ["http/pages/style.css", "http/pages/icon.svg"],
  },
  cli: { kind: "program", entries: { main: "main.ts" }, reads: guestRepository },
  create: { kind: "program", entries: { main: "main.ts" }, reads: guestRepository },
};

/** The folders that are published as npm packages. */
export const publishedFolders: readonly string[] = Object.keys(packages);

/**
 * Builds one npm package.
 *
 * @param folder from the repository's root, such as `policies/guests`
 * @throws Error where there is no such package, or where its code imports what its package.json does not name
 */
async function buildPackage(folder: string): Promise<void> {
  const found = packages[folder];
  if (found === undefined) throw new Error(`${folder} is no package. Known: ${publishedFolders.join(", ")}, provider`);
  const cwd = path.join(repository, folder);
  const isLibrary = found.kind === "library";
  rmSync(path.join(cwd, "dist"), { recursive: true, force: true });
  await build({
    cwd,
    config: false,
    entry: { ...found.entries },
    format: isLibrary ? ["esm", "cjs"] : ["esm"],
    dts: isLibrary,
    sourcemap: true,
    platform: "node",
    target: "node20",
    outDir: "dist",
    clean: false,
    fixedExtension: false,
    logLevel: "warn",
    // Neither how long each part of the build takes, nor what tsdown thinks of CommonJS, is news.
    checks: { pluginTimings: false, legacyCjs: false },
    deps: { neverBundle: declaredPackages(cwd), onlyBundle: [] },
  });
  if (isLibrary) letOptionalTypesBeMissing(cwd);
  for (const read of found.reads ?? []) {
    const { from, name, renamed = {} } = typeof read === "string" ? { from: read, name: path.basename(read) } : read;
    const to = path.join(cwd, "dist", name);
    cpSync(path.join(cwd, from), to, { recursive: true });
    for (const [file, packed] of Object.entries(renamed)) renameSync(path.join(to, file), path.join(to, packed));
  }
  // npm packs the licence that lies in the folder itself.
  copyFileSync(path.join(repository, "LICENSE"), path.join(cwd, "LICENSE"));
}

/** Whatever a package's own package.json names. */
function declaredPackages(folder: string): RegExp[] {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  return Object.keys({ ...dependencies, ...peerDependencies }).map((name) => new RegExp(`^${name}(/|$)`));
}

/**
 * Types of optional packages are `any` where those are not installed, instead of an error in every program that has
 * its libraries checked, as Pulumi's own templates have.
 */
function letOptionalTypesBeMissing(folder: string): void {
  const { peerDependenciesMeta = {} } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const dist = path.join(folder, "dist");
  for (const file of readdirSync(dist).filter((name) => /\.d\.c?ts$/.test(name))) {
    let text = readFileSync(path.join(dist, file), "utf8");
    for (const name of Object.keys(peerDependenciesMeta)) {
      // The bundler leaves imports for their effects behind, where the code has imports of types.
      text = text.replace(new RegExp(`^import "${name}/.*\\n`, "gm"), "");
      text = text.replace(new RegExp(`^import .* from "${name}/`, "gm"), "// @ts-ignore: an optional package\n$&");
    }
    writeFileSync(path.join(dist, file), text);
  }
}

/** Where the built plugin is. */
export const pluginFolder = path.join(repository, "provider", "dist");

/** The whole plugin in one CommonJS file: a single-executable application has no others. */
export const pluginProgram = path.join(pluginFolder, "index.js");

/** The licences of the packages that are built into the plugin. */
export const pluginLicences = path.join(pluginFolder, "THIRD-PARTY-LICENSES");

/**
 * Builds the plugin `entra-guests` into `provider/dist`, a folder that Pulumi runs as it is on a machine with Node.
 *
 * @returns the packages that are built into its one file
 */
export async function buildPlugin(): Promise<UsedPackage[]> {
  const provider = path.join(repository, "provider");
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
    plugins: [leaveOut],
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

/**
 * What Pulumi's SDK loads to write a program's functions into a state, half of the plugin's code: it writes none. Whatever
 * asks for them all the same fails.
 */
const leftOut: ReadonlySet<string> = new Set(["typescript", "@npmcli/arborist"]);

const leaveOut: Rolldown.Plugin = {
  name: "leave-out",
  resolveId: (id) => (leftOut.has(id) ? `\0${id}` : undefined),
  load(id) {
    if (!id.startsWith("\0") || !leftOut.has(id.slice(1))) return undefined;
    const reason = JSON.stringify(
      `The plugin entra-guests is built without ${id.slice(1)}, and something asks for its `,
    );
    return `module.exports = new Proxy({}, { get(_, name) {
      if (typeof name === "symbol" || name === "__esModule") return undefined;
      throw new Error(${reason} + name);
    } });`;
  },
};

function licenceOf({ name, version, license = "unknown", location }: UsedPackage): string {
  const folder = path.join(repository, location);
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = file === undefined ? "" : `\n${readFileSync(path.join(folder, file), "utf8").trim()}\n`;
  return `${"=".repeat(80)}\n${name} ${version} (${license})\n${text}`;
}

if (import.meta.main) {
  const chosen = process.argv.slice(2);
  for (const folder of chosen.length > 0 ? chosen : [...publishedFolders, "provider"]) {
    await (folder === "provider" ? buildPlugin() : buildPackage(folder));
    console.log(`${folder} built`);
  }
}
