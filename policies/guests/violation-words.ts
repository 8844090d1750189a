/**
 * How violations quote what people wrote. The report ends up in terminals, in logs and in comments, so it shows every
 * character, stays on its line and does not grow with the text.
 */

/** The longest quotation, in characters. */
const longestShown = 120;

/**
 * A text in quotes: its beginning if it is long, with invisible characters as their code points.
 *
 * @param text what somebody wrote
 * @param longest how many characters to show
 */
export function shown(text: string, longest = longestShown): string {
  if (text.length <= longest) return `"${escaped(text)}"`;
  return `"${escaped(text.slice(0, longest))}…" (${text.length} characters)`;
}

/** A name, an address or an entry of a list: without quotes if it holds nothing unusual. */
export function shownName(text: string): string {
  return text.length <= longestName && /^[\p{L}\p{N}/*_][\p{L}\p{M}\p{N} _.@*'+:/-]*$/u.test(text) ? text : shown(text);
}

/** As long as an e-mail address may be. */
const longestName = 254;

/** A list: its first entries, and how many more there are. */
export function shownList(entries: readonly string[]): string {
  const first = entries.slice(0, 8).map(shownName).join(", ");
  return entries.length > 8 ? `${first} and ${entries.length - 8} more` : first;
}

/** Shows what a terminal would obey or hide. Build servers also obey `##vso[…]`, wherever it stands in a line. */
function escaped(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|(?<=#)#/gu, codePoint);
}

function codePoint(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
