/** What a schema finds wrong, in words for people: the rule that is broken, and what to do. */
import leven from "leven";
import type { z } from "zod";
import { innerOf } from "./property.ts";

/** The way to a value inside a document: keys and list positions. */
export type Path = readonly PropertyKey[];

/** One thing that a schema found wrong. */
export interface Finding {
  /** The way to the value, or to the unknown key. */
  path: Path;
  /** The rule that is broken. */
  rule: string;
  /** What to do about it. */
  remedy: string;
  /** True where the key itself is meant, and not its value. */
  unknownKey?: true;
}

/** What zod calls the types, in the words of a config file. */
const typeNames: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map of keys and values",
  record: "a map of keys and values",
};

/**
 * Everything that a schema found wrong with a document.
 *
 * @param error what zod found
 * @param document the value that it looked at
 * @param schema the schema, for the keys that are known at each place
 */
export function findingsOf(error: z.ZodError, document: unknown, schema: z.ZodType): Finding[] {
  return error.issues.flatMap(meantIssues).flatMap((issue): Finding[] => {
    if (issue.code !== "unrecognized_keys")
      return [{ path: issue.path, ...ruleOf(issue, valueAt(document, issue.path)) }];
    const known = knownKeys(schema, issue.path);
    return issue.keys.map((key) => unknownKey([...issue.path, key], known));
  });
}

/** A key that means nothing, and the one that was probably meant. */
export function unknownKey(path: Path, known: readonly string[]): Finding {
  const near = nearestName(String(path.at(-1)), known);
  const remedy = near === undefined ? `take it out; known are ${known.join(", ")}` : `write "${near}"`;
  return { path, rule: "unknown key", remedy, unknownKey: true };
}

/** The value at a path, or `undefined`. */
export function valueAt(document: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    return (value as Record<PropertyKey, unknown>)[part];
  }, document);
}

/** Where several forms are allowed, what is wrong with the one that was written; the issue itself where it is none. */
function meantIssues(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const isOtherForm = (inner: z.core.$ZodIssue) => inner.code === "invalid_type" && inner.path.length === 0;
  const meant = issue.errors.find((issues) => !issues.some(isOtherForm));
  if (meant === undefined) return [issue];
  return meant.flatMap((inner) => meantIssues({ ...inner, path: [...issue.path, ...inner.path] }));
}

function ruleOf(issue: z.core.$ZodIssue, value: unknown): { rule: string; remedy: string } {
  switch (issue.code) {
    case "custom":
      return { rule: issue.message, remedy: String(issue.params?.remedy ?? "correct it") };
    case "invalid_type":
      if (value === undefined)
        return { rule: `"${String(issue.path.at(-1))}" is required and missing`, remedy: "add it" };
      return { rule: `${typeNames[issue.expected] ?? issue.expected} is expected`, remedy: typeRemedy(issue.expected) };
    case "invalid_value":
      return { rule: "none of the choices", remedy: `write ${issue.values.join(" or ")}` };
    case "too_small":
      if (issue.origin !== "array") return { rule: `the least value is ${issue.minimum}`, remedy: "correct it" };
      return { rule: "the list is empty", remedy: "fill it, or take it out" };
    case "invalid_union":
      return { rule: `${formsOf(issue)} is expected`, remedy: "correct it" };
    default:
      return { rule: issue.message, remedy: "correct it" };
  }
}

/** The forms that are allowed, such as "text or a map of keys and values". */
function formsOf({ errors }: z.core.$ZodIssueInvalidUnion): string {
  const types = errors.flat().flatMap((inner) => (inner.code === "invalid_type" ? [inner.expected] : []));
  const forms = [...new Set(types)].map((type) => typeNames[type] ?? type);
  return forms.length > 2 ? forms.join(", ") : forms.join(" or ");
}

function typeRemedy(expected: string): string {
  if (expected === "array") return "begin each item with a dash";
  if (expected === "object") return "write keys with values below it";
  if (expected === "string") return "write text; put it in quotes where it looks like a number or a date";
  return "correct it";
}

/** The keys that the schema knows at a path. */
function knownKeys(schema: z.ZodType, path: Path): string[] {
  const at = path.reduce<z.core.$ZodType | undefined>((node, step) => {
    const { def } = withKeys(node)._zod as {
      def: { element?: z.core.$ZodType; shape?: Record<PropertyKey, z.core.$ZodType>; valueType?: z.core.$ZodType };
    };
    return typeof step === "number" ? def.element : (def.shape?.[step] ?? def.valueType);
  }, schema);
  return Object.keys((withKeys(at)._zod.def as { shape?: object }).shape ?? {});
}

function withKeys(node: z.core.$ZodType | undefined): z.core.$ZodType {
  if (node === undefined) throw new Error("the path leads out of the schema");
  const { options } = node._zod.def as { options?: z.core.$ZodType[] };
  // Of several forms, the one with keys is the one that a path leads into.
  const inner = innerOf(node) ?? options?.find((option) => "shape" in option._zod.def);
  return inner === undefined ? node : withKeys(inner);
}

/**
 * The known name that a mistyped one most likely means.
 *
 * @param name the name as written
 * @param known the names there are
 * @returns the nearest one, or `undefined` when none is near
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  return nearest(name, known, 1)[0];
}

/**
 * The known names that a mistyped one most likely means, the nearest first.
 *
 * @param name the name as written
 * @param known the names there are
 * @param most how many to answer at most
 */
export function nearest(name: string, known: readonly string[], most = 3): string[] {
  const written = name.slice(0, longestCompared).toLowerCase();
  return known
    .map((candidate) => ({ candidate, distance: leven(written, candidate.slice(0, longestCompared).toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(2, candidate.length / 3))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/** The cost of a comparison grows with the square of the length; a name longer than this is no typing error. */
const longestCompared = 64;

/** Names in quotes, for a sentence. */
export function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
