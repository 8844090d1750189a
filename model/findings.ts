/** What a schema finds wrong, in words for people: the rule that is broken, and what to do. */
import leven from "leven";
import type { z } from "zod";
import { innerOf, lookUp, oneLine, type RuleParams, texts } from "./property.ts";

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
  /** What to do about it without a word of the value, where `remedy` has one: for values that nobody may read. */
  discreetRemedy?: string;
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
 * Everything that a schema found wrong with a document; a mistake that has another one as its consequence stands alone.
 *
 * @param error what zod found
 * @param document the value that it looked at
 * @param schema the schema, for the keys that are known at each place
 */
export function findingsOf(error: z.ZodError, document: unknown, schema: z.ZodType): Finding[] {
  const issues = error.issues.flatMap(meantIssues);
  // What has the wrong form altogether breaks other rules as well: text is no list, and has more than five characters.
  const wrongForms = new Set(issues.flatMap((issue) => (issue.code === "invalid_type" ? [keyOf(issue.path)] : [])));
  return issues.flatMap((issue): Finding[] => {
    if (issue.code === "unrecognized_keys") {
      const known = knownKeys(schema, issue.path);
      return issue.keys.map((key, index) => unknownKey([...issue.path, key], index < mostCompared ? known : []));
    }
    if (issue.code !== "invalid_type" && wrongForms.size > 0 && wrongForms.has(keyOf(issue.path))) return [];
    const value = valueAt(document, issue.path);
    if (issue.code === "invalid_type" && value === undefined) {
      const around = issue.path.slice(0, -1);
      const name = String(issue.path.at(-1));
      if (isMisspelt(valueAt(document, around), name, knownKeys(schema, around))) return [];
    }
    const { rule, remedy, ...words } = ruleOf(issue, value, schema);
    return [{ path: issue.path, rule: oneLine(rule), remedy: oneLine(remedy), ...words }];
  });
}

function keyOf(path: Path): string {
  return JSON.stringify(path);
}

/** Of many unknown keys, so many are compared with the known ones; no report shows more. */
const mostCompared = 100;

/** A key that means nothing, and the one that was probably meant. */
export function unknownKey(path: Path, known: readonly string[]): Finding {
  const near = nearestName(String(path.at(-1)), known);
  const list = known.length > 0 ? `; known are ${known.join(", ")}` : "";
  const remedy = near === undefined ? `take it out${list}` : `write "${near}"`;
  return { path, rule: "unknown key", remedy, unknownKey: true };
}

/**
 * Whether a value is missing because its key is misspelt: then the key is the mistake, and is told.
 *
 * @param values the map that lacks it
 * @param name the key that is missing
 * @param known the keys that the map may have
 */
