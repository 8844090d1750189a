import type { Group } from "../../store/group.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { badRequest, notFound } from "./errors.ts";
import { answerGroups, groupOf } from "./graph-group-routes.ts";
import { requireAny, toReadGroups, toReadUsers, toWriteMembers, toWriteRoles } from "./graph-permissions.ts";
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
import { visibleUser } from "./graph-user-routes.ts";
import { type DirectoryObject, representObject, visibleObject } from "./object-bodies.ts";
import { type QueriedType, queryObjects } from "./object-query.ts";

const memberType: QueriedType = {
  name: "DirectoryObject",
  filters: { id: ["eq", "in"], displayName: ["eq", "startswith"] },
};

/**
 * Who is in a group, and which groups somebody is in (Graph, "List group members", "Add members", "Remove member",
 * "List a user's direct memberships").
 */
export function groupMemberRoutes(tenant: TenantContext): GraphRoute[] {
  const members = "/groups/:id/members";
  return [
    { method: "GET", path: members, permissions: toReadGroups, handle: (c) => listMembers(tenant, c) },
    {
      method: "GET",
      path: `${members}/microsoft.graph.user`,
      permissions: toReadGroups,
      handle: (c) => listMembers(tenant, c, "User"),
    },
    { method: "GET", path: `${members}/$ref`, permissions: toReadGroups, handle: (c) => listReferences(tenant, c) },
    { method: "POST", path: `${members}/$ref`, permissions: toWriteMembers, handle: (c) => addMember(tenant, c) },
    {
      method: "DELETE",
      path: `${members}/:member/$ref`,
      permissions: toWriteMembers,
      handle: (c) => removeMember(tenant, c),
    },
    // Nobody owns a group here; the official provider asks all the same.
    { method: "GET", path: "/groups/:id/owners", permissions: toReadGroups, handle: (c) => listOwners(tenant, c) },
    {
      method: "GET",
      path: "/users/:id/memberof",
      permissions: [...toReadGroups, ...toReadUsers],
      handle: (c) => listGroupsOf(tenant, c, true),
    },
    {
      method: "GET",
      path: "/users/:id/memberof/microsoft.graph.group",
      permissions: [...toReadGroups, ...toReadUsers],
      handle: (c) => listGroupsOf(tenant, c, false),
    },
  ];
}

/** The members that can be seen now: those in the recycle bin are not among them. */
function visibleMembers(tenant: TenantContext, group: Group): DirectoryObject[] {
  return tenant.groups.membersOf(group.id).flatMap((id) => visibleObject(tenant, id) ?? []);
}

function listMembers(tenant: TenantContext, c: GraphRequest, only?: DirectoryObject["type"]): Response {
  const members = visibleMembers(tenant, groupOf(tenant, c)).filter(({ type }) => only === undefined || type === only);
  const query = readQuery(c);
  const { objects, count, next } = queryObjects(members, memberType, query, isEventual(c));
  const { full } = representationOf(c);
  return c.json({
    "@odata.context": contextOf(tenant, c, only === undefined ? "directoryObjects" : "users"),
    ...(count !== undefined && { "@odata.count": count }),
    ...(next !== undefined && { "@odata.nextLink": nextLink(tenant, c, next) }),
    value: objects.map((member) => representObject(tenant, member, query, full)),
  });
}

function listReferences(tenant: TenantContext, c: GraphRequest): Response {
  const members = visibleMembers(tenant, groupOf(tenant, c));
  return c.json({
    "@odata.context": contextOf(tenant, c, "Collection($ref)"),
    value: members.map(({ id }) => ({ "@odata.id": `${tenant.url}/v1.0/directoryObjects/${id}` })),
  });
}

function listOwners(tenant: TenantContext, c: GraphRequest): Response {
  groupOf(tenant, c);
  return c.json({ "@odata.context": contextOf(tenant, c, "directoryObjects"), value: [] });
}

async function addMember(tenant: TenantContext, c: GraphRequest): Promise<Response> {
  const member = referencedObject((await readBody(c))["@odata.id"]);
  tenant.database.write(() => {
    const group = groupOf(tenant, c);
    if (group.isAssignableToRole) requireAny(c.var.caller.roles, toWriteRoles);
    // As Graph does, by what a read sees: a guest of a moment ago may not be there yet.
    if (visibleObject(tenant, member) === undefined) throw notFound(member);
    if (tenant.groups.isMember(group.id, member)) {
      throw badRequest(
        "One or more added object references already exist for the following modified properties: 'members'.",
      );
    }
    tenant.groups.addMember(group.id, member);
  }, c.var.writeOptions);
  return c.body(null, 204);
}

function removeMember(tenant: TenantContext, c: GraphRequest): Response {
  const member = (c.req.param("member") ?? "").toLowerCase();
  tenant.database.write(() => {
    const group = groupOf(tenant, c);
    if (group.isAssignableToRole) requireAny(c.var.caller.roles, toWriteRoles);
    const known = tenant.groups.isMember(group.id, member) && visibleObject(tenant, member) !== undefined;
    if (!known) throw notFound(member);
    tenant.groups.removeMember(group.id, member);
  }, c.var.writeOptions);
  return c.body(null, 204);
}

function listGroupsOf(tenant: TenantContext, c: GraphRequest, polymorphic: boolean): Response {
  const { user } = visibleUser(tenant, c);
  const set = polymorphic ? "directoryObjects" : "groups";
  return answerGroups(tenant, c, tenant.groups.groupsOf(user.id), set, polymorphic);
}

/** The object id at the end of a reference such as `https://graph.microsoft.com/v1.0/directoryObjects/{id}`. @throws GraphError 400 */
function referencedObject(reference: unknown): string {
  const pattern = /\/(?:directoryobjects|users|groups|serviceprincipals)[/(]'?([\da-f-]{36})'?\)?$/i;
  const id = typeof reference === "string" ? pattern.exec(reference)?.[1] : undefined;
  if (id === undefined)
    throw badRequest("Invalid URL in @odata.id: a reference to an object is expected.", "BadRequest");
  return id.toLowerCase();
}
