/** The Pulumi program: the guests that the stack's config lists. */
import * as pulumi from "@pulumi/pulumi";
import { GuestInvitations, readGuestList, shortList } from "../components/index.ts";

const { guests, invited, pending, accepted, nodes } = new GuestInvitations("guests", readGuestList());

/** The guests' object ids by address: what another stack needs. The rest of a long list stands in the state. */
const userIds = () =>
  pulumi.all(Object.fromEntries(Object.entries(guests).map(([address, { userId }]) => [address, userId])));

/**
 * The stack's outputs: each guest by address, with the redeem URLs as secrets (`pulumi stack output guests
 * --show-secrets`), and how many there are. Of a long list only the object ids. Engine azuread, which keeps no list, does not
 * know who has accepted; and Pulumi warns of an output without a value.
 */
export default {
  ...(Object.keys(guests).length > shortList ? { userIds: userIds() } : { guests }),
  invited,
  ...(nodes.list !== undefined && { pending, accepted }),
};
