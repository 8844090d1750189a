import { randomUUID } from "node:crypto";
import * as z from "zod";
import { emptyGroup, type Group } from "../../store/group.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { badRequest, notFound } from "./errors.ts";
import { requireAny, toReadGroups, toWriteGroups, toWriteRoles } from "./graph-permissions.ts";
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
import { represent } from "./object-bodies.ts";
import { type QueriedType, queryObjects } from "./object-query.ts";

/** Source: the "Filter" notes of Microsoft's reference page "group resource type". */
export const groupType: QueriedType = {
  name: "Group",
  filters: {
    id: ["eq", "in"],
    displayName: ["eq", "in", "startswith"],
    mail: ["eq", "in", "startswith"],
    mailEnabled: ["eq"],
    mailNickname: ["eq", "in", "startswith"],
    securityEnabled: ["eq", "in"],
    isAssignableToRole: ["eq"],
    createdDateTime: ["eq", "in"],
    description: ["eq", "in", "startswith"],
  },
};

/** `/groups`: list, create, get, update, delete (Graph, "group resource type"). Members are in `group-members.ts`. */
export function groupRoutes(tenant: TenantContext): GraphRoute[] {
  return [
    { method: "GET", path: "/groups", permissions: toReadGroups, handle: (c) => listGroups(tenant, c) },
    { method: "POST", path: "/groups", permissions: toWriteGroups, handle: (c) => createGroup(tenant, c) },
    { method: "GET", path: "/groups/:id", permissions: toReadGroups, handle: (c) => getGroup(tenant, c) },
    { method: "PATCH", path: "/groups/:id", permissions: toWriteGroups, handle: (c) => updateGroup(tenant, c) },
    { method: "DELETE", path: "/groups/:id", permissions: toWriteGroups, handle: (c) => deleteGroup(tenant, c) },
  ];
}

function listGroups(tenant: TenantContext, c: GraphRequest): Response {
  return answerGroups(tenant, c, tenant.groups.list(), "groups", false);
}

/** One page of groups, where only groups may stand or among objects of other types. */
export function answerGroups(
  tenant: TenantContext,
  c: GraphRequest,
  groups: readonly Group[],
  set: string,
  polymorphic: boolean,
): Response {
  const query = readQuery(c);
  const { objects, count, next } = queryObjects(groups, groupType, query, isEventual(c));
  return c.json({
    "@odata.context": contextOf(tenant, c, set),
    ...(count !== undefined && { "@odata.count": count }),
    ...(next !== undefined && { "@odata.nextLink": nextLink(tenant, c, next) }),
    value: objects.map((group) => represent(tenant, "Group", group, query, representationOf(c, polymorphic))),
  });
}

function getGroup(tenant: TenantContext, c: GraphRequest): Response {
  return answerGroup(tenant, c, groupOf(tenant, c), 200);
}

function answerGroup(tenant: TenantContext, c: GraphRequest, group: Group, status: 200 | 201): Response {
  const context = `${contextOf(tenant, c, "groups")}/$entity`;
  const body = represent(tenant, "Group", group, readQuery(c), representationOf(c));
  return c.json({ "@odata.context": context, ...body }, status);
}

const changeable = z.object({
  displayName: z.string().min(1).max(256),
  description: z.string().max(1024).nullable(),
  mailNickname: z.string().regex(/^[\x21-\x7e]{1,64}$/),
  visibility: z.string().nullable(),
});
const newGroup = changeable.partial({ description: true, visibility: true }).extend({
  mailEnabled: z.literal(false, "The local tenant makes security groups only."),
  securityEnabled: z.literal(true, "The local tenant makes security groups only."),
  isAssignableToRole: z.boolean().nullish(),
});

async function createGroup(tenant: TenantContext, c: GraphRequest): Promise<Response> {
  const given = read(newGroup, await readBody(c));
  if (given.isAssignableToRole) requireAny(c.var.caller.roles, toWriteRoles);
  const ids = { id: randomUUID(), createdDateTime: tenant.now().toISOString() };
  const group: Group = {
    ...emptyGroup({ ...ids, displayName: given.displayName, mailNickname: given.mailNickname }),
    description: given.description ?? null,
    visibility: given.visibility ?? null,
    isAssignableToRole: given.isAssignableToRole ?? false,
  };
  tenant.database.write(() => tenant.groups.save(group), c.var.writeOptions);
  return answerGroup(tenant, c, group, 201);
}

async function updateGroup(tenant: TenantContext, c: GraphRequest): Promise<Response> {
  const changes = read(changeable.partial(), await readBody(c));
  tenant.database.write(() => {
    const group = groupOf(tenant, c);
    if (group.isAssignableToRole) requireAny(c.var.caller.roles, toWriteRoles);
    tenant.groups.save({ ...group, ...changes } as Group);
  }, c.var.writeOptions);
  return c.body(null, 204);
}

function deleteGroup(tenant: TenantContext, c: GraphRequest): Response {
  tenant.database.write(() => {
    const group = groupOf(tenant, c);
    if (group.isAssignableToRole) requireAny(c.var.caller.roles, toWriteRoles);
    tenant.appRoleAssignments.forget(group.id);
    tenant.groups.delete(group.id);
  }, c.var.writeOptions);
  return c.body(null, 204);
}

/** The group that the path names. @throws GraphError 404 */
export function groupOf(tenant: TenantContext, c: GraphRequest): Group {
  const id = c.req.param("id") ?? "";
  const group = tenant.groups.find(id.toLowerCase());
  if (group === undefined) throw notFound(id);
  return group;
}

function read<T>(schema: z.ZodType<T>, body: Record<string, unknown>): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw badRequest(
    `Invalid value specified for property '${issue?.path.join(".")}' of resource 'Group'. ${issue?.message}`,
  );
}
