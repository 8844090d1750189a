import type { Deadline } from "../deadline.ts";
import type { GraphClient } from "../microsoft/graph-client.ts";
import { type Action, cannot } from "../microsoft/graph-errors.ts";
import { addSponsor, readSponsors, removeSponsor, sponsorIds } from "../microsoft/graph-relationships.ts";
import { type GraphUser, patchUser, type UserChanges } from "../microsoft/graph-users.ts";
import { directoryProperties, type InvitationInputs } from "./invitation-inputs.ts";
import { directoryChanges, userChanges } from "./outputs.ts";

/**
 * Brings the declared directory properties to their declared values, in one write, or in none where they have them.
 *
 * @param guest the object id, and the user as read; `undefined` where the application may not read users
 */
export async function applyDirectoryProperties(
  graph: GraphClient,
  inputs: InvitationInputs,
  guest: { id: string; user: GraphUser | undefined },
  deadline: Deadline,
): Promise<void> {
  const changes = guest.user === undefined ? declaredAfterInvitation(inputs) : directoryChanges(inputs, guest.user);
  const names = Object.keys(changes);
  if (names.length === 0) return;
  const action: Action = names.join() === "accountEnabled" && inputs.accountEnabled === false ? "disable" : "change";
  await patchUser(graph, guest.id, changes, deadline).catch((error) => {
    throw cannot(action, inputs.userEmailAddress, error);
  });
}

/** What the invitation itself did not set already: a guest nobody can read is written without looking. */
function declaredAfterInvitation(inputs: InvitationInputs): UserChanges {
  return userChanges(
    inputs,
    directoryProperties
      .filter((property) => inputs[property] !== undefined)
      .filter((property) => property !== "userDisplayName" && property !== "userType"),
  );
}

/**
 * Adds the declared sponsors whom the guest lacks, and ends the sponsorships that were declared before and are not
 * any more. Sponsors whom somebody else added stay.
 *
 * @param guest the object id, and the sponsors that were declared before
 */
export async function applySponsors(
  graph: GraphClient,
  inputs: InvitationInputs,
  guest: { id: string; before: string[] },
  deadline: Deadline,
): Promise<void> {
  if (inputs.sponsors === undefined) return;
  try {
    const [declared, formerly, current] = await Promise.all([
      sponsorIds(graph, inputs.sponsors, deadline),
      sponsorIds(graph, guest.before, deadline),
      readSponsors(graph, guest.id, deadline),
    ]);
    const added = declared.filter((id) => !current.includes(id));
    const removed = formerly.filter((id) => current.includes(id) && !declared.includes(id));
    await Promise.all(added.map((id) => addSponsor(graph, guest.id, id, deadline)));
    await Promise.all(removed.map((id) => removeSponsor(graph, guest.id, id, deadline)));
  } catch (error) {
    throw cannot("set the sponsors of", inputs.userEmailAddress, error);
  }
}

/** Those of the declared sponsors whom the guest still has; looked up only where sponsors are declared. */
export async function liveSponsors(
  graph: GraphClient,
  guestId: string,
  declared: string[] | undefined,
  deadline: Deadline,
): Promise<string[] | undefined> {
  if (declared === undefined || declared.length === 0) return declared;
  const current = await readSponsors(graph, guestId, deadline);
  const present = await Promise.all(
    declared.map(async (sponsor) => {
      const [id] = await sponsorIds(graph, [sponsor], deadline).catch(() => []);
      return id !== undefined && current.includes(id);
    }),
  );
  return declared.filter((_, index) => present[index]);
}
