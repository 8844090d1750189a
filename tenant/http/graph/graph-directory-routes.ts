import type * as graph from "@microsoft/microsoft-graph-types";
import { notFound } from "../../domain/refusal.ts";
import { purgeUser, restoreUser } from "../../domain/user-lifecycle.ts";
import { groupType, servicePrincipalType, userType } from "../../store/object-types.ts";
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
  toDeleteUsers,
  toReadApplications,
  toReadGroups,
  toReadOrganization,
  toReadOrganizationName,
  toReadUsers,
} from "./graph-permissions.ts";
import { badRequest, type GraphRequest, type GraphRoute, pathPart, readBody } from "./graph-request.ts";

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
      permissions: toDeleteUsers,
      handle: (c) => answer(c, restoreUser(store, pathPart(c, "id"), c.var.writeOptions)),
    },
    {
      method: "DELETE",
      path: `${bin}/:id`,
      permissions: toDeleteUsers,
      handle: (c) => {
        purgeUser(store, pathPart(c, "id"), c.var.writeOptions);
        return c.body(null, 204);
      },
    },
  ];
}

const readersOf = { User: toReadUsers, Group: toReadGroups, ServicePrincipal: toReadApplications };

/** `/directoryObjects`: get one, and get by ids. */
function objectRoutes(part: GraphPart): GraphRoute[] {
  return [
    {
      method: "POST",
      path: "/directoryobjects/getbyids",
      permissions: toReadUsers,
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
 * all their properties; `$select` narrows them.
 */
async function getByIds(part: GraphPart, c: GraphRequest): Promise<Response> {
  const { ids, types = ["directoryObject"] } = await readBody(c);
  if (!isTexts(ids) || ids.length === 0) throw badRequest("A value is required for property 'ids'.");
  if (ids.length > mostIds) {
    throw badRequest(`The number of values for 'ids' exceeds the maximum of ${mostIds}.`);
  }
  if (!isTexts(types)) throw badRequest("Invalid value specified for property 'types'.");
  const malformed = ids.find((id) => !/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id));
  if (malformed !== undefined) throw badRequest(`Invalid GUID: '${malformed}'.`);

  const areUsersWanted = types.some((type) => /^(microsoft\.graph\.)?(user|directoryobject)$/i.test(type));
  const wanted = areUsersWanted ? [...new Set(ids.map((id) => id.toLowerCase()))] : [];
  const selection = { select: Object.keys(userType.properties), ...readSelection(c, userType) };
  const metadata = { polymorphic: true, full: wantsFullMetadata(c) };
  return c.json({
    "@odata.context": contextOf(part, c, "directoryObjects"),
    value: wanted.flatMap((id) => {
      const user = part.store.users.visible(id);
      return user ? [bodyOf(part, userType, user, selection, metadata)] : [];
    }),
  });
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
      handle: (c) => c.json({ "@odata.context": context(c), value: [organizationBody(part, c)] }),
    },
    {
      method: "GET",
      path: "/organization/:id",
      permissions: toReadOrganizationName,
      handle: (c) => {
        const id = pathPart(c, "id");
        if (id !== part.store.settings.tenantId) throw notFound(id);
        return c.json({ "@odata.context": `${context(c)}/$entity`, ...organizationBody(part, c) });
      },
    },
  ];
}

/** A caller who may only read users gets the id, the name and the domains; the rest is null. */
function organizationBody({ store: { settings } }: GraphPart, c: GraphRequest): graph.Organization {
  const isWhole = holds(c.var.caller.roles, toReadOrganization);
  const domain = { capabilities: "Email, OfficeCommunicationsOnline", type: "Managed" };
  return {
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
}
