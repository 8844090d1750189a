// Generated from model/ by `npm run generate`: change the model, not this file.

/** The type token of the resource that stands for one guest. */
export const invitationToken = "entra-guests:index:Invitation";

/** The type token of the component that lists guests. */
export const guestInvitationsToken = "entra-guests:index:GuestInvitations";

/** The inputs of an invitation. */
export const invitationProperties = [
  "userEmailAddress",
  "formerly",
  "redirectUrl",
  "message",
  "mailFrom",
  "mailSubject",
  "mailTemplate",
  "userDisplayName",
  "givenName",
  "surname",
  "jobTitle",
  "department",
  "companyName",
  "officeLocation",
  "country",
  "preferredLanguage",
  "usageLocation",
  "userType",
  "sendInvitation",
  "accountEnabled",
  "sponsors",
  "expires",
  "existing",
  "onDelete",
  "resend",
  "existedBefore",
  "grants",
] as const;
export type InvitationProperty = (typeof invitationProperties)[number];

/** The parts of an invitation's message. */
export type MessageProperty = "body" | "language" | "additionalRecipients";
