import type { PolicyConfigSchema, ResourceValidationPolicy } from "@pulumi/policy";
import { addressDomain, domainList, matchingPattern, patternRule } from "./domain-names.ts";
import { isKnown, validateInvitations } from "./policy-inputs.ts";
import { shownList, shownName } from "./policy-settings.ts";

interface Config {
  internal: string[];
}

const name = "cc-internal-only";

const configSchema: PolicyConfigSchema = {
  properties: {
    internal: {
      ...domainList,
      description: `The organisation's own domains. ${patternRule} While empty, no copy passes.`,
    },
  },
};

/** A copy of the mail shows who is invited to what, which stays inside the organisation. */
export const ccInternalOnly: ResourceValidationPolicy = {
  name,
  displayName: "Copies stay inside",
  description: "Copies of an invitation mail go to the organisation's own domains only.",
  enforcementLevel: "mandatory",
  severity: "medium",
  tags: ["guests", "mail"],
  remediationSteps:
    "Leave `additionalRecipients` out or send the copy to a colleague; add the organisation's own domains to `internal` in the policy configuration.",
  url: "https://learn.microsoft.com/graph/api/resources/invitedusermessageinfo",
  configSchema,
  validateResource: validateInvitations<Config>(name, configSchema, ({ ccRecipients }, { internal }) => {
    return ccRecipients.filter(isKnown).map((recipient) => {
      const domain = addressDomain(recipient);
      if (domain !== undefined && matchingPattern(domain, internal) !== undefined) return undefined;
      const own =
        internal.length === 0 ? 'none is named in "internal" of the policy\'s configuration' : shownList(internal);
      return `the copy of the mail goes to ${shownName(recipient)}, outside the organisation's own domains (${own}). Leave it out or send it to a colleague.`;
    });
  }),
};
