import type { z } from "zod";
import type { CheckFailure } from "./resource-provider.ts";
import { isUnknown, type Properties, type PropertyValue } from "./wire-format.ts";

/**
 * Puts what a schema found wrong into the engine's form.
 *
 * @param error what the schema found
 * @param inputs what was checked; parts of it that a preview does not know yet are not judged
 * @param what the thing whose inputs they are, such as "an invitation"
 */
export function zodFailures(error: z.ZodError, inputs: Properties, what: string): CheckFailure[] {
  return error.issues
    .flatMap((issue): (CheckFailure & { at: PropertyKey[] })[] =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => ({
            at: [...issue.path, key],
            property: propertyPath([...issue.path, key]),
            reason: `"${key}" is no property of ${issue.path.length === 0 ? what : propertyPath(issue.path)}`,
          }))
        : [
            {
              at: issue.path,
              property: propertyPath(issue.path),
              reason: reasonOf(issue.message, valueAt(inputs, issue.path)),
            },
          ],
    )
    .filter(({ at }) => !isUnknown(valueAt(inputs, at)))
    .map(({ property, reason }) => ({ property, reason }));
}

function reasonOf(message: string, value: PropertyValue | undefined): string {
  return value === undefined ? `is required and missing (${message})` : message;
}

/** Pulumi's notation of a path, such as `message.body` or `sponsors[1]`. */
function propertyPath(path: PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : `${index > 0 ? "." : ""}${String(part)}`))
    .join("");
}

function valueAt(value: PropertyValue | undefined, path: PropertyKey[]): PropertyValue | undefined {
  return path.reduce<PropertyValue | undefined>(
    (inner, part) => (inner as Record<PropertyKey, PropertyValue> | null | undefined)?.[part],
    value,
  );
}
