import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { starts } from "./browser-on-machine.mjs";
import { cacheName, fillCache } from "./cache.mjs";
import { npmCommand } from "./dependencies.mjs";
import { startProgress } from "./progress.mjs";

// The package @sparticuz/chromium is made for AWS Lambda: a Chromium for Linux on x64 with the libraries and the one
// font that a bare machine lacks. package-lock.json beside its package.json says which one, and its checksum.
const PACKAGE = fileURLToPath(new URL("chromium-package", import.meta.url));

/** @typedef {{ browser: import("./browser.mjs").Browser, reason?: undefined } | { browser?: undefined, reason: string }} Outcome */

/**
 * The Chromium that an earlier set-up has put into the cache, if any.
 * @param {string} cache the cache directory
 * @returns {import("./browser.mjs").Browser | undefined}
 */
export function installedFromNpm(cache) {
  const folder = path.join(cache, folderName());
  const browser = browserIn(folder);
  return existsSync(browser.executable) && starts(browser.executable, browser.env) ? browser : undefined;
}

/**
 * Installs it into the cache.
 * @param {string} cache the cache directory
 * @param {string} node Node 22.17 or newer, for the package's own unpacking
 * @returns {Promise<Outcome>}
 */
export async function installFromNpm(cache, node) {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return { reason: "the npm package @sparticuz/chromium: it is for Linux on x64 only" };
  }
  const progress = startProgress("Installing a Chromium from the npm registry");
  try {
    await fillCache(cache, folderName(), (unfinished) => fill(unfinished, node));
    const browser = installedFromNpm(cache);
    progress.end(browser ? "done" : "not possible");
    return browser ? { browser } : { reason: "the npm package @sparticuz/chromium: its Chromium does not start here" };
  } catch (error) {
    progress.end("not possible");
    return { reason: `the npm package @sparticuz/chromium: ${error instanceof Error ? error.message : error}` };
  }
}

function folderName() {
  const { dependencies } = JSON.parse(readFileSync(path.join(PACKAGE, "package.json"), "utf8"));
  return cacheName("chromium", dependencies["@sparticuz/chromium"]);
}

/**
 * @param {string} folder
 * @returns {import("./browser.mjs").Browser}
 */
function browserIn(folder) {
  return {
    source: "npm",
    executable: path.join(folder, "chromium"),
    env: { LD_LIBRARY_PATH: path.join(folder, "al2023", "lib"), FONTCONFIG_FILE: path.join(folder, "fonts.conf") },
  };
}

/**
 * @param {string} folder
 * @param {string} node
 */
async function fill(folder, node) {
  const installation = path.join(folder, "package");
  mkdirSync(installation);
  for (const file of ["package.json", "package-lock.json"])
    copyFileSync(path.join(PACKAGE, file), path.join(installation, file));
  const { command, args, shell } = npmCommand("ci");
  await run(command, [...args, "--ignore-scripts"], { cwd: installation, shell });

  // The package unpacks into the folder for temporary files; its libraries only where it believes to be on Lambda.
  const unpack = "import chromium from '@sparticuz/chromium'; await chromium.executablePath();";
  await run(node, ["--input-type=module", "--eval", unpack], {
    cwd: installation,
    env: { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x" },
  });
  rmSync(installation, { recursive: true });
  renameSync(path.join(folder, "fonts", "fonts"), path.join(folder, "own-fonts"));
  writeFileSync(path.join(folder, "fonts.conf"), FONTS);
}

/** The machine's own fonts, and the one of the package where there is none. */
const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">own-fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

/**
 * @param {string} command
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions} options
 * @returns {Promise<void>}
 */
function run(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "ignore", "pipe"] });
    let complaint = "";
    child.stderr?.setEncoding("utf8").on("data", (text) => {
      complaint += text;
    });
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve() : reject(new Error(complaint.trim() || `${command} ended with status ${code}`)),
    );
  });
}
