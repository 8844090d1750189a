import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from "yaml";
import { calendarDay } from "../calendar-day.ts";
import type { Place } from "../problem.ts";
import { type Path, valueAt } from "./path-text.ts";

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
export const mostAliases = 100;

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
