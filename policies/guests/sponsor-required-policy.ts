import type { PolicyConfigSchema, ResourceValidationPolicy } from "@pulumi/policy";
import { addressDomain, domainList, matchingPattern, patternRule } from "./domain-names.ts";
import { isGuid, isKnown, unknown, validateInvitations } from "./policy-inputs.ts";
import { shownList, shownName } from "./policy-settings.ts";

interface Config {
  internal: string[];
  groups: string[];
}

const name = "sponsor-required";

const configSchema: PolicyConfigSchema = {
  properties: {
    internal: {
      ...domainList,
      description: `The organisation's own domains, where sponsors are. ${patternRule} While empty, a sponsor's domain is not checked.`,
    },
    groups: {
      type: "array",
      items: { type: "string", pattern: "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$" },
      default: [],
      description:
        "Object ids of groups. If any are named, each guest needs one of them as a sponsor, because a group outlasts a person.",
    },
  },
};

/** Somebody in the organisation answers for each guest and is asked when the guest's access is reviewed. */
export const sponsorRequired: ResourceValidationPolicy = {
  name,
  displayName: "Sponsor required",
  description: "Each guest has a sponsor, and sponsors are the organisation's own people.",
  enforcementLevel: "advisory",
  severity: "medium",
  tags: ["guests", "lifecycle"],
  remediationSteps:
    "Name at least one colleague in `sponsors` of the guest, or once for the whole list in the stack configuration.",
  url: "https://learn.microsoft.com/entra/external-id/b2b-sponsors",
  configSchema,
  validateResource: validateInvitations<Config>(name, configSchema, ({ sponsors, madeBy }, { internal, groups }) => {
    if (sponsors === unknown) return [];
    if (sponsors === undefined || sponsors.length === 0) {
      return [
        madeBy === "azuread"
          ? officialPackageHasNone
          : "no sponsor. Name a colleague who answers for this guest in sponsors.",
      ];
    }
    const known = sponsors.filter(isKnown);
    return [
      ...(known.length === sponsors.length ? [groupProblem(known, groups)] : []),
      ...(internal.length === 0 ? [] : known.map((sponsor) => sponsorProblem(sponsor, internal))),
    ];
  }),
};

const officialPackageHasNone =
  "no sponsor, because azuread.Invitation has no property for one. Invite the guest with entra-guests, or set the sponsor in the Entra admin center.";

/** Whether a group is asked for and none is there. Only the setting tells a group from a person: both have an object id. */
function groupProblem(sponsors: string[], groups: string[]): string | undefined {
  if (groups.length === 0) return undefined;
  const wanted = new Set(groups.map((group) => group.toLowerCase()));
  if (sponsors.some((sponsor) => wanted.has(sponsor.toLowerCase()))) return undefined;
  return `no group among the sponsors. Name one of ${shownList(groups)} beside the person, by its object id.`;
}

/** A sponsor given by object id passes: that account is in the directory, and a policy cannot look it up. */
function sponsorProblem(sponsor: string, internal: string[]): string | undefined {
  if (isGuid(sponsor)) return undefined;
  const domain = addressDomain(sponsor);
  if (domain !== undefined && matchingPattern(domain, internal) !== undefined) return undefined;
  return `the sponsor ${shownName(sponsor)} is outside the organisation's own domains (${shownList(internal)}). Name a colleague instead.`;
}
