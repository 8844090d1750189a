import * as z from "zod";
import {
  addMember,
  addOwner,
  createGroup,
  deleteGroup,
  type GroupChanges,
  groupWithId,
  type NewReferences,
  removeMember,
  removeOwner,
  transitiveGroupsOf,
  updateGroup,
  visibleReferences,
} from "../../domain/groups-and-members.ts";
import { notFound } from "../../domain/refusal.ts";
import { directoryObjectType, type Group, groupType, type PrincipalType } from "../../store/object-types.ts";
import { visiblePrincipal } from "../../store/tenant-store.ts";
import { answerList, answerObject, answerPrincipals, contextOf, type GraphPart } from "./graph-answers.ts";
import {
  requireAny,
  toCreateGroups,
  toReadGroups,
  toReadUsers,
  toWriteGroups,
  toWriteMembers,
  toWriteRoles,
} from "./graph-permissions.ts";
import {
  badRequest,
  type GraphRequest,
  type GraphRoute,
  objectOptions,
  pathPart,
  readAction,
  readBody,
  readChanges,
  readReference,
  referencedId,
} from "./graph-request.ts";
import { visibleUser } from "./graph-user-routes.ts";

/** `/groups` (Graph, "group resource type"). */
export function groupRoutes(part: GraphPart): GraphRoute[] {
  const { store } = part;
  return [
    {
      method: "GET",
      path: "/groups",
      permissions: toReadGroups,
      isList: true,
      handle: (c) => answerList(part, c, { type: groupType, rows: store.groups.list() }),
    },
    {
      method: "POST",
      path: "/groups",
      permissions: toCreateGroups,
      options: objectOptions,
      handle: (c) => create(part, c),
    },
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
  const owners = "/groups/:id/owners";
  return [
    { method: "GET", path: members, permissions: toReadGroups, isList: true, handle: (c) => listMembers(part, c) },
    {
      method: "GET",
      path: `${members}/microsoft.graph.user`,
      permissions: toReadGroups,
      isList: true,
      handle: (c) => listMembers(part, c, "User"),
    },
    {
      method: "GET",
      path: `${members}/$ref`,
      permissions: toReadGroups,
      options: [],
      handle: (c) => listReferences(part, c),
    },
    {
      method: "POST",
      path: `${members}/$ref`,
      permissions: toWriteMembers,
      handle: async (c) => {
        const member = readReference(await readBody(c), principalSets);
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
    { method: "GET", path: owners, permissions: toReadGroups, isList: true, handle: (c) => listOwners(part, c) },
    {
      method: "POST",
      path: `${owners}/$ref`,
      permissions: toWriteGroups,
      handle: async (c) => {
        const owner = readReference(await readBody(c), principalSets);
        addOwner(part.store, changeableGroup(part, c).id, owner, c.var.writeOptions);
        return c.body(null, 204);
      },
    },
    {
      method: "DELETE",
      path: `${owners}/:owner/$ref`,
      permissions: toWriteGroups,
      handle: (c) => {
        removeOwner(part.store, changeableGroup(part, c).id, pathPart(c, "owner"), c.var.writeOptions);
        return c.body(null, 204);
      },
    },
    ...membershipRoutes(part),
  ];
}

const principalSets = ["users", "groups", "serviceprincipals"];

/** Which groups somebody is in, asked of a user, a group or an object of any type. */
function membershipRoutes(part: GraphPart): GraphRoute[] {
  const isUsers = (set: string) => set === "/users";
  const lists = ["/users", "/groups"].flatMap((set): GraphRoute[] => {
    const permissions = isUsers(set) ? [...toReadGroups, ...toReadUsers] : toReadGroups;
    const idOf = (c: GraphRequest) => (isUsers(set) ? visibleUser(part, c) : groupOf(part, c)).id;
    const rowsOf = (c: GraphRequest) => part.store.groups.groupsOf(idOf(c));
    const path = `${set}/:id/memberof`;
    const mixed = { set: "directoryObjects", polymorphic: true };
    return [
      {
        method: "GET",
        path,
        permissions,
        isList: true,
        handle: (c) => answerList(part, c, { type: groupType, rows: rowsOf(c), ...mixed }),
      },
      {
        method: "GET",
        path: `${path}/microsoft.graph.group`,
        permissions,
        isList: true,
        handle: (c) => answerList(part, c, { type: groupType, rows: rowsOf(c) }),
      },
    ];
  });
  const checks = ["/users", "/groups", "/serviceprincipals", "/directoryobjects"].flatMap((set): GraphRoute[] => {
    const idsOf = (c: GraphRequest) => {
      const id = isUsers(set) ? visibleUser(part, c).id : pathPart(c, "id");
      if (visiblePrincipal(part.store, id) === undefined) throw notFound(id);
      return transitiveGroupsOf(part.store, id);
    };
    const answer = (c: GraphRequest, value: string[]) =>
      c.json({ "@odata.context": contextOf(part, c, "Collection(Edm.String)"), value });
    return [
      {
        method: "POST",
        path: `${set}/:id/checkmembergroups`,
        permissions: toReadGroups,
        handle: async (c) => {
          const { groupIds } = readAction(await readBody(c), askedGroups);
          const asked = groupIds.map((id) => id.toLowerCase());
          return answer(
            c,
            idsOf(c).flatMap(({ id }) => (asked.includes(id) ? [id] : [])),
          );
        },
      },
      {
        method: "POST",
        path: `${set}/:id/getmembergroups`,
        permissions: toReadGroups,
        handle: async (c) => {
          const { securityEnabledOnly } = readAction(await readBody(c), allGroups);
          const groups = idsOf(c).filter(({ securityEnabled }) => securityEnabled || !securityEnabledOnly);
          return answer(
            c,
            groups.map(({ id }) => id),
          );
        },
      },
    ];
  });
  return [...lists, ...checks];
}

/** Graph takes no more groups than this in one check. */
const askedGroups = z.strictObject({ groupIds: z.array(z.guid()).min(1).max(20) });
const allGroups = z.strictObject({ securityEnabledOnly: z.boolean().default(false) });

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
  const { references, body } = withReferences(await readBody(c));
  const given = readChanges<NewGroup>(groupType, body, "POST", required);
  if (given.isAssignableToRole) requireAny(c.var.caller.roles, toWriteRoles);
  const made = createGroup(part.store, given, references, c.var.writeOptions);
  return answerObject(part, c, groupType, made, { status: 201 });
}

/** Graph takes no more references than this in one request (Graph, "Add members"). */
const mostReferences = 20;

/** Takes `members@odata.bind` and `owners@odata.bind` out of a body. @throws GraphError 400 */
function withReferences(json: Record<string, unknown>): { references: NewReferences; body: Record<string, unknown> } {
  const { "members@odata.bind": members = [], "owners@odata.bind": owners = [], ...body } = json;
  const idsIn = (list: unknown, relation: string) => {
    if (!Array.isArray(list)) throw badRequest(`Invalid value specified for property '${relation}@odata.bind'.`);
    if (list.length > mostReferences) {
      throw badRequest(
        `The number of references in '${relation}@odata.bind' exceeds the maximum of ${mostReferences}.`,
      );
    }
    return list.map((reference) => referencedId(reference, principalSets));
  };
  return { references: { members: idsIn(members, "members"), owners: idsIn(owners, "owners") }, body };
}

async function update(part: GraphPart, c: GraphRequest): Promise<Response> {
  const { references, body } = withReferences(await readBody(c));
  const changes = readChanges<GroupChanges>(groupType, body, "PATCH");
  updateGroup(part.store, changeableGroup(part, c).id, changes, references, c.var.writeOptions);
  return c.body(null, 204);
}

function listMembers(part: GraphPart, c: GraphRequest, only?: PrincipalType): Response {
  const rows = visibleReferences(part.store, groupOf(part, c), "members");
  return answerPrincipals(part, c, {
    type: directoryObjectType,
    rows: rows.filter(({ object: { type } }) => only === undefined || type === only),
    set: only === undefined ? "directoryObjects" : "users",
  });
}

function listReferences(part: GraphPart, c: GraphRequest): Response {
  const members = visibleReferences(part.store, groupOf(part, c), "members");
  return c.json({
    "@odata.context": contextOf(part, c, "Collection($ref)"),
    value: members.map(({ object: { id } }) => ({ "@odata.id": `${part.url}/v1.0/directoryObjects/${id}` })),
  });
}

function listOwners(part: GraphPart, c: GraphRequest): Response {
  const rows = visibleReferences(part.store, groupOf(part, c), "owners");
  return answerPrincipals(part, c, { type: directoryObjectType, rows });
}
