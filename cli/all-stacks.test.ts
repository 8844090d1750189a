import { describe, expect, it } from "vitest";
import { allMarkdown, worstOf } from "./all-stacks.ts";
import { exitStatus } from "./command-line.ts";
import { longestComment } from "./comment/preview-comment.ts";

const { fine, failed, usage, policy, drift, refused } = exitStatus;

describe("[6] the status of all stacks", () => {
  it.each([
    ["fine where all are", [fine, fine], fine],
    ["the failure of one", [fine, failed, policy, drift], failed],
    ["a failure where one was not run", [fine, usage], failed],
    ["a failure where a signal ended one", [fine, 130], failed],
    ["a refusal before a broken policy", [policy, refused], refused],
    ["a broken policy before a difference", [drift, policy, fine], policy],
    ["a difference", [fine, drift], drift],
  ])("is %s", (_, statuses, expected) => {
    expect(worstOf(statuses.map((status) => ({ status })))).toBe(expected);
  });
});

describe("[6] the report of all stacks", () => {
  const report = (stack: string, more = "") =>
    `<!-- guests-as-code ${stack} -->\n### ✅ Guests of \`${stack}\`: 2 added\nIt can be applied.\n${more}`;

  it("has a line for each, then their own reports without the marks by which comments are found", () => {
    const text = allMarkdown("preview", [
      { stack: "prod", status: fine, seconds: 3, report: report("prod") },
      { stack: "dev", status: failed, seconds: 1 },
    ]);
    expect(text).toContain("preview of 2 stacks: 1 of 2 need a look");
    expect(text).toMatch(/\| `prod` \| fine \| 2 added \|/);
    expect(text).toMatch(/\| `dev` \| failed \| came to no report; its lines above say why \|/);
    expect(text).toContain("\n### ✅ Guests of `prod`: 2 added\n");
    expect(text).not.toContain("<!--");
  });

  it("stays as short as a comment may be", () => {
    const long = "x".repeat(40_000);
    const ends = ["a", "b", "c"].map((stack) => ({ stack, status: fine, seconds: 1, report: report(stack, long) }));
    const text = allMarkdown("daily", ends);
    expect(text.length).toBeLessThanOrEqual(longestComment);
    expect(text).toContain("The report of `c` is in its own file.");
  });
});
