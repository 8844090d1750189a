import { notFound } from "../../domain/refusal.ts";
import {
  addSponsor,
  createUser,
  deleteUser,
  removeSponsor,
  type UserChanges,
  updateUser,
} from "../../domain/user-lifecycle.ts";
import { type User, userType } from "../../store/object-types.ts";
import { answerList, answerObject, contextOf, type GraphPart, sponsorBodies } from "./graph-answers.ts";
import {
  requireAny,
  toDeleteUsers,
  toEnableAccounts,
  toReadUsers,
  toWriteSponsors,
  toWriteUsers,
} from "./graph-permissions.ts";
import {
  type GraphRequest,
  type GraphRoute,
  missingValue,
  pathPart,
  readBody,
  readChanges,
  referencedId,
} from "./graph-request.ts";

/** `/users` and `/users/{id}/sponsors` (Graph, "user resource type"). */
export function userRoutes(part: GraphPart): GraphRoute[] {
  const { store } = part;
  const sponsors = "/users/:id/sponsors";
  return [
    {
      method: "GET",
      path: "/users",
      permissions: toReadUsers,
      handle: (c) => answerList(part, c, { type: userType, rows: store.users.list("live") }),
    },
    { method: "POST", path: "/users", permissions: toWriteUsers, handle: (c) => create(part, c) },
    {
      method: "GET",
      path: "/users/:id",
      permissions: toReadUsers,
      handle: (c) => answerObject(part, c, userType, visibleUser(part, c)),
    },
    { method: "PATCH", path: "/users/:id", permissions: toEnableAccounts, handle: (c) => update(part, c) },
    {
      method: "DELETE",
      path: "/users/:id",
      permissions: toDeleteUsers,
      handle: (c) => {
        deleteUser(store, pathPart(c, "id"), c.var.writeOptions);
        return c.body(null, 204);
      },
    },
    { method: "GET", path: sponsors, permissions: toReadUsers, handle: (c) => listSponsors(part, c) },
    {
      method: "POST",
      path: `${sponsors}/$ref`,
      permissions: toWriteSponsors,
      handle: async (c) => {
        const sponsor = referencedId((await readBody(c))["@odata.id"], ["users"]);
        addSponsor(store, pathPart(c, "id"), sponsor, c.var.writeOptions);
        return c.body(null, 204);
      },
    },
    {
      method: "DELETE",
      path: `${sponsors}/:sponsor/$ref`,
      permissions: toWriteSponsors,
      handle: (c) => {
        removeSponsor(store, pathPart(c, "id"), pathPart(c, "sponsor"), c.var.writeOptions);
        return c.body(null, 204);
      },
    },
  ];
}

/** The live user that the path names by object id or user principal name, as a read sees them. @throws Refusal not-found */
export function visibleUser({ store }: GraphPart, c: GraphRequest): User {
  const name = pathPart(c, "id");
  const user = store.users.visibleNamed(name);
  if (user === undefined) throw notFound(name);
  return user;
}

async function create(part: GraphPart, c: GraphRequest): Promise<Response> {
  const { passwordProfile, ...body } = await readBody(c);
  type NewUser = UserChanges & Pick<User, "displayName" | "userPrincipalName">;
  const required = ["accountEnabled", "displayName", "mailNickname", "userPrincipalName"] as const;
  const given = readChanges<NewUser>(userType, body, "POST", required);
  // Read to be refused where it is missing, and forgotten: nobody signs in with it here.
  const password = (passwordProfile as { password?: unknown } | undefined)?.password;
  if (typeof password !== "string" || password === "") throw missingValue("passwordProfile", userType.name);
  return answerObject(part, c, userType, createUser(part.store, given, c.var.writeOptions), { status: 201 });
}

async function update({ store }: GraphPart, c: GraphRequest): Promise<Response> {
  const changes = readChanges<UserChanges>(userType, await readBody(c), "PATCH");
  const onlyEnables = Object.keys(changes).every((property) => property === "accountEnabled");
  if (!onlyEnables) requireAny(c.var.caller.roles, toWriteUsers);
  updateUser(store, pathPart(c, "id"), changes, c.var.writeOptions);
  return c.body(null, 204);
}

function listSponsors(part: GraphPart, c: GraphRequest): Response {
  const value = sponsorBodies(part, visibleUser(part, c));
  return c.json({ "@odata.context": contextOf(part, c, "directoryObjects"), value });
}
