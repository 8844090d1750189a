import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { cacheDirectory, cacheName, fillCache, makeCacheDirectory } from "./cache.mjs";
import { isAtLeast } from "./npm-packages.mjs";
import { buildFromModules, builtFromModules } from "./pulumi-from-modules.mjs";
import { rememberChoice, rememberedChoice, runQuietly, startProgress } from "./step.mjs";

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
  rememberChoice(root, "toolchain", choice);
  return choice;
}

/**
 * What an earlier set-up chose; nothing when there was none or its file is damaged.
 * @param {string} root the repository's folder
 * @returns {PulumiChoice | undefined}
 */
export function rememberedPulumi(root) {
  return rememberedChoice(root, "toolchain");
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
 * The version of the @pulumi/pulumi that is installed; the CLI goes with it.
 * @param {string} root the repository's folder
 * @returns {string}
 */
export function sdkVersion(root) {
  const file = path.join(root, "node_modules", "@pulumi", "pulumi", "package.json");
  return JSON.parse(readFileSync(file, "utf8")).version;
}

/**
 * @param {string} bin
 * @param {NodeJS.Platform} [platform]
 */
export function pulumiIn(bin, platform = process.platform) {
  return path.join(bin, platform === "win32" ? "pulumi.exe" : "pulumi");
}

/**
 * Looks for a `pulumi` on PATH that fits the SDK and has a Node language host beside it.
 * @param {string} sdk the version of @pulumi/pulumi
 * @returns {string | undefined} its folder
 */
function findOnPath(sdk) {
  const suffix = process.platform === "win32" ? ".exe" : "";
  for (const folder of (process.env.PATH ?? "").split(path.delimiter)) {
    const program = path.join(folder, `pulumi${suffix}`);
    if (!path.isAbsolute(folder) || !existsSync(program)) continue;
    const version = versionOfCli(program);
    if (!version || !cliFitsSdk(version, sdk)) {
      console.log(`${program} is version ${version ?? "unknown"}; this project needs ${sdk} or a newer 3.x.`);
      continue;
    }
    // Package managers put links on PATH; the language host stands beside the program itself.
    for (const bin of [folder, path.dirname(realpathSync(program))]) {
      if (existsSync(path.join(bin, `pulumi-language-nodejs${suffix}`))) return bin;
    }
    console.log(`${program} has no pulumi-language-nodejs beside it, so it cannot run this project.`);
  }
  return undefined;
}

/** @param {string} program */
function versionOfCli(program) {
  const { status, stdout } = spawnSync(program, ["version"], {
    encoding: "utf8",
    timeout: 20_000,
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  return status === 0 ? stdout.trim() : undefined;
}

/**
 * Whether a Pulumi CLI of version `found` may serve a program written against SDK version `sdk`: it is not older than
 * the SDK (the CLI the project is tested with) and of the same major version (Pulumi's own rule).
 * @param {string} found
 * @param {string} sdk
 */
export function cliFitsSdk(found, sdk) {
  return isAtLeast(found, sdk) && !isAtLeast(found, `${Number.parseInt(sdk, 10) + 1}.0.0`);
}

/** @param {string} version */
const installationName = (version) => cacheName("pulumi", version, "installer");

/**
 * The folder of a CLI that Pulumi's installer put into the cache earlier.
 * @param {string} cache the cache directory
 * @param {string} version the CLI's version
 */
function installed(cache, version) {
  const bin = path.join(cache, installationName(version), "bin");
  return existsSync(bin) ? bin : undefined;
}

/**
 * Runs Pulumi's own installer into the cache. A machine that does not reach the download site learns so in seconds.
 * @param {string} cache the cache directory
 * @param {string} node a Node that @pulumi/pulumi runs on
 * @param {string} root the repository's folder, whose node_modules hold @pulumi/pulumi
 * @param {string} version the CLI's version
 * @returns {Promise<{ bin: string, reason?: undefined } | { bin?: undefined, reason: string }>}
 */
async function installOfficial(cache, node, root, version) {
  const progress = startProgress(`Installing the Pulumi CLI ${version}`);
  try {
    const folder = await fillCache(cache, installationName(version), async (unfinished) => {
      const { status, complaint } = await runQuietly(node, [THIS_FILE, unfinished], {
        cwd: root,
        // Node's fetch looks at HTTPS_PROXY only when told to.
        env: { ...process.env, NODE_USE_ENV_PROXY: "1" },
      });
      if (status !== 0) throw new Error(complaint || `it ended with status ${status}`);
    });
    progress.end("done");
    return { bin: path.join(folder, "bin") };
  } catch (error) {
    progress.end("not possible");
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

const THIS_FILE = fileURLToPath(import.meta.url);
const DOWNLOAD_SITE = "https://get.pulumi.com";
const SITE_ANSWERS_WITHIN_MS = 8_000;

/**
 * Runs Pulumi's own installer, which installs the CLI of the SDK's version. A complaint on stderr is the reason why not.
 * @param {string} folder where the CLI goes
 */
async function runPulumiInstaller(folder) {
  try {
    // The installer itself waits two minutes for a site that a firewall swallows.
    await fetch(`${DOWNLOAD_SITE}/install.sh`, { method: "HEAD", signal: AbortSignal.timeout(SITE_ANSWERS_WITHIN_MS) });
    const { PulumiCommand } = await import("@pulumi/pulumi/automation/index.js");
    await PulumiCommand.install({ root: folder });
  } catch (error) {
    console.error(explain(error));
    process.exitCode = 1;
  }
}

/** @param {unknown} error */
function explain(error) {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `${DOWNLOAD_SITE} did not answer within ${SITE_ANSWERS_WITHIN_MS / 1000} s`;
  const cause = error.cause instanceof Error ? error.cause.message : "";
  return cause ? `${DOWNLOAD_SITE} is not reachable (${cause})` : error.message;
}

// installOfficial starts this file as a program: set-up itself may run on a Node that is too old for @pulumi/pulumi.
if (process.argv[1] === THIS_FILE) await runPulumiInstaller(process.argv[2] ?? "");
