import { GuestInvitations, readGuestList } from "@guests-as-code/entra-guests";

export const { guests, invited, pending } = new GuestInvitations("guests", readGuestList());
