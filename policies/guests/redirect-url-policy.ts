import type { PolicyConfigSchema, ResourceValidationPolicy } from "@pulumi/policy";
import { carriedLinks } from "./domains/carried-links.ts";
import { patternRule, wrongPatterns } from "./domains/domain-pattern.ts";
import { type LinkRules, linkProblem, microsoftPortals } from "./domains/link.ts";
import { isKnown, validateInvitations } from "./policy-inputs.ts";

const configSchema: PolicyConfigSchema = {
  properties: {
    hosts: {
      type: "array",
      items: { type: "string" },
      default: microsoftPortals,
      description: `The hosts to which guests may be sent. ${patternRule}`,
    },
    allowLoopback: {
      type: "boolean",
      default: false,
      description: "Whether links to this machine (localhost, 127.0.0.1, ::1) pass; for the local tenant only.",
    },
  },
};

/** A guest arrives from a mail: the link in it leads to a host that the organisation knows, and stays there. */
export const redirectUrl: ResourceValidationPolicy = {
  name: "redirect-url",
  displayName: "Redirect URL",
  description: "Guests are sent to known hosts over https, by links that do not lead on to others.",
  enforcementLevel: "mandatory",
  severity: "high",
  tags: ["guests", "phishing"],
  remediationSteps:
    "Use an https link to an application of the organisation's, or add its host to `hosts` in the policy configuration. Take foreign links out of its parameters.",
  url: "https://learn.microsoft.com/graph/api/resources/invitation",
  configSchema,
  validateResource: validateInvitations<LinkRules>(configSchema, ({ redirectUrl }, rules) => {
    const wrong = wrongPatterns(rules.hosts);
    if (wrong.length > 0) return [`"hosts" in the policy's configuration holds what is no host: ${wrong.join(", ")}.`];
    if (!isKnown(redirectUrl)) return [];
    const problem = linkProblem(redirectUrl, rules);
    if (problem !== undefined) return [`the redirect URL cannot be used: ${problem}. ${remedy}`];
    return forwardingProblems(new URL(redirectUrl), rules);
  }),
};

/** Nested links count as well: an allowed host behind an allowed host may carry a foreign one. */
function forwardingProblems(url: URL, rules: LinkRules): string[] {
  return carriedLinks(url).flatMap(({ place, link }) => {
    const problem = linkProblem(link, rules);
    if (problem === undefined) return forwardingProblems(new URL(link), rules);
    return [`the redirect URL may lead on to another site: in ${place}, ${problem}. Take it out of the URL.`];
  });
}

const remedy =
  'Use an https link to one of the allowed hosts, or add the host to "hosts" in the policy\'s configuration.';
