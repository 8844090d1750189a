/**
 * The names that cross a border: the component writes them, the engine stores them in the state, the provider reads
 * them. They are those of `azuread.Invitation` wherever it has one, so that switching is a one-line change.
 */

/** The Pulumi package that the provider serves. */
export const packageName = "entra-guests";

/** The package's version, a semantic version; the engine records it with each resource. */
export const packageVersion = "0.1.0";

/** The type token of the resource that stands for one guest. */
export const invitationToken = `${packageName}:index:Invitation`;

/** The type token of the resource that stands for a list: it guards removals and remembers who was there before. */
export const guestListToken = `${packageName}:index:GuestList`;

/** The profile fields of a guest that an invitation may declare; each is the Graph user property of the same name. */
export const profileProperties = [
  "givenName",
  "surname",
  "jobTitle",
  "department",
  "companyName",
  "usageLocation",
] as const;
export type ProfileProperty = (typeof profileProperties)[number];

/**
 * The longest value of each, in characters.
 *
 * Source: the length limits in Microsoft's reference page "user resource type".
 */
export const longestProfileText: Record<Exclude<ProfileProperty, "usageLocation">, number> = {
  givenName: 64,
  surname: 64,
  jobTitle: 128,
  department: 64,
  companyName: 64,
};

/** The longest `displayName`, in characters (the same page). */
export const longestDisplayName = 256;

/** Graph's `invitedUserType`, later the user's `userType`. */
export const userTypes = ["Guest", "Member"] as const;
export type UserType = (typeof userTypes)[number];

/**
 * What to do when the address is already a guest of the tenant: take them over and leave them in place afterwards, take
 * them over as if this stack had invited them, or fail.
 */
export const existingChoices = ["adopt", "own", "fail"] as const;
export type ExistingChoice = (typeof existingChoices)[number];

/** What removing the resource does to a guest whom the stack invited. */
export const onDeleteChoices = ["delete", "disable", "keep"] as const;
export type OnDeleteChoice = (typeof onDeleteChoices)[number];

/** Graph's `externalUserState`. */
export type InvitationState = "PendingAcceptance" | "Accepted";
