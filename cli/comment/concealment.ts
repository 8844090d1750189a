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

/** The text without secrets; see {@link secretRemover}. */
export function withoutSecrets(text: string, environment: NodeJS.ProcessEnv = process.env): string {
  return secretRemover(environment)(text);
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
