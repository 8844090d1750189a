/**
 * How a property is described: a zod schema, a description (`.meta`), and the facts below. The provider's schema, the
 * SDK classes, the editors' schemas, the checks and docs/reference.md are made from these and never written by hand.
 */
import type { User } from "@microsoft/microsoft-graph-types";
import { z } from "zod";

/** What a changed value does to a guest who is there already. */
export type Change =
  /** Another value is another guest. */
  | "guest"
  /** Part of the invitation: a pending guest is invited again; once they have accepted, the change is recorded. */
  | "invitation"
  /** A property of the user in the directory: read back by a refresh, changed by PATCH. */
  | "directory"
  /** The guest's sponsors: references between objects, added and removed one by one. */
  | "sponsors"
  /** Steers later runs: recorded in the state, and nothing is sent. */
  | "record"
  /** What the guest may reach: resources of their own. */
  | "access"
  /** Known to the component only. */
  | "nothing";

/** What is known about a property beside its schema and description. */
export interface PropertyFacts {
  change: Change;
  /** The property of Graph's user that holds it; for those that live in the directory. */
  graph?: keyof User;
  /**
   * True where the value is plain in programs: it names resources or steers the component. Every other property is
   * concealed when its config value is a secret.
   */
  plain?: true;
  /** True where a pull request's comment may show the value. Every other property is concealed there. */
  shown?: true;
  /** True where the backend azuread honours it as well; it refuses every other property. */
  azuread?: true;
  /** What holds where nothing is said, in words; a value that a schema can hold stands in the schema itself. */
  unsaid?: string;
  /** Who sets it; the author of the list unless said otherwise. */
  setBy?: "GuestInvitations" | "the provider";
}

/** What is known about a type that has a name: an object, or a choice. */
export interface TypeFacts {
  /** The name in programs, such as `OnDeleteChoice`. */
  name: string;
  /** What each value of a choice means. */
  values?: Readonly<Record<string, string>>;
  /** True for an object whose parts are plain values in programs: they steer the component. */
  plain?: true;
}

/** The facts of each property, by the schema that {@link described} was given. */
export const properties = z.registry<PropertyFacts>();

/** The facts of each named type. */
export const types = z.registry<TypeFacts>();

/** What is known about a text. */
export interface TextFacts {
  /** What it stands for, for the error that meets something else in its place: "one address". */
  one?: string;
  /**
   * True where it may stand without quotes in YAML although some readers take such a value for a day or for false
   * (`expires: 2027-03-31`, `usageLocation: NO`): its own rule tells a right value from a wrong one.
   */
  unquoted?: true;
}

/** The facts of some texts. */
export const texts = z.registry<TextFacts>();

/** The facts of a property, also through `.optional()` and `.default()`. */
export function factsOf(schema: z.core.$ZodType): PropertyFacts {
  const found = lookUp(schema, properties);
  if (found === undefined) throw new Error(`a property without facts: ${descriptionOf(schema)}`);
  return found;
}

/** A property's description, also through `.optional()` and `.default()`; ends without a full stop where it is short. */
export function descriptionOf(schema: z.core.$ZodType): string {
  return lookUp(schema, z.globalRegistry)?.description ?? "";
}

/** The names of those properties whose facts fulfil a condition, in their order. */
export function namesWhere<Shape extends Readonly<Record<string, z.core.$ZodType>>>(
  shape: Shape,
  condition: (facts: PropertyFacts) => boolean,
): (keyof Shape & string)[] {
  return Object.entries(shape).flatMap(([name, schema]) => (condition(factsOf(schema)) ? [name] : []));
}

/** What a registry knows of a schema, or of the one inside it. */
export function lookUp<Meta extends object>(
  schema: z.core.$ZodType,
  registry: { get(schema: z.core.$ZodType): Meta | undefined },
): Meta | undefined {
  const inner = innerOf(schema);
  const own = registry.get(schema);
  return own ?? (inner === undefined ? undefined : lookUp(inner, registry));
}

/** The schema that an optional one, or one with a default, is about; `undefined` where it is neither. */
export function innerOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  return (schema._zod.def as { innerType?: z.core.$ZodType }).innerType;
}

/** The forms in which a value may be written, in zod's words: `["string", "object"]` for text or a map. */
export function formsOf(schema: z.core.$ZodType): string[] {
  const inner = innerOf(schema);
  if (inner !== undefined) return formsOf(inner);
  const {
    type,
    options,
    in: before,
  } = schema._zod.def as {
    type: string;
    options?: z.core.$ZodType[];
    in?: z.core.$ZodType;
  };
  if (type === "pipe" && before !== undefined) return formsOf(before);
  return options === undefined ? [type] : options.flatMap(formsOf);
}

/** What to do about a character that may not stand in a text. */
export const takeItOut = "take it out of the text";

/**
 * Text held against a rule.
 *
 * @param problem says what is wrong with a value, or `undefined`
 * @param remedy what to do about it, for the person who wrote it; no word of the value
 * @param meant finds the value that a wrong one most likely stands for
 */
export function ruled(
  problem: (value: string) => string | undefined,
  remedy: string | ((value: string) => string),
  meant: (value: string) => string | undefined = () => undefined,
) {
  return z.string().superRefine((value, context) => {
    const message = problem(value);
    if (message === undefined) return;
    const params: RuleParams = { remedy: typeof remedy === "string" ? remedy : remedy(value), meant: meant(value) };
    context.addIssue({ code: "custom", message, params: { ...params } });
  });
}

