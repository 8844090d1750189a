import {
  type Policies,
  type PolicyResource,
  type ResourceValidationArgs,
  type StackValidationArgs,
  unknownCheckingProxy,
} from "@pulumi/policy";
import { guestInvitationsToken, invitationToken } from "./invitation-properties.ts";

/** What the engine hands to a policy pack for a value that a preview does not know yet. */
export const notYetKnown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A resource of an example or a test, written as in a Pulumi YAML program. */
export interface JudgedResource {
  type: string;
  name: string;
  /** The name of the parent, which stands earlier in the list. */
  parent?: string;
  props: Record<string, unknown>;
  /** For a property: the names of the resources that its value depends on. They stand earlier in the list. */
  dependsOn?: Record<string, string[]>;
}

/**
 * Runs a policy on resources as `@pulumi/policy` does, without an engine.
 *
 * @param policy a policy of a pack
 * @param resources the resources of a stack
 * @param config the policy's configuration, without the enforcement level
 * @returns the messages that the policy reports, without its description
 */
export function judge(policy: Policies[number], resources: readonly JudgedResource[], config: object = {}): string[] {
  const messages: string[] = [];
  const report = (message: string) => void messages.push(message);
  const seen = seenResources(resources);
  const shared = { getConfig: () => config, stackTags: new Map(), notApplicable: () => {} };
  if ("validateStack" in policy) {
    policy.validateStack({ ...shared, resources: seen } as unknown as StackValidationArgs, report);
    return messages;
  }
  for (const resource of seen) {
    for (const validate of [policy.validateResource ?? []].flat()) {
      validate({ ...shared, ...resource } as unknown as ResourceValidationArgs, report);
    }
  }
  return messages;
}

/** The URN of each resource in a project "guests" and a stack "prod", by the resource's name. */
export function urnsOf(resources: readonly JudgedResource[]): Map<string, string> {
  const urns = new Map<string, string>();
  for (const { type, name, parent } of resources) {
    const parentTypes = parent === undefined ? "" : `${urns.get(parent)?.split("::")[2]}$`;
    urns.set(name, `urn:pulumi:prod::guests::${parentTypes}${type}::${name}`);
  }
  return urns;
}

function seenResources(resources: readonly JudgedResource[]): PolicyResource[] {
  const urns = urnsOf(resources);
  const seen = new Map<string, PolicyResource>();
  for (const { type, name, props, dependsOn = {} } of resources) {
    const propertyDependencies = Object.fromEntries(
      Object.entries(dependsOn).map(([property, names]) => [property, names.flatMap((other) => seen.get(other) ?? [])]),
    );
    seen.set(name, {
      type,
      name,
      urn: urns.get(name),
      props: unknownCheckingProxy(props),
      propertyDependencies,
      dependencies: Object.values(propertyDependencies).flat(),
    } as unknown as PolicyResource);
  }
  return [...seen.values()];
}

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
