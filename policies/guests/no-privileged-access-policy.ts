import type { PolicyConfigSchema, PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { type AzureScope, azureRoleId, azureScope, azureScopeForms } from "./azure-scope.ts";
import {
  type Grant,
  GuestsOfStack,
  grantOf,
  isGroup,
  listedRole,
  namelessPrincipal,
  privilegedAzureRoles,
  privilegedDirectoryRoles,
  unknownRoles,
} from "./judged-access.ts";
import { isGuid, isKnown, readText, readValue, type Value } from "./policy-inputs.ts";
import { configOf, shown, shownList, shownName } from "./policy-settings.ts";

interface Config {
  azureRoles: string[];
  widestScope: "resourceGroup" | "subscription" | "any";
  directoryRoles: string[];
  roleAssignableGroups: string[];
  principals: "guests" | "everyone";
}

const names = { type: "array", items: { type: "string" } } as const;

const name = "no-privileged-access";

const configSchema: PolicyConfigSchema = {
  properties: {
    azureRoles: {
      ...names,
      default: Object.keys(privilegedAzureRoles),
      description: "Azure roles that no guest gets, at any scope: names of privileged built-in roles, or ids of roles.",
    },
    widestScope: {
      type: "string",
      enum: ["resourceGroup", "subscription", "any"],
      default: "resourceGroup",
      description:
        "The widest scope at which a guest may get any Azure role; management groups and the tenant root lie above subscriptions.",
    },
    directoryRoles: {
      ...names,
      default: Object.keys(privilegedDirectoryRoles),
      description: "Entra roles that no guest gets: names of privileged built-in roles, or template ids of roles.",
    },
    roleAssignableGroups: {
      ...names,
      default: [],
      description:
        "Object ids of role-assignable groups that the stack does not declare itself and so cannot show as such.",
    },
    principals: {
      type: "string",
      enum: ["guests", "everyone"],
      default: "guests",
      description:
        "Whose access is judged: `guests` for principals that the stack declares as guests, `everyone` for a stack that holds nobody else.",
    },
  },
};

/**
 * Guests get little access.
 *
 * This is a stack policy because it compares resources. In a preview a new guest has no object id yet, so an assignment
 * is recognised as theirs by the invitation that its principal depends on.
 */
export const noPrivilegedAccess: StackValidationPolicy = {
  name,
  displayName: "No privileged access",
  description: "Guests get no privileged role, nothing at subscription scope or above, and no role-assignable group.",
  enforcementLevel: "mandatory",
  severity: "critical",
  tags: ["guests", "least-privilege", "access"],
  framework: {
    name: "Azure Policy, built-in definitions",
    version: "1.0.0",
    reference: "94e1c2ac-cbbe-4cac-a2b5-389c812dee87",
    specification: "External accounts hold no write permissions on a subscription.",
  },
  remediationSteps:
    "Give the guest a narrower role, such as Reader, at a resource or resource group; give privileged work to a member with an account of the organisation's.",
  url: "https://learn.microsoft.com/azure/role-based-access-control/role-assignments-external-users",
  configSchema,
  validateStack(args, reportViolation) {
    const config = configOf<Config>(args, name, configSchema);
    for (const problem of configProblems(config)) reportViolation(problem);
    const guests = new GuestsOfStack(args.resources);
    for (const resource of args.resources) {
      for (const problem of resourceProblems(resource, guests, config)) reportViolation(problem, resource.urn);
    }
  },
};

function resourceProblems(resource: PolicyResource, guests: GuestsOfStack, config: Config): string[] {
  const grant = grantOf(resource);
  const who =
    guests.memberOf(resource) ??
    (grant && guests.labelOf(grant)) ??
    (grant && config.principals === "everyone" ? `whoever ${shownName(resource.name)} names` : undefined);
  if (who === undefined) return nobodyProblems(resource);
  const problems = grant === undefined ? memberProblems(resource) : judges[grant.kind](grant, config);
  return problems.map((problem) => `${who}: ${problem}`);
}

/** Another spelling of an object id hides a guest; only this one is compared with the guests' ids. */
function nobodyProblems(resource: PolicyResource): string[] {
  const principal = namelessPrincipal(resource);
  if (principal === undefined) return [];
  const name = shownName(resource.name);
  return [
    `${name} gives access to ${shown(principal)}, which is not an object id, so it cannot be judged. Write it as in 11111111-2222-3333-4444-555555555555.`,
  ];
}

function memberProblems(group: PolicyResource): string[] {
  return isRoleAssignable(group) ? [roleAssignable] : [];
}

const judges: Record<Grant["kind"], (grant: Grant, config: Config) => string[]> = {
  "Azure role": azureRoleProblems,
  "directory role": directoryRoleProblems,
  group: groupProblems,
};

function azureRoleProblems({ resource, granted }: Grant, config: Config): string[] {
  const role = readText(() => resource.props[granted]);
  const scope = readText(() => resource.props.scope);
  return [
    ...(isKnown(role) ? roleProblems(role, config) : []),
    ...(isKnown(scope) ? scopeProblems(scope, config) : []),
  ];
}

function roleProblems(written: string, { azureRoles }: Config): string[] {
  const id = azureRoleId(written);
  if (id === undefined) {
    return [
      `gets the Azure role ${shown(written)}, which is not a role id, so it cannot be judged. Write the GUID, alone or as /subscriptions/ID/providers/Microsoft.Authorization/roleDefinitions/GUID.`,
    ];
  }
  const role = listedRole(id, azureRoles, privilegedAzureRoles);
  return role === undefined ? [] : [`gets the Azure role ${role}. Give a narrower role, such as Reader.`];
}

function scopeProblems(written: string, { widestScope }: Config): string[] {
  const scope = azureScope(written);
  if (typeof scope === "string") {
    return [
      `gets an Azure role at ${shown(written)}, which is not a scope, so it cannot be judged: ${scope}. Write ${azureScopeForms}.`,
    ];
  }
  const { width, words } = scopes[scope.kind];
  if (width <= widths[widestScope]) return [];
  return [
    `gets an Azure role at ${words} (${shownName(scope.id)}). Assign it at a resource or a resource group instead.`,
  ];
}

const widths = { resourceGroup: 0, subscription: 1, any: Number.POSITIVE_INFINITY };

const scopes: Record<AzureScope["kind"], { width: number; words: string }> = {
  resource: { width: 0, words: "a resource" },
  "resource group": { width: 0, words: "a resource group" },
  subscription: { width: 1, words: "a whole subscription" },
  "management group": { width: 2, words: "a management group" },
  tenant: { width: 3, words: "the tenant root" },
};

function directoryRoleProblems({ resource, granted }: Grant, config: Config): string[] {
  // An activated role has an object id of its own. If the stack declares the role, its template id tells which it is.
  const declared = (resource.propertyDependencies[granted] ?? []).map((role) => readText(() => role.props.templateId));
  const written: Value<string>[] = [readText(() => resource.props[granted]), ...declared];
  const ids = written.filter(isKnown);
  const nameless = ids.find((id) => !isGuid(id));
  if (nameless !== undefined) {
    return [
      `gets the Entra role ${shown(nameless)}, which is not a role id, so it cannot be judged. Write the id, a GUID.`,
    ];
  }
  const roles = ids.map((id) => listedRole(id.toLowerCase(), config.directoryRoles, privilegedDirectoryRoles));
  const role = roles.find((name) => name !== undefined);
  return role === undefined ? [] : [`gets the Entra role ${role}. Give this work to a member of the organisation.`];
}

function groupProblems({ resource, granted }: Grant, config: Config): string[] {
  const id = readText(() => resource.props[granted]);
  if (isKnown(id) && !isGuid(id)) {
    return [
      `becomes a member of ${shown(id)}, which is not an object id, so it cannot be judged. Write the id of the group.`,
    ];
  }
  const listed = isKnown(id) && config.roleAssignableGroups.some((group) => group.toLowerCase() === id.toLowerCase());
  const declared = (resource.propertyDependencies[granted] ?? []).some(isRoleAssignable);
  return listed || declared ? [roleAssignable] : [];
}

const roleAssignable =
  "becomes a member of a role-assignable group, and so gets every Entra role that the group has or will have. Use a group that is not role-assignable.";

function isRoleAssignable(group: PolicyResource): boolean {
  return isGroup(group) && readValue(() => group.props.assignableToRole) === true;
}

function configProblems(config: Config): string[] {
  const azure = unknownRoles(config.azureRoles, privilegedAzureRoles);
  const directory = unknownRoles(config.directoryRoles, privilegedDirectoryRoles);
  const wrong = [...azure, ...directory];
  const groups = config.roleAssignableGroups.filter((group) => !isGuid(group));
  return [
    ...(wrong.length === 0
      ? []
      : [`The policy's configuration names roles that it does not know: ${shownList(wrong)}. Give their ids.`]),
    ...(groups.length === 0
      ? []
      : [
          `"roleAssignableGroups" in the policy's configuration has entries that are not object ids: ${shownList(groups)}.`,
        ]),
  ];
}
