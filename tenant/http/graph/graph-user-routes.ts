import * as z from "zod";
import { notFound } from "../../domain/refusal.ts";
import {
  addSponsor,
  createUser,
  deleteUser,
  removeSponsor,
  type UserChanges,
  updateUser,
} from "../../domain/user-lifecycle.ts";
import { directoryObjectType, type User, userType } from "../../store/object-types.ts";
import {
  answerList,
  answerObject,
  answerPrincipals,
  type GraphPart,
  readSelection,
  visibleSponsors,
} from "./graph-answers.ts";
import {
  requireAny,
  toCreateUsers,
  toDeleteUsers,
  toEnableAccounts,
  toReadSponsors,
  toReadUsers,
  toUpdateUsers,
  toWriteSponsors,
} from "./graph-permissions.ts";
import {
  acting,
  type GraphRequest,
  type GraphRoute,
  invalidValue,
  missingValue,
  objectOptions,
  pathPart,
  readBody,
  readChanges,
  readReference,
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
      isList: true,
      handle: (c) => answerList(part, c, { type: userType, rows: store.users.list("live") }),
    },
    {
      method: "POST",
      path: "/users",
      permissions: toCreateUsers,
      options: objectOptions,
      handle: (c) => create(part, c),
    },
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
        deleteUser(store, pathPart(c, "id"), acting(c));
        return c.body(null, 204);
      },
    },
    { method: "GET", path: sponsors, permissions: toReadSponsors, isList: true, handle: (c) => listSponsors(part, c) },
    { method: "GET", path: "/users/:id/manager", permissions: toReadUsers, handle: (c) => noManager(part, c) },
    {
      method: "POST",
      path: `${sponsors}/$ref`,
      permissions: toWriteSponsors,
      handle: async (c) => {
        const sponsor = readReference(await readBody(c), ["users", "groups"]);
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
  if (passwordProfile === undefined) throw missingValue("passwordProfile", userType.name);
  const parsed = password.safeParse(passwordProfile);
  if (!parsed.success) throw invalidValue(parsed.error, "passwordProfile", userType.name);
  return answerObject(part, c, userType, createUser(part.store, given, c.var.writeOptions), { status: 201 });
}

async function update({ store }: GraphPart, c: GraphRequest): Promise<Response> {
  const changes = readChanges<UserChanges>(userType, await readBody(c), "PATCH");
  const onlyEnables = Object.keys(changes).every((property) => property === "accountEnabled");
  if (!onlyEnables) requireAny(c.var.caller.roles, toUpdateUsers);
  updateUser(store, pathPart(c, "id"), changes, acting(c));
  return c.body(null, 204);
}

function listSponsors(part: GraphPart, c: GraphRequest): Response {
  const rows = visibleSponsors(part, visibleUser(part, c)).map((object, place) => ({ place, object }));
  return answerPrincipals(part, c, { type: directoryObjectType, rows });
}

/** Nobody has a manager here; the official provider asks all the same. @throws Refusal not-found */
function noManager(part: GraphPart, c: GraphRequest): never {
  readSelection(c, userType);
  visibleUser(part, c);
  throw notFound("manager");
}

const password = z.strictObject({
  "@odata.type": z.string().optional(),
  password: z.string().min(1),
  forceChangePasswordNextSignIn: z.boolean().optional(),
  forceChangePasswordNextSignInWithMfa: z.boolean().optional(),
});
