/** The Pulumi program: the guests that the stack's config lists. */
import { GuestInvitations, readGuestList } from "../components/index.ts";

const invitations = new GuestInvitations("guests", readGuestList());

/** Each guest by address; the redeem URLs are secrets (`pulumi stack output guests --show-secrets`). */
export const guests = invitations.guests;
export const invited = invitations.invited;
export const pending = invitations.pending;
export const accepted = invitations.accepted;
