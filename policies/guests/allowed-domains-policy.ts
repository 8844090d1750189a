import type { PolicyConfigSchema, ResourceValidationPolicy } from "@pulumi/policy";
import {
  addressDomain,
  deniedRule,
  denyingPattern,
  domainList,
  foreignCharacters,
  isConsumerDomain,
  listFile,
  lookAlike,
  matchingPattern,
  patternRule,
  shownDomain,
  wrongPatterns,
} from "./domain-names.ts";
import { isKnown, validateInvitations } from "./policy-inputs.ts";
import { shown, shownList, shownName } from "./policy-settings.ts";

interface Config {
  allowed: string[];
  allowedLists: string[];
  denied: string[];
  deniedLists: string[];
  internal: string[];
  allowConsumerDomains: boolean;
}

const name = "allowed-domains";

const configSchema: PolicyConfigSchema = {
  properties: {
    allowed: {
      ...domainList,
      description: `The domains from which guests may come. ${patternRule} While nothing is allowed, no guest passes.`,
    },
    allowedLists: { ...domainList, description: "More allowed domains: names of lists in the pack's folder lists/." },
    denied: {
      ...domainList,
      description: `Domains from which no guest may come, even where \`allowed\` holds them. ${deniedRule}`,
    },
    deniedLists: { ...domainList, description: "More denied domains: names of lists in the pack's folder lists/." },
    internal: {
      ...domainList,
      description:
        "The organisation's own domains. Copies of the mail may go to them, but nobody there is invited as a guest.",
    },
    allowConsumerDomains: {
      type: "boolean",
      default: false,
      description:
        "Whether an entry with `*` lets in domains where anybody gets an address (gmail.com, mailinator.com). One that `allowed` names itself passes either way.",
    },
  },
};

/** Guests, and people who get a copy of the mail, come from domains that the organisation has agreed to. */
export const allowedDomains: ResourceValidationPolicy = {
  name,
  displayName: "Allowed domains",
  description: "Guests are invited from allowed domains only.",
  enforcementLevel: "mandatory",
  severity: "high",
  tags: ["guests", "domains"],
  framework: {
    name: "CISA SCuBA, Microsoft Entra ID",
    version: "1.6",
    reference: "MS.AAD.8.3v1",
    specification: "Invitations go only to external domains that the organisation has authorised for its business.",
  },
  remediationSteps:
    "Use an address at an allowed domain, or get the domain approved and add it to `allowed` in the policy's settings.",
  url: "https://learn.microsoft.com/entra/external-id/allow-deny-list",
  configSchema,
  validateResource: validateInvitations<Config>(name, configSchema, ({ address, ccRecipients }, written) => {
    const { config, problems } = completeConfig(written);
    if (problems.length > 0) return problems;
    return [
      isKnown(address) ? guestProblem(address, config) : undefined,
      ...ccRecipients.filter(isKnown).map((recipient) => recipientProblem(recipient, config)),
    ];
  }),
};

/** Reads the named lists into the configuration, and reports entries that could never match. */
function completeConfig(written: Config): { config: Config; problems: string[] } {
  const config = { ...written };
  const problems: string[] = [];
  try {
    config.allowed = [...written.allowed, ...written.allowedLists.flatMap((name) => listFile(name))];
    config.denied = [...written.denied, ...written.deniedLists.flatMap((name) => listFile(name))];
  } catch (error) {
    problems.push(`the policy's configuration cannot be read: ${(error as Error).message}.`);
  }
  for (const key of ["allowed", "denied", "internal"] as const) {
    const wrong = wrongPatterns(config[key]);
    if (wrong.length > 0)
      problems.push(`"${key}" in the policy's configuration has entries that are not domains: ${shownList(wrong)}.`);
  }
  return { config, problems };
}

function guestProblem(address: string, config: Config): string | undefined {
  const domain = addressDomain(address);
  if (domain === undefined) return noDomain;
  const trusted = trustProblem(domain, config);
  if (trusted !== undefined || listed(domain, config.allowed, config)) return trusted;
  const readable = shownDomain(domain);
  if (matchingPattern(domain, config.internal) !== undefined) {
    return `${readable} is a domain of the organisation itself, and a guest comes from outside it. Give this person access as the member they are.`;
  }
  if (config.allowed.length === 0) {
    return `no domain is allowed yet, so ${readable} is not. Name the partners' domains in "allowed" of the policy's configuration, or "*" for any.`;
  }
  if (matchingPattern(domain, config.allowed) !== undefined) {
    return `${readable} is a consumer mail domain, where anybody gets an address. Invite the guest under the partner's own domain, or name ${domain} itself in "allowed".`;
  }
  return `the domain ${readable} is not on the list of allowed domains (${shownList(config.allowed)}). ${remedy}`;
}

function recipientProblem(recipient: string, config: Config): string | undefined {
  const who = `the copy of the mail goes to ${shownName(recipient)}`;
  const domain = addressDomain(recipient);
  if (domain === undefined) return `${who}: ${noDomain}`;
  const trusted = trustProblem(domain, config);
  if (trusted !== undefined) return `${who}: ${trusted}`;
  if (listed(domain, config.allowed, config) || matchingPattern(domain, config.internal) !== undefined)
    return undefined;
  const lists = shownList([...config.allowed, ...config.internal]) || "both are empty";
  return `${who}, whose domain ${shownDomain(domain)} is neither an allowed domain nor one of the organisation's own (${lists}). Leave the copy out, send it to a colleague, or have the domain added.`;
}

/** Says why a domain is refused even if a wildcard allows it: it is denied, or made to look like a trusted one. */
function trustProblem(domain: string, config: Config): string | undefined {
  const readable = shownDomain(domain);
  const denied = denyingPattern(domain, config.denied);
  if (denied !== undefined) {
    return `the domain ${readable} is denied by the entry ${shown(denied)} of "denied", which outweighs "allowed". ${remedy}`;
  }
  if (listed(domain, withoutAny([...config.allowed, ...config.internal]), config)) return undefined;
  const model = lookAlike(domain, [...config.allowed, ...config.internal]);
  if (model === undefined) return undefined;
  const characters = foreignCharacters(domain);
  const because = characters === "" ? "" : `: it holds ${characters}`;
  return `the domain ${readable} is not ${shownDomain(model)} but looks like it${because}. Ask the partner for the right address before inviting anybody.`;
}

/** Whether a list lets a domain in. A consumer mail domain has to be named: a wildcard is not enough. */
function listed(domain: string, patterns: readonly string[], config: Config): boolean {
  const named = patterns.filter((pattern) => !pattern.includes("*"));
  if (matchingPattern(domain, named) !== undefined) return true;
  if (matchingPattern(domain, patterns) === undefined) return false;
  return config.allowConsumerDomains || !isConsumerDomain(domain);
}

function withoutAny(patterns: readonly string[]): string[] {
  return patterns.filter((pattern) => pattern.trim() !== "*");
}

const noDomain =
  "this is not one plain e-mail address, so its domain cannot be checked. Write it as ana@fabrikam.example.";
const remedy = "Use an address at an allowed domain, or get the domain approved and add it to the policy's settings.";
