/** The Pulumi program: the guests that the stack's config lists. */
import { GuestInvitations, readGuestList, shortList } from "../components/index.ts";

const { guests, userIds, invited, pending, accepted, nodes } = new GuestInvitations("guests", readGuestList());

/**
 * The stack's outputs: each guest by address, with the redeem URLs as secrets (`pulumi stack output guests
 * --show-secrets`), and how many there are. Of a long list only the object ids. Engine azuread, which keeps no list, does not
 * know who has accepted; and Pulumi warns of an output without a value.
 */
export default {
  ...(Object.keys(guests).length > shortList ? { userIds } : { guests }),
  invited,
  ...(nodes.list !== undefined && { pending, accepted }),
};
