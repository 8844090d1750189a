import { describe, expect, it } from "vitest";
import { report, reportOf } from "../fixtures/recorded-previews.ts";
import { terminalText } from "./report-text.ts";

describe("the table on the terminal", () => {
  it("is plain, complete and in columns", async () => {
    const text = terminalText(reportOf("pull-request"));
    await expect(text).toMatchFileSnapshot("../fixtures/golden/pull-request.txt");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is looked for
    expect(text).not.toMatch(/\u001b/);
  });

  it("does not let a name write to the terminal", () => {
    const guest = { address: "a@fabrikam.example", domain: "fabrikam.example", mailed: true };
    const text = terminalText(report({ added: [{ ...guest, displayName: "\u001b[2J\u202eevil" }] }));
    expect(text).toContain("\\u{1b}[2J\\u{202e}evil");
  });
});
