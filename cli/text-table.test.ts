import { describe, expect, it } from "vitest";
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
