import { describe, expect, it } from "vitest";
import { recorded, report, reportOf } from "../fixtures/recorded-previews.ts";
import type { AddedGuest } from "./guest-changes.ts";
import { readReport } from "./guest-report.ts";
import { commentOf, longestComment, marker } from "./preview-comment.ts";
import { terminalText } from "./report-text.ts";

describe("the comment", () => {
  it.each(["pull-request", "unchanged", "bad-config", "after-refresh"])(
    "of the recorded preview %s is as agreed",
    async (name) => {
      await expect(commentOf(reportOf(name), { commit: "0123456789abcdef" })).toMatchFileSnapshot(
        `../fixtures/golden/${name}.md`,
      );
    },
  );

  it("begins with an invisible line that tells the stacks apart, then one headline with the counts", () => {
    const lines = commentOf(reportOf("pull-request")).split("\n");
    expect(lines[0]).toBe(marker("prod"));
    expect(lines[2]).toBe("### ❌ Guests of `prod`: 2 added, 1 changed, 3 removed");
    expect(marker("prod")).not.toBe(marker("dev"));
    expect(marker("a --> b\n")).not.toMatch(/-->.*-->|\n/);
  });

  it("never shows a redeem URL, a token or a secret of the process, wherever it came from", () => {
    process.env.ARM_CLIENT_SECRET = "s3cret-of-the-app";
    try {
      const redeem = "https://login.microsoftonline.com/redeem?rd=https%3a%2f%2finvitations.microsoft.com%2fredeem%2f1";
      const events = structuredClone(recorded("pull-request"));
      for (const { diagnosticEvent, policyEvent, resourcePreEvent } of events) {
        if (diagnosticEvent)
          diagnosticEvent.message += ` ${redeem} s3cret-of-the-app eyJhbGciOiJub25l.eyJzdWIiOiIx.c2ln`;
        if (policyEvent) policyEvent.message += ` ${redeem}`;
        const inputs = resourcePreEvent?.metadata.new?.inputs;
        if (inputs) inputs.userDisplayName = redeem;
      }
      const changed = reportFrom(events);
      for (const text of [commentOf(changed), terminalText(changed)]) {
        expect(text).toContain("[redeem URL]");
        expect(text).not.toMatch(/rd=https|s3cret|eyJhbGci/);
      }
    } finally {
      delete process.env.ARM_CLIENT_SECRET;
    }
  });

  it("shows a value that Pulumi keeps secret as such", () => {
    const fields = commentOf(
      report({
        changed: [
          {
            address: "a@b.example",
            domain: "b.example",
            mailedAgain: false,
            fields: [{ field: "resend", after: "[secret]" }],
          },
        ],
      }),
    );
    expect(fields).toContain("resend: `(none)` → `[secret]`");
  });

  it("gathers findings that say the same", () => {
    const findings = Array.from({ length: 500 }, (_, index) => ({
      policy: "sponsor-required",
      mandatory: false,
      severity: "medium",
      about: `g${index}@fabrikam.example`,
      touched: true,
      message: "no sponsor.",
    }));
    const text = commentOf(report({ findings }));
    expect(text.match(/no sponsor/g)).toHaveLength(1);
    expect(text).toContain("and 495 more");
  });

  it("folds a long list and counts its domains", () => {
    const text = commentOf(report({ added: guests(40) }));
    expect(text).toContain("**Added: 20 from `adatum.example`, 20 from `fabrikam.example`**");
    expect(text).toContain("<details><summary>All 40</summary>");
  });

  it("stays within GitHub's limit with any number of guests, keeps the counts, and says what is cut", () => {
    const text = commentOf(report({ added: guests(5000), warnings: ["x".repeat(200_000)] }));
    expect(text.length).toBeLessThanOrEqual(longestComment);
    expect(text).toContain("5000 added");
    expect(text).toMatch(/… and \d+ more, in the log of this run/);
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
  });

  it("keeps the limit whatever it is told", () => {
    expect(commentOf(report({ added: guests(100) }), { longest: 50 }).length).toBeLessThanOrEqual(50);
  });
});

function reportFrom(events: ReturnType<typeof recorded>) {
  return readReport(events, "prod", "2026-01-01");
}

function guests(count: number): AddedGuest[] {
  return Array.from({ length: count }, (_, index) => {
    const domain = index % 2 === 0 ? "fabrikam.example" : "adatum.example";
    return { address: `guest-${index}@${domain}`, domain, displayName: `Guest ${index}`, mailed: true };
  });
}
