import type { PolicyConfigSchema, ResourceValidationPolicy } from "@pulumi/policy";
import { type LinkRules, linkProblem, linkSettings } from "./link-rules.ts";
import { isKnown, validateInvitations } from "./policy-inputs.ts";

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
      ...linksIn(messageBody).map((link) => messageLinkProblem(link, config)),
      placeholderProblem(messageBody),
    ];
  }),
};

const missing =
  "the mail has no personal message. Say in a sentence or two who invites this guest and what for, in the message's body.";

function lengthProblem(body: string, longest: number): string | undefined {
  const length = [...body].length;
  return length > longest
    ? `the message has ${length} characters, at most ${longest} are allowed. Shorten it.`
    : undefined;
}

/** The texts that mail programs turn into links: a scheme and a host, `www.`, or a host with a path. */
function linksIn(body: string): string[] {
  const written = body.match(/\b(?:[a-z][a-z0-9+.-]*:\/\/|www\.|(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}\/)[^\s<>"]*/giu) ?? [];
  return written.map((link) => link.replace(/[.,;:!?)\]}'»”]+$/u, ""));
}

function messageLinkProblem(link: string, config: Config): string | undefined {
  const problem = linkProblem(link.includes("://") ? link : `https://${link}`, config);
  return problem === undefined
    ? undefined
    : `a link in the message: ${problem}. Take it out, or link to an allowed host.`;
}

/** The marks of templates that nobody filled in. */
const placeholders = [
  /\{\{[^}]*\}\}/,
  /\$\{[^}]*\}/,
  /\{[a-z][\w .-]*\}/i,
  /<(?!https?:)[a-z][\w .-]*>/i,
  /\[(?:your |insert |name|first|last|company|date|link|project)[^\]]*\]/i,
  /\[[A-Z][A-Z0-9 _-]*\]/,
  /%[A-Z][A-Z0-9_]*%/,
  /\b(?:TODO|TBD|FIXME|XXX)\b/,
  /lorem ipsum/i,
];

function placeholderProblem(body: string): string | undefined {
  const found = placeholders.map((pattern) => pattern.exec(body)?.[0]).find((mark) => mark !== undefined);
  return found === undefined ? undefined : `the message still holds the placeholder "${found}". Fill it in.`;
}
