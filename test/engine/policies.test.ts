import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repository } from "../../tools/toolchain.ts";
import { failureOf, type GuestConfig, isWhole, openStack, type ThrowAwayStack } from "./throw-away-stack.ts";

const redirectUrl = "https://myapps.microsoft.com";
const message = { body: "Welcome to the portal." };
const withPolicies = {
  policyPacks: [path.join(repository, "policies", "guests")],
  policyPackConfigs: [path.join(repository, "policies", "guests.local.json")],
};

/** For each mandatory policy: a list that breaks it and no other one, and what the person is told. */
const violations: [policy: string, list: GuestConfig, words: string[]][] = [
  [
    "allowed-domains",
    { redirectUrl, message, invitations: [{ email: "mallory@evil.example" }] },
    ["mallory@evil.example", "evil.example"],
  ],
  [
    "allowed-domains",
    { redirectUrl, message, invitations: [{ email: "ana@fabrıkam.example" }] },
    ["looks like", "fabrikam.example"],
  ],
  [
    "redirect-url",
    { redirectUrl: "https://phish.example/contoso.example", message, invitations: [{ email: "ana@fabrikam.example" }] },
    ["phish.example"],
  ],
  [
    "guest-user-type",
    { redirectUrl, message, invitations: [{ email: "ana@fabrikam.example", userType: "Member" }] },
    ["ana@fabrikam.example", "Member"],
  ],
  [
    "cc-internal-only",
    { redirectUrl, message, invitations: [{ email: "ana@fabrikam.example", message: { cc: "bo@northwind.example" } }] },
    ["bo@northwind.example"],
  ],
];

