import { type CheckResult, type Properties, zodFailures } from "../pulumi/resource-provider.ts";
import { inputsSchema } from "./invitation-inputs.ts";

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

  return { inputs: withDefaults(inputs), failures: zodFailures(result.error, inputs, "an invitation") };
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
