import {
  type Document,
  type ErrorCode,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  visit,
  type YAMLMap,
} from "yaml";
import type { z } from "zod";
import type { Path } from "../../model/findings.ts";
import { innerOf, lookUp, texts } from "../../model/property.ts";
import { fileProblem, type Place, type Problem } from "../problem.ts";

/** A pair of a YAML map as people write them: a key, and a value or nothing. */
export interface YamlEntry {
  key?: Node;
  value?: Node;
}

/** A YAML file that was read: its value, and the way from each part of it back to the text. */
export interface YamlSource {
  /** The value, with aliases and merged maps (`<<: *base`) filled in. */
  value: unknown;
  root: Node | null;
  /** What stands at the end of a way through maps, lists, aliases and merged maps. */
  follow(steps: Path): YamlEntry | undefined;
  /** The node that an alias stands for; any other node is itself. */
  resolved(node: Node | undefined): Node | undefined;
  placeOf(node: Node): Place;
}

/** Aliases may stand for so many values; more are an attack by expansion. */
const mostAliased = 100_000;

/**
 * Reads a YAML file.
 *
 * @param file its name, for error messages
 * @param text what it holds, a byte order mark allowed
 * @param strict false for a file that somebody else has read already, and that is only looked things up in
 * @returns the file, or the first thing that keeps it from being read: what follows is often a consequence
 */
export function readYaml(file: string, text: string, strict = true): YamlSource | { problem: Problem } {
  const lineCounter = new LineCounter();
  // The library looks for keys that stand twice by comparing each key with all before it; here it is done below.
  const parsed = parseDocument(text.replace(/^\ufeff/, ""), {
    lineCounter,
    merge: true,
    strict,
    uniqueKeys: false,
    logLevel: "error",
    prettyErrors: false,
  });
  const placeAt = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset);
    return { file, line, column: col };
  };
  const refuse = (offset: number, [rule, remedy]: Words) => ({
    problem: fileProblem(placeAt(offset), rule, remedy),
  });
  const [error] = strict ? [...parsed.errors, ...parsed.warnings] : parsed.errors;
  if (error !== undefined) return refuse(error.pos[0], wordsFor[error.code] ?? otherWords);

  const aliases = new Map<Node, Node>();
  const wrong = firstWrongNode(parsed, aliases);
  if (wrong !== undefined && strict) return refuse(wrong.node.range?.[0] ?? 0, wrong.words);
  const resolved = (node: Node | undefined) => (isAlias(node) ? aliases.get(node) : node);
  const [aliased, first] = [aliasedValues(parsed, resolved), aliases.keys().next().value];
  if (aliased > mostAliased) return refuse(first?.range?.[0] ?? 0, tooManyAliases);

  const keys = new WeakMap<YAMLMap, Map<string, YamlEntry>>();
  const entriesOf = (map: YAMLMap) => {
    const known = keys.get(map) ?? mapEntries(map, resolved);
    keys.set(map, known);
    return known;
  };
  const root = parsed.contents as Node | null;
  return {
    value: parsed.toJS({ maxAliasCount: -1 }),
    root,
    resolved,
    placeOf: (node) => placeAt(node.range?.[0] ?? 0),
    follow(steps) {
      let found: YamlEntry | undefined = root === null ? undefined : { value: root };
      for (const step of steps) {
        const node = resolved(found?.value);
        if (isSeq(node)) found = { value: node.items[Number(step)] as Node };
        else found = isMap(node) ? entriesOf(node).get(String(step)) : undefined;
      }
      return found;
    },
  };
}

/** A map's pairs by key, those of merged maps among them; its own win. */
export function mapEntries(map: YAMLMap, resolved: YamlSource["resolved"], depth = 0): Map<string, YamlEntry> {
  const [merged, own] = [new Map<string, YamlEntry>(), new Map<string, YamlEntry>()];
  for (const { key, value } of map.items as Pair<Node, Node | null>[]) {
    if (!isMerge(key)) own.set(keyText(key), { key, value: value ?? key });
    else if (value !== null && depth < mostNested) {
      for (const base of mergedMaps(value, resolved)) {
        for (const [name, entry] of mapEntries(base, resolved, depth + 1)) {
          if (!merged.has(name)) merged.set(name, entry);
        }
      }
    }
  }
  return own.size === 0 ? merged : new Map([...merged, ...own]);
}

/** Maps that merge maps that merge maps: so deep, and no deeper. */
const mostNested = 20;

function mergedMaps(value: Node, resolved: YamlSource["resolved"]): YAMLMap[] {
  const node = resolved(value);
  const nodes = isSeq(node) ? node.items.map((item) => resolved(item as Node)) : [node];
  return nodes.filter((one): one is YAMLMap => isMap(one));
}

