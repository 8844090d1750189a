import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ensureBrowser, rememberedBrowser } from "./browser.mjs";
import { usualPlaces } from "./browser-sources.mjs";

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "browser-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

describe("the browser for the tests", () => {
  it("is the one that GUESTS_CHROMIUM names, and is remembered", async () => {
    // Any program that answers to --version.
    vi.stubEnv("GUESTS_CHROMIUM", process.execPath);
    const expected = { source: "GUESTS_CHROMIUM", executable: process.execPath, env: {} };
    expect(await ensureBrowser(root, process.execPath)).toEqual(expected);
    expect(rememberedBrowser(root)).toEqual(expected);
  });

  it("is refused with what to do when GUESTS_CHROMIUM names none", async () => {
    vi.stubEnv("GUESTS_CHROMIUM", path.join(root, "nowhere"));
    await expect(ensureBrowser(root, process.execPath)).rejects.toThrow(
      /GUESTS_CHROMIUM is ".*nowhere", and that does not start\nLet it name the program/,
    );
    expect(rememberedBrowser(root)).toBeUndefined();
  });

  it("is the remembered one as long as it is there", async () => {
    vi.stubEnv("GUESTS_CHROMIUM", "");
    const known = { source: "npm", executable: process.execPath, env: { LD_LIBRARY_PATH: "/somewhere" } };
    mkdirSync(path.join(root, ".local"));
    writeFileSync(path.join(root, ".local", "browser.json"), JSON.stringify(known));
    expect(await ensureBrowser(root, process.execPath)).toEqual(known);
  });

  it("is looked for again when what was remembered is damaged", () => {
    mkdirSync(path.join(root, ".local"));
    writeFileSync(path.join(root, ".local", "browser.json"), '{"source": "np');
    expect(rememberedBrowser(root)).toBeUndefined();
  });
});

describe("the places where a browser usually is", () => {
  it("are those of the platform", () => {
    expect(usualPlaces("linux")).toContain("/usr/bin/chromium");
    expect(usualPlaces("darwin")).toContain("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
    expect(usualPlaces("win32", { PROGRAMFILES: "C:\\Program Files" })).toEqual([
      "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
      "C:\\Program Files\\Microsoft\\Edge\\Application\\msedge.exe",
    ]);
  });
});
