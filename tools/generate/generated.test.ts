import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { generatedFiles, staleFiles } from "./main.ts";
import { isGoSdkCurrent } from "./sdks.ts";

const files = await generatedFiles();

describe("a generated file", () => {
  it("is checked in as the model makes it (npm run generate)", () => {
    expect(staleFiles(files)).toEqual([]);
  });

  it("of the SDK for Go is made of the present schema (npm run generate:sdks)", () => {
    expect(isGoSdkCurrent()).toBe(true);
  });

  it("counts as stale as soon as it reads otherwise", () => {
    expect(staleFiles({ "docs/reference.md": `${files["docs/reference.md"]}x`, "no/such.file": "" })).toEqual([
      "docs/reference.md",
      "no/such.file",
    ]);
  });

  it.each(Object.keys(files))("%s says so in one of its first three lines", (file) => {
    expect(readFileSync(file, "utf8").split("\n").slice(0, 3).join("\n")).toMatch(/generated/i);
  });
});
