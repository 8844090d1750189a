import type * as graph from "@microsoft/microsoft-graph-types";
import * as z from "zod";
import { notFound } from "../../domain/refusal.ts";
import { purgeUser, restoreUser } from "../../domain/user-lifecycle.ts";
import type { DescribedType } from "../../store/described-types.ts";
import {
  authorizationPolicyType,
  groupType,
  organizationType,
  servicePrincipalType,
  userType,
} from "../../store/object-types.ts";
import { invitesFrom } from "../../store/rehearsal.ts";
import { visiblePrincipal } from "../../store/tenant-store.ts";
import {
  answerList,
  answerObject,
  bodyOf,
  contextOf,
  type GraphPart,
  principalBody,
  readSelection,
  wantsFullMetadata,
} from "./graph-answers.ts";
import {
  holds,
  requireAny,
  toReadApplications,
  toReadGroups,
  toReadOrganization,
  toReadOrganizationName,
  toReadPolicies,
  toReadUsers,
  toRestoreUsers,
  toWritePolicies,
} from "./graph-permissions.ts";
import {
  acting,
  badRequest,
  type GraphRequest,
  type GraphRoute,
  objectOptions,
  pathPart,
  readAction,
  readBody,
  unknownProperty,
} from "./graph-request.ts";

/** What is about the directory as a whole: its recycle bin, objects of any type by their id, the organisation. */
export function directoryRoutes(part: GraphPart): GraphRoute[] {
  return [...recycleBinRoutes(part), ...objectRoutes(part), ...organizationRoutes(part)];
}

/** `/directory/deletedItems`: the recycle bin. Only its users are served. */
function recycleBinRoutes(part: GraphPart): GraphRoute[] {
  const { store } = part;
  const bin = "/directory/deleteditems";
  const answer = (c: GraphRequest, user: object) =>
    answerObject(part, c, userType, user, { set: "directoryObjects", polymorphic: true });
  return [
    {
      method: "GET",
      path: `${bin}/microsoft.graph.user`,
      permissions: toReadUsers,
      isList: true,
      handle: (c) => answerList(part, c, { type: userType, rows: store.users.list("deleted") }),
    },
    {
      method: "GET",
      path: `${bin}/:id`,
      permissions: toReadUsers,
      handle: (c) => {
        const id = pathPart(c, "id");
        const user = store.users.visible(id, "deleted");
        if (user === undefined) throw notFound(id);
        return answer(c, user);
      },
    },
    {
      method: "POST",
      path: `${bin}/:id/restore`,
      permissions: toRestoreUsers,
      options: objectOptions,
      takesNoBody: true,
      handle: (c) => answer(c, restoreUser(store, pathPart(c, "id"), acting(c))),
    },
    {
      method: "DELETE",
      path: `${bin}/:id`,
      permissions: toRestoreUsers,
      handle: (c) => {
        purgeUser(store, pathPart(c, "id"), c.var.writeOptions);
        return c.body(null, 204);
      },
    },
  ];
}

const typesOfPrincipals = { User: userType, Group: groupType, ServicePrincipal: servicePrincipalType };
const readersOf = { User: toReadUsers, Group: toReadGroups, ServicePrincipal: toReadApplications };

/** `/directoryObjects`: get one, and get by ids. */
function objectRoutes(part: GraphPart): GraphRoute[] {
  return [
    {
      method: "POST",
      path: "/directoryobjects/getbyids",
      permissions: toReadUsers,
      options: objectOptions,
      handle: (c) => getByIds(part, c),
    },
    {
      method: "GET",
      path: "/directoryobjects/:id",
      permissions: Object.values(readersOf).flat(),
      handle: (c) => getObject(part, c),
    },
  ];
}

/** Graph takes no more ids than this in one request. */
const mostIds = 1000;

/**
 * Answers the objects that exist, in no promised order, and leaves out the others. The reference says that they come with
 * all their properties; `$select` narrows them. Of what the caller may not read, it tells the type and the id
 * ("Limited information returned for inaccessible member objects").
 */
async function getByIds(part: GraphPart, c: GraphRequest): Promise<Response> {
  const { ids, types = ["directoryObject"], ...others } = await readBody(c);
  const [other] = Object.keys(others);
  if (other !== undefined) throw unknownProperty(other, "getByIds");
  if (!isTexts(ids) || ids.length === 0) throw badRequest("A value is required for property 'ids'.");
  if (ids.length > mostIds) {
    throw badRequest(`The number of values for 'ids' exceeds the maximum of ${mostIds}.`);
  }
  if (!isTexts(types)) throw badRequest("Invalid value specified for property 'types'.");
  const malformed = ids.find((id) => !/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id));
  if (malformed !== undefined) throw badRequest(`Invalid GUID: '${malformed}'.`);

  const names = types.map((type) => type.toLowerCase().replace("microsoft.graph.", ""));
  const unknown = names.find((name) => !["directoryobject", "user", "group", "serviceprincipal"].includes(name));
  if (unknown !== undefined) throw badRequest(`Invalid type '${unknown}'. (The local tenant does not have it.)`);

  const selection = readSelection(c, userType, groupType, servicePrincipalType);
  const full = wantsFullMetadata(c);
  const found = [...new Set(ids.map((id) => id.toLowerCase()))].flatMap((id) => visiblePrincipal(part.store, id) ?? []);
  const wanted = found.filter(({ type }) => names.includes("directoryobject") || names.includes(type.toLowerCase()));
  return c.json({
    "@odata.context": contextOf(part, c, "directoryObjects"),
    value: wanted.map((principal) => {
      if (!holds(c.var.caller.roles, readersOf[principal.type]))
        return limited(principalBody(part, principal, {}, full));
      const { properties }: DescribedType = typesOfPrincipals[principal.type];
      const all = Object.keys(properties).filter((name) => !properties[name]?.apart);
      return principalBody(part, principal, { select: all, ...selection }, full);
    }),
  });
}

