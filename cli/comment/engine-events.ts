/**
 * What Pulumi says with `--event-log`: one JSON object a line, each an event of the engine.
 *
 * `pulumi preview --json` would be simpler, but only the log names the resource, the severity and the level of a policy
 * finding, and writing it leaves the terminal to Pulumi's own display. Source of the shape: `apitype.EngineEvent` in
 * Pulumi's SDK, which the Automation API reads too.
 *
 * Pulumi's log holds more, secrets in plain among it: its debug messages quote the outputs of resources. So what is
 * typed here is picked by name, without secrets, where an event enters. Nothing else reaches a report or a file.
 */
import { guestListToken, invitationToken } from "../../model/names.ts";
import { secretRemover } from "./untrusted-text.ts";

/** The type of the official package's invitations. */
export const azureadToken = "azuread:index/invitation:Invitation";

/** A resource before or after a step. Pulumi marks the values that it knows to be secret. */
export interface ResourceState {
  type: string;
  urn: string;
  id?: string;
  parent?: string;
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

/** The part of an event that is read here; each event has one of these. */
export interface EngineEvent {
  resourcePreEvent?: { metadata: Step };
  resOutputsEvent?: { metadata: Step };
  policyEvent?: PolicyFinding;
  diagnosticEvent?: Diagnostic;
  summaryEvent?: { result?: string; isPreview?: boolean };
}

/**
 * Makes the reader of an event.
 *
 * @param environment where the process's own secrets are
 * @returns reads one JSON object; gives `undefined` for an event that nobody here needs, such as a debug message
 */
export function eventReader(environment: NodeJS.ProcessEnv = process.env): (json: string) => EngineEvent | undefined {
  const conceal = secretRemover(environment);
  return (json) => {
    const event = picked(JSON.parse(json) as EngineEvent);
    return event && (withoutSecretsInside(event, conceal) as EngineEvent);
  };
}

/**
 * Reads an event log.
 *
 * @param text the file's content
 * @throws Error with the number of a line that is no JSON
 */
export function readEvents(text: string): EngineEvent[] {
  const read = eventReader();
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    try {
      return read(line) ?? [];
    } catch {
      throw new Error(`Line ${index + 1} of the event log is no JSON: Pulumi was stopped while it wrote.`);
    }
  });
}

function picked(event: EngineEvent): EngineEvent | undefined {
  const { resourcePreEvent, resOutputsEvent, policyEvent, diagnosticEvent, summaryEvent } = event;
  if (resourcePreEvent) return { resourcePreEvent: { metadata: pickedStep(resourcePreEvent.metadata) } };
  if (resOutputsEvent) return { resOutputsEvent: { metadata: pickedStep(resOutputsEvent.metadata) } };
  if (policyEvent) {
    const { resourceUrn, message, policyName, policyPackName, enforcementLevel, severity } = policyEvent;
    return { policyEvent: { resourceUrn, message, policyName, policyPackName, enforcementLevel, severity } };
  }
  if (diagnosticEvent && diagnosticEvent.severity !== "debug") {
    const { urn, message, severity } = diagnosticEvent;
    return { diagnosticEvent: { urn, message, severity } };
  }
  return summaryEvent && { summaryEvent: { result: summaryEvent.result, isPreview: summaryEvent.isPreview } };
}

function pickedStep({ op, urn, type, old, new: now, detailedDiff, diffs }: Step): Step {
  return { op, urn, type, old: pickedState(old), new: pickedState(now), detailedDiff, diffs };
}

/** The resources whose inputs are read. Those of any other may hold what nobody here can know to be secret. */
const readResources: ReadonlySet<string> = new Set([invitationToken, guestListToken, azureadToken]);

function pickedState(resource: ResourceState | null | undefined): ResourceState | null | undefined {
  if (!resource) return resource;
  const { type, urn, id, parent, retainOnDelete, inputs, outputs } = resource;
  if (!readResources.has(type)) return { type, urn, id, parent, retainOnDelete };
  const { state, adopted, resumable } = outputs ?? {};
  return { type, urn, id, parent, retainOnDelete, inputs, outputs: { state, adopted, resumable } };
}

function withoutSecretsInside(value: unknown, conceal: (text: string) => string): unknown {
  if (typeof value === "string") return conceal(value);
  if (Array.isArray(value)) return value.map((part) => withoutSecretsInside(part, conceal));
  if (typeof value !== "object" || value === null) return value;
  const parts = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(parts.map(([name, part]) => [conceal(name), withoutSecretsInside(part, conceal)]));
}

/** Stands for a value that the engine learns only during the update (`UnknownStringValue` in Pulumi's SDK). */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The key that marks an object as a secret or an asset (Pulumi's property wire format). */
export const signatureKey = "4dabf18193072939515e22adb298388d";

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
