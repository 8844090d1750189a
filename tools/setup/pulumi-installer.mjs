import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { cacheName, fillCache } from "./cache.mjs";
import { startProgress } from "./progress.mjs";

/**
 * The folder of a CLI that Pulumi's installer put into the cache earlier.
 * @param {string} cache the cache directory
 * @param {string} version the CLI's version
 */
export function installed(cache, version) {
  const bin = path.join(cache, cacheName("pulumi", version, "installer"), "bin");
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
export async function installOfficial(cache, node, root, version) {
  const progress = startProgress(`Installing the Pulumi CLI ${version}`);
  try {
    const folder = await fillCache(cache, cacheName("pulumi", version, "installer"), (unfinished) =>
      runInstaller(node, root, unfinished),
    );
    progress.end("done");
    return { bin: path.join(folder, "bin") };
  } catch (error) {
    progress.end("not possible");
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * @param {string} node
 * @param {string} root
 * @param {string} folder
 * @returns {Promise<void>}
 */
function runInstaller(node, root, folder) {
  const script = fileURLToPath(new URL("run-pulumi-installer.mjs", import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(node, [script, folder], {
      cwd: root,
      stdio: ["ignore", "ignore", "pipe"],
      // Node's fetch looks at HTTPS_PROXY only when told to.
      env: { ...process.env, NODE_USE_ENV_PROXY: "1" },
    });
    let complaint = "";
    child.stderr.setEncoding("utf8").on("data", (text) => {
      complaint += text;
    });
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve() : reject(new Error(complaint.trim() || `it ended with status ${code}`)),
    );
  });
}
