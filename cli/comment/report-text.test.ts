import { describe, expect, it } from "vitest";
import { report, reportOf } from "../fixtures/recorded-previews.ts";
import type { AddedGuest } from "./guest-changes.ts";
import { arrival, isDelicate, terminalText, verdict } from "./report-text.ts";

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

describe("what the tenant says of the added guests", () => {
  const guest: AddedGuest = { address: "a@fabrikam.example", domain: "fabrikam.example", mailed: true };

  it.each<[Partial<AddedGuest>, string | undefined]>([
    [{}, undefined],
    [{ standing: "new" }, "new, and mailed"],
    [{ standing: "new", mailed: false }, "new, not mailed"],
    [{ standing: "new", existing: "require" }, "not in the tenant: applying fails (existing: require)"],
    [{ standing: "here" }, "here already: adopted, not mailed"],
    [{ standing: "here", existing: "own" }, "here already: taken over, not mailed"],
    [{ standing: "here", existing: "fail" }, "here already: applying fails (existing: fail)"],
    [{ standing: "here", existing: "invite again" }, "here already: invited again"],
    [{ standing: "recycle bin" }, "in the recycle bin: restored, not mailed"],
    [{ standing: "recycle bin", existing: "invite again" }, "in the recycle bin: invited again"],
    [{ standing: "member" }, "a member of the organisation: applying fails"],
    [{ standing: "several" }, "several guests have the address: applying fails"],
  ])("%o: %s", (more, says) => {
    expect(arrival({ ...guest, ...more })).toBe(says);
  });

  it("is summed up, and counts the mails", () => {
    const here = Array.from({ length: 400 }, (): AddedGuest => ({ ...guest, standing: "here" }));
    const known = verdict(report({ added: here, asked: true }), { unasked: true });
    expect(known).toContain("The tenant was asked: 400 are here already, nobody is mailed.");
    expect(known).not.toContain("not asked");
    const mixed: AddedGuest[] = [...here, { ...guest, standing: "new" }, { ...guest, standing: "member" }];
    const stopped = report({ added: mixed, asked: true });
    expect(verdict(stopped)).toContain(
      "But applying fails for 1 added guest. The tenant was asked: 400 are here already, 1 is new, 1 is a member of the organisation, 1 guest is mailed.",
    );
    expect([isDelicate(report({ added: here, asked: true })), isDelicate(stopped)]).toEqual([false, true]);
  });

  it("is said to be missing, with the reason, where the tenant could not be asked", () => {
    const text = terminalText(report({ added: [guest], asked: { missing: "no credentials" } }), { unasked: true });
    expect(text).toContain("has not asked the tenant about the guests");
    expect(text).toContain("The tenant was not asked: no credentials");
    expect(text).toContain("Up to 1 guest will be mailed.");
  });
});
