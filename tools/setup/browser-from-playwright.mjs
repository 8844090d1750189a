import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { starts } from "./browser-on-machine.mjs";
import { startProgress } from "./progress.mjs";

const BROWSER = "chromium-headless-shell";

/**
 * The Chromium that Playwright has downloaded for itself earlier, if any.
 * @param {string} root the repository's folder, whose node_modules hold playwright-core
 * @param {string} node
 * @returns {import("./browser.mjs").Browser | undefined}
 */
export function downloadedByPlaywright(root, node) {
  const { stdout } = spawnSync(node, [playwright(root), "install", "--dry-run", BROWSER], { encoding: "utf8" });
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
 * @returns {Promise<{ browser: import("./browser.mjs").Browser, reason?: undefined } | { browser?: undefined, reason: string }>}
 */
export async function installByPlaywright(root, node) {
  const progress = startProgress("Downloading a Chromium for the browser tests");
  const complaint = await runInstaller(root, node);
  const browser = complaint === undefined ? downloadedByPlaywright(root, node) : undefined;
  progress.end(browser ? "done" : "not possible");
  if (browser) return { browser };
  return { reason: `Playwright's download: ${complaint ?? "it does not start here; system libraries are missing"}` };
}

/**
 * @param {string} root
 * @param {string} node
 * @returns {Promise<string | undefined>} what went wrong
 */
function runInstaller(root, node) {
  return new Promise((resolve) => {
    const child = spawn(node, [playwright(root), "install", BROWSER], { stdio: ["ignore", "ignore", "pipe"] });
    let complaint = "";
    child.stderr.setEncoding("utf8").on("data", (text) => {
      complaint += text;
    });
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code) => {
      const reason = /^Error: (?!Download|Failed)(.*)$/m.exec(complaint)?.[1] ?? `it ended with status ${code}`;
      resolve(code === 0 ? undefined : reason);
    });
  });
}

/** @param {string} root */
function playwright(root) {
  return path.join(root, "node_modules", "playwright-core", "cli.js");
}
