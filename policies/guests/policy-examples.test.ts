import { describe, expect, it } from "vitest";
import { invitationProperties } from "./invitation-properties.ts";
import { policies } from "./policies.ts";
import { exampleProblems, examples, judge, notYetKnown, type PolicyExample } from "./policy-examples.ts";

const exampleOf = (policy: { name: string }) => examples[policy.name] as PolicyExample;

it("has an example for each policy, and for nothing else", () => {
  expect(Object.keys(examples).sort()).toEqual(policies.map(({ name }) => name).sort());
});

describe.each(policies)("$name", (policy) => {
  it("passes the good resources of its example and reports the bad ones once", () => {
    expect(exampleProblems(policy, exampleOf(policy))).toEqual([]);
  });

  it("is not shown by an example whose good and bad resources have changed places", () => {
    const { config, passes, fails } = exampleOf(policy);
    expect(exampleProblems(policy, { config, passes: fails, fails: passes })).toEqual([
      expect.stringContaining(`${policy.name} reports the resources that should pass: `),
      `${policy.name} reports 0 violations in the resources that break it, not one.`,
    ]);
  });

  it("is not shown by an example without resources, with a setting that the policy lacks, or by none", () => {
    const { fails } = exampleOf(policy);
    expect(exampleProblems(policy, { config: { hots: [] }, passes: [], fails })).toContain(
      `${policy.name} has no setting hots.`,
    );
    expect(exampleProblems(policy, { config: {}, passes: [], fails: [] })).toEqual([
      `${policy.name} has no resource that passes.`,
      `${policy.name} reports 0 violations in the resources that break it, not one.`,
    ]);
    expect(exampleProblems(policy, undefined)).toEqual([`${policy.name} has no example.`]);
  });

  it("carries the metadata that a reader of a violation needs", () => {
    expect(policy.description).toMatch(/^[A-Z].*\.$/);
    expect(policy.remediationSteps).toMatch(/\.$/);
    expect(policy.severity).toBeDefined();
    expect(policy.tags).toContain("guests");
    expect(policy.url).toMatch(/^https:\/\/(learn\.microsoft\.com|www\.pulumi\.com)\//);
  });

  it("describes each setting and gives it a default", () => {
    for (const setting of Object.values(policy.configSchema?.properties ?? {})) {
      expect(setting.description).toMatch(/\.$/);
      expect(setting.default).toBeDefined();
    }
  });
});

/** These two judge where an invitation stands and how many there are. A preview always knows both. */
const judgingByPlace = ["through-the-component", "guest-limits"];

it.each(policies.filter(({ name }) => !judgingByPlace.includes(name)))(
  "$name neither stops at nor judges what a preview does not know yet",
  (policy) => {
    const { config, fails } = exampleOf(policy);
    const resources = fails.map((resource) => ({
      ...resource,
      props: Object.fromEntries(
        [...Object.keys(resource.props), ...invitationProperties].map((name) => [name, notYetKnown]),
      ),
    }));
    expect(judge(policy, resources, config)).toEqual([]);
  },
);