export function isMisspelt(values: unknown, name: string, known: readonly string[]): boolean {
  if (typeof values !== "object" || values === null || Array.isArray(values)) return false;
  const unknown = Object.keys(values)
    .slice(0, mostCompared)
    .filter((key) => !known.includes(key));
  return unknown.some((key) => nearestName(key, known) === name);
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

type Words = Omit<Finding, "path">;

function ruleOf(issue: z.core.$ZodIssue, value: unknown, schema: z.ZodType): Words {
  switch (issue.code) {
    case "custom": {
      const { remedy = "correct it", meant } = (issue.params ?? {}) as Partial<RuleParams>;
      if (meant === undefined) return { rule: issue.message, remedy };
      return { rule: issue.message, remedy: `write ${meant}`, discreetRemedy: remedy };
    }
    case "invalid_type":
      return wrongForm(issue, value, schema);
    case "invalid_value":
      return { rule: "none of the choices", remedy: `write ${issue.values.join(" or ")}` };
    case "too_small":
      if (issue.origin !== "array")
        return { rule: `the least value is ${issue.minimum}`, remedy: "write a larger number" };
      return { rule: "the list is empty", remedy: "fill it, or take it out" };
    case "too_big":
      if (issue.origin !== "array")
        return { rule: `the greatest value is ${issue.maximum}`, remedy: "write a smaller number" };
      return { rule: issue.message, remedy: `keep ${issue.maximum} of them` };
    case "invalid_union":
      return { rule: `${formsOf(issue)} is expected`, remedy: value === null ? emptyRemedy : "write one of these" };
    default:
      return { rule: "this value is not known here", remedy: "correct it" };
  }
}

const emptyRemedy = "write a value, or take the line out";

/** What to do about a value that is something else than the schema expects: a list for a word, text for a number. */
function wrongForm(issue: z.core.$ZodIssueInvalidType, value: unknown, schema: z.ZodType): Words {
  const { expected, path } = issue;
  if (value === undefined) return { rule: `"${String(path.at(-1))}" is required and missing`, remedy: "add it" };
  if (value === null) return { rule: "it is empty", remedy: emptyRemedy };
  const meaning = lookUp(schemaAt(schema, path), texts)?.one;
  const rule = `${meaning ?? typeNames[expected] ?? expected} is expected`;
  if (expected === "string") return { rule, ...insteadOfText(value, meaning ?? "one value") };
  if (typeof value !== "string") return { rule, remedy: usualRemedies[expected] ?? "correct it" };
  return { rule, ...insteadOf(expected, value) };
}

/** What to do where a schema of one type finds another. */
const usualRemedies: Readonly<Record<string, string>> = {
  array: "begin each item with a dash",
  object: "write keys with values below it",
  record: "write keys with values below it",
  boolean: "write true or false",
  number: "write a number, without quotes",
  int: "write a whole number, without quotes",
};

function insteadOfText(value: unknown, one: string): Omit<Words, "rule"> {
  if (Array.isArray(value)) return { remedy: `write ${one}, without a dash or brackets` };
  if (typeof value === "object") return { remedy: `write ${one}, without keys below it` };
  const remedy = "write text; put it in quotes where it looks like a number or a date";
  return { remedy: `put it in quotes: "${String(value)}"`, discreetRemedy: remedy };
}

/** What to do about text where the schema expects something else. */
function insteadOf(expected: string, text: string): Omit<Words, "rule"> {
  const discreetRemedy = usualRemedies[expected] ?? "correct it";
  const short = text.trim();
  if (short === "" || short.length > longestCompared) return { remedy: discreetRemedy };
  if (expected === "array") return { remedy: `begin each item with a dash, as in "- ${short}"`, discreetRemedy };
  if (expected === "boolean" && /^(?:yes|on|y|1)$/i.test(short)) return { remedy: "write true" };
  if (expected === "boolean" && /^(?:no|off|n|0)$/i.test(short)) return { remedy: "write false" };
  if (expected === "object" && short.includes("@")) return { remedy: `write "email: ${short}"`, discreetRemedy };
  if (/^(?:number|int)$/.test(expected) && /^\d+$/.test(short)) {
    return { remedy: `write ${Number(short)} without quotes`, discreetRemedy };
  }
  return { remedy: discreetRemedy };
}

/** The forms that are allowed, such as "text or a map of keys and values". */
function formsOf({ errors }: z.core.$ZodIssueInvalidUnion): string {
  const types = errors.flat().flatMap((inner) => (inner.code === "invalid_type" ? [inner.expected] : []));
  const forms = [...new Set(types)].map((type) => typeNames[type] ?? type);
  return forms.length > 2 ? `${forms.slice(0, -1).join(", ")} or ${forms.at(-1)}` : forms.join(" or ");
}

/** The keys that the schema knows at a path. */
function knownKeys(schema: z.ZodType, path: Path): string[] {
  return Object.keys((withKeys(schemaAt(schema, path))._zod.def as { shape?: object }).shape ?? {});
}

/** The schema of the value at a path. */
function schemaAt(schema: z.ZodType, path: Path): z.core.$ZodType {
  return path.reduce<z.core.$ZodType>((node, step) => {
    const { def } = withKeys(node)._zod as {
      def: { element?: z.core.$ZodType; shape?: Record<PropertyKey, z.core.$ZodType>; valueType?: z.core.$ZodType };
    };
    const inner = typeof step === "number" ? def.element : (def.shape?.[step] ?? def.valueType);
    if (inner === undefined) throw new Error("the path leads out of the schema");
    return inner;
  }, schema);
}

function withKeys(node: z.core.$ZodType): z.core.$ZodType {
  const { options } = node._zod.def as { options?: z.core.$ZodType[] };
  // Of several forms, the one with keys or items is the one that a path leads into.
  const withParts = (part: string) => options?.find((option) => part in option._zod.def);
  const inner = innerOf(node) ?? withParts("shape") ?? withParts("element");
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
 * The known names that a mistyped one most likely means, the nearest first. Up to a third of the longer name may differ:
 * `id` is not near `cc`.
 *
 * @param name the name as written
 * @param known the names there are
 * @param most how many to answer at most
 */
export function nearest(name: string, known: readonly string[], most = 3): string[] {
  const written = name.slice(0, longestCompared).toLowerCase();
  return known
    .flatMap((candidate) => {
      const other = candidate.slice(0, longestCompared).toLowerCase();
      const allowed = Math.floor(Math.max(written.length, other.length) / 3);
      if (Math.abs(written.length - other.length) > allowed) return [];
      // Two letters that changed places are one slip, and two changes for the library.
      const distance = isOneSlipAway(written, other) ? Number(written !== other) : leven(written, other);
      return distance <= allowed ? [{ candidate, distance }] : [];
    })
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/** Whether two names are the same, or but for one letter too many, too few, wrong, or at its neighbour's place. */
export function isOneSlipAway(one: string, other: string): boolean {
  if (one === other) return true;
  let begin = 0;
  while (begin < one.length && one[begin] === other[begin]) begin++;
  const [rest, otherRest] = [one.slice(begin), other.slice(begin)];
  const isSwapped = rest[0] === otherRest[1] && rest[1] === otherRest[0] && rest.slice(2) === otherRest.slice(2);
  return (
    isSwapped || rest.slice(1) === otherRest.slice(1) || rest.slice(1) === otherRest || rest === otherRest.slice(1)
  );
}

/** The cost of a comparison grows with the square of the length; a name longer than this is no typing error. */
const longestCompared = 64;

/** Names in quotes, for a sentence. */
export function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
