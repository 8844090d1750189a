import type { Policies } from "@pulumi/policy";
import { guestInvitationsToken, invitationToken } from "./invitation-properties.ts";
import { type JudgedResource, judge, notYetKnown } from "./policies.ts";

// Tests take both from here: the examples, and what runs them.
export { type JudgedResource, judge, notYetKnown, urnsOf } from "./policies.ts";

/** An example of a policy: under these settings, some resources pass and others break the policy once. */
export interface PolicyExample {
  config: Record<string, unknown>;
  passes: JudgedResource[];
  fails: JudgedResource[];
}

/**
 * Compares an example with the verdict of its policy.
 *
 * @returns a sentence for each thing that is wrong with the example; empty when it shows what the policy does
 */
export function exampleProblems(policy: Policies[number], example: PolicyExample | undefined): string[] {
  if (example === undefined) return [`${policy.name} has no example.`];
  const { config, passes, fails } = example;
  const settings = Object.keys(policy.configSchema?.properties ?? {});
  const foreign = Object.keys(config).filter((setting) => !settings.includes(setting));
  // The policy would refuse to judge anything.
  if (foreign.length > 0) return foreign.map((setting) => `${policy.name} has no setting ${setting}.`);
  const reported = judge(policy, passes, config);
  const broken = judge(policy, fails, config);
  return [
    ...(passes.length === 0 ? [`${policy.name} has no resource that passes.`] : []),
    ...reported.map((message) => `${policy.name} reports the resources that should pass: ${message}`),
    ...(broken.length === 1
      ? []
      : [`${policy.name} reports ${broken.length} violations in the resources that break it, not one.`]),
  ];
}

const component: JudgedResource = { type: guestInvitationsToken, name: "partners", props: {} };

function invitation(props: Record<string, unknown>): JudgedResource {
  return {
    type: invitationToken,
    name: "ana",
    props: { userEmailAddress: "ana@fabrikam.example", redirectUrl: "https://portal.contoso.example", ...props },
  };
}

function guests(count: number): JudgedResource[] {
  return Array.from({ length: count }, (_, index) => ({
    ...invitation({ userEmailAddress: `guest${index + 1}@fabrikam.example` }),
    name: `guest${index + 1}`,
  }));
}

/** A day from now on, as an ISO 8601 date in UTC. */
function dayIn(days: number): string {
  return new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
}

function roleAssignment(roleDefinitionId: string, scope: string): JudgedResource {
  return {
    type: "azure-native:authorization:RoleAssignment",
    name: "anas-access",
    props: {
      principalId: notYetKnown,
      roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${roleDefinitionId}`,
      scope,
    },
    dependsOn: { principalId: ["ana"] },
  };
}

const resourceGroup = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/orders";
const reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const owner = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

/** An example for each policy of the pack, by the policy's name. docs/policies.md shows what fails and the message. */
export const examples: Record<string, PolicyExample> = {
  "allowed-domains": {
    config: { allowed: ["fabrikam.example", "*.northwind.example"], internal: ["contoso.example"] },
    passes: [invitation({ message: { body: "Welcome.", additionalRecipients: "lead@contoso.example" } })],
    fails: [{ ...invitation({ userEmailAddress: "eve@elsewhere.example" }), name: "eve" }],
  },
  "redirect-url": {
    config: { hosts: ["*.contoso.example"] },
    passes: [invitation({ redirectUrl: "https://portal.contoso.example/start?next=/orders" })],
    fails: [invitation({ redirectUrl: "https://portal.contoso.example/start?next=https%3A%2F%2Felsewhere.example" })],
  },
  "invitation-message": {
    config: { hosts: ["*.contoso.example"] },
    passes: [invitation({ message: { body: "Welcome to our orders: https://orders.contoso.example." } })],
    fails: [invitation({ message: { body: "Dear {{name}}, welcome to our orders." } })],
  },
  "guest-user-type": {
    config: { internal: ["contoso.example"] },
    passes: [invitation({ userType: "Guest" })],
    fails: [invitation({ userType: "Member" })],
  },
  "sponsor-required": {
    config: { internal: ["contoso.example"] },
    passes: [invitation({ sponsors: ["lead@contoso.example"] })],
    fails: [invitation({ sponsors: ["boss@fabrikam.example"] })],
  },
  "expiry-required": {
    config: { maxDays: 180 },
    passes: [invitation({ expires: dayIn(90) })],
    fails: [invitation({})],
  },
  "cc-internal-only": {
    config: { internal: ["contoso.example"] },
    passes: [invitation({ message: { additionalRecipients: "lead@contoso.example" } })],
    fails: [invitation({ message: { additionalRecipients: "boss@fabrikam.example" } })],
  },
  "no-privileged-access": {
    config: {},
    passes: [invitation({ userId: notYetKnown }), roleAssignment(reader, resourceGroup)],
    fails: [invitation({ userId: notYetKnown }), roleAssignment(owner, resourceGroup)],
  },
  "through-the-component": {
    config: {},
    passes: [component, { ...invitation({}), parent: "partners" }],
    fails: [invitation({})],
  },
  "guest-limits": {
    config: { perStack: 3, perDomain: 2 },
    passes: guests(2),
    fails: guests(3),
  },
};
