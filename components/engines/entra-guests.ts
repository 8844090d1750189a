import type * as pulumi from "@pulumi/pulumi";
import { calendarDay } from "../calendar-day.ts";
import type { GuestArgs, GuestMessage } from "../guest.ts";
import { Invitation, type InvitationArgs, type InvitationMessage } from "../invitation.ts";
import type { Engine } from "./engine.ts";

/** The project's own resource: everything a guest may declare, and updates that never lose the guest. */
export const entraGuestsEngine: Engine = {
  problems: () => [],
  args: invitationArgs,
  options: () => ({}),
  create: (name, args, opts) => new Invitation(name, args, opts),
};

/** The inputs of {@link Invitation} for a guest with the defaults filled in. */
export function invitationArgs({ email, displayName, message, expires, redirectUrl, ...same }: GuestArgs) {
  const args: InvitationArgs = { userEmailAddress: email, redirectUrl: redirectUrl as pulumi.Input<string>, ...same };
  if (displayName !== undefined) args.userDisplayName = displayName;
  if (expires !== undefined) args.expires = calendarDay(expires) ?? expires;
  if (message !== undefined) args.message = messageArgs(message);
  return args;
}

/** The message under the names of `azuread.Invitation`. */
export function messageArgs({ cc, ...parts }: GuestMessage): InvitationMessage {
  return cc === undefined ? parts : { ...parts, additionalRecipients: cc };
}
