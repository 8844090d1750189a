import type { ServicePrincipal } from "../../store/service-principal.ts";
import { findServicePrincipal, servicePrincipalList } from "../../store/service-principal-list.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { notFound } from "./errors.ts";
import { toReadApplications } from "./graph-permissions.ts";
import {
  contextOf,
  type GraphRequest,
  type GraphRoute,
  isEventual,
  nextLink,
  readQuery,
  representationOf,
} from "./graph-request.ts";
import { represent } from "./object-bodies.ts";
import { type QueriedType, queryObjects } from "./object-query.ts";

/** Source: the "Filter" notes of Microsoft's reference page "servicePrincipal resource type". */
const servicePrincipalType: QueriedType = {
  name: "ServicePrincipal",
  filters: {
    id: ["eq", "in"],
    appId: ["eq", "in"],
    displayName: ["eq", "in", "startswith"],
    accountEnabled: ["eq"],
    servicePrincipalType: ["eq", "in"],
    homepage: ["eq", "in", "startswith"],
  },
};

/** `/servicePrincipals`: list, and get by object id or by `(appId='…')`. They are made by `seed.yaml` only. */
export function servicePrincipalRoutes(tenant: TenantContext): GraphRoute[] {
  const permissions = toReadApplications;
  return [
    { method: "GET", path: "/serviceprincipals", permissions, handle: (c) => list(tenant, c) },
    { method: "GET", path: "/serviceprincipals/:id", permissions, handle: (c) => get(tenant, c) },
  ];
}

function list(tenant: TenantContext, c: GraphRequest): Response {
  const query = readQuery(c);
  const all = servicePrincipalList(tenant);
  const { objects, count, next } = queryObjects(all, servicePrincipalType, query, isEventual(c));
  return c.json({
    "@odata.context": contextOf(tenant, c, "servicePrincipals"),
    ...(count !== undefined && { "@odata.count": count }),
    ...(next !== undefined && { "@odata.nextLink": nextLink(tenant, c, next) }),
    value: objects.map((one) => represent(tenant, "ServicePrincipal", one, query, representationOf(c))),
  });
}

function get(tenant: TenantContext, c: GraphRequest): Response {
  const body = represent(tenant, "ServicePrincipal", servicePrincipalOf(tenant, c), readQuery(c), representationOf(c));
  return c.json({ "@odata.context": `${contextOf(tenant, c, "servicePrincipals")}/$entity`, ...body });
}

/** The service principal that the path names. @throws GraphError 404 */
export function servicePrincipalOf(tenant: TenantContext, c: GraphRequest): ServicePrincipal {
  const id = (c.req.param("id") ?? "").toLowerCase();
  const appId = /^appid=(.*)$/.exec(id)?.[1];
  const found =
    appId === undefined
      ? findServicePrincipal(tenant, id)
      : servicePrincipalList(tenant).find((one) => one.appId === appId);
  if (found === undefined) throw notFound(appId ?? id);
  return found;
}
