import { assignAppRole, removeAppRole, visibleAssignment, visibleAssignments } from "../../domain/app-access.ts";
import { notFound } from "../../domain/refusal.ts";
import {
  type AppRoleAssignment,
  appRoleAssignmentType,
  type ServicePrincipal,
  servicePrincipalType,
} from "../../store/object-types.ts";
import { answerList, answerObject, type GraphPart, readSelection } from "./graph-answers.ts";
import { groupOf } from "./graph-group-routes.ts";
import {
  toAssignAppRoles,
  toReadApplications,
  toReadAppRoleAssignedTo,
  toReadAppRoleAssignments,
} from "./graph-permissions.ts";
import {
  badRequest,
  type GraphRequest,
  type GraphRoute,
  lastSegment,
  objectOptions,
  type PermissionChoice,
  pathPart,
  readBody,
  readChanges,
} from "./graph-request.ts";
import { visibleUser } from "./graph-user-routes.ts";

/** `/servicePrincipals`: list, and get by object id or by `(appId='…')`. Only `seed.yaml` makes them. */
export function servicePrincipalRoutes(part: GraphPart): GraphRoute[] {
  const permissions = toReadApplications;
  return [
    {
      method: "GET",
      path: "/serviceprincipals",
      permissions,
      isList: true,
      handle: (c) => answerList(part, c, { type: servicePrincipalType, rows: part.store.servicePrincipals.list() }),
    },
    {
      method: "GET",
      path: "/serviceprincipals/:id",
      permissions,
      handle: (c) => answerObject(part, c, servicePrincipalType, servicePrincipalOf(part, c)),
    },
  ];
}

/** The service principal that the path names. @throws Refusal not-found */
function servicePrincipalOf({ store: { servicePrincipals } }: GraphPart, c: GraphRequest): ServicePrincipal {
  const id = pathPart(c, "id");
  const appId = /^appid=(.*)$/.exec(id)?.[1];
  const found = appId === undefined ? servicePrincipals.find(id) : servicePrincipals.byAppId(appId);
  if (found === undefined) throw notFound(appId ?? id);
  return found;
}

/** One side of the assignments: those of an application, or those of a user or group. */
interface Side {
  path: string;
  set: "appRoleAssignedTo" | "appRoleAssignments";
  /** The property of an assignment that names this side. */
  owner: "resourceId" | "principalId";
  ownerOf: (part: GraphPart, c: GraphRequest) => { id: string };
  permissions: PermissionChoice[];
}

const ofPrincipal = {
  set: "appRoleAssignments",
  owner: "principalId",
  permissions: toReadAppRoleAssignments,
} as const;
const sides: readonly Side[] = [
  {
    path: "/serviceprincipals/:id/approleassignedto",
    set: "appRoleAssignedTo",
    owner: "resourceId",
    ownerOf: servicePrincipalOf,
    permissions: toReadAppRoleAssignedTo,
  },
  { path: "/users/:id/approleassignments", ...ofPrincipal, ownerOf: visibleUser },
  { path: "/groups/:id/approleassignments", ...ofPrincipal, ownerOf: groupOf },
];

/**
 * Who has which role of an application, seen from the application, and from the user or group (Graph, "Grant an
 * appRoleAssignment for a service principal", and its sisters).
 */
export function appRoleAssignmentRoutes(part: GraphPart): GraphRoute[] {
  return sides.flatMap((side): GraphRoute[] => {
    const one = `${side.path}/:assignment`;
    return [
      {
        method: "GET",
        path: side.path,
        permissions: side.permissions,
        isList: true,
        handle: (c) => list(part, c, side),
      },
      {
        method: "POST",
        path: side.path,
        permissions: toAssignAppRoles,
        options: objectOptions,
        handle: (c) => assign(part, c, side),
      },
      {
        method: "GET",
        path: one,
        permissions: side.permissions,
        handle: (c) => {
          readSelection(c, appRoleAssignmentType);
          return answerObject(part, c, appRoleAssignmentType, assignmentOf(part, c, side));
        },
      },
      {
        method: "DELETE",
        path: one,
        permissions: toAssignAppRoles,
        handle: (c) => {
          removeAppRole(part.store, assignmentOf(part, c, side).id, c.var.writeOptions);
          return c.body(null, 204);
        },
      },
    ];
  });
}

function list(part: GraphPart, c: GraphRequest, { set, ownerOf }: Side): Response {
  const { appRoleAssignments } = part.store;
  const { id } = ownerOf(part, c);
  const kept =
    set === "appRoleAssignedTo"
      ? appRoleAssignments.ofResource(id)
      : principalsOf(part, id).flatMap((principal) => appRoleAssignments.ofPrincipal(principal));
  return answerList(part, c, { type: appRoleAssignmentType, rows: visibleAssignments(part.store, kept), set });
}

async function assign(part: GraphPart, c: GraphRequest, { owner, ownerOf }: Side): Promise<Response> {
  const { id } = ownerOf(part, c);
  const body = await readBody(c);
  type Wanted = Pick<AppRoleAssignment, "principalId" | "resourceId" | "appRoleId">;
  const given = readChanges<Wanted>(appRoleAssignmentType, body, "POST", ["principalId", "resourceId", "appRoleId"]);
  const wanted = {
    principalId: given.principalId.toLowerCase(),
    resourceId: given.resourceId.toLowerCase(),
    appRoleId: given.appRoleId.toLowerCase(),
  };
  if (wanted[owner] !== id) throw badRequest("Not a valid reference update.");
  const made = assignAppRole(part.store, wanted, c.var.writeOptions);
  return answerObject(part, c, appRoleAssignmentType, made, { status: 201 });
}

/** The assignment that the path names. Its id is the one part of a path in which letter case counts. @throws Refusal not-found */
function assignmentOf(part: GraphPart, c: GraphRequest, { owner, ownerOf }: Side): AppRoleAssignment {
  const { id } = ownerOf(part, c);
  const assignmentId = lastSegment(c);
  const found = visibleAssignment(part.store, assignmentId);
  const owners = owner === "principalId" ? principalsOf(part, id) : [id];
  if (found === undefined || !owners.includes(found[owner])) throw notFound(assignmentId);
  return found;
}

/**
 * A user or group, and the groups that they are a direct member of: a user's assignments are also those that they have
 * through a group, and deleting one of these takes it from the whole group (Graph, "List appRoleAssignments granted to a
 * user").
 */
function principalsOf({ store }: GraphPart, id: string): string[] {
  return [id, ...store.groups.groupsOf(id).map(({ object }) => object.id)];
}
