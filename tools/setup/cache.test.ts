import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cacheDirectory, cacheName, fillCache } from "./cache.mjs";

describe("the cache directory", () => {
  it.each([
    ["linux", { HOME: "/home/ana" }, "/home/ana/.cache/guests-as-code"],
    ["linux", { HOME: "/home/ana", XDG_CACHE_HOME: "/fast" }, "/fast/guests-as-code"],
    ["linux", { HOME: "/home/ana", XDG_CACHE_HOME: "relative" }, "/home/ana/.cache/guests-as-code"],
    ["darwin", { HOME: "/Users/ana" }, "/Users/ana/Library/Caches/guests-as-code"],
    ["win32", { LOCALAPPDATA: "C:\\Users\\ana\\AppData\\Local" }, "C:\\Users\\ana\\AppData\\Local\\guests-as-code"],
  ] as const)("on %s with %o is %s", (platform, env, expected) => {
    expect(cacheDirectory(env, platform)).toBe(expected);
  });

  it("names a tool after its version and the machine it runs on", () => {
    expect(cacheName("pulumi", "3.259.0", "modules")).toBe(
      `pulumi-3.259.0-modules-${process.platform}-${process.arch}`,
    );
  });
});

describe("filling the cache", () => {
  let cache: string;
  beforeEach(() => {
    cache = mkdtempSync(path.join(tmpdir(), "cache-"));
  });
  afterEach(() => rmSync(cache, { recursive: true, force: true }));

  it("shows a folder only once it is complete", async () => {
    const folder = await fillCache(cache, "tool", async (unfinished) => {
      expect(existsSync(path.join(cache, "tool"))).toBe(false);
      writeFileSync(path.join(unfinished, "program"), "1");
    });
    expect(readFileSync(path.join(folder, "program"), "utf8")).toBe("1");
  });

  it("leaves nothing behind when filling fails", async () => {
    await expect(fillCache(cache, "tool", () => Promise.reject(new Error("no network")))).rejects.toThrow("no network");
    expect(readdirSync(cache)).toEqual([]);
  });

  it("lets two set-ups work at once, and keeps the first result", async () => {
    const fill = (content: string) => (folder: string) => {
      writeFileSync(path.join(folder, "program"), content);
      return Promise.resolve();
    };
    const slow = fillCache(cache, "tool", async (folder) => {
      await fillCache(cache, "tool", fill("first"));
      await fill("second")(folder);
    });
    expect(readFileSync(path.join(await slow, "program"), "utf8")).toBe("first");
    expect(readdirSync(cache)).toEqual(["tool"]);
  });

  it("clears away what a killed set-up left, and nothing of one that still runs", async () => {
    mkdirSync(path.join(cache, ".unfinished-999999999-abc"));
    mkdirSync(path.join(cache, `.unfinished-${process.ppid}-abc`));
    await fillCache(cache, "tool", () => Promise.resolve());
    expect(readdirSync(cache).sort()).toEqual([`.unfinished-${process.ppid}-abc`, "tool"]);
  });
});
