/** What a comment may say about the properties of a guest's resource, of our package and of azuread's. */
import { invitationInputs, invitationOutputs, invitationProperties } from "../../model/invitation.ts";
import { messageParts } from "../../model/message.ts";
import { onResource, resourceNames } from "../../model/names.ts";
import { namesWhere } from "../../model/property.ts";

const partsOfMessage = Object.keys(onResource(messageParts)).map((part) => `message.${part}`);

/**
 * The properties whose values a reviewer sees, by their path without indexes. Every other value is concealed, so a new
 * property stays secret until the model says that it may be shown.
 */
const shownProperties: ReadonlySet<string> = new Set([
  ...namesWhere(invitationInputs.shape, ({ shown }) => shown === true),
  ...partsOfMessage,
]);

/** Outputs and records of the provider: they change with the inputs, and their change says nothing to a reviewer. */
const unmentionedProperties: ReadonlySet<string> = new Set(["existedBefore", ...Object.keys(invitationOutputs.shape)]);

/** The properties whose change invites a pending guest again; whether a mail is sent at all is told apart. */
const invitingProperties: ReadonlySet<string> = new Set(
  invitationProperties.filter((name) => name !== "sendInvitation"),
);

/** Names in a stack config, where they differ from the property's. */
const configNames: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(resourceNames).map(([name, other]) =>
    name in messageParts ? [`message.${other}`, `message.${name}`] : [other, name],
  ),
);

/**
 * Whether a comment may show the value.
 *
 * @param path a property path such as `message.body` or `sponsors[0]`
 */
export function isShown(path: string): boolean {
  return shownProperties.has(path.replace(/\[\d+\]/g, ""));
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
