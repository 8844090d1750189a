import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBlank, messageProblem, nameProblem, oneLine, shown } from "./property.ts";

const [esc, rightToLeft, half] = ["\u001b", "\u202e", "\ud800"];

/** Texts that are made of what could do harm. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom("##vso[", "##[error]", "##", "#", "::", ":", "::error::x", "\n", "\r", "\r\n", " ", "\t", "["),
      fc.constantFrom(esc, rightToLeft, half, "\u2028", "\u0085", "\ufeff", "\0", "vso[", "teamcity["),
      fc.string({ unit: "binary", maxLength: 3 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

/** What no part of a line may be. */
const harmful = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|##\w*\[|^\s*::/u;

describe("[M4] a quoted value", () => {
  it("is one line that no terminal and no pipeline acts on, whatever it is", () => {
    fc.assert(
      fc.property(fc.oneof(hostile, fc.array(hostile), fc.dictionary(hostile, hostile)), (value) => {
        expect(shown(value)).not.toMatch(harmful);
        expect(oneLine(typeof value === "string" ? value : JSON.stringify(value))).not.toMatch(harmful);
      }),
    );
  });

  it("is shortened, and says how long it was", () => {
    expect(shown("x".repeat(500))).toBe(`"${"x".repeat(79)}… (502 characters)`);
    expect(shown("😀".repeat(500))).toBe(`"${"😀".repeat(79)}… (502 characters)`);
    expect(shown(undefined)).toBe("undefined");
  });

  it("[M6] takes no longer than it takes to read, however long it is", () => {
    const began = performance.now();
    for (const part of ["#", "##", "::", "\n", "[", " ", "##a"]) {
      const text = part.repeat(1_000_000);
      shown(text);
      nameProblem(text);
      messageProblem(text);
    }
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

describe("[M4] a name", () => {
  it.each(["Ana", "Øjvind Ærø", "佐藤 花子", "می‌خواهم", "👩‍💻", "A # B ## C", "a::b", "C#[sharp]"])(
    "may be %s",
    (name) => {
      expect(nameProblem(name)).toBeUndefined();
    },
  );

  it.each([
    ["a colour of the terminal", `${esc}[31mAna`, "control character (U+001B)"],
    ["text that reads from right to left", `Ana${rightToLeft}gpj`, "invisible character (U+202E)"],
    ["a mark of direction", "Ana\u200f", "U+200F"],
    ["a zero-width space", "A\u200bna", "U+200B"],
    ["half a character", `Ana${half}`, "U+D800"],
    ["a line break", "Ana\nBo", "line break (U+000A)"],
    ["a line separator", "Ana\u2028Bo", "line break (U+2028)"],
    ["a control character of C1", "Ana\u009b31m", "U+009B"],
    ["a command of Azure Pipelines", "Ana ##vso[task.setvariable variable=x]1", "command"],
    ["a command of GitHub", " ::add-mask::Ana", "command"],
  ])("may not hold %s", (_what, name, words) => {
    expect(nameProblem(name)).toContain(words);
  });
});

describe("[M4] a message", () => {
  it.each(["Hello\r\nAna\n\n\tSee you", "\u202eolleh", "# Title\n## Part", ":: Welcome ::", "a::b::c"])(
    "may be %j",
    (body) => {
      expect(messageProblem(body)).toBeUndefined();
    },
  );

  it.each(["Hello\u001b[2J", "a\rb", "a\0b", `a${half}`, "Hi\n##vso[x]y", "Hi\n  ::error::x", "Hi ##[error]x"])(
    "may not be %j",
    (body) => expect(messageProblem(body)).toMatch(/may not stand here|command/),
  );
});

it.each(["", "  ", "\u00a0", "\u3164", "\u200d", "\u2800", "\u200b \ufe0f"])("[case 5] %j says nothing", (text) => {
  expect(isBlank(text)).toBe(true);
});
