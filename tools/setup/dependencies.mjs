import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { SetupFailure } from "./failure.mjs";

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
    // Optional packages are those of other platforms, too: they may be missing, never different.
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
 * A run without noise, but with errors, also inside an `npm run --silent`.
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
