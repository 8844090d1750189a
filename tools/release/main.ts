/**
 * `npm run release:dry` makes every package and archive of a release that this machine can make, with what each is made
 * of and their checksums, in `dist/release`. It publishes nothing.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { packageName, packageVersion } from "../../model/names.ts";
import { buildPlugin, publishedFolders } from "../build.ts";
import { runNpm } from "../setup/npm-packages.mjs";
import { repository } from "../toolchain.ts";
import { billOfMaterials, installedWith } from "./bill-of-materials.ts";
import { canBeMadeHere, isThisMachine, makeArchive, makeFolderArchive, platforms } from "./plugin-archives.ts";
import { changesOf } from "./release-version.ts";

/** Where a release is put together. */
export const releaseFolder = path.join(repository, "dist", "release");

const releaseNotes = "RELEASE-NOTES.md";

const help = `npm run release:dry [-- OPTIONS]

  --packages   the npm packages only
  --plugin     the plugin only, for this machine's platform and as a folder (with --packages: both)
  --help       this text`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { packages: { type: "boolean" }, plugin: { type: "boolean" }, help: { type: "boolean" } },
  });
  if (values.help) return console.log(help);
  rmSync(releaseFolder, { recursive: true, force: true });
  mkdirSync(releaseFolder, { recursive: true });
  if (values.packages || !values.plugin) makePackages();
  if (values.plugin || !values.packages) await makePlugin(values.plugin === true);
  writeChecksums();
  console.log(`\n${path.relative(repository, releaseFolder)}:\n${readdirSync(releaseFolder).join("\n")}`);
}

/** Packs each npm package; its own `prepack` builds it. What is new goes with them. */
function makePackages(): void {
  writeFileSync(path.join(releaseFolder, releaseNotes), `${changesOf(packageVersion)}\n`);
  for (const folder of publishedFolders) {
    const cwd = path.join(repository, folder);
    const { name, version } = JSON.parse(readFileSync(path.join(cwd, "package.json"), "utf8"));
    runNpm(["pack", "--pack-destination", releaseFolder, "--silent"], { cwd });
    writeBill({ name, version, type: "library" }, installedWith(folder));
    console.log(`${name} packed`);
  }
}

async function makePlugin(onlyThisMachine: boolean): Promise<void> {
  const bundled = await buildPlugin();
  const node = { name: "node", version: process.versions.node, license: "MIT", location: "" };
  writeBill({ name: `pulumi-resource-${packageName}`, version: packageVersion, type: "application" }, [
    ...bundled,
    node,
  ]);
  await makeFolderArchive(releaseFolder);
  for (const platform of platforms) {
    const name = `${platform.os}-${platform.arch}`;
    if (onlyThisMachine ? !isThisMachine(platform) : !canBeMadeHere(platform)) {
      if (!onlyThisMachine) console.log(`${name}: not made here, it needs a machine of its own kind`);
      continue;
    }
    await makeArchive(platform, releaseFolder);
    console.log(`${name}: archive made`);
  }
}

function writeBill(subject: Parameters<typeof billOfMaterials>[0], parts: Parameters<typeof billOfMaterials>[1]): void {
  const file = `${subject.name.replace("@", "").replace("/", "-")}-${subject.version}.cdx.json`;
  writeFileSync(path.join(releaseFolder, file), billOfMaterials(subject, parts));
}

/** One line a file, as `sha256sum --check` reads it. The notes become the text of the release. */
function writeChecksums(): void {
  const lines = readdirSync(releaseFolder)
    .filter((file) => file !== releaseNotes)
    .sort()
    .map(
      (file) =>
        `${createHash("sha256")
          .update(readFileSync(path.join(releaseFolder, file)))
          .digest("hex")}  ${file}`,
    );
  writeFileSync(path.join(releaseFolder, "SHA256SUMS"), `${lines.join("\n")}\n`);
}

if (import.meta.main) await main();
