import type { PolicyConfigSchema, StackValidationPolicy } from "@pulumi/policy";
import { addressDomain, shownDomain } from "./domain-names.ts";
import { invitationOf, isKnown } from "./policy-inputs.ts";
import { configOf } from "./policy-settings.ts";

interface Config {
  perStack: number;
  perDomain: number;
}

const name = "guest-limits";

const configSchema: PolicyConfigSchema = {
  properties: {
    perStack: { type: "integer", minimum: 0, default: 500, description: "How many guests one stack may hold." },
    perDomain: {
      type: "integer",
      minimum: 0,
      default: 100,
      description: "How many guests of one stack may come from the same domain.",
    },
  },
};

/** A list that is too long to review by eye should be split, by partner or by project. */
export const guestLimits: StackValidationPolicy = {
  name,
  displayName: "Guest limits",
  description: "A stack and a partner's domain hold no more guests than can be reviewed.",
  enforcementLevel: "advisory",
  severity: "low",
  tags: ["guests", "scale"],
  remediationSteps:
    "Split the list over stacks, one for each partner or project; for a partner with many people, connect the two organisations by cross-tenant synchronisation.",
  url: "https://learn.microsoft.com/entra/identity/multi-tenant-organizations/cross-tenant-synchronization-overview",
  configSchema,
  validateStack(args, reportViolation) {
    const { perStack, perDomain } = configOf<Config>(args, name, configSchema);
    const guests = args.resources.map(invitationOf).filter((invitation) => invitation !== undefined);
    if (guests.length > perStack) {
      reportViolation(
        `The stack holds ${guests.length} guests; the limit is ${perStack}. Split the list into stacks, by partner or by project.`,
      );
    }
    const domains = guests.map(({ address }) => (isKnown(address) ? addressDomain(address) : undefined));
    for (const [domain, members] of Map.groupBy(domains, (domain) => domain)) {
      if (domain === undefined || members.length <= perDomain) continue;
      reportViolation(
        `${members.length} guests of the stack come from ${shownDomain(domain)}; the limit for one domain is ${perDomain}. Give this partner a stack of their own, or connect the two tenants by cross-tenant synchronisation.`,
      );
    }
  },
};
