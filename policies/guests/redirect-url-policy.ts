import type { PolicyConfigSchema, ResourceValidationPolicy } from "@pulumi/policy";
import { wrongPatterns } from "./domain-names.ts";
import { type LinkRules, linkProblem, linkSettings } from "./link-rules.ts";
import { isKnown, validateInvitations } from "./policy-inputs.ts";

const name = "redirect-url";

const configSchema: PolicyConfigSchema = { properties: linkSettings("The hosts to which guests may be sent.") };

/** The link in the mail leads guests to a host that the organisation knows, and does not forward them elsewhere. */
export const redirectUrl: ResourceValidationPolicy = {
  name,
  displayName: "Redirect URL",
  description: "Guests are sent to known hosts over https, by links that do not lead on to others.",
  enforcementLevel: "mandatory",
  severity: "high",
  tags: ["guests", "phishing"],
  remediationSteps:
    "Use an https link to an application of the organisation's, or add its host to `hosts` in the policy configuration. Take foreign links out of its parameters.",
  url: "https://learn.microsoft.com/graph/api/resources/invitation",
  configSchema,
  validateResource: validateInvitations<LinkRules>(name, configSchema, ({ redirectUrl }, rules) => {
    const wrong = wrongPatterns(rules.hosts);
    if (wrong.length > 0) return [`"hosts" in the policy's configuration holds what is no host: ${wrong.join(", ")}.`];
    if (!isKnown(redirectUrl)) return [];
    const problem = linkProblem(redirectUrl, rules);
    if (problem !== undefined) return [`the redirect URL cannot be used: ${problem}. ${remedy}`];
    return forwardingProblems(new URL(redirectUrl), rules);
  }),
};

/** Judges nested links as well: an allowed link inside an allowed one may carry a foreign one. */
function forwardingProblems(url: URL, rules: LinkRules): string[] {
  return carriedLinks(url).flatMap(({ place, link }) => {
    const problem = linkProblem(link, rules);
    if (problem === undefined) return forwardingProblems(new URL(link), rules);
    return [`the redirect URL may lead on to another site: in ${place}, ${problem}. Take it out of the URL.`];
  });
}

const remedy =
  'Use an https link to one of the allowed hosts, or add the host to "hosts" in the policy\'s configuration.';

/** A link inside a link, such as the `next` in `https://app.example/login?next=https%3A%2F%2Felsewhere.example`. */
interface CarriedLink {
  /** Where it stands: the name of the parameter, "the fragment" or "the path". */
  place: string;
  link: string;
}

/** A browser undoes one encoding, and each redirecting page may undo one more. */
const deepestEncoding = 3;

/**
 * Finds the links inside a link. If an application forwards to one of them, the outer host no longer says where the
 * guest arrives.
 *
 * @param url the outer link
 * @returns the absolute links in its query, fragment and path, encoded up to three times
 */
function carriedLinks(url: URL): CarriedLink[] {
  const parameters = [...url.searchParams, ...new URLSearchParams(url.hash.replace(/^#[^?]*\??/, ""))];
  const carried = [...parameters, ["the fragment", url.hash.slice(1)], ["the path", url.pathname.slice(1)]] as const;
  return carried.flatMap(([place, text]) => {
    const link = linkIn(text, place === "the path" || place === "the fragment");
    return link === undefined ? [] : [{ place, link }];
  });
}

/** A text that a browser would follow to another host: `https://…`, `//…`, `\\…` or a scheme that runs code. */
function linkIn(text: string, anywhere: boolean): string | undefined {
  const start = anywhere ? "" : "^";
  let decoded = text;
  for (let depth = 0; depth < deepestEncoding; depth++) {
    // Browsers drop tabs and line ends inside a URL and read a backslash as a slash.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
    const read = decoded.replaceAll(/[\u0000-\u0020]/g, "").replaceAll("\\", "/");
    const found = new RegExp(`${start}(?:https?:/+|(?:javascript|data|vbscript):).*$`, "i").exec(read)?.[0];
    if (found !== undefined) return found;
    if (!anywhere && /^\/{2,}[^/]/.test(read)) return `https:${read}`;
    const next = decodedOnce(decoded);
    if (next === decoded) return undefined;
    decoded = next;
  }
  return undefined;
}

function decodedOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
