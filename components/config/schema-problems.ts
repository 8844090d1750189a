import type { z } from "zod";
import { nearestName } from "../nearest-name.ts";
import { type Problem, shown } from "../problem.ts";
import { type Path, pathText, valueAt } from "./path-text.ts";

/** A problem that still knows its way through the document, so that its place in the file can be looked up. */
export interface SchemaProblem extends Problem {
  steps: Path;
  /** The place of the key is meant, not that of its value. */
  atKey?: boolean;
}

/** What zod calls the types, in the words of a config file. */
const typeNames: Record<string, string> = {
  string: "text",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a map of keys and values",
};

/**
 * A schema's findings in words for people.
 *
 * @param error what zod found
 * @param document the value that it looked at
 * @param schema the schema, for the keys that are known at each place
 */
export function schemaProblems(error: z.ZodError, document: unknown, schema: z.ZodType): SchemaProblem[] {
  return error.issues.flatMap(meantIssues).flatMap((issue) => {
    if (issue.code !== "unrecognized_keys") return [problemOf(issue, document)];
    const known = knownKeys(schema, issue.path);
    return issue.keys.map((key) => unknownKey([...issue.path, key], valueAt(document, [...issue.path, key]), known));
  });
}

/** Where several forms are allowed, what is wrong with the one that was written; the issue itself where it is none. */
function meantIssues(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const isOtherForm = (inner: z.core.$ZodIssue) => inner.code === "invalid_type" && inner.path.length === 0;
  const meant = issue.errors.find((issues) => !issues.some(isOtherForm));
  if (meant === undefined) return [issue];
  return meant.flatMap((inner) => meantIssues({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** A key that means nothing, and the one that was probably meant. */
export function unknownKey(steps: Path, value: unknown, known: readonly string[]): SchemaProblem {
  const near = nearestName(String(steps.at(-1)), known);
  const remedy = near === undefined ? `take it out; known are ${known.join(", ")}` : `write "${near}"`;
  return { steps, atKey: true, path: pathText(steps), value: shownOrNone(value), rule: "unknown key", remedy };
}

function problemOf(issue: z.core.$ZodIssue, document: unknown): SchemaProblem {
  const value = valueAt(document, issue.path);
  return { steps: issue.path, path: pathText(issue.path), value: shownOrNone(value), ...ruleOf(issue, value) };
}

function ruleOf(issue: z.core.$ZodIssue, value: unknown): { rule: string; remedy: string } {
  if (issue.code === "custom") {
    return { rule: issue.message, remedy: String(issue.params?.remedy ?? "correct it") };
  }
  if (issue.code === "invalid_type" && value === undefined) {
    return { rule: `"${String(issue.path.at(-1))}" is required and missing`, remedy: "add it" };
  }
  if (issue.code === "invalid_type") {
    return { rule: `${typeNames[issue.expected] ?? issue.expected} is expected`, remedy: typeRemedy(issue.expected) };
  }
  if (issue.code === "invalid_value")
    return { rule: "none of the choices", remedy: `write ${issue.values.join(" or ")}` };
  if (issue.code === "too_small") return { rule: "the list is empty", remedy: "fill it, or take it out" };
  if (issue.code === "invalid_union") return { rule: `${formsOf(issue)} is expected`, remedy: "correct it" };
  return { rule: issue.message, remedy: "correct it" };
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

function shownOrNone(value: unknown): string | undefined {
  return value === undefined ? undefined : shown(value);
}

/** The keys that the schema knows at a path. */
function knownKeys(schema: z.ZodType, path: Path): string[] {
  const at = path.reduce<z.core.$ZodType | undefined>((node, step) => {
    const { def } = unwrapped(node)._zod as {
      def: { element?: z.core.$ZodType; shape?: Record<PropertyKey, z.core.$ZodType>; valueType?: z.core.$ZodType };
    };
    return typeof step === "number" ? def.element : (def.shape?.[step] ?? def.valueType);
  }, schema);
  return Object.keys((unwrapped(at)._zod.def as { shape?: object }).shape ?? {});
}

function unwrapped(node: z.core.$ZodType | undefined): z.core.$ZodType {
  if (node === undefined) throw new Error("the path leads out of the schema");
  const { innerType, options } = node._zod.def as { innerType?: z.core.$ZodType; options?: z.core.$ZodType[] };
  // Of several forms, the one with keys is the one that a path leads into.
  const inner = innerType ?? options?.find((option) => "shape" in option._zod.def);
  return inner === undefined ? node : unwrapped(inner);
}
