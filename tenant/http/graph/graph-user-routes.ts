import { randomUUID } from "node:crypto";
import { emptyUser, type User, type UserState } from "../../store/user.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { badRequest, notFound } from "./errors.ts";
import { requireAny, toDeleteUsers, toEnableAccounts, toReadUsers, toWriteUsers } from "./graph-permissions.ts";
import {
  contextOf,
  type GraphRequest,
  type GraphRoute,
  isEventual,
  nextLink,
  readBody,
  readQuery,
  representationOf,
} from "./graph-request.ts";
import { parseUserQuery, queryUsers } from "./odata-query.ts";
import { readUserChanges, requireProperties } from "./user-changes.ts";
import { representUser } from "./user-representation.ts";

/** `/users`: list, create, get, update, delete (Graph, "user resource type"). */
export function userRoutes(tenant: TenantContext): GraphRoute[] {
  return [
    { method: "GET", path: "/users", permissions: toReadUsers, handle: (c) => listUsers(tenant, c) },
    { method: "POST", path: "/users", permissions: toWriteUsers, handle: (c) => createUser(tenant, c) },
    { method: "GET", path: "/users/:id", permissions: toReadUsers, handle: (c) => getUser(tenant, c) },
    { method: "PATCH", path: "/users/:id", permissions: toEnableAccounts, handle: (c) => updateUser(tenant, c) },
    { method: "DELETE", path: "/users/:id", permissions: toDeleteUsers, handle: (c) => deleteUser(tenant, c) },
  ];
}

function listUsers(tenant: TenantContext, c: GraphRequest): Response {
  const search = readQuery(c);
  const query = parseUserQuery(search);
  const { users, count, next } = queryUsers(tenant.users, "live", search, isEventual(c));
  return c.json({
    "@odata.context": contextOf(tenant, c, "users", query.selected ? query.select : []),
    ...(count !== undefined && { "@odata.count": count }),
    ...(next !== undefined && { "@odata.nextLink": nextLink(tenant, c, next) }),
    value: users.map((user) => representUser(tenant, user, query, representationOf(c))),
  });
}

function getUser(tenant: TenantContext, c: GraphRequest): Response {
  const query = parseUserQuery(readQuery(c));
  const state = visibleUser(tenant, c);
  const context = contextOf(tenant, c, "users", query.selected ? query.select : []);
  return c.json({
    "@odata.context": `${context}/$entity`,
    ...representUser(tenant, state, query, representationOf(c)),
  });
}

async function createUser(tenant: TenantContext, c: GraphRequest): Promise<Response> {
  const { passwordProfile, ...body } = await readBody(c);
  const changes = readUserChanges(body);
  requireProperties(changes, ["accountEnabled", "displayName", "mailNickname", "userPrincipalName"]);
  const password = (passwordProfile as { password?: unknown } | undefined)?.password;
  if (typeof password !== "string" || password === "") requireProperties({}, ["passwordProfile"]);

  const user: User = {
    ...emptyUser({
      id: randomUUID(),
      displayName: "",
      createdDateTime: tenant.now().toISOString(),
      userPrincipalName: "",
      userType: "Member",
    }),
    ...changes,
  };
  const domain = user.userPrincipalName.split("@")[1]?.toLowerCase() ?? "";
  if (![tenant.settings.domain, tenant.settings.initialDomain].includes(domain)) {
    throw badRequest(
      "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.",
    );
  }
  tenant.database.write(() => {
    assertFreeName(tenant, user);
    tenant.users.save({ user, deletedDateTime: null });
  }, c.var.writeOptions);
  const query = parseUserQuery(new URLSearchParams());
  return c.json(
    {
      "@odata.context": `${contextOf(tenant, c, "users")}/$entity`,
      ...representUser(tenant, { user, deletedDateTime: null }, query, representationOf(c)),
    },
    201,
  );
}

async function updateUser(tenant: TenantContext, c: GraphRequest): Promise<Response> {
  const changes = readUserChanges(await readBody(c));
  if (Object.keys(changes).some((property) => property !== "accountEnabled")) {
    requireAny(c.var.caller.roles, toWriteUsers);
  }
  tenant.database.write(() => {
    const { user } = currentUser(tenant, c);
    const changed = { ...user, ...changes };
    if (changes.userPrincipalName !== undefined) assertFreeName(tenant, changed);
    tenant.users.save({ user: changed, deletedDateTime: null });
  }, c.var.writeOptions);
  return c.body(null, 204);
}

function deleteUser(tenant: TenantContext, c: GraphRequest): Response {
  tenant.database.write(() => moveToRecycleBin(tenant, currentUser(tenant, c).user), c.var.writeOptions);
  return c.body(null, 204);
}

/** Inside `Database.write` only. */
export function moveToRecycleBin(tenant: TenantContext, user: User): void {
  tenant.users.save({ user, deletedDateTime: tenant.now().toISOString() });
}

/** No two live users share a principal name. @throws GraphError 400 */
export function assertFreeName(tenant: TenantContext, user: User): void {
  const others = tenant.users.currentByAddress(user.userPrincipalName).filter(({ id }) => id !== user.id);
  if (others.length === 0) return;
  throw badRequest("Another object with the same value for property userPrincipalName already exists.");
}

/** The live user that the path names by object id or user principal name, as a read sees them. @throws GraphError 404 */
export function visibleUser(tenant: TenantContext, c: GraphRequest): UserState {
  const id = c.req.param("id") ?? "";
  const state = tenant.users.visible(id.toLowerCase()) ?? tenant.users.visibleByPrincipalName(id);
  if (state === undefined || state.deletedDateTime !== null) throw notFound(id);
  return state;
}

/** The live user that the path names, as a write sees them. @throws GraphError 404 */
export function currentUser(tenant: TenantContext, c: GraphRequest): UserState {
  const id = c.req.param("id") ?? "";
  const byName = tenant.users
    .currentByAddress(id)
    .find((user) => user.userPrincipalName.toLowerCase() === id.toLowerCase());
  const state = tenant.users.current(byName?.id ?? id.toLowerCase());
  if (state === undefined || state.deletedDateTime !== null) throw notFound(id);
  return state;
}
