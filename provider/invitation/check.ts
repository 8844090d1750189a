import { isUnknown, type Properties, type PropertyValue } from "../grpc/properties.ts";
import type { CheckFailure, CheckResult } from "../grpc/resource-provider.ts";
import { inputsSchema } from "./inputs.ts";

/**
 * Checks the inputs of an invitation without asking anybody, and fills in the defaults.
 *
 * @param news the inputs as the program declares them; parts that a preview does not know yet are not judged
 * @returns the inputs with defaults, and every failure there is
 */
export function checkInvitation(news: Properties): CheckResult {
  const inputs = withoutNulls(news);
  const result = inputsSchema.safeParse(inputs);
  if (result.success) return { inputs: result.data as Properties, failures: [] };

  const failures = result.error.issues
    .flatMap((issue): CheckFailure[] =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => ({
            property: propertyPath([...issue.path, key]),
            reason: `"${key}" is no property of ${issue.path.length === 0 ? "an invitation" : propertyPath(issue.path)}`,
          }))
        : [{ property: propertyPath(issue.path), reason: reasonOf(issue.message, valueAt(inputs, issue.path)) }],
    )
    .filter(({ property }) => !isUnknown(valueAt(inputs, property.split(/[.[\]]+/).filter(Boolean))));
  return { inputs: withDefaults(inputs), failures };
}

function reasonOf(message: string, value: PropertyValue | undefined): string {
  return value === undefined ? `is required and missing (${message})` : message;
}

/** The defaults, for inputs of which some parts are unknown. */
function withDefaults(inputs: Properties): Properties {
  const { sendInvitation, existing, onDelete } = inputsSchema.shape;
  const defaults = { sendInvitation: sendInvitation.parse(undefined), existing: existing.parse(undefined) };
  return { ...defaults, onDelete: onDelete.parse(undefined), ...inputs };
}

/** A property that is null was left out by the program. */
function withoutNulls(properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [
        name,
        typeof value === "object" && !Array.isArray(value) && name === "message"
          ? withoutNulls(value as Properties)
          : value,
      ]),
  );
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
