/** What a list names and the tenant has: groups, enterprise applications and custom Azure roles, found with the official packages. */
import type { GetGroupResult } from "@pulumi/azuread/getGroup.js";
import type { GetServicePrincipalResult } from "@pulumi/azuread/getServicePrincipal.js";
import type * as pulumi from "@pulumi/pulumi";
import { redirectUrlProblem } from "../../model/email-address.ts";
import { nearest, quoted } from "../../model/findings.ts";
import { shown } from "../../model/property.ts";
import { type AzureRole, builtInRoles, subscriptionOf } from "./azure-roles.ts";
import { isGuid } from "./guest-access.ts";
import { officialModule } from "./official-packages.ts";

/** Something that a look-up did not find, or that no guest can be given; in words for people. */
export interface NotFound {
  rule: string;
  remedy: string;
}

/** What the tenant has by some name: enough to say which of them may have been meant. */
interface Named {
  name: string;
  /** The id by which a list can name it. */
  id: string;
  /** Another id by which people may have looked for it, and what that is called. */
  otherId?: string;
}

/** How one kind of thing is found in the tenant. */
export interface Kind<Found> {
  /** What it is called in messages, and what its id is called. */
  noun: string;
  idNoun: string;
  /**
   * Looks one up with the official package's data source. Rejects where there is none, or more than one.
   *
   * @returns what was found, or why no guest can be given it
   */
  find(text: string, opts: pulumi.InvokeOptions): Promise<Found | NotFound>;
  /** All of them: asked only to explain a look-up that failed. */
  list(opts: pulumi.InvokeOptions): Promise<Named[]>;
  /** The permission that looking up takes. */
  permission: string;
}

/** A big tenant takes long to list; past this, the message does without the nearest names. In milliseconds. */
const longestListing = 30_000;

/**
 * Looks up each text once, all at the same time.
 *
 * @param texts distinct names or ids
 * @returns what was found, or why not, by text
 */
export async function lookUp<Found>(
  kind: Kind<Found>,
  texts: readonly string[],
  opts: pulumi.InvokeOptions,
): Promise<Map<string, Found | NotFound>> {
  let listing: Promise<Named[] | undefined> | undefined;
  const list = () => {
    listing ??= withinTime(kind.list(opts));
    return listing;
  };
  const results = texts.map(async (text): Promise<[string, Found | NotFound]> => {
    try {
      return [text, await kind.find(text, opts)];
    } catch (error) {
      return [text, explain(kind, text, error, await list())];
    }
  });
  return new Map(await Promise.all(results));
}

export function isNotFound(result: object): result is NotFound {
  return "rule" in result && "remedy" in result;
}

function explain<Found>(kind: Kind<Found>, text: string, error: unknown, all: Named[] | undefined): NotFound {
  const { noun, idNoun } = kind;
  if (all === undefined) {
    const remedy = `see that the ${noun} exists, and that the application Pulumi signs in as holds ${kind.permission}`;
    return { rule: `the ${noun} could not be looked up: ${messageOf(error)}`, remedy };
  }
  const wanted = text.toLowerCase();
  const exact = all.filter(({ name, id }) => name.toLowerCase() === wanted || id.toLowerCase() === wanted);
  const [only, ...others] = exact;
  if (others.length > 0) {
    const rule = `${exact.length} ${noun}s have this name: ${exact.map(({ id }) => id).join(", ")}`;
    return { rule, remedy: `write the ${idNoun} of the one that is meant` };
  }
  // Graph takes any letter case; the data source of applications did not before Terraform's azuread 3.5.0.
  if (only !== undefined && only.name !== text && only.id.toLowerCase() !== wanted) {
    return { rule: `the ${noun} is called "${only.name}"`, remedy: "write it so, or update @pulumi/azuread" };
  }
  if (only !== undefined) {
    return {
      rule: `the ${noun} could not be looked up: ${messageOf(error)}`,
      remedy: "run it again, or see to the cause",
    };
  }
  const other = all.find(({ otherId }) => otherId?.toLowerCase() === wanted);
  if (other !== undefined)
    return { rule: `this is another id of ${noun} "${other.name}"`, remedy: `write its ${idNoun}: ${other.id}` };
  const near = nearest(
    text,
    all.map(({ name }) => name),
  );
  const rule = `no ${noun} of the tenant has this name or id${near.length > 0 ? `; the nearest are ${quoted(near)}` : ""}`;
  return { rule, remedy: `write the name of a ${noun} that exists, or its ${idNoun}` };
}

