import { type Finding, type Path, valueAt } from "../model/findings.ts";

/** One thing that is wrong with what a person wrote. */
export interface Problem {
  /** Where it is written: `guests:invitations[2].email`, or a column or key of a list file. */
  path: string;
  /** The file, and the line and column (from 1) where they are known. */
  place?: Place;
  /** The value as written, made presentable by {@link shown}; absent where nothing is written. */
  value?: string;
  /** The rule that it breaks. */
  rule: string;
  /** What to do about it. */
  remedy: string;
}

export interface Place {
  file: string;
  line?: number;
  column?: number;
}

const longestShown = 80;

/** Stands for a value that must not be printed. */
export const secretShown = "[secret]";

/**
 * A value for an error message: shortened when long; control characters and invisible ones (which could hide or reorder
 * what a terminal shows) escaped.
 */
export function shown(value: unknown): string {
  const text = typeof value === "string" ? `"${value}"` : JSON.stringify(value);
  const visible = [...text.replace(/\n/g, "\\n").replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, escaped)];
  if (visible.length <= longestShown) return visible.join("");
  return `${visible.slice(0, longestShown).join("")}… (${[...text].length} characters)`;
}

/** The same, or `undefined` where nothing is written. */
function shownOrNone(value: unknown): string | undefined {
  return value === undefined ? undefined : shown(value);
}

/** Where something is written: its path in words, and the place in a file where that is known. */
export type At = { path: string; place?: Place };

/**
 * What a schema found wrong, as a problem.
 *
 * @param document what the schema looked at
 * @param at tells the place of a value, or of a key
 */
export function asProblem(finding: Finding, document: unknown, at: (path: Path, atKey: boolean) => At): Problem {
  const { path, rule, remedy, unknownKey = false } = finding;
  const value = shownOrNone(valueAt(document, path));
  return { ...at(path, unknownKey), ...(value !== undefined && { value }), rule, remedy };
}

/** `invitations[2].message.cc`, with the control characters of odd keys escaped. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    const key = String(part);
    const plain = /^[\w:-]+$/.test(key) ? key : shown(key);
    return text === "" ? plain : `${text}.${plain}`;
  }, "");
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/**
 * The report of all problems, one block each, in the order of files and lines.
 *
 * @param subject what they are about, such as `the guest list of stack "prod"`
 */
export function report(subject: string, problems: readonly Problem[]): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const blocks = [...problems].sort(byPlace).map(block);
  return [`${count} in ${subject}. Nothing was sent.`, ...blocks].join("\n\n");
}

function block({ path, place, value, rule, remedy }: Problem): string {
  const where = place === undefined ? path : `${placeText(place)}  ${path}`;
  const lines = [
    `  ${where}`,
    ...(value === undefined ? [] : [`    value  ${value}`]),
    `    rule   ${rule}`,
    `    do     ${remedy}`,
  ];
  return lines.join("\n");
}

/** `file:line:column`, the form that editors and terminals turn into a link. */
export function placeText({ file, line, column }: Place): string {
  return [file, line, column].filter((part) => part !== undefined).join(":");
}

function byPlace(a: Problem, b: Problem): number {
  const [left, right] = [a.place, b.place];
  if (left?.file !== right?.file) return (left?.file ?? "") < (right?.file ?? "") ? -1 : 1;
  return (left?.line ?? 0) - (right?.line ?? 0) || (left?.column ?? 0) - (right?.column ?? 0);
}
