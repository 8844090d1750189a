/**
 * Texts that somebody else wrote, as Markdown without links, mentions, HTML or broken tables. GitHub, GitLab and Azure
 * DevOps leave the inside of a code span alone, so the texts go there.
 */

const longestCell = 80;

/**
 * A text as a code span, on one line, also inside a table.
 *
 * @param longest the most characters to show
 */
export function code(text: string, longest: number = longestCell): string {
  const shown = oneLine(text, longest);
  if (shown === "") return "";
  // A pipe ends a table's cell even in a code span, and a backtick ends the span.
  return /[`|]/.test(shown) ? `<code>${entities(shown)}</code>` : `\`${shown}\``;
}

/** A sentence that quotes others: plain, with everything that could be syntax in code spans. */
export function prose(text: string, longest = 400): string {
  return oneLine(text, longest)
    .split(/("[^"]*"|[^\s"(),;]*(?:[@#\\]|:\/\/|www\.)[^\s"(),;]*)/i)
    .map((part, index) => (index % 2 === 1 ? code(part, longest) : entities(part, /[\\`*_{}[\]<>#|~$&@]/g)))
    .join("");
}

/** A text of several lines as a fenced block that nothing inside can close. */
export function block(text: string, longest = 4000): string {
  const shown = shorten(visible(text, /[^\P{C}\n]|[\p{Zl}\p{Zp}]/gu), longest);
  const longestRun = Math.max(2, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longestRun + 1);
  return `${fence}text\n${shown}\n${fence}`;
}

/** One line, shortened, with invisible characters made visible. */
export function oneLine(text: string, longest: number = longestCell): string {
  return shorten(visible(text.trim().replace(/\s+/g, " "), /\p{C}/gu), longest);
}

function shorten(text: string, longest: number): string {
  const characters = [...text];
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join("")}…`;
}

/**
 * A text in which control and format characters can be seen: they could hide or reorder what a reviewer reads.
 *
 * @param invisible finds them, with the flags `g` and `u`
 */
export function visible(text: string, invisible: RegExp): string {
  return text.replace(invisible, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** ASCII punctuation as numeric entities: Markdown never reads an entity as syntax. */
function entities(text: string, which = /[!-/:-@[-`{-~]/g): string {
  return text.replace(which, (character) => `&#${character.codePointAt(0)};`);
}