/** What a broken rule says beside its message. */
export interface RuleParams {
  remedy: string;
  /** The value that was probably meant. */
  meant?: string | undefined;
}

/**
 * Text of a limited length that is not empty.
 *
 * @param longest in characters
 */
export function text(longest: number, description: string) {
  const problem = (value: string) => {
    if (value.length > longest) return `it has at most ${longest} characters`;
    return isBlank(value) ? "it is empty" : nameProblem(value);
  };
  const remedy = (value: string) => {
    if (value.length > longest) return "shorten it";
    return isBlank(value) ? "write a value, or take the line out to leave it as it is" : takeItOut;
  };
  return ruled(problem, remedy).meta({
    description: `${description}. At most ${longest} characters.`,
    minLength: 1,
    maxLength: longest,
  });
}

/** One of several words, each with its meaning. */
export function choice<const Values extends Readonly<Record<string, string>>>(
  name: string,
  values: Values,
  description: string,
): z.ZodEnum<{ [Word in keyof Values & string]: Word }> {
  const words = Object.fromEntries(Object.keys(values).map((word) => [word, word]));
  return z
    .enum(words as { [Word in keyof Values & string]: Word })
    .meta({ description })
    .register(types, { name, values } as never);
}

/** An object id of the directory, or another GUID. */
export const guidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Control and format characters, other line breaks than LF, and halves of characters. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}]/gu;

/**
 * What a pipeline's log takes for a command: `##vso[…]` and `##[…]` (Azure Pipelines, anywhere in a line), `##[…]` (GitHub,
 * anywhere), `##teamcity[…]`.
 */
const bracketCommand = /##(?=\w*\[)/g;

/** GitHub's `::error::…`, where it begins a line. */
const colonCommand = /^([^\S\n]*):(?=:)/gm;

/** Nothing but printable ASCII without what commands are made of: most texts need no second look. */
const isPlain = /^[^\P{ASCII}\p{Cc}#:]*$/u;

/** At most this much of a value is quoted, in characters. */
const longestShown = 80;

/** Longer than any value that is shown, in UTF-16 units: the rest need not be looked at. */
const longestEscaped = 4 * longestShown;

/**
 * A value for an error message: one line, shortened when long, control and invisible characters (which could hide or
 * reorder what a terminal shows) escaped, log commands broken.
 *
 * @param value what was written: text, or anything that JSON can hold
 */
export function shown(value: unknown): string {
  const text = typeof value === "string" ? `"${value}"` : (JSON.stringify(value) ?? String(value));
  const visible = [...oneLine(text.slice(0, longestEscaped))];
  if (text.length <= longestEscaped && visible.length <= longestShown) return visible.join("");
  return `${visible.slice(0, longestShown).join("")}… (${charactersOf(text)} characters)`;
}

/**
 * A text as a part of one line: nothing in it can end the line, act on a terminal, or be a log command.
 *
 * @param text any text, such as a rule that quotes a value
 */
export function oneLine(text: string): string {
  if (isPlain.test(text)) return text;
  return text
    .replaceAll(/\r?\n/g, "\\n")
    .replaceAll(unprintable, escaped)
    .replaceAll(bracketCommand, "#\\u{23}")
    .replace(colonCommand, "$1\\u{3a}");
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** How many characters a text has; surrogate pairs count once. */
function charactersOf(text: string): number {
  let pairs = 0;
  for (let at = 0; at < text.length; at++) if ((text.codePointAt(at) ?? 0) > 0xffff) pairs++;
  return text.length - pairs;
}

/** In names: everything unprintable but the two joiners, without which some scripts are misspelt. */
const notInNames = /[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}]--[\u200c\u200d]]/v;

/** In messages: control characters other than tabs and line breaks, and halves of characters. */
const notInMessages = /(?![\t\n]|\r\n)[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u;

/** What has no ink: white space, fillers, and characters that are drawn as nothing. */
const blank = /^[\s\u2800\p{Default_Ignorable_Code_Point}\p{Cf}]*$/u;

/** Whether a text says nothing: it is empty, or nothing in it can be seen. */
export function isBlank(text: string): boolean {
  return blank.test(text);
}

/** Says which character may not stand in a text of one line, or that the text is a log command; or `undefined`. */
export function nameProblem(text: string): string | undefined {
  return characterProblem(text, notInNames) ?? commandProblem(text);
}

/** The same for a text of several lines. */
export function messageProblem(text: string): string | undefined {
  return characterProblem(text, notInMessages) ?? commandProblem(text);
}

function characterProblem(text: string, refused: RegExp): string | undefined {
  const found = refused.exec(text)?.[0];
  if (found === undefined) return undefined;
  const code = `U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
  if (/[\n\r\u2028\u2029]/u.test(found)) return `a line break (${code}) may not stand here`;
  if (/\p{Cc}/u.test(found)) return `a control character (${code}) may not stand here`;
  return `an invisible character (${code}) may not stand here`;
}

/** GitHub's command as a whole line, and those in brackets. */
const logCommand = /##\w*\[|^[^\S\n]*::\w[^\n]*::/m;

function commandProblem(text: string): string | undefined {
  return logCommand.test(text) ? "a pipeline's log would take a part of it for a command" : undefined;
}
