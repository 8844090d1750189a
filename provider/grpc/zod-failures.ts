import type { z } from "zod";
import { findingsOf, valueAt } from "../../model/findings.ts";
import { isUnknown, type Properties, type PropertyValue } from "./properties.ts";
import type { CheckFailure } from "./resource-provider.ts";

/**
 * Puts what a schema found wrong into the engine's form: the rule, then what to do.
 *
 * @param error what the schema found
 * @param inputs what was checked; parts of it that a preview does not know yet are not judged
 * @param schema the schema, for the names that are known
 */
export function schemaFailures(error: z.ZodError, inputs: Properties, schema: z.ZodType): CheckFailure[] {
  return findingsOf(error, inputs, schema)
    .filter(({ path }) => !isUnknown(valueAt(inputs, path) as PropertyValue | undefined))
    .map(({ path, rule, remedy, unknownKey }) => {
      const property = propertyPath(path);
      return { property, reason: unknownKey ? `"${property}" is no property: ${remedy}` : `${rule}: ${remedy}` };
    });
}

/** Pulumi's notation of a path, such as `message.body` or `sponsors[1]`. */
function propertyPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : `${index > 0 ? "." : ""}${String(part)}`))
    .join("");
}
