/**
 * What Pulumi writes with `--event-log`: one JSON object a line, each an event of the engine.
 *
 * `pulumi preview --json` would be simpler, but only the log names the resource, the severity and the level of a policy
 * finding, and writing it leaves the terminal to Pulumi's own display. Source of the shape: `apitype.EngineEvent` in
 * Pulumi's SDK, which the Automation API reads too. Only what is used here is typed.
 */

/** A resource before or after a step. Pulumi marks the values that it knows to be secret. */
export interface ResourceState {
  type: string;
  urn: string;
  id?: string;
  /** Whether the engine only forgets the resource when it goes (the option of that name). */
  retainOnDelete?: boolean;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** One step of the engine. */
export interface Step {
  /** `create`, `update`, `delete`, `same`, `replace` and its parts, `refresh`, `import`, `read`… */
  op: string;
  urn: string;
  type: string;
  old?: ResourceState | null;
  new?: ResourceState | null;
  /** What differs, by property path; absent from steps that change nothing. */
  detailedDiff?: Record<string, { diffKind: string }> | null;
  /** The properties that differ, where there is no detailed diff. */
  diffs?: string[] | null;
}

export interface PolicyFinding {
  resourceUrn?: string;
  /** The policy's description, then one line of what is wrong. */
  message: string;
  policyName: string;
  policyPackName: string;
  /** `mandatory`, `advisory` or `remediate`. */
  enforcementLevel: string;
  severity?: string;
}

interface Diagnostic {
  urn?: string;
  message: string;
  /** `error`, `warning`, `info`, `info#err`, `debug`. */
  severity: string;
}

export interface EngineEvent {
  resourcePreEvent?: { metadata: Step };
  resOutputsEvent?: { metadata: Step };
  policyEvent?: PolicyFinding;
  diagnosticEvent?: Diagnostic;
  summaryEvent?: { result?: string; isPreview?: boolean };
}

/**
 * Reads an event log.
 *
 * @param text the file's content
 * @throws Error with the number of a line that is no JSON
 */
export function readEvents(text: string): EngineEvent[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    try {
      return [JSON.parse(line) as EngineEvent];
    } catch {
      throw new Error(`Line ${index + 1} of the event log is no JSON: Pulumi was stopped while it wrote.`);
    }
  });
}

/** Stands for a value that the engine learns only during the update (`UnknownStringValue` in Pulumi's SDK). */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Marks an object that wraps a secret (Pulumi's property wire format). */
const signatureKey = "4dabf18193072939515e22adb298388d";

/** Whether a property's value is one that Pulumi keeps secret. */
export function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && signatureKey in value;
}

/**
 * The value at a property path as a detailed diff writes it: `message.body`, `sponsors[0]`, `tags["a b"]`.
 *
 * @returns the value, or the secret that contains it
 */
export function valueAt(root: unknown, path: string): unknown {
  let value = root;
  for (const [, name, index, quoted] of path.matchAll(/([^.[\]"]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/g)) {
    if (value === null || typeof value !== "object" || isSecret(value)) return value ?? undefined;
    value = (value as Record<string, unknown>)[name ?? index ?? quoted ?? ""];
  }
  return value;
}

/** Where Entra and the local tenant let a guest redeem an invitation. */
const redeemUrl = /\bhttps?:\/\/[^\s"'<>`|\\]*\bredeem\b[^\s"'<>`|\\]*/gi;
/** A JSON web token: three parts; the first begins with `{"` in base64. */
const webToken = /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g;
/** Names of environment variables that hold secrets. */
const secretVariable = /SECRET|TOKEN|PASSWORD|PASSPHRASE|_KEY$|CERTIFICATE$/i;
/** A shorter value would also be found in words that mean something else. */
const shortestSecret = 8;

/**
 * Takes redeem URLs, tokens and this process's secrets out of a text.
 *
 * Pulumi conceals what it knows to be secret. This is the second lock: an error message may quote a service's answer.
 *
 * @param environment where the process's own secrets are
 * @returns the text with `[redeem URL]` and `[secret]` in their places
 */
export function withoutSecrets(text: string, environment: NodeJS.ProcessEnv = process.env): string {
  let clean = text.replace(redeemUrl, "[redeem URL]").replace(webToken, "[secret]");
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && value.length >= shortestSecret && secretVariable.test(name)) {
      clean = clean.replaceAll(value, "[secret]");
    }
  }
  return clean;
}
