/** The pack: its policies, and what they say of resources without an engine. */
import {
  type Policies,
  type PolicyResource,
  type ResourceValidationArgs,
  type StackValidationArgs,
  unknownCheckingProxy,
} from "@pulumi/policy";
import { allowedDomains } from "./allowed-domains-policy.ts";
import { ccInternalOnly } from "./cc-internal-only-policy.ts";
import { expiryRequired } from "./expiry-required-policy.ts";
import { guestLimits } from "./guest-limits-policy.ts";
import { guestUserType } from "./guest-user-type-policy.ts";
import { invitationMessage } from "./invitation-message-policy.ts";
import { noPrivilegedAccess } from "./no-privileged-access-policy.ts";
import { levelOf, type SettingsProblem, settingsOf, settingsProblems } from "./policy-settings.ts";
import { redirectUrl } from "./redirect-url-policy.ts";
import { sponsorRequired } from "./sponsor-required-policy.ts";
import { throughTheComponent } from "./through-the-component-policy.ts";

export { refuseUnknownSettings } from "./policy-settings.ts";

/** The pack's policies, in the order in which they are documented. */
export const policies: Policies = [
  allowedDomains,
  redirectUrl,
  invitationMessage,
  guestUserType,
  sponsorRequired,
  expiryRequired,
  ccInternalOnly,
  noPrivilegedAccess,
  throughTheComponent,
  guestLimits,
];

/** What the engine hands to a policy pack for a value that a preview does not know yet. */
export const notYetKnown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A resource to judge, written as in a Pulumi YAML program. */
export interface JudgedResource {
  type: string;
  name: string;
  /** The name of the parent, which stands earlier in the list. */
  parent?: string;
  props: Record<string, unknown>;
  /** For a property: the names of the resources that its value depends on. They stand earlier in the list. */
  dependsOn?: Record<string, string[]>;
}

/** A broken rule. */
export interface Violation {
  policy: string;
  level: "advisory" | "mandatory";
  /** The name of the resource that breaks it; absent where the stack as a whole does. */
  resource?: string;
  message: string;
}

/** What is wrong with a pack's settings and, where nothing is, which rules are broken. */
export interface Judgement {
  settings: SettingsProblem[];
  violations: Violation[];
}

/**
 * Judges the resources of a stack as a preview with this pack does, without an engine: `guests check` calls it.
 *
 * @param resources the resources that a preview would show to the pack
 * @param settings the content of the file that a preview takes as `--policy-pack-config`
 */
export function judgeStack(resources: readonly JudgedResource[], settings: unknown): Judgement {
  const problems = settingsProblems(policies, settings);
  if (problems.length > 0) return { settings: problems, violations: [] };
  const violations = policies.flatMap((policy): Violation[] => {
    const level = levelOf(policy, settings);
    if (level === "disabled") return [];
    const reported = reportsOf(policy, resources, settingsOf(policy.name, settings));
    return reported.map((report) => ({ policy: policy.name, level, ...report }));
  });
  return { settings: [], violations };
}

/**
 * Runs one policy on resources.
 *
 * @param config the policy's configuration, without the enforcement level
 * @returns the messages that the policy reports, without its description
 */
export function judge(policy: Policies[number], resources: readonly JudgedResource[], config: object = {}): string[] {
  return reportsOf(policy, resources, config).map(({ message }) => message);
}

type Report = Pick<Violation, "resource" | "message">;

/** Runs a policy as `@pulumi/policy` does. */
function reportsOf(policy: Policies[number], resources: readonly JudgedResource[], config: object): Report[] {
  const reports: Report[] = [];
  const seen = seenResources(resources);
  const shared = { getConfig: () => config, stackTags: new Map(), notApplicable: () => {} };
  if ("validateStack" in policy) {
    const report = (message: string, urn?: string) => {
      const about = seen.find((resource) => resource.urn === urn);
      reports.push({ message, ...(about && { resource: about.name }) });
    };
    policy.validateStack({ ...shared, resources: seen } as unknown as StackValidationArgs, report);
    return reports;
  }
  for (const resource of seen) {
    for (const validate of [policy.validateResource ?? []].flat()) {
      const report = (message: string) => void reports.push({ message, resource: resource.name });
      validate({ ...shared, ...resource } as unknown as ResourceValidationArgs, report);
    }
  }
  return reports;
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
