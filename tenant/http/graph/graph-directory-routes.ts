import type { WriteOptions } from "../../store/database.ts";
import type { UserState } from "../../store/user.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { notFound } from "./errors.ts";
import { toDeleteUsers, toReadUsers } from "./graph-permissions.ts";
import {
  contextOf,
  type GraphRequest,
  type GraphRoute,
  isEventual,
  nextLink,
  readQuery,
  representationOf,
} from "./graph-request.ts";
import { assertFreeName } from "./graph-user-routes.ts";
import { parseUserQuery, queryUsers } from "./odata-query.ts";
import { representUser } from "./user-representation.ts";

/** `/directory/deletedItems`: the recycle bin. Only users of it are served. */
export function deletedItemRoutes(tenant: TenantContext): GraphRoute[] {
  const bin = "/directory/deleteditems";
  return [
    { method: "GET", path: `${bin}/microsoft.graph.user`, permissions: toReadUsers, handle: (c) => list(tenant, c) },
    { method: "GET", path: `${bin}/:id`, permissions: toReadUsers, handle: (c) => get(tenant, c) },
    { method: "POST", path: `${bin}/:id/restore`, permissions: toDeleteUsers, handle: (c) => restore(tenant, c) },
    { method: "DELETE", path: `${bin}/:id`, permissions: toDeleteUsers, handle: (c) => purge(tenant, c) },
  ];
}

function list(tenant: TenantContext, c: GraphRequest): Response {
  const search = readQuery(c);
  const query = parseUserQuery(search);
  const { users, count, next } = queryUsers(tenant.users, "deleted", search, isEventual(c));
  return c.json({
    "@odata.context": contextOf(tenant, c, "users", query.selected ? query.select : []),
    ...(count !== undefined && { "@odata.count": count }),
    ...(next !== undefined && { "@odata.nextLink": nextLink(tenant, c, next) }),
    value: users.map((user) => representUser(tenant, user, query, representationOf(c))),
  });
}

function get(tenant: TenantContext, c: GraphRequest): Response {
  const id = idOf(c);
  const state = tenant.users.visible(id);
  if (state === undefined || state.deletedDateTime === null) throw notFound(id);
  return answer(tenant, c, state);
}

function restore(tenant: TenantContext, c: GraphRequest): Response {
  return answer(tenant, c, restoreUser(tenant, idOf(c), c.var.writeOptions));
}

/** Brings a user back from the recycle bin as they were. @throws GraphError 404, or 400 for a name that is taken now */
export function restoreUser(tenant: TenantContext, id: string, writeOptions: WriteOptions = {}): UserState {
  return tenant.database.write(() => {
    const { user } = deletedUser(tenant, id);
    assertFreeName(tenant, user);
    const restored = { user, deletedDateTime: null };
    tenant.users.save(restored);
    return restored;
  }, writeOptions);
}

function purge(tenant: TenantContext, c: GraphRequest): Response {
  purgeUser(tenant, idOf(c), c.var.writeOptions);
  return c.body(null, 204);
}

/** Empties the recycle bin of one user, for good, and drops their memberships and assignments. @throws GraphError 404 */
export function purgeUser(tenant: TenantContext, id: string, writeOptions: WriteOptions = {}): void {
  tenant.database.write(() => {
    const { user } = deletedUser(tenant, id);
    tenant.groups.forget(user.id);
    tenant.appRoleAssignments.forget(user.id);
    tenant.users.purge(user.id);
  }, writeOptions);
}

function answer(tenant: TenantContext, c: GraphRequest, state: UserState): Response {
  const query = parseUserQuery(readQuery(c));
  return c.json({
    "@odata.context": `${contextOf(tenant, c, "directoryObjects")}/$entity`,
    ...representUser(tenant, state, query, representationOf(c, true)),
  });
}

function deletedUser(tenant: TenantContext, id: string): UserState {
  const state = tenant.users.current(id);
  if (state === undefined || state.deletedDateTime === null) throw notFound(id);
  return state;
}

function idOf(c: GraphRequest): string {
  return (c.req.param("id") ?? "").toLowerCase();
}
