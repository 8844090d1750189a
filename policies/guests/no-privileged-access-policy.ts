import type { PolicyConfigSchema, PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import {
  type Grant,
  GuestsOfStack,
  grantOf,
  isGroup,
  listedRole,
  privilegedAzureRoles,
  privilegedDirectoryRoles,
  unknownRoles,
} from "./judged-access.ts";
import { isKnown, readText, readValue, type Value } from "./policy-inputs.ts";
import { configOf } from "./policy-settings.ts";

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
        "Whose access is judged: that of principals who are guests as far as the stack shows, or, in a stack that is for guests only, everyone's.",
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
  const member = guests.memberOf(resource);
  if (member !== undefined) return isRoleAssignable(resource) ? [`${member}: ${roleAssignable}`] : [];
  const grant = grantOf(resource);
  if (grant === undefined) return [];
  const who =
    guests.labelOf(grant) ?? (config.principals === "everyone" ? `whoever ${resource.name} names` : undefined);
  return who === undefined ? [] : judges[grant.kind](grant, config).map((problem) => `${who}: ${problem}`);
}

const judges: Record<Grant["kind"], (grant: Grant, config: Config) => string[]> = {
  "Azure role": azureRoleProblems,
  "directory role": directoryRoleProblems,
  group: groupProblems,
};

function azureRoleProblems({ resource, granted }: Grant, config: Config): string[] {
  const roleId = readText(() => resource.props[granted]);
  const role = isKnown(roleId) ? listedRole(roleId, config.azureRoles, privilegedAzureRoles) : undefined;
  const scope = readText(() => resource.props.scope);
  return [
    ...(role === undefined ? [] : [`gets the Azure role ${role}. Give a narrower role, such as Reader.`]),
    ...(isKnown(scope) && widthOf(scope) > widths[config.widestScope] ? [scopeProblem(scope)] : []),
  ];
}

function scopeProblem(scope: string): string {
  return `gets an Azure role at ${wideScopes[widthOf(scope)]} (${scope}). Assign it at a resource or a resource group instead.`;
}

const widths = { resourceGroup: 0, subscription: 1, any: Number.POSITIVE_INFINITY };
const wideScopes = ["", "a whole subscription", "a management group", "the tenant root"];

/** How wide a scope is: 0 up to a resource group, 1 a subscription, 2 a management group, 3 everything. */
function widthOf(scope: string): number {
  const path = scope.toLowerCase().replace(/\/+$/, "");
  if (path === "") return 3;
  if (/^\/providers\/microsoft\.management\/managementgroups\/[^/]+$/.test(path)) return 2;
  return /^\/subscriptions\/[^/]+$/.test(path) ? 1 : 0;
}

function directoryRoleProblems({ resource, granted }: Grant, config: Config): string[] {
  // An activated role has an object id of its own. If the stack declares the role, its template id tells which it is.
  const declared = (resource.propertyDependencies[granted] ?? []).map((role) => readText(() => role.props.templateId));
  const ids: Value<string>[] = [readText(() => resource.props[granted]), ...declared];
  const roles = ids.filter(isKnown).map((id) => listedRole(id, config.directoryRoles, privilegedDirectoryRoles));
  const role = roles.find((name) => name !== undefined);
  return role === undefined ? [] : [`gets the Entra role ${role}. Give this work to a member of the organisation.`];
}

function groupProblems({ resource, granted }: Grant, config: Config): string[] {
  const id = readText(() => resource.props[granted]);
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
  const wrong = [...azure, ...directory].join(", ");
  return wrong === ""
    ? []
    : [`The policy's configuration names roles that it does not know: ${wrong}. Give their ids.`];
}
