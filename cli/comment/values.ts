import { withoutSecrets } from "./secrets.ts";

/** Stands for a value that the engine will know only during the update (`UnknownStringValue` of Pulumi's SDK). */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** Marks an object that stands for a secret, and its value for it (Pulumi's property wire format). */
const signatureKey = "4dabf18193072939515e22adb298388d";

/** A value as text, or `undefined` where there is none. Secrets and unknown values become words. */
export function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (value === unknownValue) return "(known after the update)";
  if (typeof value === "string") return withoutSecrets(value);
  if (isSecret(value)) return "[secret]";
  if (Array.isArray(value)) return value.map((part) => textOf(part) ?? "").join(", ");
  if (typeof value === "object") {
    const parts = Object.entries(value).map(([key, part]) => `${key}: ${textOf(part) ?? ""}`);
    return parts.join("; ");
  }
  return String(value);
}

function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && signatureKey in value;
}

/**
 * The value at a property path as a detailed diff writes it: `message.body`, `sponsors[0]`, `tags["a b"]`.
 *
 * A secret on the way hides what is below it.
 */
export function valueAt(root: unknown, path: string): unknown {
  let value = root;
  for (const [, name, index, quoted] of path.matchAll(/([^.[\]"]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/g)) {
    if (value === null || typeof value !== "object" || isSecret(value)) return value ?? undefined;
    value = (value as Record<string, unknown>)[name ?? index ?? quoted ?? ""];
  }
  return value;
}
