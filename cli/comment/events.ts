/**
 * What Pulumi writes with `--event-log`: one JSON object a line, each an event of the engine.
 *
 * The event log, and not `pulumi preview --json`: only the log says of a policy finding which resource it is about, how
 * severe it is and whether it is mandatory, and writing it leaves the terminal to Pulumi's own display. Its shape is
 * `apitype.EngineEvent` of Pulumi's SDK, the one that the Automation API reads. Only what is used here is typed.
 */

/** A resource as it was or shall be. Secrets are the text `[secret]` inside a marked object. */
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

export interface Diagnostic {
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
 * @throws Error that names the line which is no JSON object
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
