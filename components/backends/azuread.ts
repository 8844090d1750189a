/**
 * `azuread.Invitation` with the options that keep its traps shut, for teams that may only use official plugins.
 *
 * Each trap was measured with plugin v6.9.1. What it cannot do at all, {@link azureadProblems} refuses.
 *
 * | trap | what shuts it | what is given up |
 * |---|---|---|
 * | A changed redirect URL, display name or user type replaces the resource: the new one gets the *same* guest from Graph, then the old one's deletion removes that guest | `ignoreChanges` on each property that forces a replacement | such a change concerns only guests who are invited later |
 * | A changed message fails the update ("doesn't support update") | `ignoreChanges: ["message"]` | the same |
 * | A change of letter case in the address counts as another address: replacement, and the guest is deleted | the address is handed over in lower case, and the resource's name is made of it | nothing |
 * | A guest who was in the tenant before is silently taken over, and `destroy` deletes them | `retainOnDelete`: leaving the list drops the guest from the state only | nobody is removed. Say `onDelete: "delete"` where removal matters more; `expires` asks for it |
 * | A guest deleted by hand blocks `destroy` for ever (404) | `retainOnDelete` again | with `onDelete: "delete"` the trap is open: `pulumi state delete URN` gets out of it |
 * | Switching to entra-guests deletes the guests that it has just adopted, because the old resources go last | `retainOnDelete`, which the state remembers | with `onDelete: "delete"`, run `up` once with `"keep"` before switching |
 * | A replacement forced by hand (`--replace`) leaves a state that names a guest who is gone | `deleteBeforeReplace`: under `onDelete: "delete"` the guest is removed first and then invited anew, so that state and tenant agree | such a guest gets a new object id |
 * | The redeem URL stands in the state in plain text | `additionalSecretOutputs` | nothing |
 * | Throttling and replication lag outlast the default timeouts on long lists | `customTimeouts` | a hopeless operation takes longer to fail |
 *
 * Not set: `protect`, because it would fail every run in which a guest leaves the list, and `destroy` altogether.
 * No option helps against these: a guest deleted by hand is not noticed, creating wipes the guest's company name, a
 * `kill -9` invites guests twice, and each guest takes nine requests.
 */
import type * as pulumi from "@pulumi/pulumi";
import { canonicalAddress } from "../../model/email-address.ts";
import { officialModule } from "../access/official-packages.ts";
import type { GuestArgs, InvitationArgs } from "../generated/sdk.ts";
import { azureadProblems } from "./azuread-limits.ts";
import { type Backend, messageArgs } from "./entra-guests.ts";

export const azureadBackend: Backend = {
  problems: azureadProblems,
  args: azureadArgs,
  options: azureadOptions,
  // The message's copies are one address by then: without mailFrom, a list of several is refused.
  create: (name, args, opts) => new (azureadInvitation())(name, args as never, opts),
  keepsRecord: false,
};

/** Everything that its Terraform schema marks as forcing a replacement, and the message, which it cannot update. */
const unchangeable = ["userEmailAddress", "redirectUrl", "userDisplayName", "userType", "message"];

function azureadArgs(guest: GuestArgs): InvitationArgs {
  const args: InvitationArgs = {
    userEmailAddress: canonicalAddress(guest.email),
    redirectUrl: guest.redirectUrl as pulumi.Input<string>,
  };
  if (guest.displayName !== undefined) args.userDisplayName = guest.displayName;
  if (guest.userType !== undefined) args.userType = guest.userType;
  // Here the mail is sent if and only if there is a message, and one without a body needs a language.
  if (guest.sendInvitation !== false) {
    const parts = messageArgs(guest.message ?? {});
    args.message = parts.body === undefined ? { language: "en-US", ...parts } : parts;
  }
  return args;
}

function azureadOptions({ onDelete }: GuestArgs): pulumi.CustomResourceOptions {
  return {
    ignoreChanges: unchangeable,
    retainOnDelete: onDelete !== "delete",
    deleteBeforeReplace: true,
    additionalSecretOutputs: ["redeemUrl"],
    customTimeouts: { create: "30m", delete: "30m" },
  };
}

const azureadInvitation = () => officialModule("@pulumi/azuread/invitation").Invitation;
