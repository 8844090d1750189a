/**
 * Text that somebody else wrote, on its way to a terminal, a log or a directory: what a name and a message may hold, and
 * how an error quotes a value. Nothing here can make a line of its own, hide what follows, or be a command.
 */

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
