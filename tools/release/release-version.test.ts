import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { repository } from "../toolchain.ts";
import { changesOf, closedChapter, versionedFiles } from "./release-version.ts";

const readJson = (file: string) => JSON.parse(readFileSync(path.join(repository, file), "utf8"));
const { version, workspaces } = readJson("package.json");

describe("the version", () => {
  it("is that of the repository's package.json everywhere (npm version carries it on)", () => {
    for (const [file, text] of Object.entries(versionedFiles())) {
      expect(readFileSync(path.join(repository, file), "utf8"), file).toBe(text);
    }
    expect(readJson("provider/schema.json").version).toBe(version);
    const locked = readJson("package-lock.json").packages;
    for (const folder of ["", ...workspaces])
      expect(locked[folder].version, `${folder} in package-lock.json`).toBe(version);
  });

  it("reaches every workspace, the plugin that the package names, and the model", () => {
    const files = versionedFiles({ version: "9.8.7", workspaces });

    expect(Object.keys(files)).toHaveLength(workspaces.length + 1);
    expect(JSON.parse(files["components/package.json"] ?? "")).toMatchObject({
      version: "9.8.7",
      pulumi: { version: "9.8.7" },
      dependencies: readJson("components/package.json").dependencies,
    });
    expect(files["model/names.ts"]).toContain('packageVersion = "9.8.7"');
  });
});

describe("the changelog", () => {
  const text = "# Changelog\n\n## Unreleased\n\n- A new thing.\n\n## 0.1.0 (2026-01-01)\n\n- The first.\n";

  it("says something about the version of this repository", () => {
    expect(changesOf(version).length).toBeGreaterThan(100);
  });

  it("gives a release what was not released yet", () => {
    const closed = closedChapter(text, "0.2.0", "2026-02-03");

    expect(closed).toContain("## Unreleased\n\n## 0.2.0 (2026-02-03)\n\n- A new thing.\n");
    expect(changesOf("0.2.0", closed)).toBe("- A new thing.");
    expect(changesOf("0.1.0", closed)).toBe("- The first.");
  });

  it("lets nothing be released about which it says nothing", () => {
    expect(() => closedChapter(closedChapter(text, "0.2.0", "2026-02-03"), "0.3.0", "2026-02-04")).toThrow(
      "says nothing about Unreleased",
    );
    expect(() => changesOf("0.1", text)).toThrow("says nothing about 0.1");
  });
});
