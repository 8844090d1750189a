import { domainToUnicode } from "node:url";

/** What browsers and mail programs carry safely. */
const longestUrl = 2048;

/** `https://`, a host and perhaps a port, then the rest. */
const parts = /^https:\/\/(?<host>[^/?#:@\\]+)(?::\d+)?(?:[/?#].*)?$/i;

/**
 * Says what is wrong with the URL to which a guest is sent after accepting.
 *
 * Source: `inviteRedirectUrl` of Microsoft's reference page "invitation resource type" asks for a URL; that it is an
 * https one is this project's rule, because the guest arrives there from a mail. Browsers repair what is not written as
 * a URL (`https:/host`, `https:\\host`), and Graph does not.
 *
 * @param url the URL as written
 * @returns the rule it breaks, or `undefined`
 */
export function redirectUrlProblem(url: string): string | undefined {
  const example = "as in https://myapps.microsoft.com";
  if (url === "") return `a redirect URL is expected, ${example}, and this is empty`;
  if (url.length > longestUrl) return `a redirect URL has at most ${longestUrl} characters`;
  if (/[\s\p{Cc}\p{Cf}\p{Cs}]/u.test(url)) return "a URL holds no white space and no control or invisible characters";
  if (!URL.canParse(url)) return `a whole URL is expected, ${example}`;
  const { protocol, username, password, hostname } = new URL(url);
  if (protocol !== "https:") return `a redirect URL begins with https://, not ${protocol}`;
  if (username !== "" || password !== "") return "a redirect URL carries no user name or password";
  if (url.includes("\\")) return "a URL has slashes (/), no backslashes";
  if (/%(?![0-9a-f]{2})/i.test(url)) return "in a URL, two hexadecimal digits follow a percent sign";
  const host = parts.exec(url)?.groups?.host;
  if (host === undefined) return "a redirect URL begins with https:// and the name of a host";
  const written = host.normalize("NFC").toLowerCase();
  if (written !== hostname && written !== domainToUnicode(hostname)) return "the host of a URL is written plainly";
  return undefined;
}

/**
 * The URL that a browser would make of one that {@link redirectUrlProblem} complains of.
 *
 * @returns a URL that it does not complain of, or `undefined`
 */
export function meantUrl(written: string): string | undefined {
  const text = written.trim().replaceAll("\\", "/");
  const isOfAnotherScheme = /^(?!https?:)[a-z][a-z0-9+.-]*:(?!\d)/i.test(text);
  if (isOfAnotherScheme || /[\s\p{Cc}\p{Cf}\p{Cs}]/u.test(text)) return undefined;
  const candidates = [text, text.replace(/^(?:https?:)?\/*/i, "https://")].filter((candidate) =>
    URL.canParse(candidate),
  );
  return candidates.map(asWritten).find((candidate) => redirectUrlProblem(candidate) === undefined);
}

/** The whole URL, without the slash that stands for an empty path. */
function asWritten(url: string): string {
  const { href, pathname, search, hash } = new URL(url);
  return pathname === "/" && search === "" && hash === "" ? href.slice(0, -1) : href;
}
