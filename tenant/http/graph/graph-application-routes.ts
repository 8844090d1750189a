import { randomBytes } from "node:crypto";
import * as z from "zod";
import type { AppRoleAssignment } from "../../store/app-role-assignments.ts";
import { defaultAccess, type ServicePrincipal } from "../../store/service-principal.ts";
import { findServicePrincipal } from "../../store/service-principal-list.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { badRequest, notFound } from "./errors.ts";
import { groupOf } from "./graph-group-routes.ts";
import { toAssignAppRoles, toReadAppRoleAssignments } from "./graph-permissions.ts";
import {
  contextOf,
  type GraphRequest,
  type GraphRoute,
  isEventual,
  lastSegment,
  nextLink,
  readBody,
  readQuery,
} from "./graph-request.ts";
import { visibleUser } from "./graph-user-routes.ts";
import { type PrincipalType, visibleObject } from "./object-bodies.ts";
import { type QueriedType, queryObjects } from "./object-query.ts";
import { servicePrincipalOf } from "./service-principals.ts";

const assignmentType: QueriedType = {
  name: "AppRoleAssignment",
  filters: {
    id: ["eq"],
    principalId: ["eq"],
    resourceId: ["eq"],
    appRoleId: ["eq"],
    principalDisplayName: ["eq", "startswith"],
  },
};

/** Whose assignments a path is about. */
type Side = "appRoleAssignedTo" | "appRoleAssignments";
type OwnerOf = (c: GraphRequest) => { id: string };

/**
 * Who has which role of an application, seen from the application, and from the user or group (Graph, "Grant an
 * appRoleAssignment for a service principal", and its sisters).
 */
export function appRoleAssignmentRoutes(tenant: TenantContext): GraphRoute[] {
  return [
    ...routes(tenant, "/serviceprincipals/:id/approleassignedto", "appRoleAssignedTo", (c) =>
      servicePrincipalOf(tenant, c),
    ),
    ...routes(tenant, "/users/:id/approleassignments", "appRoleAssignments", (c) => visibleUser(tenant, c).user),
    ...routes(tenant, "/groups/:id/approleassignments", "appRoleAssignments", (c) => groupOf(tenant, c)),
  ];
}

function routes(tenant: TenantContext, path: string, side: Side, ownerOf: OwnerOf): GraphRoute[] {
  const one = `${path}/:assignment`;
  return [
    {
      method: "GET",
      path,
      permissions: toReadAppRoleAssignments,
      handle: (c) => list(tenant, c, side, ownerOf(c).id),
    },
    { method: "POST", path, permissions: toAssignAppRoles, handle: (c) => assign(tenant, c, side, ownerOf(c).id) },
    {
      method: "GET",
      path: one,
      permissions: toReadAppRoleAssignments,
      handle: (c) => answer(tenant, c, assignmentOf(tenant, c, side, ownerOf(c).id), 200),
    },
    {
      method: "DELETE",
      path: one,
      permissions: toAssignAppRoles,
      handle: (c) => remove(tenant, c, side, ownerOf(c).id),
    },
  ];
}

function list(tenant: TenantContext, c: GraphRequest, side: Side, ownerId: string): Response {
  const { ofResource, ofPrincipal } = {
    ofResource: () => tenant.appRoleAssignments.ofResource(ownerId),
    ofPrincipal: () => tenant.appRoleAssignments.ofPrincipal(ownerId),
  };
  const all = (side === "appRoleAssignedTo" ? ofResource() : ofPrincipal()).flatMap(
    (assignment) => representation(tenant, assignment) ?? [],
  );
  const { objects, count, next } = queryObjects(all, assignmentType, readQuery(c), isEventual(c));
  return c.json({
    "@odata.context": contextOf(tenant, c, side),
    ...(count !== undefined && { "@odata.count": count }),
    ...(next !== undefined && { "@odata.nextLink": nextLink(tenant, c, next) }),
    value: objects,
  });
}

