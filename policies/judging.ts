import {
  type Policies,
  type PolicyResource,
  type ResourceValidationArgs,
  type StackValidationArgs,
  unknownCheckingProxy,
} from "@pulumi/policy";

type Policy = Policies[number];

/** A value that a preview does not know yet, in the form in which the engine gives it to a policy pack. */
export const notYetKnown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A resource of an example or a test, in the words of a Pulumi YAML program. */
export interface JudgedResource {
  type: string;
  name: string;
  /** The name of the parent, one of the resources before. */
  parent?: string;
  props: Record<string, unknown>;
  /** For a property: the names of the resources, all of them before this one, on which its value depends. */
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
export function judge(policy: Policy, resources: readonly JudgedResource[], config: object = {}): string[] {
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

function seenResources(resources: readonly JudgedResource[]): PolicyResource[] {
  const seen = new Map<string, PolicyResource>();
  for (const { type, name, parent, props, dependsOn = {} } of resources) {
    const parentTypes = parent === undefined ? "" : `${seen.get(parent)?.urn.split("::")[2]}$`;
    const propertyDependencies = Object.fromEntries(
      Object.entries(dependsOn).map(([property, names]) => [property, names.flatMap((other) => seen.get(other) ?? [])]),
    );
    seen.set(name, {
      type,
      name,
      urn: `urn:pulumi:prod::guests::${parentTypes}${type}::${name}`,
      props: unknownCheckingProxy(props),
      propertyDependencies,
      dependencies: Object.values(propertyDependencies).flat(),
    } as unknown as PolicyResource);
  }
  return [...seen.values()];
}
