import type { PolicyConfigSchema, ResourceValidationPolicy } from "@pulumi/policy";
import { addressDomain, domainList, matchingPattern, patternRule, shownDomain } from "./domain-names.ts";
import { isKnown, validateInvitations } from "./policy-inputs.ts";

interface Config {
  internal: string[];
}

const name = "guest-user-type";

const configSchema: PolicyConfigSchema = {
  properties: {
    internal: {
      ...domainList,
      description: `The organisation's own domains, subsidiaries included, whose people may be members. ${patternRule}`,
    },
  },
};

/** A member sees the whole directory, so an external address stays a guest. */
export const guestUserType: ResourceValidationPolicy = {
  name,
  displayName: "Guest user type",
  description: "An external address is invited as a guest, never as a member.",
  enforcementLevel: "mandatory",
  severity: "high",
  tags: ["guests", "least-privilege"],
  remediationSteps:
    "Leave `userType` out or set it to Guest. Where the person belongs to the organisation, add their domain to `internal` in the policy configuration.",
  url: "https://learn.microsoft.com/entra/external-id/user-properties",
  configSchema,
  validateResource: validateInvitations<Config>(name, configSchema, ({ address, userType }, { internal }) => {
    if (!isKnown(userType) || !isKnown(address) || userType.toLowerCase() !== "member") return [];
    const domain = addressDomain(address);
    if (domain !== undefined && matchingPattern(domain, internal) !== undefined) return [];
    const where =
      domain === undefined ? "which is no plain address" : `whose domain ${shownDomain(domain)} is external`;
    return [
      `userType is Member, for an address ${where}. A member reads the whole directory: set userType to Guest, or add the domain to "internal" in the policy's configuration if it is the organisation's own.`,
    ];
  }),
};
