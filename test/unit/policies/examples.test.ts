import { describe, expect, it } from "vitest";
import { judgedProperties } from "../../../policies/guests/guest-properties.ts";
import { policies } from "../../../policies/guests/policies.ts";
import { examples } from "../../../policies/guests.examples.ts";
import { judge, notYetKnown } from "../../../policies/judging.ts";

it("has an example for each policy, and for nothing else", () => {
  expect(Object.keys(examples).sort()).toEqual(policies.map(({ name }) => name).sort());
});

describe.each(policies)("$name", (policy) => {
  const example = examples[policy.name] ?? { config: {}, passes: [], fails: [] };

  it("lets the resources of its example pass", () => {
    expect(judge(policy, example.passes, example.config)).toEqual([]);
  });

  it("reports the resources that break it, each in one message", () => {
    expect(judge(policy, example.fails, example.config)).toHaveLength(1);
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

/** These two judge where an invitation stands and how many there are, which a preview always knows. */
const judgingByPlace = ["through-the-component", "guest-limits"];

it.each(policies.filter(({ name }) => !judgingByPlace.includes(name)))(
  "$name neither stops at nor judges what a preview does not know yet",
  (policy) => {
    const example = examples[policy.name] ?? { config: {}, passes: [], fails: [] };
    const resources = example.fails.map((resource) => ({
      ...resource,
      props: Object.fromEntries(
        [...Object.keys(resource.props), ...judgedProperties].map((name) => [name, notYetKnown]),
      ),
    }));
    expect(judge(policy, resources, example.config)).toEqual([]);
  },
);

it("enforces what issue and documentation call mandatory, and only advises on the rest", () => {
  const mandatory = policies.filter(({ enforcementLevel }) => enforcementLevel === "mandatory");
  expect(mandatory.map(({ name }) => name).sort()).toEqual([
    "allowed-domains",
    "cc-internal-only",
    "guest-user-type",
    "no-privileged-access",
    "redirect-url",
  ]);
});
