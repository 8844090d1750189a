/**
 * Says what is wrong with the URL to which a guest is sent after accepting.
 *
 * Source: `inviteRedirectUrl` of Microsoft's reference page "invitation resource type" asks for a URL; that it is an
 * https one is this project's rule, because the guest arrives there from a mail.
 *
 * @param url the URL as written
 * @returns the rule it breaks, or `undefined`
 */
export function redirectUrlProblem(url: string): string | undefined {
  const example = "as in https://myapps.microsoft.com";
  if (url === "") return `a redirect URL is expected, ${example}, and this is empty`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\s\u0000-\u001f\u007f]/u.test(url)) return "a URL holds no white space or control characters";
  if (!URL.canParse(url)) return `a whole URL is expected, ${example}`;
  const { protocol, username, password } = new URL(url);
  if (protocol !== "https:") return `a redirect URL begins with https://, not ${protocol}`;
  if (username !== "" || password !== "") return "a redirect URL carries no user name or password";
  if (url.length > longestUrl) return `a redirect URL has at most ${longestUrl} characters`;
  return undefined;
}

/** What browsers and mail programs carry safely. */
const longestUrl = 2048;
