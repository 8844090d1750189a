import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repository } from "../../tools/toolchain.ts";
import { failureOf, type GuestConfig, openStack, type ThrowAwayStack } from "./throw-away-stack.ts";

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
  let test: ThrowAwayStack;
  beforeAll(async () => {
    test = await openStack();
  });
  afterAll(() => test.close());

  it.each(violations)(
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
