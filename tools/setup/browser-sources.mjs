// Where a Chromium may come from: this machine, Playwright, the npm registry, Debian.
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { cacheName, fillCache } from "./cache.mjs";
import { npmCommand } from "./npm-packages.mjs";
import { runQuietly, startProgress } from "./step.mjs";

/**
 * The Chromium that the browser tests drive, kept in .local/browser.json.
 * @typedef {object} Browser
 * @property {"GUESTS_CHROMIUM" | "machine" | "playwright" | "npm" | "apt"} source where it comes from
 * @property {string} executable
 * @property {Record<string, string>} env variables that it needs besides those of the process that starts it
 */

/** @typedef {{ browser: Browser, reason?: undefined } | { browser?: undefined, reason: string }} Installation */

/**
 * A Chrome, Chromium or Edge that is installed where it usually is.
 * @returns {Browser | undefined}
 */
export function findInstalledBrowser() {
  const executable = usualPlaces(process.platform).find((place) => existsSync(place) && starts(place));
  return executable === undefined ? undefined : { source: "machine", executable, env: {} };
}

/**
 * The places where browsers are usually installed.
 * @param {NodeJS.Platform} platform
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string[]}
 */
export function usualPlaces(platform, env = process.env) {
  if (platform === "darwin") {
    return ["Google Chrome", "Chromium", "Microsoft Edge"].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    );
  }
  if (platform === "win32") {
    const folders = [env.PROGRAMFILES, env["PROGRAMFILES(X86)"], env.LOCALAPPDATA];
    const programs = ["Google\\Chrome\\Application\\chrome.exe", "Microsoft\\Edge\\Application\\msedge.exe"];
    return programs.flatMap((program) =>
      folders.flatMap((folder) => (folder ? [path.win32.join(folder, program)] : [])),
    );
  }
  // Ubuntu's /usr/bin/chromium-browser only installs a snap, so it is left out.
  const names = ["chromium", "google-chrome", "google-chrome-stable", "microsoft-edge"];
  const folders = ["/usr/bin", "/usr/local/bin", "/opt/google/chrome", "/snap/bin"];
  return names.flatMap((name) => folders.map((folder) => `${folder}/${name}`));
}

/**
 * Whether the program can be run: on Linux the libraries that it needs may be missing. Elsewhere it brings them along,
 * and asking for its version would open a window.
 * @param {string} executable
 * @param {Record<string, string>} [env]
 */
export function starts(executable, env = {}) {
  if (process.platform !== "linux") return existsSync(executable);
  const { status } = spawnSync(executable, ["--version"], {
    env: { ...process.env, ...env },
    stdio: "ignore",
    timeout: 30_000,
  });
  return status === 0;
}

const PLAYWRIGHT_BROWSER = "chromium-headless-shell";

/**
 * The Chromium that Playwright has downloaded for itself earlier, if any.
 * @param {string} root the repository's folder, whose node_modules hold playwright-core
 * @param {string} node
 * @returns {Browser | undefined}
 */
export function downloadedByPlaywright(root, node) {
  const { stdout } = spawnSync(node, [playwright(root), "install", "--dry-run", PLAYWRIGHT_BROWSER], {
    encoding: "utf8",
  });
  const folder = /^ *Install location: +(.*chromium.*)$/m.exec(stdout ?? "")?.[1]?.trim();
  // Playwright's own mark of a complete download.
  if (!folder || !existsSync(path.join(folder, "INSTALLATION_COMPLETE"))) return undefined;
  const program = process.platform === "win32" ? "chrome-headless-shell.exe" : "chrome-headless-shell";
  const file = readdirSync(folder, { recursive: true, encoding: "utf8" }).find(
    (name) => path.basename(name) === program,
  );
  if (!file) return undefined;
  const executable = path.join(folder, file);
  return starts(executable) ? { source: "playwright", executable, env: {} } : undefined;
}

/**
 * Has Playwright download its own Chromium. A machine that does not reach the download site learns so in seconds.
 * @param {string} root
 * @param {string} node
 * @returns {Promise<Installation>}
 */
export async function installByPlaywright(root, node) {
  const progress = startProgress("Downloading a Chromium for the browser tests");
  const failure = await runPlaywrightInstaller(root, node);
  const browser = failure === undefined ? downloadedByPlaywright(root, node) : undefined;
  progress.end(browser ? "done" : "not possible");
  if (browser) return { browser };
  return { reason: `Playwright's download: ${failure ?? "it does not start here; system libraries are missing"}` };
}

