import { describe, expect, it } from "vitest";
import { recorded, report, reportOf } from "../fixtures/recorded-previews.ts";
import { marker } from "./comment-marker.ts";
import type { AddedGuest } from "./guest-changes.ts";
import { readReport } from "./guest-report.ts";
import { commentOf, longestComment } from "./preview-comment.ts";
import { terminalText } from "./terminal-report.ts";

describe("the comment", () => {
  it.each(["pull-request", "unchanged", "bad-config", "after-refresh"])(
    "of the recorded preview %s is as agreed",
    async (name) => {
      const origin = { project: "guests", pipeline: "github/Pull_request" };
      const text = commentOf(reportOf(name), { origin, commit: "0123456789abcdef", unasked: true });
      await expect(text).toMatchFileSnapshot(`../fixtures/golden/${name}.md`);
    },
  );

  it("begins with an invisible line that tells the stacks apart, then one headline with the counts", () => {
    const lines = commentOf(reportOf("pull-request")).split("\n");
    expect(lines[0]).toBe(marker("prod"));
    expect(lines[2]).toBe("### ❌ Guests of `prod`: 2 added, 1 changed, 3 removed");
    expect(marker("prod")).not.toBe(marker("dev"));
    expect(marker("a --> b\n", { project: "-->", pipeline: "\n<!--" })).not.toMatch(/-->.*-->|\n|<!--.*<!--/);
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

  it("[case 18] says once that the tenant was not asked, where there is something to apply and nobody has asked", () => {
    const asked = /has not asked the tenant about the guests/g;
    for (const shown of [commentOf, terminalText]) {
      expect(shown(reportOf("pull-request"), { unasked: true }).match(asked)).toHaveLength(1);
      expect(shown(reportOf("pull-request"))).not.toMatch(asked);
      for (const name of ["unchanged", "bad-config"])
        expect(shown(reportOf(name), { unasked: true })).not.toMatch(asked);
    }
  });

  it("[M9] shows the settings that a pull request changes above the guests, and says how many it makes looser", () => {
    const change = {
      change: "loosened" as const,
      policy: "redirect-url",
      setting: "level",
      about: "Whether a broken rule stops the apply",
      difference: { before: "mandatory", after: "disabled" },
    };
    const hosts = {
      ...change,
      change: "tightened" as const,
      setting: "hosts",
      difference: { added: [], removed: ["a|b"] },
    };
    const settings = {
      base: { commit: "0123456789abcdef" },
      files: [
        { file: "policies/guests.prod.json", own: true, isNew: false, changes: [change, hosts] },
        { file: "policies/guests.dev.json", own: false, isNew: true, changes: [change] },
      ],
      pack: ["policies/guests/redirect-url-policy.ts"],
    };
    const text = commentOf(report({ settings, added: guests(1) }));
    expect(text).toContain("2 policy settings are looser than before.");
    expect(text).toMatch(/^### ⚠️/m);
    expect(text).toContain("**Policy settings in `policies/guests.prod.json`: 1 loosened, 1 tightened**");
    expect(text).toMatch(/\| \*\*loosened\*\* \| `redirect-url` \| `level` \| .* \| `mandatory` → `disabled` \|/);
    expect(text).toContain("− <code>a&#124;b</code>");
    expect(text).toContain(
      "**Policy settings in `policies/guests.dev.json` (new, beside the pack's own settings): 1 loosened**",
    );
    expect(text).toContain("- `policies/guests/redirect-url-policy.ts`");
    expect(text.indexOf("Policy settings")).toBeLessThan(text.indexOf("**Added"));
    const terminal = terminalText(report({ settings }));
    expect(terminal).toContain("Policy settings in policies/guests.prod.json: 1 loosened, 1 tightened");
    expect(terminal).toMatch(/ {2}loosened +redirect-url +level +mandatory → disabled/);
  });

  it("[M9] says why the settings were not compared", () => {
    const settings = { base: { missing: "the checkout is too shallow" }, files: [], pack: [] };
    for (const text of [commentOf(report({ settings })), terminalText(report({ settings }))]) {
      expect(text).toContain("not compared with an earlier commit: the checkout is too shallow.");
    }
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
    expect(text).toMatch(/… and \d+ more; guests preview --verbose shows all/);
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
