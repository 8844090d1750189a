import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { SetupFailure } from "./failure.mjs";
import { isAtLeast } from "./version.mjs";

/** The first version that runs TypeScript without a flag. */
export const MINIMUM_NODE = "22.18.0";

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
