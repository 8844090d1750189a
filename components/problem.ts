import { type Finding, type Path, valueAt } from "../model/findings.ts";
import { oneLine, shown } from "../model/property.ts";

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

/** Stands for a value that must not be printed. */
export const secretShown = "[secret]";

/** Where something is written: its path in words, and the place in a file where that is known. */
export type At = { path: string; place?: Place };

/** Problems to report: the first ones, and how many there are beside them. */
export interface Problems {
  problems: Problem[];
  more: number;
}

/** Of one kind, so many problems are kept; a report shows fewer. */
export const mostKept = 100;

/**
 * The first of many problems, made when they are needed: a file of half a million wrong rows costs no more than reading it.
 *
 * @param makers one for each problem, in the order of the file
 */
export function firstOf(makers: Iterable<() => Problem>): Problems {
  const all: Problems = { problems: [], more: 0 };
  for (const make of makers) {
    if (all.problems.length < mostKept) all.problems.push(make());
    else all.more += 1;
  }
  return all;
}

/** Several kinds of problems as one. */
export function together(parts: readonly Problems[]): Problems {
  return { problems: parts.flatMap(({ problems }) => problems), more: parts.reduce((sum, { more }) => sum + more, 0) };
}

/** A problem with a file as a whole, or with its form. */
export function fileProblem(place: Place, rule: string, remedy: string, path = "", value?: unknown): Problem {
  const problem: Problem = { path, place, rule, remedy };
  return value === undefined ? problem : { ...problem, value: shown(value) };
}

/**
 * What a schema found wrong, as a problem.
 *
 * @param document what the schema looked at
 * @param at tells the place of a value, or of a key
 */
export function asProblem(finding: Finding, document: unknown, at: (path: Path, atKey: boolean) => At): Problem {
  const { path, rule, remedy, unknownKey = false } = finding;
  const value = valueAt(document, path);
  return { ...at(path, unknownKey), ...(value !== undefined && { value: shown(value) }), rule, remedy };
}

/** `invitations[2].message.cc`, with odd keys in quotes. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    const key = String(part);
    const plain = /^\w[\w-]*(?::\w[\w-]*)?$/.test(key) ? key : shown(key);
    return text === "" ? plain : `${text}.${plain}`;
  }, "");
}

/** A report names so many problems; nobody reads more at once. */
const mostNamed = 20;

/**
 * The report of all problems, one block each, in the order of files and lines. No text in it makes a line of its own, or
 * is a command for a terminal or a pipeline's log.
 *
 * @param subject what they are about, such as `the guest list of stack "prod"`
 * @param problems those that are known
 * @param more how many there are beside them
 * @param note a last sentence
 */
export function report(subject: string, problems: readonly Problem[], more = 0, note?: string): string {
  const all = problems.length + more;
  const count = all === 1 ? "1 problem" : `${counted(all)} problems`;
  const unnamed = all - Math.min(problems.length, mostNamed);
  return [
    `${count} in ${oneLine(subject)}. Nothing was sent.`,
    ...[...problems].sort(byPlace).slice(0, mostNamed).map(block),
    ...(unnamed > 0 ? [`  … and ${counted(unnamed)} more. Fix these first, and run it again.`] : []),
    ...(note === undefined ? [] : [`  ${oneLine(note)}`]),
  ].join("\n\n");
}

/** `499,980`. */
function counted(count: number): string {
  return count.toLocaleString("en-US");
}

function block({ path, place, value, rule, remedy }: Problem): string {
  const where = [place && placeText(place), path].filter(Boolean).join("  ");
  const lines = [
    `  ${oneLine(where)}`,
    ...(value === undefined ? [] : [`    value  ${oneLine(value)}`]),
    `    rule   ${oneLine(rule)}`,
    `    do     ${oneLine(remedy)}`,
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
