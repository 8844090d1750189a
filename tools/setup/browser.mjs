import { existsSync } from "node:fs";
import {
  downloadedByPlaywright,
  findInstalledBrowser,
  installByApt,
  installByPlaywright,
  installedFromNpm,
  installFromNpm,
  starts,
} from "./browser-sources.mjs";
import { cacheDirectory, makeCacheDirectory } from "./cache.mjs";
import { rememberChoice, rememberedChoice, SetupFailure } from "./step.mjs";

/** @typedef {import("./browser-sources.mjs").Browser} Browser */

/**
 * Finds or installs a Chromium, and remembers it: the one that GUESTS_CHROMIUM names, one of the machine, Playwright's
 * own, one from the npm registry, one from Debian. It has been seen to start.
 * @param {string} root the repository's folder
 * @param {string} node the Node that runs the installers
 * @returns {Promise<Browser>}
 */
export async function ensureBrowser(root, node) {
  const known = rememberedBrowser(root);
  const wanted = process.env.GUESTS_CHROMIUM || undefined;
  const asWanted = wanted === undefined ? known?.source !== "GUESTS_CHROMIUM" : known?.executable === wanted;
  if (known && asWanted && existsSync(known.executable)) return known;
  const browser = wanted === undefined ? await chooseBrowser(root, node) : namedBrowser(wanted);
  rememberChoice(root, "browser", browser);
  return browser;
}

/**
 * What an earlier set-up chose; nothing when there was none or its file is damaged.
 * @param {string} root the repository's folder
 * @returns {Browser | undefined}
 */
export function rememberedBrowser(root) {
  return rememberedChoice(root, "browser");
}

/**
 * @param {string} executable
 * @returns {Browser}
 */
function namedBrowser(executable) {
  if (starts(executable)) return { source: "GUESTS_CHROMIUM", executable, env: {} };
  throw new SetupFailure(
    "Finding the browser for the tests",
    `GUESTS_CHROMIUM is "${executable}", and that does not start`,
    "Let it name the program of a Chrome or Chromium, or unset it to have one found or installed.",
  );
}

/**
 * @param {string} root
 * @param {string} node
 * @returns {Promise<Browser>}
 */
async function chooseBrowser(root, node) {
  const cache = cacheDirectory();
  const found = findInstalledBrowser() ?? downloadedByPlaywright(root, node) ?? installedFromNpm(cache);
  if (found) return found;

  makeCacheDirectory(cache);
  /** @type {string[]} */
  const reasons = [];
  for (const install of [
    () => installByPlaywright(root, node),
    () => installFromNpm(cache, node),
    () => installByApt(),
  ]) {
    const { browser, reason } = await install();
    if (browser) return browser;
    reasons.push(reason);
  }
  throw new SetupFailure(
    "Setting up a browser for the tests",
    `none is on this machine, and none could be installed:\n  ${reasons.join("\n  ")}`,
    "Install Chrome or Chromium, or set GUESTS_CHROMIUM to the program of one. Then run the same command again.\n" +
      "The other tests need no browser: npx vitest run --project unit --project http --project engine",
  );
}
