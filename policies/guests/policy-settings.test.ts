import type { PolicyConfigSchema } from "@pulumi/policy";
import { describe, expect, it } from "vitest";
import { policies } from "./policies.ts";
import { examples, judge, type PolicyExample } from "./policy-examples.ts";
import { configOf, packConfigProblems, unknownSettings } from "./policy-settings.ts";

const hosts: PolicyConfigSchema = {
  properties: {
    hosts: { type: "array", items: { type: "object", properties: { name: { type: "string" } } }, default: [] },
    mail: { type: "object", properties: { language: { type: "string" } }, default: {} },
  },
};

describe("[case 4] a setting that a policy does not have", () => {
  it.each([
    [{ hosst: [] }, '"hosst" is no setting of links; did you mean "hosts"?'],
    [{ HOSTS: [] }, '"HOSTS" is no setting of links; did you mean "hosts"?'],
    [{ mail: { langage: "da" } }, '"langage" is no setting of links.mail; did you mean "language"?'],
    [{ hosts: [{}, { nam: "x" }] }, '"nam" is no setting of links.hosts[1]; did you mean "name"?'],
    [{ mailAddress: "x" }, '"mailAddress" is no setting of links; did you mean "mail"?'],
    [{ enforcmentLevel: "x" }, '"enforcmentLevel" is no setting of links; did you mean "enforcementLevel"?'],
    [{ constructor: 1 }, '"constructor" is no setting of links; known are enforcementLevel, hosts, mail'],
    [{ "x\n##vso[y]": 1 }, expect.stringContaining('"x\\u{a}#\\u{23}vso[y]" is no setting of links')],
  ])("is found at every level, with the one that was meant: %j", (settings, problem) => {
    expect(unknownSettings("links", hosts, settings)).toEqual([problem]);
  });

  it("is found beside others that are wrong, and known ones are not", () => {
    expect(unknownSettings("links", hosts, { a: 1, hosts: [{ name: "x", b: 1 }], mail: {} })).toHaveLength(2);
    expect(unknownSettings("links", hosts, { enforcementLevel: "advisory", hosts: ["x"], mail: null })).toEqual([]);
  });

  it.each(policies)("stops $name, whoever runs it", (policy) => {
    const { config, fails } = examples[policy.name] as PolicyExample;
    expect(() => judge(policy, fails, { ...config, enforcmentLevel: "mandatory" })).toThrow(
      `"enforcmentLevel" is no setting of ${policy.name}; did you mean "enforcementLevel"?`,
    );
  });

  it("stops without a stack trace, which @pulumi/policy would print", () => {
    const args = { getConfig: <C extends object>() => ({ hosst: [] }) as C };
    expect.assertions(1);
    try {
      configOf(args, "links", hosts);
    } catch (error) {
      expect((error as Error).stack).toBe(
        'The policies\' configuration is wrong.\n  - "hosst" is no setting of links; did you mean "hosts"?',
      );
    }
  });
});

describe("[case 4] the configuration of the pack", () => {
  it("names every unknown policy and setting at once", () => {
    const config = {
      "allowed-domains": { deny: [] },
      "Redirect-URL": { hosts: [] },
      "sponsors-required": {},
      "through-the-component": { hosts: [] },
      all: { hosts: [] },
    };
    expect(packConfigProblems(policies, config)).toEqual([
      '"deny" is no setting of allowed-domains; did you mean "denied"?',
      '"Redirect-URL" is no policy of this pack; did you mean "redirect-url"?',
      '"sponsors-required" is no policy of this pack; did you mean "sponsor-required"?',
      '"hosts" is no setting of through-the-component; known are enforcementLevel',
      '"hosts" is no setting of all; known are enforcementLevel',
    ]);
  });

  it("may be empty, and may set a level for all", () => {
    expect(packConfigProblems(policies, {})).toEqual([]);
    expect(packConfigProblems(policies, { all: {}, "guest-limits": { perStack: 1 } })).toEqual([]);
  });
});
