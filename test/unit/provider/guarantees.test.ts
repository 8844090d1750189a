import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const repository = path.join(import.meta.dirname, "../../..");
const page = readFileSync(path.join(repository, "docs", "guarantees.md"), "utf8");

/** Rows such as: | `test/engine/life-cycle.test.ts` | "keeps every guest …"; "…" | */
const rows = [...page.matchAll(/^\| (`test\/[^|]+) \| (.+) \|$/gm)].map(([, files = "", tests = ""]) => ({
  files: [...files.matchAll(/`([^`]+)`/g)].map(([, file = ""]) => file),
  names: [...tests.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name),
}));

it("names tests in docs/guarantees.md that exist", () => {
  expect(rows.length).toBeGreaterThan(15);
  for (const { files, names } of rows) {
    const [first = ""] = files;
    const texts = files.map((file) =>
      readFileSync(path.join(repository, file.includes("/") ? file : path.join(path.dirname(first), file)), "utf8"),
    );
    for (const part of names.flatMap((name) => name.split("…"))) {
      expect(
        texts.some((text) => text.includes(part.trim())),
        `"${part}" in ${files}`,
      ).toBe(true);
    }
  }
});
