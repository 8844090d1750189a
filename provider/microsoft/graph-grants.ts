import { z } from "zod";
import type { Deadline } from "../deadline.ts";
import type { GraphClient } from "./graph-client.ts";
import { isNotFound } from "./graph-errors.ts";

/** What other resources give a guest. */
export interface Grants {
  /** Object ids of groups. */
  groups?: string[] | undefined;
  apps?: { resourceObjectId: string; appRoleId: string }[] | undefined;
}

const assignments = z.object({
  value: z.array(z.object({ id: z.string(), resourceId: z.string(), appRoleId: z.string() })),
});

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
    graph.write({ method: "DELETE", path, repeatable: true }, deadline).catch(ignoreAbsent);
  await Promise.all(groups.map((group) => remove(`/groups/${group}/members/${userId}/$ref`)));
  if (apps.length === 0) return;
  const path = `/users/${userId}/appRoleAssignments`;
  const found = await graph.read(`${path}?$top=999`, assignments, deadline).catch(ignoreAbsent);
  const ours = found?.value.filter((one) =>
    apps.some(({ resourceObjectId, appRoleId }) => one.resourceId === resourceObjectId && one.appRoleId === appRoleId),
  );
  await Promise.all((ours ?? []).map(({ id }) => remove(`${path}/${id}`)));
}

function ignoreAbsent(error: unknown): undefined {
  if (isNotFound(error)) return undefined;
  throw error;
}
