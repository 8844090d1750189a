import { describe, expect, it } from "vitest";
import { report, reportOf } from "../fixtures/recorded-previews.ts";
import type { AddedGuest } from "./guest-changes.ts";
import type { GuestReport } from "./guest-report.ts";
import { commentOf } from "./preview-comment.ts";
import { arrival, glance, isDelicate, verdict } from "./report-text.ts";
import { terminalText } from "./terminal-report.ts";

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

  const rows = (parts: Partial<GuestReport>) => glance(report(parts), { unasked: true }).map((row) => row.join("|"));

  it("is summed up, and counts the mails", () => {
    const here = Array.from({ length: 400 }, (): AddedGuest => ({ ...guest, standing: "here" }));
    expect(rows({ added: here, asked: true, total: 400 })).toEqual([
      "mailed|nobody|",
      "here already|400|",
      "afterwards|400|guests in the stack",
    ]);
    const mixed: AddedGuest[] = [...here, { ...guest, standing: "new" }, { ...guest, standing: "member" }];
    const stopped = report({ added: mixed, asked: true });
    expect(rows(stopped).slice(0, 2)).toEqual([
      "mailed|1|by Microsoft",
      "here already|400|1 is new, 1 is a member of the organisation",
    ]);
    expect(verdict(stopped)).toBe("This can be applied, but it fails for 1 added guest.");
    expect([isDelicate(report({ added: here, asked: true })), isDelicate(stopped)]).toEqual([false, true]);
  });

  it("is said to be missing, with the reason, where the tenant could not be asked", () => {
    expect(rows({ added: [guest], asked: { missing: "no credentials" } }).slice(0, 2)).toEqual([
      "mailed|up to 1|by Microsoft",
      "here already|not known|this preview has not asked the tenant about the guests: no credentials",
    ]);
  });
});

describe("a report at a glance", () => {
  const guest = (name: string, more: object = {}) => ({
    address: `${name}@fabrikam.example`,
    domain: "fabrikam.example",
    mailed: true,
    ...more,
  });

  it("says who is mailed by whom, how many leave, what they get, and which settings change", () => {
    const own = { mailFrom: "invitations@contoso.example" };
    const access = { change: "added" as const, kind: "group membership", name: "partners" };
    const removed = { ...guest("bo"), urn: "", reason: "left the list" as const };
    const shown = report({
      added: [guest("ana", own), guest("eve"), guest("finn", { mailed: false })],
      changed: [{ ...guest("carla", own), fields: [], mailedAgain: true }],
      removed: [
        { ...removed, fate: "deleted" },
        { ...removed, fate: "kept" },
      ],
      access: [access, access, { ...access, kind: "Azure role", change: "removed" }],
      total: 7,
    });
    expect(glance(shown)).toEqual([
      ["mailed", "up to 3", "2 by invitations@contoso.example, 1 by Microsoft, 1 of them again"],
      ["leave", "2", "1 deleted (30 days in the recycle bin); 1 kept in the tenant"],
      ["access", "3", "2 × group membership added, 1 × Azure role removed"],
      ["afterwards", "7", "guests in the stack"],
    ]);
  });

  it("says nothing where nothing changes, and nothing of a preview that failed", () => {
    expect(glance(report({ total: 5 }), { unasked: true })).toEqual([]);
    expect(glance(report({ added: [guest("ana")], outcome: "failed" }), { unasked: true })).toEqual([]);
  });
});

describe("a long report on a terminal", () => {
  const added = Array.from({ length: 400 }, (_, index) => ({
    address: `guest-${index}@fabrikam.example`,
    domain: "fabrikam.example",
    displayName: "A guest with a rather long name for a terminal",
    mailed: true,
  }));
  const findings = added.map(({ address }) => ({
    policy: "sponsor-required",
    mandatory: false,
    severity: "medium",
    about: address,
    touched: true,
    message: "no sponsor. Name a colleague who answers for this guest in sponsors, or a group of colleagues.",
  }));

  it("is a summary that fits 80 columns", () => {
    const text = terminalText(report({ added, findings, total: 400 }), { unasked: true, rows: 20, width: 80 });
    const lines = text.split("\n");
    expect(lines.length).toBeLessThan(70);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(text).toContain("… and 380 more");
    expect(text.replaceAll(/\n +/g, " ")).toContain("guest-2@fabrikam.example and 397 more: no sponsor.");
  });

  it("is whole in a file", () => {
    expect(terminalText(report({ added })).split("\n").length).toBeGreaterThan(400);
  });
});

describe("what guests may reach", () => {
  const added = [{ address: "ana@fabrikam.example", domain: "fabrikam.example", mailed: true }];
  const partners = { change: "added" as const, kind: "group membership", name: "partners" };

  it("stands beside a guest who comes, and by itself for any other", () => {
    const access = [
      { ...partners, guest: "ana@fabrikam.example" },
      { ...partners, guest: "bo@fabrikam.example" },
      { ...partners, name: "of-a-program" },
    ];
    const text = terminalText(report({ added, access }));
    expect(text).toMatch(/\+ ana@fabrikam\.example +never expires +partners\n/);
    expect(text).toMatch(/Access and other changes\n {2}\+ bo@fabrikam\.example +group membership +partners\n/);
    expect(text).toMatch(/ {2}\+ of-a-program +group membership$/);
    const comment = commentOf(report({ added, access }));
    expect(comment).toContain("| `ana@fabrikam.example` |  | never | group membership `partners` |");
    expect(comment).toContain("| `bo@fabrikam.example` | added: group membership `partners` |");
  });
});
