/** What users of guests as code import. */

export type { ExistingChoice, InvitationState, OnDeleteChoice, UserType } from "../model/names.ts";
export type { Access, AccessProfiles, AppAccess, AppLink, AzureAccess } from "./access/access.ts";
export type { AccessTransform, Grants } from "./access/grants.ts";
export { readGuestList } from "./config/read-guest-list.ts";
export type { EngineName, GuestInvitation } from "./engines/engine.ts";
export type { GuestArgs, GuestDefaults, GuestMessage } from "./guest.ts";
export {
  GuestInvitations,
  type GuestInvitationsArgs,
  guestInvitationsType,
  type InvitedGuest,
} from "./guest-invitations.ts";
export { GuestList, type GuestListArgs, type RemovalLimit } from "./guest-list.ts";
export {
  Invitation,
  type InvitationArgs,
  type InvitationGrants,
  type InvitationGrantsOutput,
  type InvitationMessage,
  type InvitationMessageOutput,
} from "./invitation.ts";
