import type { PolicyConfigSchema, ResourceValidationPolicy } from "@pulumi/policy";
import { wrongPatterns } from "./domain-names.ts";
import { type LinkRules, linkProblem, linkSettings, onwardProblems } from "./link-rules.ts";
import { isKnown, validateInvitations } from "./policy-inputs.ts";
import { shownList } from "./policy-settings.ts";

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
    if (wrong.length > 0)
      return [`"hosts" in the policy's configuration has entries that are not hosts: ${shownList(wrong)}.`];
    if (!isKnown(redirectUrl)) return [];
    const problem = linkProblem(redirectUrl, rules);
    if (problem !== undefined) return [`the redirect URL cannot be used: ${problem}. ${remedy}`];
    return onwardProblems(redirectUrl, rules).map(
      (onward) => `the redirect URL may lead on to another site: ${onward}. Take it out of the URL.`,
    );
  }),
};

const remedy =
  'Use an https link to one of the allowed hosts, or add the host to "hosts" in the policy\'s configuration.';
