import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { block, code, prose } from "./untrusted-text.ts";

const hostile = [
  "a | b",
  "`tick` ``two``",
  "<img src=x onerror=alert(1)>",
  "@everyone and @contoso/admins",
  "[click](https://evil.example)",
  "https://evil.example www.evil.example",
  "line\n\n| a | b |\n### heading",
  "&#64;someone \\| \\",
  "--> <!-- </details> #12",
  "\u202egnp.exe \u0007",
  "a\u2028| b |\u2029# c",
];

describe("a text of somebody else in the comment", () => {
  it.each(hostile)("%j stays one cell of a table", (text) => {
    for (const shown of [code(text), prose(text)]) expect(shown).not.toMatch(/[\n\r]|\|/);
  });

  it.each(hostile)("%j is no HTML, link or mention outside of a code span", (text) => {
    for (const shown of [code(text), prose(text)]) {
      const outside = shown.replace(/`[^`]*`|<code>[^<]*<\/code>|&#\d+;/g, "");
      expect(outside).not.toMatch(/[<>@[\]#]|https?:\/\/|www\./);
    }
  });

  it("reads as it was written when it is harmless", () => {
    expect(code("Ana Trujillo")).toBe("`Ana Trujillo`");
    expect(prose("no sponsor. Name a colleague (or two).")).toBe("no sponsor. Name a colleague (or two).");
  });

  it("cannot leave its span, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const shown = code(text);
        expect(shown).toMatch(/^(`[^`\n|]+`|<code>[^<>`\n|]*<\/code>|)$/);
      }),
    );
  });

  it("is shortened where it is long, and says so", () => {
    expect(code("x".repeat(100), 10)).toBe("`xxxxxxxxx…`");
  });

  it("[M4] shows a block its control characters and line separators, and keeps its lines", () => {
    expect(block("a\n\u001b[2J\u2028b\u202e\ud800")).toBe("```text\na\n\\u{1b}[2J\\u{2028}b\\u{202e}\\u{d800}\n```");
  });

  it("cannot close the block it stands in", () => {
    const shown = block("a\n````\n<script>");
    expect(shown.split("\n")[0]).toBe("`````text");
    expect(shown.endsWith("\n`````")).toBe(true);
  });
});
