import { z } from "zod";
import type { Deadline } from "../deadline.ts";
import type { GraphClient } from "./graph-client.ts";
import { GraphError, isNotFound } from "./graph-errors.ts";

const directoryObject = z.object({ id: z.string() });

/**
 * The object ids of sponsors that are named by object id, user principal name or mail-like name.
 *
 * @throws Error that names every sponsor the tenant does not know
 */
export async function sponsorIds(graph: GraphClient, sponsors: string[], deadline: Deadline): Promise<string[]> {
  const found = await Promise.all(
    sponsors.map((sponsor) =>
      graph
        .read(`/users/${encodeURIComponent(sponsor)}?$select=id`, directoryObject, deadline)
        .then(({ id }) => id)
        .catch((error) => {
          if (isNotFound(error)) return undefined;
          throw error;
        }),
    ),
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
  const path = `/users/${encodeURIComponent(guestId)}/sponsors?$select=id`;
  const { value } = await graph.read(path, z.object({ value: z.array(directoryObject) }), deadline);
  return value.map(({ id }) => id);
}

/** Makes a user the guest's sponsor. That they are one already is fine. */
export async function addSponsor(graph: GraphClient, guestId: string, id: string, deadline: Deadline): Promise<void> {
  const body = { "@odata.id": await graph.objectUrl(`/users/${encodeURIComponent(id)}`, deadline) };
  const path = `/users/${encodeURIComponent(guestId)}/sponsors/$ref`;
  await graph.write({ method: "POST", path, body, repeatable: true }, deadline).catch((error) => {
    if (!(error instanceof GraphError && error.status === 400 && /already exist/i.test(error.message))) throw error;
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
  await graph.write({ method: "DELETE", path, repeatable: true }, deadline).catch((error) => {
    if (!isNotFound(error)) throw error;
  });
}
