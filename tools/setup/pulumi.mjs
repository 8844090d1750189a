import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { cacheDirectory, makeCacheDirectory } from "./cache.mjs";
import { buildFromModules, builtFromModules } from "./pulumi-from-modules.mjs";
import { installed, installOfficial } from "./pulumi-installer.mjs";
import { findOnPath } from "./pulumi-on-path.mjs";

/**
 * The Pulumi CLI that set-up chose, kept in .local/toolchain.json.
 * @typedef {object} PulumiChoice
 * @property {string} sdk the version of Pulumi's SDK it was chosen for
 * @property {"path" | "installer" | "modules"} source where it comes from
 * @property {string} bin the folder that holds `pulumi` and its language host
 */

/**
 * Finds, installs or builds a Pulumi CLI with a Node language host, in that order, and remembers it.
 * @param {string} root the repository's folder
 * @param {string} node the Node that runs Pulumi's own installer
 * @returns {Promise<PulumiChoice>}
 */
export async function ensurePulumi(root, node) {
  const sdk = sdkVersion(root);
  const known = rememberedPulumi(root);
  if (known?.sdk === sdk && existsSync(pulumiIn(known.bin))) return known;
  const choice = { sdk, ...(await choosePulumi(root, node, sdk)) };
  remember(root, choice);
  return choice;
}

/**
 * @param {string} root
 * @param {string} node
 * @param {string} sdk
 * @returns {Promise<Omit<PulumiChoice, "sdk">>}
 */
async function choosePulumi(root, node, sdk) {
  const onPath = findOnPath(sdk);
  if (onPath) return { source: "path", bin: onPath };

  const cache = cacheDirectory();
  const cachedInstallation = installed(cache, sdk);
  if (cachedInstallation) return { source: "installer", bin: cachedInstallation };
  const cachedBuild = builtFromModules(cache, sdk);
  if (cachedBuild) return { source: "modules", bin: cachedBuild };

  makeCacheDirectory(cache);
  const official = await installOfficial(cache, node, root, sdk);
  if (official.bin) return { source: "installer", bin: official.bin };
  console.log(`Pulumi's installer cannot be used here: ${official.reason}`);
  return { source: "modules", bin: await buildFromModules(cache, root, sdk) };
}

/**
 * The exact version of @pulumi/pulumi in package.json; the CLI goes with it.
 * @param {string} root
 * @returns {string}
 */
export function sdkVersion(root) {
  return JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")).dependencies["@pulumi/pulumi"];
}

/**
 * @param {string} bin
 * @param {NodeJS.Platform} [platform]
 */
export function pulumiIn(bin, platform = process.platform) {
  return path.join(bin, platform === "win32" ? "pulumi.exe" : "pulumi");
}

/** @param {string} root */
function choiceFile(root) {
  return path.join(root, ".local", "toolchain.json");
}

/**
 * What an earlier set-up chose; nothing when there was none or its file is damaged.
 * @param {string} root the repository's folder
 * @returns {PulumiChoice | undefined}
 */
export function rememberedPulumi(root) {
  try {
    return JSON.parse(readFileSync(choiceFile(root), "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * @param {string} root
 * @param {PulumiChoice} choice
 */
function remember(root, choice) {
  const file = choiceFile(root);
  mkdirSync(path.dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(choice, undefined, 2)}\n`);
  renameSync(unfinished, file);
}
