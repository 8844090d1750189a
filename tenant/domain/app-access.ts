import { AppRoleAssignments } from "../store/app-role-assignments.ts";
import type { Database } from "../store/database.ts";
import { Groups } from "../store/group-store.ts";
import { ServicePrincipals } from "../store/service-principals.ts";

/** An application that is assigned to a user. */
export interface AssignedApplication {
  displayName: string;
  /** Where it opens; some have no page of their own. */
  url: string | undefined;
  description?: string;
}

/**
 * The applications that are assigned to a user, by themselves or through a group that they are a direct member of, by
 * name. A group inside a group brings none, as in Entra.
 *
 * @param userId the user's object id
 */
export function applicationsOf(database: Database, userId: string): AssignedApplication[] {
  const assignments = new AppRoleAssignments(database);
  const principals = [userId, ...new Groups(database).groupsOf(userId).map(({ id }) => id)];
  const resources = new Set(
    principals.flatMap((id) => assignments.ofPrincipal(id)).map(({ resourceId }) => resourceId),
  );
  const applications = new ServicePrincipals(database);
  return [...resources]
    .flatMap((id) => applications.find(id) ?? [])
    .filter(({ accountEnabled }) => accountEnabled)
    .map(({ displayName, loginUrl, homepage, description }) => ({
      displayName,
      url: loginUrl ?? homepage ?? undefined,
      ...(description !== null && { description }),
    }))
    .sort((one, other) => one.displayName.localeCompare(other.displayName));
}
