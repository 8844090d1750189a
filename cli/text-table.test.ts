import { describe, expect, it } from "vitest";
import { lineWidth, wrapped } from "./log-lines.ts";
import { inColumns, markdownTable, withHeadings } from "./text-table.ts";

describe("a table on a terminal", () => {
  it("gives each column the width of its widest cell, and ends no line in space", () => {
    const rows = [["ana@fabrikam.example", "Ana", "pending"], ["bo@x.example", "", ""], ["c"]];
    expect(inColumns(rows)).toEqual(["ana@fabrikam.example  Ana  pending", "bo@x.example", "c"]);
  });

  it("counts what a terminal shows: wide characters twice, combining marks and colours not at all", () => {
    const names = ["李小龍", "Zoe\u0308", "👩‍👩‍👧", "\u001b[31mAna\u001b[39m"];
    const lines = inColumns(names.map((name) => [name, "|"]));
    expect(lines).toEqual(["李小龍  |", "Zoe\u0308     |", "👩‍👩‍👧      |", "\u001b[31mAna\u001b[39m     |"]);
  });

  it("moves numbers to the right, also below headings", () => {
    const lines = withHeadings(
      ["what", "seconds"],
      [
        ["up", "1.5"],
        ["preview", "10.0"],
      ],
      ["left", "right"],
    );
    expect(lines).toEqual(["what     seconds", "───────  ───────", "up           1.5", "preview     10.0"]);
  });
});

describe("a table that is too wide for its terminal", () => {
  const rows = [
    ["ana@fabrikam.example", "Ana", "a long sentence about her and the group"],
    ["bo@x.example", "", "short"],
  ];

  it("wraps the last cell beside the others, or below them where little room is left", () => {
    expect(inColumns(rows, [], 60)).toEqual([
      "ana@fabrikam.example  Ana  a long sentence about her and the",
      "                           group",
      "bo@x.example               short",
    ]);
    expect(inColumns(rows, [], 40)).toEqual([
      "ana@fabrikam.example  Ana",
      "    a long sentence about her and the",
      "    group",
      "bo@x.example               short",
    ]);
  });

  it("leaves out the last columns, down to those that it needs", () => {
    const headings = ["Address", "Name", "About"];
    expect(withHeadings(headings, rows, [], { width: 40, least: 2 })).toEqual([
      "Address               Name",
      "────────────────────  ────",
      "ana@fabrikam.example  Ana",
      "bo@x.example",
    ]);
    const wide = withHeadings(headings, rows, [], { width: 62, least: 3 });
    expect(wide[1]).toBe(`${"─".repeat(20)}  ────  ${"─".repeat(34)}`);
    expect(Math.max(...wide.map(({ length }) => length))).toBeLessThanOrEqual(62);
  });

  it("keeps words whole, and the indent of a text", () => {
    expect(wrapped("  see https://portal.contoso.example now", 12)).toEqual([
      "  see",
      "  https://portal.contoso.example",
      "  now",
    ]);
  });

  it("knows the width from the terminal, and has any number of columns in a file", () => {
    expect(lineWidth({ isTTY: true, columns: 120 })).toBe(120);
    expect(lineWidth({ isTTY: true, columns: 0 })).toBe(80);
    expect(lineWidth({})).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("a table in Markdown", () => {
  const rows = [["`a`", "李"]];

  it("is as short as can be in a comment", () => {
    expect(markdownTable(["guest", "name"], rows)).toBe("| guest | name |\n| --- | --- |\n| `a` | 李 |");
  });

  it("stands in columns in a file", () => {
    const text = markdownTable(["guest", "name"], rows, { aligned: true });
    expect(text).toBe("| guest | name |\n| ----- | ---- |\n| `a`   | 李   |");
  });
});