describe("the policy pack, on the real engine", () => {
  const configFile = path.join(tmpdir(), `policy-config-${process.pid}.json`);
  let test: ThrowAwayStack;
  beforeAll(async () => {
    test = await openStack();
  });
  afterAll(async () => {
    rmSync(configFile, { force: true });
    await test.close();
  });

  /** The options of a preview with the pack under these settings. */
  function under(config: object) {
    writeFileSync(configFile, JSON.stringify(config));
    return { ...withPolicies, policyPackConfigs: [configFile] };
  }

  // policies/guests/policy-pack.test.ts has them all, without the engine.
  it.each(isWhole ? violations : violations.slice(1, 3))(
    "fails the preview of a list that breaks %s, in its own words, and sends nothing",
    async (policy, list, words) => {
      test.configure(list);
      test.tenant.clearRequests();
      const output = await failureOf(test.stack.preview(withPolicies));
      const broken = [...output.matchAll(/\[mandatory\] \[severity: \w+\]\s+(\S+)/g)].map(([, name]) => name);
      expect(new Set(broken)).toEqual(new Set([policy]));
      for (const word of words) expect(output).toContain(word);
      expect(test.tenant.requests()).toEqual([]);
    },
  );

  it("fails the preview of a list that makes a guest Owner of a subscription, and writes nothing", async () => {
    const scope = `/subscriptions/${test.tenant.environment.ARM_SUBSCRIPTION_ID}`;
    test.configure({
      redirectUrl,
      message,
      invitations: [{ email: "ana@fabrikam.example", azure: [{ role: "Owner", scope }] }],
    });
    test.tenant.clearRequests();
    const output = await failureOf(test.stack.preview(withPolicies));
    expect(output).toMatch(/\[mandatory\] \[severity: critical\]\s+no-privileged-access/);
    expect(output).toContain("Owner");
    expect(test.writes()).toEqual([]);
  });

  it("[H5] fails the preview of a list whose scope leads out of itself, at its line, and writes nothing", async () => {
    test.writeFile(
      "list.yaml",
      "invitations:\n  - email: ana@fabrikam.example\n    azure: [{ role: Reader, scope: resourceGroups/.. }]\n",
    );
    test.configure({ redirectUrl, message, lists: ["list.yaml"] });
    test.tenant.clearRequests();
    const output = await failureOf(test.stack.preview(withPolicies));
    expect(output).toContain("list.yaml:3");
    expect(output).toContain("resourceGroups/..");
    expect(output).toContain("this is not a scope");
    expect(output).toContain("/subscriptions/ID/resourceGroups/NAME");
    expect(test.tenant.requests()).toEqual([]);
  });

  it("[M5] fails the preview of a list whose redirect URL leads on by its fragment", async () => {
    const leadingOn = "https://myapps.microsoft.com/?x=%2525#//evil.example";
    test.configure({ redirectUrl: leadingOn, message, invitations: [{ email: "ana@fabrikam.example" }] });
    const output = await failureOf(test.stack.preview(withPolicies));
    expect(output).toMatch(/\[mandatory\] \[severity: high\]\s+redirect-url/);
    expect(output).toContain("evil.example");
  });

  it("[M6] judges a message of 200 kB as quickly as another, and quotes little of it", async () => {
    test.writeFile(
      "long.yaml",
      `invitations:\n  - email: ana@fabrikam.example\n    message: { body: "${"a-".repeat(100_000)}" }\n`,
    );
    test.configure({ redirectUrl, lists: ["long.yaml"] });
    const began = performance.now();
    const { stdout } = await test.stack.preview(withPolicies);
    expect(performance.now() - began).toBeLessThan(40_000);
    expect(stdout).toContain("the message has 200000 characters");
  });

  it("[low] fails the preview of a guest below a denied domain", async () => {
    test.configure({ redirectUrl, message, invitations: [{ email: "eve@mail.blocked.example" }] });
    const denied = under({ "allowed-domains": { allowed: ["*"], denied: ["blocked.example"] } });
    const output = await failureOf(test.stack.preview(denied));
    expect(output).toContain('is denied by the entry "blocked.example"');
  });

  const wrong: [what: string, config: object, words: string][] = [
    [
      "a setting that does not exist",
      { "allowed-domains": { allowed: ["*"], deny: ["blocked.example"] } },
      '"deny" is no setting of allowed-domains; did you mean "denied"?',
    ],
    [
      "a setting of an advisory policy",
      { "expiry-required": { enforcementLevel: "advisory", maxdays: 3 } },
      '"maxdays" is no setting of expiry-required; did you mean "maxDays"?',
    ],
    [
      "a setting of a disabled policy",
      { "guest-limits": { enforcementLevel: "disabled", perDomian: 3 } },
      '"perDomian" is no setting of guest-limits; did you mean "perDomain"?',
    ],
    [
      "a policy that does not exist",
      { "allowed-domain": { enforcementLevel: "mandatory", allowed: [] } },
      '"allowed-domain" is no policy of this pack; did you mean "allowed-domains"?',
    ],
    ["a policy that does not exist, without a level", { "allowed-domain": { allowed: [] } }, "configuring policy pack"],
    ["a level that does not exist", { "allowed-domains": "mandatry" }, '"mandatry" is not a valid enforcement level'],
    ["text instead of a list", { "allowed-domains": { allowed: "*" } }, "Expected: array, given: string"],
  ];
  it.each(isWhole ? wrong : wrong.slice(2, 4))(
    "[case 4] stops at %s in the policies' configuration, and sends nothing",
    async (_, config, words) => {
      test.configure({ redirectUrl, message, invitations: [{ email: "eve@blocked.example" }] });
      test.tenant.clearRequests();
      expect(await failureOf(test.stack.preview(under(config)))).toContain(words);
      expect(test.tenant.requests()).toEqual([]);
    },
  );

  it("passes a clean list of 1,000 guests", async () => {
    test.configure({
      redirectUrl,
      message,
      invitations: Array.from({ length: 1000 }, (_, number) => ({ email: `guest${number}@fabrikam.example` })),
    });
    const { changeSummary, stdout } = await test.stack.preview(withPolicies);
    expect(changeSummary.create).toBeGreaterThanOrEqual(1000);
    expect(stdout).not.toContain("[mandatory]");
  });
});
