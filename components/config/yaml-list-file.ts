import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from "yaml";
import { calendarDay } from "../../model/calendar-day.ts";
import { findingsOf, type Path, valueAt } from "../../model/findings.ts";
import { bareGuestListSchema, guestListFileSchema } from "../../model/guest-list.ts";
import { withDefaults } from "../defaults.ts";
import { type At, asProblem, type Place, pathText } from "../problem.ts";
import { entriesOf, fileProblem, type ListSource } from "./list-rules.ts";

/**
 * Reads a YAML list file: a list of guests, or `{ redirectUrl, message, …, invitations: [...] }` with defaults of its own.
 *
 * @param file the file's name, for error messages
 * @param text what it holds
 * @param mailFrom the mailbox that the stack config names for all guests
 * @returns its guests with the file's defaults filled in, or what is wrong with it
 */
export function yamlListFile(file: string, text: string, mailFrom?: unknown): ListSource {
  const read = readYaml(file, text);
  if ("problems" in read) return { entries: [], guests: [], problems: read.problems };
  const { document } = read;

  const place = yamlPlaces(file, text, document);
  const at = (steps: Path, atKey = false): At => ({ path: pathText(steps), place: place(steps, atKey) ?? { file } });
  const entries = Array.isArray(document)
    ? entriesOf(document, [], {}, false, at)
    : entriesOf(document, ["invitations"], document as object, false, at);

  const schema = Array.isArray(document) ? bareGuestListSchema : guestListFileSchema;
  const result = schema.safeParse(document);
  if (!result.success) {
    const found = findingsOf(result.error, document, schema);
    return { entries, guests: [], problems: found.map((finding) => asProblem(finding, document, at)) };
  }
  if (Array.isArray(result.data)) return { entries, guests: result.data, problems: [] };
  const { invitations, ...defaults } = result.data;
  return { entries, guests: invitations.map((guest) => withDefaults(guest, defaults, mailFrom)), problems: [] };
}

/** One slip in the syntax makes many errors; the first ones say where it is. */
const mostErrors = 5;

function readYaml(file: string, text: string): { document: unknown } | Pick<ListSource, "problems"> {
  const lineCounter = new LineCounter();
  // Level "error": that a second document follows, whose guests would be lost without a word, counts as an error.
  const options = { lineCounter, logLevel: "error", prettyErrors: false } as const;
  const parsed = parseDocument(text.replace(/^\ufeff/, ""), options);
  if (parsed.errors.length > 0) {
    const problems = parsed.errors.slice(0, mostErrors).map(({ pos, message }) => {
      const { line, col } = lineCounter.linePos(pos[0]);
      return fileProblem({ file, line, column: col }, `this is no YAML: ${message}`, "correct it");
    });
    return { problems };
  }
  try {
    const document: unknown = parsed.toJS({ maxAliasCount: mostAliases });
    if (typeof document === "object" && document !== null) return { document };
    const rule = "a list file holds a list of guests, or a map with invitations";
    return { problems: [fileProblem({ file }, rule, 'begin each guest with "- email: …"')] };
  } catch {
    const rule = `a list file has at most ${mostAliases} aliases (*name)`;
    return { problems: [fileProblem({ file }, rule, "write the values out")] };
  }
}

/**
 * Finds the place in a YAML file of a value that somebody else read out of it.
 *
 * @param steps the way to the value
 * @param atKey the place of its key is meant
 * @returns the place; that of the map or list around it when there is no such value; `undefined` when the file says
 *   something else there, as when Pulumi took another file
 */
export type FindPlace = (steps: Path, atKey?: boolean) => Place | undefined;

/** As many aliases as a person would write; more are an attack by expansion. */
const mostAliases = 100;

/**
 * @param file the file's name, for the place
 * @param text what it holds
 * @param document the value that was read
 * @param rooted turns a way inside the document into the ways that may lead there in the file
 */
export function yamlPlaces(
  file: string,
  text: string,
  document: unknown,
  rooted: (steps: Path) => Path[] = (steps) => [steps],
): FindPlace {
  const lineCounter = new LineCounter();
  const parsed = parseDocument(text, { lineCounter, logLevel: "silent", strict: false });
  const placeOf = (node: Node): Place | undefined => {
    if (!node.range) return undefined;
    const { line, col } = lineCounter.linePos(node.range[0]);
    return { file, line, column: col };
  };
  const saysTheSame = (node: Node, value: unknown): boolean => {
    try {
      return comparable(node.toJS(parsed, { maxAliasCount: mostAliases })) === comparable(value);
    } catch {
      return false;
    }
  };

  return (steps, atKey = false) => {
    const written = longestWritten(document, steps);
    const value = valueAt(document, written);
    for (const way of rooted(written)) {
      const found = follow(parsed.contents, way);
      if (found?.value === undefined || !saysTheSame(found.value, value)) continue;
      return placeOf(atKey && written.length === steps.length ? (found.key ?? found.value) : found.value);
    }
    return undefined;
  };
}

/** The part of the way that leads to something: a missing value is shown where it is missing. */
function longestWritten(document: unknown, steps: Path): Path {
  return steps.length > 1 && valueAt(document, steps) === undefined
    ? longestWritten(document, steps.slice(0, -1))
    : steps;
}

function follow(root: unknown, steps: Path): { key?: Node; value?: Node } | undefined {
  let found: { key?: Node; value?: Node } | undefined = { value: root as Node };
  for (const step of steps) found = child(found?.value, step);
  return found;
}

function child(node: Node | undefined, step: PropertyKey): { key?: Node; value?: Node } | undefined {
  if (isSeq(node)) return { value: node.items[Number(step)] as Node };
  if (!isMap(node)) return undefined;
  const pair = (node.items as Pair<Node, Node>[]).find(({ key }) => isScalar(key) && String(key.value) === step);
  return pair && { key: pair.key, value: pair.value ?? pair.key };
}

/** Pulumi hands top-level scalars over as text and days as midnight; neither makes a value another one. */
function comparable(value: unknown): string {
  return JSON.stringify(value, (_key, part) => {
    if (typeof part === "string") return calendarDay(part) ?? part;
    if (typeof part === "number" || typeof part === "boolean") return String(part);
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