function limited(body: Record<string, unknown>): Record<string, unknown> {
  const known = Object.entries(body).map(([name, value]) => [name, /^(id|@odata\..*)$/.test(name) ? value : null]);
  return Object.fromEntries(known);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((element) => typeof element === "string");
}

function getObject(part: GraphPart, c: GraphRequest): Response {
  const id = pathPart(c, "id");
  const object = visiblePrincipal(part.store, id);
  if (object === undefined) throw notFound(id);
  requireAny(c.var.caller.roles, readersOf[object.type]);
  const selection = readSelection(c, userType, groupType, servicePrincipalType);
  return c.json({
    "@odata.context": `${contextOf(part, c, "directoryObjects")}/$entity`,
    ...principalBody(part, object, selection, wantsFullMetadata(c)),
  });
}

/** `/organization` (Graph, "List organization", "Get organization"). */
function organizationRoutes(part: GraphPart): GraphRoute[] {
  const context = (c: GraphRequest) => contextOf(part, c, "organization");
  return [
    {
      method: "GET",
      path: "/organization",
      permissions: toReadOrganizationName,
      options: ["$select"],
      handle: (c) => c.json({ "@odata.context": context(c), value: [organizationBody(part, c)] }),
    },
    {
      method: "GET",
      path: "/organization/:id",
      permissions: toReadOrganizationName,
      options: ["$select"],
      handle: (c) => {
        const id = pathPart(c, "id");
        if (id !== part.store.settings.tenantId) throw notFound(id);
        return c.json({ "@odata.context": `${context(c)}/$entity`, ...organizationBody(part, c) });
      },
    },
  ];
}

/** A caller who may only read users gets the id, the name and the domains; the rest is null. */
function organizationBody({ store: { settings } }: GraphPart, c: GraphRequest): Partial<graph.Organization> {
  const isWhole = holds(c.var.caller.roles, toReadOrganization);
  const domain = { capabilities: "Email, OfficeCommunicationsOnline", type: "Managed" };
  const whole: graph.Organization = {
    id: settings.tenantId,
    displayName: settings.organisation,
    verifiedDomains: [
      { ...domain, isDefault: false, isInitial: true, name: settings.initialDomain },
      { ...domain, isDefault: true, isInitial: false, name: settings.domain },
    ],
    tenantType: isWhole ? "AAD" : null,
    countryLetterCode: isWhole ? "DK" : null,
    preferredLanguage: isWhole ? "en" : null,
    createdDateTime: isWhole ? settings.createdDateTime : null,
  };
  const { select = Object.keys(whole) } = readSelection(c, organizationType);
  const names = select.map((name) => name.toLowerCase());
  return Object.fromEntries(Object.entries(whole).filter(([name]) => names.includes(name.toLowerCase())));
}

/** `/policies/authorizationPolicy`: who may invite. */
export function policyRoutes(part: GraphPart): GraphRoute[] {
  const path = "/policies/authorizationpolicy";
  return [
    { method: "GET", path, permissions: toReadPolicies, options: ["$select"], handle: (c) => getPolicy(part, c) },
    {
      method: "PATCH",
      path,
      permissions: toWritePolicies,
      handle: async (c) => {
        const { allowInvitesFrom } = readAction(await readBody(c), policyChanges);
        part.store.rehearsal.invitesFrom = allowInvitesFrom;
        return c.body(null, 204);
      },
    },
  ];
}

const policyChanges = z.strictObject({ allowInvitesFrom: z.enum(invitesFrom) });

function getPolicy(part: GraphPart, c: GraphRequest): Response {
  const policy = {
    id: "authorizationPolicy",
    displayName: "Authorization Policy",
    description: "Used to manage authorization related settings across the company.",
    allowInvitesFrom: part.store.rehearsal.invitesFrom,
    // Guests have limited access to properties and memberships: the default.
    guestUserRoleId: "10dae51f-b6af-4016-8d66-8c2a99b929b3",
  };
  const body = bodyOf(part, authorizationPolicyType, policy, readSelection(c, authorizationPolicyType), {
    polymorphic: false,
    full: false,
  });
  return c.json({ "@odata.context": `${contextOf(part, c, "policies/authorizationPolicy")}/$entity`, ...body });
}
