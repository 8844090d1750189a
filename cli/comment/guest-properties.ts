/** What a comment may say about the properties of a guest's resource, of our package and of azuread's. */
import { profileProperties } from "../../model/names.ts";

/**
 * The properties whose values a reviewer sees, by their path without indexes. Every other value is concealed, so a new
 * property stays secret until somebody declares it public here.
 */
const publicProperties: ReadonlySet<string> = new Set([
  "userEmailAddress",
  "redirectUrl",
  "message",
  "message.body",
  "message.language",
  "message.additionalRecipients",
  "sendInvitation",
  "resend",
  "userDisplayName",
  "userType",
  ...profileProperties,
  "accountEnabled",
  "sponsors",
  "expires",
  "existing",
  "onDelete",
]);

/** Outputs and records of the provider: they change with the inputs, and their change says nothing to a reviewer. */
const unmentionedProperties: ReadonlySet<string> = new Set([
  "redeemUrl",
  "userId",
  "invitedAt",
  "userPrincipalName",
  "adopted",
  "existedBefore",
  "state",
]);

/** The properties whose change invites a pending guest again. */
const invitingProperties: ReadonlySet<string> = new Set(["message", "redirectUrl", "resend"]);

/** Names in a stack config, where they differ from the property's. */
const configNames: Readonly<Record<string, string>> = {
  userEmailAddress: "email",
  userDisplayName: "displayName",
  "message.additionalRecipients": "message.cc",
};

/**
 * Whether a comment may show the value.
 *
 * @param path a property path such as `message.body` or `sponsors[0]`
 */
export function isPublic(path: string): boolean {
  return publicProperties.has(path.replace(/\[\d+\]/g, ""));
}

/** Whether a comment mentions a change of the property at all. */
export function isMentioned(path: string): boolean {
  return !unmentionedProperties.has(firstName(path));
}

/** Whether a change of the property invites a pending guest again. */
export function invitesAgain(path: string): boolean {
  return invitingProperties.has(firstName(path));
}

/** The property's name in a stack config. */
export function configName(path: string): string {
  return configNames[path] ?? path;
}

/** `message` of `message.body`. */
function firstName(path: string): string {
  return path.split(/[.[]/, 1)[0] ?? path;
}
