import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dependenciesMatch, isAtLeast } from "./npm-packages.mjs";

describe("whether the npm packages are those of the lock file", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), "dependencies-"));
    mkdirSync(path.join(root, "node_modules"));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const wanted = {
    "": { version: "0.1.0" },
    "node_modules/zod": { version: "4.6.7" },
    "node_modules/only-on-windows": { version: "1.0.0", optional: true },
  };
  const write = (name: string, packages: unknown) => writeFileSync(path.join(root, name), JSON.stringify({ packages }));
  const matches = (installed: unknown) => {
    write("package-lock.json", wanted);
    write("node_modules/.package-lock.json", installed);
    return dependenciesMatch(root);
  };

  it("says yes when every package is there, other platforms' packages aside", () => {
    expect(matches({ "node_modules/zod": { version: "4.6.7" } })).toBe(true);
  });

  it("says no when a version differs", () => {
    expect(matches({ "node_modules/zod": { version: "4.6.6" } })).toBe(false);
  });

  it("says no when a package is missing", () => {
    expect(matches({})).toBe(false);
  });

  it("says no when an optional package has another version", () => {
    const installed = {
      "node_modules/zod": { version: "4.6.7" },
      "node_modules/only-on-windows": { version: "0.9.0" },
    };
    expect(matches(installed)).toBe(false);
  });

  it("says no after an interrupted installation, which wrote no record", () => {
    write("package-lock.json", wanted);
    expect(dependenciesMatch(root)).toBe(false);
  });
});

describe("whether a version is new enough", () => {
  it.each([
    ["v22.18.0", "22.18.0", true],
    ["v24.1.0", "22.18.0", true],
    ["22.9.0", "22.18.0", false],
    ["v20.20.2", "22.18.0", false],
    ["22.18.1", "22.18.0", true],
    ["nonsense", "22.18.0", false],
  ])("%s against %s: %s", (found, minimum, expected) => {
    expect(isAtLeast(found, minimum)).toBe(expected);
  });
});
