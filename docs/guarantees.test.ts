import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const repository = path.join(import.meta.dirname, "..");
const page = readFileSync(path.join(repository, "docs", "guarantees.md"), "utf8");

/** A row that names tests, such as: | `test/engine/life-cycle.test.ts`, `killed.test.ts` | "keeps every guest …"; "…" | */
interface Row {
  files: string[];
  names: string[];
}

function rowsOf(markdown: string): Row[] {
  return [...markdown.matchAll(/^\| (`[^|]+\.test\.ts`) \| (.+) \|$/gm)].map(([, files = "", tests = ""]) => {
    const [first = "", ...others] = [...files.matchAll(/`([^`]+)`/g)].map(([, file = ""]) => file);
    return {
      // A file without a folder stands beside the first one.
      files: [first, ...others.map((file) => (file.includes("/") ? file : path.join(path.dirname(first), file)))],
      names: [...tests.matchAll(/"([^"]*)"/g)].map(([, name = ""]) => name),
    };
  });
}

/** What the page says of tests and is not so. */
function untruths(markdown: string): string[] {
  return rowsOf(markdown).flatMap(({ files, names }) => {
    const missing = files.filter((file) => !existsSync(path.join(repository, file)));
    if (missing.length > 0) return missing.map((file) => `there is no ${file}`);
    const titles = files.flatMap(titlesIn);
    return names
      .filter((name) => !titles.some((title) => isTitled(title, name)))
      .map((name) => `no test "${name}" in ${files.join(", ")}`);
  });
}

/** True where the title begins with the name; `…` in it stands for any words, but a name is more than that. */
function isTitled(title: string, name: string): boolean {
  const parts = name.split("…").map((part) => escaped(part.trim()));
  return parts.some((part) => part !== "") && new RegExp(`^${parts.join(".+")}(?!\\w)`).test(title);
}

/** The text as a part of a regular expression that matches it and nothing else. */
function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** The titles of all tests and groups of tests in a file. */
function titlesIn(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(path.join(repository, file), "utf8"), ts.ScriptTarget.Latest);
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ["it", "describe"].includes(calledName(node.expression))) {
      const [title] = node.arguments;
      if (title !== undefined && ts.isStringLiteralLike(title)) titles.push(title.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return titles;
}

/** The name at the root of `it(…)`, `it.each(…)(…)` and the like. */
function calledName(expression: ts.Node): string {
  if (ts.isIdentifier(expression)) return expression.text;
  if (ts.isPropertyAccessExpression(expression) || ts.isCallExpression(expression)) {
    return calledName(expression.expression);
  }
  return "";
}

describe("docs/guarantees.md", () => {
  it("names tests that exist", () => {
    expect(untruths(page)).toEqual([]);
  });

  it("is read: its rows and the names in them are found", () => {
    const rows = rowsOf(page);
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.flatMap(({ names }) => names).length).toBeGreaterThan(15);
    // Whatever file the page names is in one of the rows, or exists.
    for (const [, file = ""] of page.matchAll(/`((?:test|provider)\/[^`]+\.test\.ts)`/g)) {
      expect(existsSync(path.join(repository, file)), file).toBe(true);
    }
  });
});

describe("a page that names a test", () => {
  const row = (test: string, file = "test/engine/life-cycle.test.ts") => `| \`${file}\` | ${test} |`;

  it("may leave out words, and the end", () => {
    expect(untruths(row('"is cleaned up by … a guest is gone already"; "keeps every guest when …"'))).toEqual([]);
    expect(untruths(row('"keeps every guest when the message changes" (and more)'))).toEqual([]);
  });

  it.each([
    ["of another name", row('"is cleaned up by destroy even when a host is gone already"')],
    ["by words from its middle", row('"even when a guest is gone already"')],
    ["by half a word", row('"keeps every gue"')],
    ["by words in another order", row('"a guest is gone already … is cleaned up by destroy"')],
    ["by nothing", row('"…"')],
    ["by an empty name", row('""')],
    ["by words that stand in its code only", row('"writes"')],
    ["of another file", row('"is adopted: not mailed, and nothing overwritten that is not declared"')],
    ["in a file that does not exist", row("who is still listed", "test/engine/no-such.test.ts")],
  ])("is found out where it names one %s", (_, markdown) => {
    expect(untruths(markdown)).toHaveLength(1);
  });
});