function isMerge(key: unknown): boolean {
  return isScalar(key) && typeof key.value === "symbol";
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

type Words = readonly [rule: string, remedy: string];

/** Finds keys that stand twice and aliases of nothing, and notes what the other aliases stand for. */
function firstWrongNode(parsed: Document, aliases: Map<Node, Node>): { node: Node; words: Words } | undefined {
  const anchors = new Map<string, Node>();
  let wrong: { node: Node; words: Words } | undefined;
  visit(parsed, {
    Node(_key, node) {
      if (isAlias(node)) {
        const anchored = anchors.get(node.source);
        if (anchored === undefined) wrong = { node, words: noAnchor };
        else aliases.set(node, anchored);
      } else if (node.anchor) {
        anchors.set(node.anchor, node as Node);
      }
      const twice = isMap(node) ? keyTwice(node) : undefined;
      if (twice !== undefined) wrong = { node: twice, words: keysAreUnique(keyText(twice)) };
      return wrong === undefined ? undefined : visit.BREAK;
    },
  });
  return wrong;
}

function keyTwice(map: YAMLMap): Node | undefined {
  const known = new Set<string>();
  for (const { key } of map.items as Pair<Node>[]) {
    if (isMerge(key)) continue;
    if (known.has(keyText(key))) return key;
    known.add(keyText(key));
  }
  return undefined;
}

/** How many values the aliases of a document stand for, each time they are used. */
function aliasedValues(parsed: Document, resolved: YamlSource["resolved"]): number {
  const sizes = new Map<Node, number>();
  // An anchor inside itself has no end.
  const sizeOf = (part: unknown): number => {
    if (isPair(part)) return sizeOf(part.key) + sizeOf(part.value);
    const node = resolved(part as Node | undefined);
    if (!isCollection(node)) return 1;
    const known = sizes.get(node);
    if (known !== undefined) return known;
    sizes.set(node, Number.POSITIVE_INFINITY);
    const size = node.items.reduce<number>((sum, item) => sum + sizeOf(item), 1);
    sizes.set(node, size);
    return size;
  };
  let sum = 0;
  visit(parsed, {
    Alias(_key, alias) {
      sum += sizeOf(alias);
    },
  });
  return sum;
}

const tooManyAliases: Words = [
  `the aliases (*name) of this file stand for more than ${mostAliased.toLocaleString("en-US")} values`,
  "write the values out",
];

const noAnchor: Words = ["no anchor (&name) of this name stands before the alias (*name)", "correct the name"];

const keysAreUnique = (key: string): Words => [
  `the key "${key}" stands here twice, and keys are unique`,
  "keep one of the two",
];

const otherWords: Words = ["this is not YAML", "put the text in quotes"];

const misplaced: Words = ["this is not YAML: an anchor or a tag stands in the wrong place", "take it out"];

const inQuotes = "put a text that has a colon, a bracket or another mark of YAML in quotes";

/** What is wrong, by the library's codes; its own words are those of a parser. */
const wordsFor: Partial<Record<ErrorCode, Words>> = {
  ALIAS_PROPS: misplaced,
  BAD_PROP_ORDER: misplaced,
  MULTIPLE_ANCHORS: misplaced,
  MULTIPLE_TAGS: misplaced,
  BAD_DIRECTIVE: ["this is not YAML: a line may not begin with %", inQuotes],
  BAD_DQ_ESCAPE: [
    "this is not YAML: in double quotes a backslash begins an escape, and there is none like this",
    "write two backslashes, or use single quotes",
  ],
  BAD_INDENT: [
    "this is not YAML: a line is not indented as those around it, or a bracket is not closed",
    "begin the line below its neighbours, or close the bracket",
  ],
  BAD_SCALAR_START: ["this is not YAML: a text may not begin with this character", "put the text in quotes"],
  BLOCK_AS_IMPLICIT_KEY: ["this is not YAML: a second key stands in one line, or a line is indented too far", inQuotes],
  BLOCK_IN_FLOW: ["this is not YAML: between brackets there are commas, no dashes", "write [one, other]"],
  KEY_OVER_1024_CHARS: ["this is not YAML: a key has at most 1024 characters", inQuotes],
  MISSING_CHAR: [
    "this is not YAML: a colon, a comma, a dash or a closing quote is missing",
    "add it, or close the quote",
  ],
  MULTILINE_IMPLICIT_KEY: ["this is not YAML: a key stands on one line, with a colon behind it", "add the colon"],
  MULTIPLE_DOCS: [
    "the file has a second document, which begins here after a line ---, and only one is read",
    "put all guests into one list, and take the line --- out",
  ],
  RESOURCE_EXHAUSTION: ["this YAML cannot be read: it is nested too deep", "write a plain list"],
  TAB_AS_INDENT: ["this is not YAML: a tab indents the line", "indent with spaces"],
  TAG_RESOLVE_FAILED: ["a tag (!name) means nothing here", "take the tag out, and write the value"],
  BAD_COLLECTION_TYPE: ["a tag (!name) means nothing here", "take the tag out, and write the value"],
  UNEXPECTED_TOKEN: [
    "this is not YAML: the line does not continue what stands before it",
    `correct its indent, or ${inQuotes}`,
  ],
};

/** A text without quotes, and what a YAML reader takes it for. */
export interface UnquotedText {
  path: Path;
  node: Node;
  /** What was written. */
  written: string;
  rule: string;
  remedy: string;
}

/**
 * Finds the texts that need quotes, in the places where a schema expects text.
 *
 * @param source the file
 * @param schema what stands below the node
 * @param node where to begin
 * @param path the way to it, for the finding
 */
export function* unquotedTexts(
  source: YamlSource,
  schema: z.core.$ZodType,
  node: Node | undefined,
  path: Path,
): Generator<UnquotedText> {
  const meant = source.resolved(node);
  if (meant === undefined) return;
  const { options, element, shape, valueType } = schema._zod.def as SchemaParts;
  const inner = innerOf(schema) ?? (schema._zod.def as SchemaParts).in;
  if (isScalar(meant) && lookUp(schema, texts)?.unquoted) return;
  if (inner !== undefined) yield* unquotedTexts(source, inner, meant, path);
  else if (options !== undefined) {
    const parts = isSeq(meant) ? "element" : "shape";
    const option = isScalar(meant) ? textIn(options) : options.find(({ _zod }) => parts in _zod.def);
    if (option !== undefined) yield* unquotedTexts(source, option, meant, path);
  } else if (schema._zod.def.type === "string" && isScalar(meant)) yield* unquoted(meant, path);
  else if (schema._zod.def.type === "number" && isScalar(meant)) yield* doubtful(meant, path);
  else if (element !== undefined && isSeq(meant)) {
    for (const [index, item] of meant.items.entries()) {
      yield* unquotedTexts(source, element, item as Node, [...path, index]);
    }
  } else if (isMap(meant)) {
    for (const [key, entry] of mapEntries(meant, source.resolved)) {
      if (valueType !== undefined && isScalar(entry.key)) yield* unquoted(entry.key, [...path, key]);
      const part = shape !== undefined && Object.hasOwn(shape, key) ? shape[key] : valueType;
      if (part !== undefined) yield* unquotedTexts(source, part, entry.value, [...path, key]);
    }
  }
}

interface SchemaParts {
  options?: z.core.$ZodType[];
  element?: z.core.$ZodType;
  shape?: Record<string, z.core.$ZodType>;
  valueType?: z.core.$ZodType;
  in?: z.core.$ZodType;
}

/** Where a number or true will do as well (`resend`), text needs no quotes. */
function textIn(options: readonly z.core.$ZodType[]): z.core.$ZodType | undefined {
  const types = options.map(({ _zod }) => _zod.def.type);
  return types.includes("number") || types.includes("boolean")
    ? undefined
    : options.find(({ _zod }) => _zod.def.type === "string");
}

function* unquoted(scalar: Scalar, path: Path): Generator<UnquotedText> {
  const { source: written = "", tag } = scalar;
  if (tag !== undefined && tag !== "!" && tag !== "tag:yaml.org,2002:str") {
    yield { path, node: scalar, written, rule: "a tag (!name) means nothing here", remedy: "take the tag out" };
    return;
  }
  const kind = tag === undefined ? otherThanText(scalar) : undefined;
  if (kind === undefined) return;
  const rule = `without quotes, YAML reads ${kind} here and not the text ${written}`;
  yield { path, node: scalar, written, rule, remedy: `put it in quotes: "${written}"` };
}

/** `010` is eight for one reader and ten for another. */
function* doubtful(scalar: Scalar, path: Path): Generator<UnquotedText> {
  const { source: written = "", type } = scalar;
  if (type !== "PLAIN" || !/^[-+]?0[0-9_box]/i.test(written)) return;
  const rule = `YAML readers disagree on the number ${written}`;
  yield { path, node: scalar, written, rule, remedy: "write a number without a zero in front" };
}

/** What YAML 1.1, YAML 1.2 or Pulumi's reader takes a scalar for, when it stands without quotes. */
const kinds: readonly (readonly [kind: string, form: RegExp])[] = [
  ["nothing", /^(?:~|null|Null|NULL)$/],
  ["true or false", /^(?:true|false|yes|no|on|off)$/i],
  ["a number", /^[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-f_]+|[0-9][0-9_]*)$/i],
  ["a number", /^[-+]?(?:\.[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:e[-+]?[0-9]+)?$/i],
  ["a number", /^(?:[-+]?\.inf|\.nan)$/i],
  ["a time of day", /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/],
  ["a date", /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt ].*)?$/],
];

/** What some YAML reader takes a scalar for; `undefined` where all of them take it for text. */
export function otherThanText({ type, source = "" }: Scalar): string | undefined {
  if (type !== "PLAIN") return undefined;
  return kinds.find(([, form]) => form.test(source))?.[0];
}
