import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { findInstalledBrowser } from "./browser-on-machine.mjs";

/**
 * The last resort: Debian's own Chromium, where this user may install it. It changes the machine, so it says so.
 * @returns {Promise<{ browser: import("./browser.mjs").Browser, reason?: undefined } | { browser?: undefined, reason: string }>}
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