const guid = z.guid().transform((id) => id.toLowerCase());
const newAssignment = z.object({ principalId: guid, resourceId: guid, appRoleId: guid });

async function assign(tenant: TenantContext, c: GraphRequest, side: Side, ownerId: string): Promise<Response> {
  const parsed = newAssignment.safeParse(await readBody(c));
  if (!parsed.success) {
    throw badRequest(`Invalid value specified for property '${parsed.error.issues[0]?.path.join(".")}'.`);
  }
  const { principalId, resourceId, appRoleId } = parsed.data;
  if ((side === "appRoleAssignedTo" ? resourceId : principalId) !== ownerId) {
    throw badRequest("Not a valid reference update.");
  }
  const assignment = tenant.database.write(() => {
    const resource = findServicePrincipal(tenant, resourceId);
    if (resource === undefined) throw notFound(resourceId);
    // As Graph does, by what a read sees: a guest of a moment ago may not be there yet.
    const principal = visibleObject(tenant, principalId);
    if (principal === undefined) throw notFound(principalId);
    assertRole(resource, appRoleId, principal.type);
    const taken = tenant.appRoleAssignments
      .ofPrincipal(principalId)
      .some((one) => one.resourceId === resourceId && one.appRoleId === appRoleId);
    if (taken) throw badRequest("Permission being assigned already exists on the object");
    const made: AppRoleAssignment = {
      id: randomBytes(32).toString("base64url"),
      appRoleId,
      createdDateTime: tenant.now().toISOString(),
      principalId,
      principalType: principal.type,
      resourceId,
    };
    tenant.appRoleAssignments.add(made);
    return made;
  }, c.var.writeOptions);
  return answer(tenant, c, assignment, 201);
}

/** Default access is for applications without roles only. @throws GraphError 400 */
function assertRole({ appRoles }: ServicePrincipal, appRoleId: string, type: PrincipalType): void {
  const memberType = type === "ServicePrincipal" ? "Application" : "User";
  const open = appRoles.filter(
    ({ isEnabled, allowedMemberTypes }) => isEnabled && allowedMemberTypes.includes(memberType),
  );
  if (open.length === 0 && appRoleId === defaultAccess) return;
  if (!open.some(({ id }) => id === appRoleId))
    throw badRequest("Permission being assigned was not found on application");
}

function remove(tenant: TenantContext, c: GraphRequest, side: Side, ownerId: string): Response {
  tenant.database.write(
    () => tenant.appRoleAssignments.remove(assignmentOf(tenant, c, side, ownerId).id),
    c.var.writeOptions,
  );
  return c.body(null, 204);
}

/** The assignment that the path names. Its id is the one part of a path in which letter case counts. @throws GraphError 404 */
function assignmentOf(tenant: TenantContext, c: GraphRequest, side: Side, ownerId: string): AppRoleAssignment {
  const id = lastSegment(c);
  const found = tenant.appRoleAssignments.find(id);
  const owner = side === "appRoleAssignedTo" ? found?.resourceId : found?.principalId;
  if (found === undefined || owner !== ownerId || representation(tenant, found) === undefined) throw notFound(id);
  return found;
}

function answer(tenant: TenantContext, c: GraphRequest, assignment: AppRoleAssignment, status: 200 | 201): Response {
  const context = `${contextOf(tenant, c, "appRoleAssignments")}/$entity`;
  return c.json({ "@odata.context": context, ...representation(tenant, assignment) }, status);
}

/** `undefined` while the principal is in the recycle bin. */
function representation(tenant: TenantContext, assignment: AppRoleAssignment) {
  const principal = visibleObject(tenant, assignment.principalId);
  const resource = findServicePrincipal(tenant, assignment.resourceId);
  if (principal === undefined || resource === undefined) return undefined;
  return {
    ...assignment,
    deletedDateTime: null,
    principalDisplayName: principal.displayName,
    resourceDisplayName: resource.displayName,
  };
}