/**
 * @param {string} root
 * @param {string} node
 * @returns {Promise<string | undefined>} what went wrong
 */
async function runPlaywrightInstaller(root, node) {
  try {
    const { status, complaint } = await runQuietly(node, [playwright(root), "install", PLAYWRIGHT_BROWSER]);
    if (status === 0) return undefined;
    return /^Error: (?!Download|Failed)(.*)$/m.exec(complaint)?.[1] ?? `it ended with status ${status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** @param {string} root */
function playwright(root) {
  return path.join(root, "node_modules", "playwright-core", "cli.js");
}

// The package @sparticuz/chromium is made for AWS Lambda: a Chromium for Linux on x64 with the libraries and the one
// font that a bare machine lacks. package-lock.json beside its package.json says which one, and its checksum.
const NPM_PACKAGE = fileURLToPath(new URL("chromium-package", import.meta.url));

/**
 * The Chromium that an earlier set-up has put into the cache, if any.
 * @param {string} cache the cache directory
 * @returns {Browser | undefined}
 */
export function installedFromNpm(cache) {
  const folder = path.join(cache, npmFolderName());
  const executable = path.join(folder, "chromium");
  const env = { LD_LIBRARY_PATH: path.join(folder, "al2023", "lib"), FONTCONFIG_FILE: path.join(folder, "fonts.conf") };
  return existsSync(executable) && starts(executable, env) ? { source: "npm", executable, env } : undefined;
}

/**
 * Installs the npm package's Chromium into the cache.
 * @param {string} cache the cache directory
 * @param {string} node Node 22.17 or newer, for the package's own unpacking
 * @returns {Promise<Installation>}
 */
export async function installFromNpm(cache, node) {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return { reason: "the npm package @sparticuz/chromium: it is for Linux on x64 only" };
  }
  const progress = startProgress("Installing a Chromium from the npm registry");
  try {
    await fillCache(cache, npmFolderName(), (unfinished) => unpackNpmPackage(unfinished, node));
    const browser = installedFromNpm(cache);
    progress.end(browser ? "done" : "not possible");
    return browser ? { browser } : { reason: "the npm package @sparticuz/chromium: its Chromium does not start here" };
  } catch (error) {
    progress.end("not possible");
    return { reason: `the npm package @sparticuz/chromium: ${error instanceof Error ? error.message : error}` };
  }
}

function npmFolderName() {
  const { dependencies } = JSON.parse(readFileSync(path.join(NPM_PACKAGE, "package.json"), "utf8"));
  return cacheName("chromium", dependencies["@sparticuz/chromium"]);
}

/**
 * @param {string} folder
 * @param {string} node
 */
async function unpackNpmPackage(folder, node) {
  const installation = path.join(folder, "package");
  mkdirSync(installation);
  for (const file of ["package.json", "package-lock.json"])
    copyFileSync(path.join(NPM_PACKAGE, file), path.join(installation, file));
  const { command, args, shell } = npmCommand("ci");
  await runOrThrow(command, [...args, "--ignore-scripts"], { cwd: installation, shell });

  // The package unpacks into the folder for temporary files; its libraries only where it believes to be on Lambda.
  const unpack = "import chromium from '@sparticuz/chromium'; await chromium.executablePath();";
  await runOrThrow(node, ["--input-type=module", "--eval", unpack], {
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
 */
async function runOrThrow(command, args, options) {
  const { status, complaint } = await runQuietly(command, args, options);
  if (status !== 0) throw new Error(complaint || `${command} ended with status ${status}`);
}

/**
 * The last resort: Debian's own Chromium, where this user may install it. It changes the machine, so it says so.
 * @returns {Promise<Installation>}
 */
export async function installByApt() {
  if (!existsSync("/etc/debian_version")) return { reason: "Debian's package chromium: this is no Debian" };
  if (process.getuid?.() !== 0) return { reason: "Debian's package chromium: only root may install it" };
  console.log("Installing Debian's package chromium on this machine: apt-get install chromium");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  spawnSync("apt-get", ["update", "-qq"], { env, stdio: "inherit" });
  const { status } = spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], {
    env,
    stdio: "inherit",
  });
  const browser = status === 0 ? findInstalledBrowser() : undefined;
  if (browser) return { browser: { ...browser, source: "apt" } };
  return { reason: `Debian's package chromium: apt-get ended with status ${status}; its messages are above` };
}
