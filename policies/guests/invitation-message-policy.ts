import type { PolicyConfigSchema, ResourceValidationPolicy } from "@pulumi/policy";
import { type LinkRules, linkProblem, linkSettings, onwardProblems } from "./link-rules.ts";
import { isKnown, validateInvitations } from "./policy-inputs.ts";
import { shown } from "./policy-settings.ts";

interface Config extends LinkRules {
  required: boolean;
  maxLength: number;
}

const name = "invitation-message";

const configSchema: PolicyConfigSchema = {
  properties: {
    required: {
      type: "boolean",
      default: true,
      description: "Whether each mail carries a personal message; without, Microsoft's standard text alone is sent.",
    },
    maxLength: {
      type: "integer",
      minimum: 1,
      default: 1000,
      description: "The longest message, in characters: about what is read on a telephone without scrolling far.",
    },
    ...linkSettings("The hosts to which links in the message may lead."),
  },
};

/** Of all mails that an organisation sends, invitations are most easily mistaken for phishing. */
export const invitationMessage: ResourceValidationPolicy = {
  name,
  displayName: "Invitation message",
  description: "The mail to a guest carries a personal message that is short, finished and without foreign links.",
  enforcementLevel: "advisory",
  severity: "low",
  tags: ["guests", "phishing", "mail"],
  remediationSteps:
    "Write a short message that says who invites and what for. Fill in the placeholders; take out links to hosts that are not the organisation's.",
  url: "https://learn.microsoft.com/entra/external-id/invitation-email-elements",
  configSchema,
  validateResource: validateInvitations<Config>(name, configSchema, ({ messageBody, sendsMail }, config) => {
    if (sendsMail === false) return [];
    if (messageBody === undefined) return [config.required && sendsMail === true ? missing : undefined];
    if (!isKnown(messageBody)) return [];
    return [
      messageBody.trim() === "" ? missing : undefined,
      lengthProblem(messageBody, config.maxLength),
      ...linkProblems(messageBody, config),
      placeholderProblem(messageBody),
    ];
  }),
};

const missing =
  "the mail has no personal message. Say in a sentence or two who invites this guest and what for, in the message's body.";

function lengthProblem(body: string, longest: number): string | undefined {
  const length = [...body].length;
  return length > longest ? `the message has ${length} characters; the limit is ${longest}. Shorten it.` : undefined;
}

/** What is wrong with the links in a message: a sentence for each of the first ones. */
function linkProblems(body: string, config: Config): string[] {
  const links = linksIn(body);
  if (links.length > mostLinks)
    return [`the message has ${links.length} links, more than anybody reads. Take them out.`];
  const problems = links.flatMap((link) => messageLinkProblem(link, config) ?? []);
  const more = problems.length - mostShown;
  const rest = more > 0 ? [`${more} more links in the message lead to hosts that are not allowed. Take them out.`] : [];
  return [...problems.slice(0, mostShown), ...rest];
}

/** How many links are judged, and how many are quoted. */
const mostLinks = 50;
const mostShown = 5;

function messageLinkProblem(link: string, config: Config): string | undefined {
  const whole = link.includes("://") ? link : `https://${link}`;
  const problem = linkProblem(whole, config);
  if (problem !== undefined) return `a link in the message: ${problem}. Take it out, or link to an allowed host.`;
  const [onward] = onwardProblems(whole, config);
  if (onward === undefined) return undefined;
  return `a link in the message may lead on to another site: ${onward}. Take that out of the link.`;
}

/** The texts that mail programs turn into links, each once: a scheme and a host, `www.`, or a host with a path. */
function linksIn(body: string): string[] {
  const links = body.split(/[\s<>"]+/).flatMap((word) => {
    const start = Math.min(schemeStart(word), wwwStart(word), hostStart(word));
    return start < word.length ? [withoutPunctuation(word.slice(start))] : [];
  });
  return [...new Set(links)];
}

// These three look at each character a fixed number of times: a message may be long, and made to be slow to read.

/** Where a word has a scheme before `://`; behind the word's end where it has none. */
function schemeStart(word: string): number {
  for (let colon = word.indexOf("://"); colon !== -1; colon = word.indexOf("://", colon + 3)) {
    let start = colon;
    for (let at = colon - 1; /^[a-z0-9+.-]$/i.test(word.charAt(at)); at--)
      if (/[a-z]/i.test(word.charAt(at))) start = at;
    if (start < colon) return start;
  }
  return word.length;
}

function wwwStart(word: string): number {
  return /\bwww\./i.exec(word)?.index ?? word.length;
}

/** Where a word has a host before a slash: labels with full stops between them, and letters in the last one. */
function hostStart(word: string): number {
  for (let slash = word.indexOf("/"); slash !== -1; slash = word.indexOf("/", slash + 1)) {
    let start = slash;
    while (/^[\p{L}\p{N}.-]$/u.test(word.charAt(start - 1))) start--;
    const labels = word.slice(start, slash).split(".");
    const empty = labels.lastIndexOf("", labels.length - 1);
    const host = labels.slice(empty + 1);
    if (host.length > 1 && /^\p{L}{2,}$/u.test(host.at(-1) ?? "")) return slash - host.join(".").length;
  }
  return word.length;
}

/** Punctuation behind a link belongs to the sentence. */
function withoutPunctuation(link: string): string {
  let end = link.length;
  while (".,;:!?)]}'»”".includes(link.charAt(end - 1)) && end > 0) end--;
  return link.slice(0, end);
}

/** The marks of templates that nobody filled in. None may hold its own opening mark, so each is found in one go. */
const placeholders = [
  /\{\{[^{}]*\}\}/,
  /\$\{[^{}]*\}/,
  /\{[a-z][\w .-]*\}/i,
  /<(?!https?:)[a-z][\w .-]*>/i,
  /\[(?:your |insert |name|first|last|company|date|link|project)[^[\]]*\]/i,
  /\[[A-Z][A-Z0-9 _-]*\]/,
  /%[A-Z][A-Z0-9_]*%/,
  /\b(?:TODO|TBD|FIXME|XXX)\b/,
  /lorem ipsum/i,
];

function placeholderProblem(body: string): string | undefined {
  const found = placeholders.map((pattern) => pattern.exec(body)?.[0]).find((mark) => mark !== undefined);
  return found === undefined ? undefined : `the message still holds the placeholder ${shown(found)}. Fill it in.`;
}
