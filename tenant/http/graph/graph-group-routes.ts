import {
  addMember,
  createGroup,
  deleteGroup,
  type GroupChanges,
  groupWithId,
  removeMember,
  updateGroup,
  visibleMembers,
} from "../../domain/groups-and-members.ts";
import { directoryObjectType, type Group, groupType, type PrincipalType } from "../../store/object-types.ts";
import { answerList, answerObject, answerPrincipals, contextOf, type GraphPart } from "./graph-answers.ts";
import {
  requireAny,
  toReadGroups,
  toReadUsers,
  toWriteGroups,
  toWriteMembers,
  toWriteRoles,
} from "./graph-permissions.ts";
import { type GraphRequest, type GraphRoute, pathPart, readBody, readChanges, referencedId } from "./graph-request.ts";
import { visibleUser } from "./graph-user-routes.ts";

/** `/groups` (Graph, "group resource type"). */
export function groupRoutes(part: GraphPart): GraphRoute[] {
  const { store } = part;
  return [
    {
      method: "GET",
      path: "/groups",
      permissions: toReadGroups,
      handle: (c) => answerList(part, c, { type: groupType, rows: store.groups.list() }),
    },
    { method: "POST", path: "/groups", permissions: toWriteGroups, handle: (c) => create(part, c) },
    {
      method: "GET",
      path: "/groups/:id",
      permissions: toReadGroups,
      handle: (c) => answerObject(part, c, groupType, groupOf(part, c)),
    },
    { method: "PATCH", path: "/groups/:id", permissions: toWriteGroups, handle: (c) => update(part, c) },
    {
      method: "DELETE",
      path: "/groups/:id",
      permissions: toWriteGroups,
      handle: (c) => {
        deleteGroup(store, changeableGroup(part, c).id, c.var.writeOptions);
        return c.body(null, 204);
      },
    },
  ];
}

/**
 * Who is in a group, and which groups somebody is in (Graph, "List group members", "Add members", "Remove member",
 * "List a user's direct memberships").
 */
export function groupMemberRoutes(part: GraphPart): GraphRoute[] {
  const members = "/groups/:id/members";
  return [
    { method: "GET", path: members, permissions: toReadGroups, handle: (c) => listMembers(part, c) },
    {
      method: "GET",
      path: `${members}/microsoft.graph.user`,
      permissions: toReadGroups,
      handle: (c) => listMembers(part, c, "User"),
    },
    { method: "GET", path: `${members}/$ref`, permissions: toReadGroups, handle: (c) => listReferences(part, c) },
    {
      method: "POST",
      path: `${members}/$ref`,
      permissions: toWriteMembers,
      handle: async (c) => {
        const member = referencedId((await readBody(c))["@odata.id"], ["users", "groups", "serviceprincipals"]);
        addMember(part.store, changeableGroup(part, c).id, member, c.var.writeOptions);
        return c.body(null, 204);
      },
    },
    {
      method: "DELETE",
      path: `${members}/:member/$ref`,
      permissions: toWriteMembers,
      handle: (c) => {
        removeMember(part.store, changeableGroup(part, c).id, pathPart(c, "member"), c.var.writeOptions);
        return c.body(null, 204);
      },
    },
    // Nobody owns a group here; the official provider asks all the same.
    { method: "GET", path: "/groups/:id/owners", permissions: toReadGroups, handle: (c) => listOwners(part, c) },
    {
      method: "GET",
      path: "/users/:id/memberof",
      permissions: [...toReadGroups, ...toReadUsers],
      handle: (c) => listGroupsOf(part, c, { set: "directoryObjects", polymorphic: true }),
    },
    {
      method: "GET",
      path: "/users/:id/memberof/microsoft.graph.group",
      permissions: [...toReadGroups, ...toReadUsers],
      handle: (c) => listGroupsOf(part, c, {}),
    },
  ];
}

/** The group that the path names. @throws Refusal not-found */
export function groupOf({ store }: GraphPart, c: GraphRequest): Group {
  return groupWithId(store, pathPart(c, "id"));
}

/** The same, for a change: whoever changes a group that can have Entra roles may give these, too. @throws GraphError 403 */
function changeableGroup(part: GraphPart, c: GraphRequest): Group {
  const group = groupOf(part, c);
  if (group.isAssignableToRole) requireAny(c.var.caller.roles, toWriteRoles);
  return group;
}

async function create(part: GraphPart, c: GraphRequest): Promise<Response> {
  type NewGroup = GroupChanges & Pick<Group, "displayName" | "mailNickname">;
  const required = ["displayName", "mailEnabled", "mailNickname", "securityEnabled"] as const;
  const given = readChanges<NewGroup>(groupType, await readBody(c), "POST", required);
  if (given.isAssignableToRole) requireAny(c.var.caller.roles, toWriteRoles);
  return answerObject(part, c, groupType, createGroup(part.store, given, c.var.writeOptions), { status: 201 });
}

async function update(part: GraphPart, c: GraphRequest): Promise<Response> {
  const changes = readChanges<GroupChanges>(groupType, await readBody(c), "PATCH");
  updateGroup(part.store, changeableGroup(part, c).id, changes, c.var.writeOptions);
  return c.body(null, 204);
}

function listMembers(part: GraphPart, c: GraphRequest, only?: PrincipalType): Response {
  const rows = visibleMembers(part.store, groupOf(part, c));
  return answerPrincipals(part, c, {
    type: directoryObjectType,
    rows: rows.filter(({ object: { type } }) => only === undefined || type === only),
    set: only === undefined ? "directoryObjects" : "users",
  });
}

function listReferences(part: GraphPart, c: GraphRequest): Response {
  const members = visibleMembers(part.store, groupOf(part, c));
  return c.json({
    "@odata.context": contextOf(part, c, "Collection($ref)"),
    value: members.map(({ object: { id } }) => ({ "@odata.id": `${part.url}/v1.0/directoryObjects/${id}` })),
  });
}

function listOwners(part: GraphPart, c: GraphRequest): Response {
  groupOf(part, c);
  return c.json({ "@odata.context": contextOf(part, c, "directoryObjects"), value: [] });
}

function listGroupsOf(part: GraphPart, c: GraphRequest, as: { set?: string; polymorphic?: boolean }): Response {
  const { id } = visibleUser(part, c);
  return answerList(part, c, { type: groupType, rows: part.store.groups.groupsOf(id), ...as });
}
