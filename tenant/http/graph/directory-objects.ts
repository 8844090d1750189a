import { type UserPropertyName, userProperties } from "../../store/object-types.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { badRequest, notFound } from "./errors.ts";
import { requireAny, toReadApplications, toReadGroups, toReadUsers } from "./graph-permissions.ts";
import {
  contextOf,
  type GraphRequest,
  type GraphRoute,
  readBody,
  readQuery,
  representationOf,
} from "./graph-request.ts";
import { representObject, visibleObject } from "./object-bodies.ts";
import { parseUserQuery } from "./odata-query.ts";
import { representUser } from "./user-representation.ts";

/** Graph takes so many ids in one request. */
const mostIds = 1000;

/** `/directoryObjects`: get one, and get by ids. */
export function directoryObjectRoutes(tenant: TenantContext): GraphRoute[] {
  return [
    {
      method: "POST",
      path: "/directoryobjects/getbyids",
      permissions: toReadUsers,
      handle: (c) => getByIds(tenant, c),
    },
    {
      method: "GET",
      path: "/directoryobjects/:id",
      permissions: Object.values(readersOf).flat(),
      handle: (c) => get(tenant, c),
    },
  ];
}

/** Answers the objects that exist, in no promised order; the others are left out. */
async function getByIds(tenant: TenantContext, c: GraphRequest): Promise<Response> {
  const { ids, types = ["directoryObject"] } = await readBody(c);
  if (!isTexts(ids) || ids.length === 0) throw badRequest("A value is required for property 'ids'.");
  if (ids.length > mostIds) {
    throw badRequest(`The number of values for 'ids' exceeds the maximum of ${mostIds}.`);
  }
  if (!isTexts(types)) throw badRequest("Invalid value specified for property 'types'.");
  const malformed = ids.find((id) => !/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id));
  if (malformed !== undefined) throw badRequest(`Invalid GUID: '${malformed}'.`);

  const wanted = types.some((type) => /^(microsoft\.graph\.)?(user|directoryobject)$/i.test(type));
  const query = selectionOf(c);
  const found = wanted ? [...new Set(ids.map((id) => id.toLowerCase()))] : [];
  return c.json({
    "@odata.context": contextOf(tenant, c, "directoryObjects"),
    value: found.flatMap((id) => {
      const state = tenant.users.visible(id);
      if (state === undefined || state.deletedDateTime !== null) return [];
      return [representUser(tenant, state, query, representationOf(c, true))];
    }),
  });
}

function get(tenant: TenantContext, c: GraphRequest): Response {
  const id = (c.req.param("id") ?? "").toLowerCase();
  const object = visibleObject(tenant, id);
  if (object === undefined) throw notFound(id);
  requireAny(c.var.caller.roles, readersOf[object.type]);
  return c.json({
    "@odata.context": `${contextOf(tenant, c, "directoryObjects")}/$entity`,
    ...representObject(tenant, object, readQuery(c), representationOf(c).full),
  });
}

const readersOf = { User: toReadUsers, Group: toReadGroups, ServicePrincipal: toReadApplications };

/** The reference says that the objects come with all their properties; `$select` narrows them. */
function selectionOf(c: GraphRequest) {
  const query = parseUserQuery(readQuery(c));
  return query.selected ? query : { ...query, select: Object.keys(userProperties) as UserPropertyName[] };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((element) => typeof element === "string");
}
