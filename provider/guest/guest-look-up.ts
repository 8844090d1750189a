import { canonicalAddress } from "../../model/email-address.ts";
import type { Deadline } from "../deadline.ts";
import { cannot, isForbidden } from "../microsoft/graph-errors.ts";
import { deletedGuests, type GraphUser, isExternal, usersWithAddress } from "../microsoft/graph-users.ts";
import type { Context } from "./context.ts";

/** The address is that of somebody whom the stack cannot take for its guest. */
export class NoSuchGuest extends Error {}

/** Who has an address in the tenant. */
export type LookUp =
  | { kind: "nobody" }
  | { kind: "guest"; user: GraphUser }
  | { kind: "deleted"; user: GraphUser }
  /** The application may not read users: it can only invite. */
  | { kind: "not allowed" };

/**
 * Finds out whether an address is already that of a guest, of a guest in the recycle bin, or of nobody.
 *
 * @throws Error where Graph did not answer; with {@link NoSuchGuest} as its cause where the address belongs to a
 *   member of the organisation, or to several guests
 */
export async function lookUpGuest(
  { graph }: Pick<Context, "graph">,
  address: string,
  deadline: Deadline,
): Promise<LookUp> {
  try {
    const [users, deleted] = await Promise.all([
      usersWithAddress(graph, address, deadline),
      deletedGuests(graph, address, deadline),
    ]);
    const guest = theGuest(users, address);
    if (guest !== undefined) return { kind: "guest", user: guest };
    return deleted[0] === undefined ? { kind: "nobody" } : { kind: "deleted", user: deleted[0] };
  } catch (error) {
    if (isForbidden(error)) return { kind: "not allowed" };
    throw cannot("look up", address, error);
  }
}

function theGuest(users: GraphUser[], address: string): GraphUser | undefined {
  const guests = users.filter(isExternal);
  const byMail = guests.filter(({ mail }) => canonicalAddress(mail ?? "") === canonicalAddress(address));
  const [guest, another] = byMail.length > 0 ? byMail : guests;
  if (guest !== undefined && another !== undefined) {
    const ids = guests.map(({ id, userPrincipalName }) => `${userPrincipalName} (${id})`).join(", ");
    throw new NoSuchGuest(
      `several guests have that address: ${ids}. Remove the ones that are not meant, or import the right one by its object id`,
    );
  }
  const [member] = users;
  if (guest === undefined && member !== undefined) {
    throw new NoSuchGuest(
      `the address belongs to ${member.userPrincipalName} (object id ${member.id}), a member of the organisation and no guest. ` +
        "Take the address off the guest list, or invite that person by another address",
    );
  }
  return guest;
}
