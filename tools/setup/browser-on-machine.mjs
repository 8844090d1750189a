import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

/**
 * A Chrome, Chromium or Edge that is installed where it usually is.
 * @param {NodeJS.Platform} [platform]
 * @returns {import("./browser.mjs").Browser | undefined}
 */
export function findInstalledBrowser(platform = process.platform) {
  const executable = usualPlaces(platform).find((place) => existsSync(place) && starts(place));
  return executable === undefined ? undefined : { source: "machine", executable, env: {} };
}

/**
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
  // Ubuntu's /usr/bin/chromium-browser is a script that installs a snap, and is left out for that.
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
