import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { SetupFailure } from "./step.mjs";

/**
 * Installs the npm packages of package-lock.json unless exactly these are there already.
 * @param {string} root the repository's folder
 */
export function ensureDependencies(root) {
  if (dependenciesMatch(root)) return;
  console.log("Installing the npm packages…");
  const { command, args, shell } = npmCommand(installVerb(root));
  const { status, error, signal } = spawnSync(command, args, { cwd: root, stdio: "inherit", shell });
  if (status === 0) return;
  throw new SetupFailure(
    "Installing the npm packages",
    error?.message ??
      (signal ? `npm was ended by ${signal}` : `npm ended with status ${status}; its messages are above`),
    "Check that the npm registry is reachable (`npm ping`), that the disk has 1 GB free and that this folder is yours to\n" +
      "write to. Then run the same command again.",
  );
}

/**
 * Whether node_modules holds what package-lock.json asks for. npm writes node_modules/.package-lock.json as the last
 * step of an installation, so an interrupted one does not match.
 * @param {string} root the repository's folder
 */
export function dependenciesMatch(root) {
  const installed = packagesOf(path.join(root, "node_modules", ".package-lock.json"));
  if (!installed) return false;
  const wanted = packagesOf(path.join(root, "package-lock.json")) ?? {};
  return Object.entries(wanted).every(([location, { version, optional, devOptional }]) => {
    if (location === "") return true;
    const found = installed[location];
    // Optional packages include those of other platforms: one may be missing, but never have another version.
    return found ? found.version === version : Boolean(optional || devOptional);
  });
}

/**
 * @typedef {{ version?: string, optional?: boolean, devOptional?: boolean }} LockedPackage
 * @param {string} lockFile
 * @returns {Record<string, LockedPackage> | undefined}
 */
function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/**
 * Windows cannot delete a running node.exe, as `npm ci` would when this very process runs from node_modules.
 * @param {string} root
 */
function installVerb(root) {
  const runsFromModules = process.execPath.startsWith(path.join(root, "node_modules"));
  return process.platform === "win32" && runsFromModules ? "install" : "ci";
}

/**
 * The npm command of a quiet run that still prints errors, even inside an `npm run --silent`.
 * npm tells its scripts where its own program is; starting that one avoids the shell that npm.cmd needs on Windows.
 * @param {string} verb
 */
export function npmCommand(verb) {
  const args = [verb, "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  const program = process.env.npm_execpath;
  if (program && path.basename(program) === "npm-cli.js") {
    return { command: process.execPath, args: [program, ...args], shell: false };
  }
  return { command: "npm", args, shell: process.platform === "win32" };
}

/**
 * Runs npm and returns what it prints to stdout.
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {string}
 * @throws Error with what npm wrote to stderr
 */
export function runNpm(args, options = {}) {
  const program = process.env.npm_execpath;
  const viaNode = program !== undefined && path.basename(program) === "npm-cli.js";
  return execFileSync(viaNode ? process.execPath : "npm", viaNode ? [program, ...args] : args, {
    ...options,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 * 1024 * 1024,
    shell: !viaNode && process.platform === "win32",
  });
}

/** The first version that runs TypeScript without a flag. */
const MINIMUM_NODE = "22.18.0";

/**
 * The program of the npm package `node`, whether or not it is there.
 * @param {string} root the repository's folder
 */
export function packagedNode(root) {
  return path.join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
}

/**
 * Finds the Node that runs everything after set-up: that of the npm package, else the machine's own if it is new enough.
 * @param {string} root the repository's folder
 * @returns {string} its path
 */
export function ensureNode(root) {
  const packaged = packagedNode(root);
  if (existsSync(packaged)) return packaged;
  // The script that fetches the package's program does not run with npm's `ignore-scripts`, or on a rare platform.
  if (isAtLeast(process.version, MINIMUM_NODE)) return process.execPath;
  rebuildNodePackage(root);
  if (existsSync(packaged)) return packaged;
  throw new SetupFailure(
    "Setting up Node",
    `the project needs Node ${MINIMUM_NODE} or newer, this is ${process.version}, and the npm package "node" has no ` +
      `program for ${process.platform}-${process.arch} in ${packaged}`,
    "Install Node 24 (https://nodejs.org) and run the same command again.",
  );
}

/** @param {string} root */
function rebuildNodePackage(root) {
  console.log("Fetching Node 24…");
  spawnSync(process.execPath, ["installArchSpecificPackage"], {
    cwd: path.join(root, "node_modules", "node"),
    stdio: "inherit",
  });
}

/**
 * Whether `found` is at least `minimum`. Pre-releases count as the version they lead to.
 * @param {string} found
 * @param {string} minimum
 */
export function isAtLeast(found, minimum) {
  const [have, want] = [versionOf(found), versionOf(minimum)];
  if (!have || !want) return false;
  const [major, minor, patch] = have.map((part, index) => part - Number(want[index]));
  return (major || minor || patch || 0) >= 0;
}

/**
 * @param {string} text e.g. "v3.259.0", "22.18.0-nightly"
 * @returns {[number, number, number] | undefined} major, minor and patch, or nothing when the text is no version
 */
function versionOf(text) {
  const found = /^v?(\d+)\.(\d+)\.(\d+)/.exec(text.trim());
  return found ? [Number(found[1]), Number(found[2]), Number(found[3])] : undefined;
}
