import { type Place, type Problem, shown } from "../problem.ts";
import type { Guest } from "./guest-list-schema.ts";
import { type Path, valueAt } from "./path-text.ts";

/** A guest as written, right or wrong, for the rules that look at the whole list. */
export interface Entry {
  /** The values as written, those of the list file's defaults among them. */
  values: Readonly<Record<string, unknown>>;
  /** The values as written, those of the guest alone. */
  own: Readonly<Record<string, unknown>>;
  /** Whether the values must not be printed. */
  secret: boolean;
  /** Where one of the guest's values is or would be. */
  at(property: string): { path: string; place?: Place };
}

/** What one place (the stack config, or one list file) says. */
export interface GuestSource {
  entries: Entry[];
  problems: Problem[];
  /** The guests; empty when there are problems. */
  guests: Guest[];
}

/**
 * The guests of a list document as written: whatever stands in the list.
 *
 * @param document the document
 * @param list the way to the list in it
 * @param defaults what the document says for all of them
 * @param secret whether the values must not be printed
 * @param at finds the place of a value
 */
export function entriesOf(
  document: unknown,
  list: Path,
  defaults: object,
  secret: boolean,
  at: (steps: Path) => { path: string; place?: Place },
): Entry[] {
  const rows = valueAt(document, list);
  if (!Array.isArray(rows)) return [];
  return rows.map((row, index) => {
    const own = typeof row === "object" && row !== null ? row : {};
    return {
      values: { ...defaults, ...own },
      own: own as Record<string, unknown>,
      secret,
      at: (property) => at([...list, index, property]),
    };
  });
}

/** A problem with a file as a whole, or with its form. */
export function fileProblem(place: Place, rule: string, remedy: string, path = "", value?: unknown): Problem {
  const problem: Problem = { path, place, rule, remedy };
  return value === undefined ? problem : { ...problem, value: shown(value) };
}
