import type { PolicyConfigSchema } from "@pulumi/policy";

/**
 * A policy's configuration, with the schema's defaults for what nobody set.
 *
 * The engine fills defaults in as well; doing it here keeps a policy whole where it is called without an engine.
 *
 * @param args the policy's arguments
 * @param schema the policy's configuration schema; each property has a default
 */
export function configOf<T extends object>(args: { getConfig<C extends object>(): C }, schema: PolicyConfigSchema): T {
  const defaults = Object.entries(schema.properties).map(([name, property]) => [name, property.default]);
  return { ...Object.fromEntries(defaults), ...args.getConfig<Partial<T>>() } as T;
}
