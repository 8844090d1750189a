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

/**
 * Takes secrets out of texts that somebody else wrote. Each step reads a text once, because a list may hold megabytes.
 *
 * Pulumi conceals what it knows to be secret. This is the second lock: an error message may quote a service's answer.
 */

/** Names of environment variables that hold secrets. */
const secretVariable = /SECRET|TOKEN|PASSWORD|PASSPHRASE|CONNECTION_STRING|_KEY$|CERTIFICATE$/i;
/** A shorter value would also be found in words that mean something else. */
const shortestSecret = 8;

/**
 * Makes a function that takes redeem URLs, tokens and a process's secrets out of a text, and puts `[redeem URL]` and
 * `[secret]` in their places.
 *
 * @param environment where the process's own secrets are
 */
export function secretRemover(environment: NodeJS.ProcessEnv = process.env): (text: string) => string {
  const secrets = secretsOf(environment);
  return (text) => {
    const clean = text.replace(unbroken, withoutLink).replace(wordsAndDots, withoutToken);
    return secrets.reduce((rest, secret) => rest.replaceAll(secret, "[secret]"), clean);
  };
}

let ofThisTurn: { environment: NodeJS.ProcessEnv; remove: (text: string) => string } | undefined;

/**
 * The text without secrets; see {@link secretRemover}. The environment is read once for all texts that are written at a
 * stroke: that takes longer than most of them.
 */
export function withoutSecrets(text: string, environment: NodeJS.ProcessEnv = process.env): string {
  if (ofThisTurn?.environment !== environment) {
    ofThisTurn = { environment, remove: secretRemover(environment) };
    queueMicrotask(() => {
      ofThisTurn = undefined;
    });
  }
  return ofThisTurn.remove(text);
}

/** A secret as it is, and as it stands in a URL or in JSON; each line of one that has several. */
function secretsOf(environment: NodeJS.ProcessEnv): string[] {
  const values = Object.entries(environment).flatMap(([name, value]) =>
    secretVariable.test(name) ? [value ?? ""] : [],
  );
  const lines = values.flatMap((value) => value.split(/\r?\n/));
  const forms = lines.flatMap((line) => [line, formsInUrl(line), JSON.stringify(line).slice(1, -1)]);
  // The longest first: nothing of a secret stays behind where it contains another one.
  return [...new Set(forms)]
    .filter(({ length }) => length >= shortestSecret)
    .sort((one, other) => other.length - one.length);
}

function formsInUrl(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** What holds together as a URL does. */
const unbroken = /[^\s"'<>`|]+/g;

/** The marks of a URL, which may be percent-encoded (once or more), or escaped as in JSON. */
const colon = String.raw`(?::|%(?:25)*3a|\\+u003a)`;
const schemeStart = new RegExp(`https?${colon}`, "i");
/** Where Entra and the local tenant let a guest redeem an invitation. */
const redeemPath = /(?:[^a-z0-9_]|%(?:25)*2f|\\+u002f)redeem(?![a-z0-9_])/i;
/** The part of a redeem URL that opens the invitation, also without the rest of it. */
const ticket = /ticket(?:=|%(?:25)*3d|\\+u003d)[^&;,)\]}]*/gi;

function withoutLink(text: string): string {
  const start = text.search(schemeStart);
  const isRedeemUrl = start >= 0 && redeemPath.test(text.slice(start));
  return (isRedeemUrl ? `${text.slice(0, start)}[redeem URL]` : text).replace(ticket, "[secret]");
}

const wordsAndDots = /[\w.-]+/g;
/** A JSON web token has three parts, and the first begins with `{"` in base64. */
const tokenStart = /(?:^|-)eyJ/;
const shortestPart = 8;

function withoutToken(text: string): string {
  if (!text.includes("eyJ")) return text;
  const parts = text.split(".");
  const kept: string[] = [];
  for (let index = 0; index < parts.length; index++) {
    const [head = "", claims = "", signature] = parts.slice(index, index + 3);
    const start = head.search(tokenStart);
    const isToken = start >= 0 && head.length - start > shortestPart && claims.length >= shortestPart;
    if (!isToken || signature === undefined) kept.push(head);
    else {
      kept.push(`${head.slice(0, start)}[secret]`);
      index += 2;
    }
  }
  return kept.join(".");
}
