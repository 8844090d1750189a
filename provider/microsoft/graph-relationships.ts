import type { AppRoleAssignment, DirectoryObject, User } from "@microsoft/microsoft-graph-types";
import { z } from "zod";
import { guidPattern } from "../../model/property.ts";
import type { Deadline } from "../deadline.ts";
import type { GraphClient } from "./graph-client.ts";
import { GraphError, isNotFound } from "./graph-errors.ts";
import { selection } from "./graph-users.ts";

const directoryObject = z.object({ id: z.string() } satisfies Partial<Record<keyof DirectoryObject, z.ZodType>>);

/**
 * The object ids of sponsors that are named by object id (a user or a group), or by user principal name. An object id is
 * taken as it is: Graph says so itself where nobody has it.
 *
 * @throws Error that names every sponsor the tenant does not know
 */
export async function sponsorIds(graph: GraphClient, sponsors: string[], deadline: Deadline): Promise<string[]> {
  const found = await Promise.all(
    sponsors.map(async (sponsor) => {
      if (guidPattern.test(sponsor)) return sponsor.toLowerCase();
      return graph
        .read(`/users/${encodeURIComponent(sponsor)}?${selection<User>(["id"])}`, directoryObject, deadline)
        .then(({ id }) => id)
        .catch((error) => {
          if (isNotFound(error)) return undefined;
          throw error;
        });
    }),
  );
  const missing = sponsors.filter((_, index) => found[index] === undefined);
  if (missing.length > 0) {
    throw new Error(
      `the tenant has no user ${missing.map((name) => `"${name}"`).join(", ")} to be a sponsor. Name sponsors by object id or user principal name`,
    );
  }
  return found as string[];
}

/** The object ids of a guest's sponsors, users and groups alike. */
export async function readSponsors(graph: GraphClient, guestId: string, deadline: Deadline): Promise<string[]> {
  const path = `/users/${encodeURIComponent(guestId)}/sponsors?${selection<DirectoryObject>(["id"])}`;
  return (await graph.readAll(path, directoryObject, deadline)).map(({ id }) => id);
}

/** Makes a user or a group the guest's sponsor. That they are one already is fine. */
export async function addSponsor(graph: GraphClient, guestId: string, id: string, deadline: Deadline): Promise<void> {
  const path = `/users/${encodeURIComponent(guestId)}/sponsors/$ref`;
  const add = async (collection: "users" | "groups") => {
    const body = { "@odata.id": await graph.objectUrl(`/${collection}/${encodeURIComponent(id)}`, deadline) };
    await graph.write({ method: "POST", path, body, repeatable: true, done: 204 }, deadline).catch((error) => {
      if (!(error instanceof GraphError && error.status === 400 && /already exist/i.test(error.message))) throw error;
    });
  };
  // Nothing tells whether an object id is a user's or a group's, short of a permission to read groups.
  await add("users").catch(async (error) => {
    if (!(error instanceof GraphError && [400, 404].includes(error.status))) throw error;
    await add("groups").catch(() => {
      throw error;
    });
  });
}

/** Ends a sponsorship. That there is none any more is fine. */
export async function removeSponsor(
  graph: GraphClient,
  guestId: string,
  id: string,
  deadline: Deadline,
): Promise<void> {
  const path = `/users/${encodeURIComponent(guestId)}/sponsors/${encodeURIComponent(id)}/$ref`;
  await graph.write({ method: "DELETE", path, repeatable: true, done: 204 }, deadline).catch((error) => {
    if (!isNotFound(error)) throw error;
  });
}

/** What other resources give a guest. */
export interface Grants {
  /** Object ids of groups. */
  groups?: string[] | undefined;
  apps?: { resourceObjectId: string; appRoleId: string }[] | undefined;
}

const assignment = z.object({
  id: z.string(),
  resourceId: z.string(),
  appRoleId: z.string(),
  principalId: z.string(),
} satisfies Partial<Record<keyof AppRoleAssignment, z.ZodType>>);

/**
 * Takes from a guest what other resources give them. That something is not there, or the guest is gone, is fine.
 *
 * @throws GraphError where the application may not
 */
export async function releaseGrants(
  graph: GraphClient,
  userId: string,
  { groups = [], apps = [] }: Grants = {},
  deadline: Deadline,
): Promise<void> {
  const remove = (path: string) =>
    graph.write({ method: "DELETE", path, repeatable: true, done: 204 }, deadline).catch(ignoreAbsent);
  await Promise.all(groups.map((group) => remove(`/groups/${group}/members/${userId}/$ref`)));
  if (apps.length === 0) return;
  const path = `/users/${userId}/appRoleAssignments`;
  const found = await graph.readAll(`${path}?$top=999`, assignment, deadline).catch(ignoreAbsent);
  // Graph also lists what the guest has through groups: deleting that would take it from everybody in the group.
  const own = found?.filter(({ principalId }) => principalId === userId);
  const ours = own?.filter((one) =>
    apps.some(({ resourceObjectId, appRoleId }) => one.resourceId === resourceObjectId && one.appRoleId === appRoleId),
  );
  await Promise.all((ours ?? []).map(({ id }) => remove(`${path}/${id}`)));
}

function ignoreAbsent(error: unknown): undefined {
  if (isNotFound(error)) return undefined;
  throw error;
}