async function withinTime<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, longestListing, undefined);
  });
  try {
    return await Promise.race([work, late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** Of what a plugin says, the part that is meant for people. */
function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .replace(/^Invoke of '[^']*' failed: /, "")
    .replace(/^invocation of \S+ returned an error: (?:invoking \S+: )?/i, "")
    .trim();
}

export interface FoundGroup {
  /** The object id. */
  id: string;
}

/**
 * Groups, by display name or object id. The data source for many groups finds one, as it takes a name with a quote; the one
 * for a single group says who chooses its members.
 */
export const groupKind: Kind<FoundGroup> = {
  noun: "group",
  idNoun: "object id",
  permission: "GroupMember.Read.All or GroupMember.ReadWrite.All",
  async find(text, opts) {
    const { getGroups } = officialModule("@pulumi/azuread/getGroups");
    const { objectIds } = await getGroups(isGuid(text) ? { objectIds: [text] } : { displayNames: [text] }, opts);
    const [id] = objectIds;
    if (id === undefined || objectIds.length > 1) throw new Error(`${objectIds.length} groups were found`);
    const { getGroup } = officialModule("@pulumi/azuread/getGroup");
    return membersRefused(await getGroup({ objectId: id }, opts)) ?? { id };
  },
  async list(opts) {
    const { getGroups } = officialModule("@pulumi/azuread/getGroups");
    const { displayNames, objectIds } = await getGroups({ returnAll: true }, opts);
    return objectIds.map((id, index) => ({ id, name: displayNames[index] ?? "" }));
  },
};

/**
 * Why a group takes no members from Graph, which says so only once the guest has been invited.
 *
 * Source: Microsoft's pages "Troubleshoot B2B collaboration" (dynamic groups, groups from on-premises) and "Working with groups"
 * (distribution lists and mail-enabled security groups).
 */
function membersRefused(group: GetGroupResult): NotFound | undefined {
  const { types = [], dynamicMemberships = [], onpremisesSyncEnabled, mailEnabled } = group;
  if (types.includes("DynamicMembership")) {
    const rule = dynamicMemberships[0]?.rule;
    return {
      rule: `the group is dynamic: a rule alone chooses its members${rule ? `: ${shown(rule)}` : ""}`,
      remedy: "name a group with assigned members, or leave the group out and let its rule match the guest",
    };
  }
  if (onpremisesSyncEnabled) {
    return {
      rule: "the group is synchronised from an on-premises directory, which keeps its members",
      remedy: "name a group that was made in Entra, or add the guest on the premises",
    };
  }
  if (mailEnabled && !types.includes("Unified")) {
    return {
      rule: "the group is a distribution list or a mail-enabled security group, whose members Exchange keeps",
      remedy: "name a security group or a Microsoft 365 group",
    };
  }
  return undefined;
}

/** An enterprise application: its service principal, as far as it is needed. */
export type FoundApplication = Pick<
  GetServicePrincipalResult,
  "objectId" | "displayName" | "appRoles" | "loginUrl" | "homepageUrl"
>;

/** Enterprise applications, by display name or application (client) id. */
export const applicationKind: Kind<FoundApplication> = {
  noun: "enterprise application",
  idNoun: "application (client) id",
  permission: "Application.Read.All",
  find(text, opts) {
    const { getServicePrincipal } = officialModule("@pulumi/azuread/getServicePrincipal");
    return getServicePrincipal(isGuid(text) ? { clientId: text } : { displayName: text }, opts);
  },
  async list(opts) {
    const { getServicePrincipals } = officialModule("@pulumi/azuread/getServicePrincipals");
    const { servicePrincipals } = await getServicePrincipals({ returnAll: true }, opts);
    return servicePrincipals.map(({ clientId, displayName, objectId }) => ({
      id: clientId,
      name: displayName,
      otherId: objectId,
    }));
  },
};

/** Stands for default access, where an application has no roles for users (Graph, "appRoleAssignment"). */
const defaultAccess = "00000000-0000-0000-0000-000000000000";

/**
 * The id of a role in an application.
 *
 * @param role its value or display name; without one, default access is meant
 */
export function appRoleId({ appRoles }: FoundApplication, role: string | undefined): string | NotFound {
  const open = appRoles.filter(({ enabled, allowedMemberTypes }) => enabled && allowedMemberTypes.includes("User"));
  const names = open.map(({ value, displayName }) => value || displayName);
  if (role === undefined) {
    if (open.length === 0) return defaultAccess;
    return { rule: `the application has roles, and so no default access: ${quoted(names)}`, remedy: "say which role" };
  }
  const wanted = role.toLowerCase();
  const byValue = open.filter(({ value, id }) => value.toLowerCase() === wanted || id === wanted);
  const found = byValue.length > 0 ? byValue : open.filter(({ displayName }) => displayName.toLowerCase() === wanted);
  const [only, ...others] = found;
  if (others.length > 0) {
    const rule = `${found.length} roles of the application have this name: ${found.map(({ id }) => id).join(", ")}`;
    return { rule, remedy: "write the value of the one that is meant, or its id" };
  }
  if (only !== undefined) return only.id;
  if (open.length === 0) return { rule: "the application has no roles for users", remedy: "take the role out" };
  const near = nearest(
    role,
    open.flatMap(({ value, displayName }) => [value, displayName]),
  );
  const rule = `the application has no role "${role}" for users; ${near.length > 0 ? `the nearest are ${quoted(near)}` : `it has ${quoted(names)}`}`;
  return { rule, remedy: "write one of them" };
}

/** Where an application opens: its sign-in page, else its home page. */
export function signInUrl({ loginUrl, homepageUrl, displayName }: FoundApplication): string | NotFound {
  const url = loginUrl || homepageUrl;
  if (!url) {
    const rule = `${displayName} has neither a sign-in URL nor a home page`;
    return { rule, remedy: "set its sign-on URL in the portal, or write a URL instead of the application" };
  }
  const problem = redirectUrlProblem(url);
  return problem === undefined
    ? url
    : { rule: `the page of ${displayName} is ${url}: ${problem}`, remedy: "write a URL" };
}

const builtInIds = new Set(Object.values(builtInRoles));

/** Whether the tenant has to be asked if the role exists: Azure's own roles are there in any case. */
export function needsLookUp({ roleId }: AzureRole): boolean {
  return !builtInIds.has(roleId);
}

/** By what look-ups of roles are distinct: a custom role exists in the subscriptions that it is made for. */
export function roleKey({ roleId, scope }: AzureRole): string {
  return `${subscriptionOf(scope) || scope}\n${roleId}`.toLowerCase();
}

/** Looks a role up by its id. @returns why there is none, or nothing where it is there */
export async function roleProblem(role: AzureRole, opts: pulumi.InvokeOptions): Promise<NotFound | undefined> {
  const { getRoleDefinition } = officialModule("@pulumi/azure-native/authorization/getRoleDefinition");
  const scope = subscriptionOf(role.scope) || role.scope;
  try {
    await getRoleDefinition({ roleDefinitionId: role.roleId, scope }, opts);
    return undefined;
  } catch (error) {
    const said = messageOf(error);
    const isMissing = /RoleDefinitionDoesNotExist|\b404\b/.test(said);
    return isMissing
      ? {
          rule: `no Azure role has this id at ${scope}`,
          remedy: "write the id of a role that exists there: az role definition list --custom-role-only",
        }
      : {
          rule: `the Azure role could not be looked up at ${scope}: ${said}`,
          remedy: "see that the application Pulumi signs in as may read and assign roles there",
        };
  }
}
