/**
 * Text that stands in YAML without quotes and is no text there: `0042` is the number 34 or 42, `1e3` is 1000, `no` may be
 * false. By the time the value arrives, nobody can tell what was written; so it is looked up in the file.
 */
import { isMap, isScalar, isSeq, type Node, type Scalar } from "yaml";
import type { z } from "zod";
import type { Path } from "../../model/findings.ts";
import { innerOf, lookUp, texts } from "../../model/property.ts";
import { mapEntries, type YamlSource } from "./yaml-source.ts";

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
    const option = isScalar(meant) ? textIn(options) : options.find(({ _zod }) => "shape" in _zod.def);
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
