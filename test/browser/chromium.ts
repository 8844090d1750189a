import { type Browser, chromium } from "playwright-core";
import { rememberedBrowser } from "../../tools/setup/browser.mjs";
import { repository } from "../../tools/toolchain.ts";
import type { Portal } from "./portal.ts";

/**
 * Starts the Chromium that set-up has found or installed. It finds this machine, the portal, and nobody else.
 *
 * @throws where set-up has not run with `--browser`
 */
export async function launchChromium(portal: Pick<Portal, "host" | "port">): Promise<Browser> {
  const browser = rememberedBrowser(repository);
  if (browser === undefined) {
    throw new Error("There is no browser for the tests yet. Have one set up: node tools/setup.mjs --browser");
  }
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath: browser.executable,
    env: { ...(process.env as Record<string, string>), ...browser.env },
    // Chromium's own sandbox does not work for root, nor in most containers; the pages are our own.
    chromiumSandbox: process.platform !== "linux" && !isRoot,
    args: [
      `--host-resolver-rules=MAP ${portal.host}:443 127.0.0.1:${portal.port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
      "--disable-gpu",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
