/** What users of guests as code import. */
import "./sdk-habits.ts";

export { shortList } from "../model/guest-list.ts";
export { guestInvitationsToken as guestInvitationsType } from "../model/names.ts";
export type { AccessTransform, Grants } from "./access/grants.ts";
export type { GuestInvitation } from "./backends/entra-guests.ts";
export { configSizeProblem } from "./config/project-files.ts";
export { readGuestList } from "./config/read-guest-list.ts";
export * from "./generated/sdk.ts";
export { GuestInvitations, type GuestInvitationsArgs, type InvitedGuest } from "./guest-invitations.ts";
