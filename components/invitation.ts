import * as pulumi from "@pulumi/pulumi";
import type { ExistingChoice, InvitationState, OnDeleteChoice, UserType } from "../model/names.ts";
import { invitationToken, packageVersion } from "../model/names.ts";

/**
 * One guest of a Microsoft Entra tenant: the invitation, and the guest user who comes of it.
 *
 * Drop-in for `azuread.Invitation`: the properties that both have bear the same names. Unlike there, a changed redirect
 * URL or message never replaces (and so never deletes) the guest.
 *
 * @example
 * ```ts
 * const ana = new Invitation("ana", {
 *   userEmailAddress: "ana@fabrikam.example",
 *   redirectUrl: "https://myapps.microsoft.com",
 *   message: { body: "Welcome to the Contoso partner portal." },
 * });
 * export const anasObjectId = ana.userId;
 * ```
 *
 * Permissions: `User.Invite.All` to invite; `User.ReadWrite.All` as well for profile fields, sponsors of a guest who is
 * already there, and removal. Source: the Graph pages "Create invitation", "Update user" and "Delete a user".
 */
export class Invitation extends pulumi.CustomResource {
  /** @internal */
  static readonly __pulumiType: string = invitationToken;

  /** See {@link InvitationArgs.userEmailAddress}. */
  declare readonly userEmailAddress: pulumi.Output<string>;
  /** See {@link InvitationArgs.redirectUrl}. */
  declare readonly redirectUrl: pulumi.Output<string>;
  /** See {@link InvitationArgs.message}. */
  declare readonly message: pulumi.Output<InvitationMessageOutput | undefined>;
  /** See {@link InvitationArgs.userDisplayName}. */
  declare readonly userDisplayName: pulumi.Output<string | undefined>;
  /** See {@link InvitationArgs.userType}. */
  declare readonly userType: pulumi.Output<UserType | undefined>;
  /** See {@link InvitationArgs.sendInvitation}. */
  declare readonly sendInvitation: pulumi.Output<boolean | undefined>;
  /** See {@link InvitationArgs.givenName}. */
  declare readonly givenName: pulumi.Output<string | undefined>;
  /** See {@link InvitationArgs.surname}. */
  declare readonly surname: pulumi.Output<string | undefined>;
  /** See {@link InvitationArgs.jobTitle}. */
  declare readonly jobTitle: pulumi.Output<string | undefined>;
  /** See {@link InvitationArgs.department}. */
  declare readonly department: pulumi.Output<string | undefined>;
  /** See {@link InvitationArgs.companyName}. */
  declare readonly companyName: pulumi.Output<string | undefined>;
  /** See {@link InvitationArgs.usageLocation}. */
  declare readonly usageLocation: pulumi.Output<string | undefined>;
  /** See {@link InvitationArgs.accountEnabled}. */
  declare readonly accountEnabled: pulumi.Output<boolean | undefined>;
  /** See {@link InvitationArgs.sponsors}. */
  declare readonly sponsors: pulumi.Output<string[] | undefined>;
  /** See {@link InvitationArgs.expires}. */
  declare readonly expires: pulumi.Output<string | undefined>;
  /** See {@link InvitationArgs.existing}. */
  declare readonly existing: pulumi.Output<ExistingChoice | undefined>;
  /** See {@link InvitationArgs.onDelete}. */
  declare readonly onDelete: pulumi.Output<OnDeleteChoice | undefined>;
  /** See {@link InvitationArgs.resend}. */
  declare readonly resend: pulumi.Output<unknown>;
  /** See {@link InvitationArgs.existedBefore}. */
  declare readonly existedBefore: pulumi.Output<boolean | undefined>;
  /** See {@link InvitationArgs.grants}. */
  declare readonly grants: pulumi.Output<InvitationGrantsOutput | undefined>;

  /** The guest's object id in the tenant, a GUID; also the resource's id. Graph: `user.id`. */
  declare readonly userId: pulumi.Output<string>;
  /**
   * The link by which the guest accepts, for the case that no mail is sent. A secret: whoever has it and the guest's
   * mailbox can redeem the invitation. `undefined` for a guest who was adopted or restored, for whom Graph gives none.
   * Graph: `invitation.inviteRedeemUrl`.
   */
  declare readonly redeemUrl: pulumi.Output<string | undefined>;
  /** Such as `ana_fabrikam.example#EXT#@contoso.onmicrosoft.com`; `undefined` when the app may only invite. */
  declare readonly userPrincipalName: pulumi.Output<string | undefined>;
  /** `PendingAcceptance` until the guest has accepted, then `Accepted`. Graph: `user.externalUserState`. */
  declare readonly state: pulumi.Output<InvitationState>;
  /** When the guest was last invited (an adopted one: joined the directory), ISO 8601 date and time in UTC. */
  declare readonly invitedAt: pulumi.Output<string | undefined>;
  /** Whether the guest was in the tenant before this resource; then destroying it leaves the guest in place. */
  declare readonly adopted: pulumi.Output<boolean>;

  /**
   * Looks up an invitation that exists already, without managing it.
   *
   * @param name the unique name of the resulting resource
   * @param id the guest's object id
   * @param state further known properties
   * @param opts options of the resource
   */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: Partial<InvitationArgs>,
    opts?: pulumi.CustomResourceOptions,
  ): Invitation {
    return new Invitation(name, state as InvitationArgs, { ...opts, id });
  }

  /** Whether a value is an `Invitation`, also one of another copy of this module. */
  static override isInstance(value: unknown): value is Invitation {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === invitationToken;
  }

  /**
   * @param name the unique name of the resource
   * @param args the guest and the invitation
   * @param opts options of the resource
   * @throws pulumi.RunError when the address or the redirect URL is missing
   */
  constructor(name: string, args: InvitationArgs, opts?: pulumi.CustomResourceOptions) {
    const isLookup = opts?.id !== undefined || opts?.urn !== undefined;
    for (const required of ["userEmailAddress", "redirectUrl"] as const) {
      if (args?.[required] === undefined && !isLookup) {
        throw new pulumi.RunError(`Invitation "${name}": the property "${required}" is required and missing`);
      }
    }
    super(invitationToken, name, { ...outputsToCome, ...args }, withOwnOptions(opts));
  }
}

/** What the resource takes; `pulumi up` changes each of them in place except the address. */
export interface InvitationArgs {
  /**
   * The address of the guest. A change makes a new guest and then removes the old one; a change of letter case is none.
   * Graph refuses some characters, among them `+`. Graph: `invitation.invitedUserEmailAddress`.
   */
  userEmailAddress: pulumi.Input<string>;
  /** Where the guest arrives after accepting, an https URL. Graph: `invitation.inviteRedirectUrl`. */
  redirectUrl: pulumi.Input<string>;
  /** What the mail says. @default Microsoft's standard text in en-US */
  message?: pulumi.Input<InvitationMessage | undefined>;
  /** The name shown in the directory. @default the part of the address before the `@` */
  userDisplayName?: pulumi.Input<string | undefined>;
  /** The kind of user that the guest becomes. Graph: `invitation.invitedUserType`. @default "Guest" */
  userType?: pulumi.Input<UserType | undefined>;
  /** Whether Microsoft sends the mail. Without it, hand out `redeemUrl` yourself. @default true */
  sendInvitation?: pulumi.Input<boolean | undefined>;
  /** Graph: `user.givenName`, at most 64 characters. @default left as it is */
  givenName?: pulumi.Input<string | undefined>;
  /** Graph: `user.surname`, at most 64 characters. @default left as it is */
  surname?: pulumi.Input<string | undefined>;
  /** Graph: `user.jobTitle`, at most 128 characters. @default left as it is */
  jobTitle?: pulumi.Input<string | undefined>;
  /** Graph: `user.department`, at most 64 characters. @default left as it is */
  department?: pulumi.Input<string | undefined>;
  /** Graph: `user.companyName`, at most 64 characters. @default left as it is */
  companyName?: pulumi.Input<string | undefined>;
  /** Country or region, two letters of ISO 3166-1, such as `NO`; licences need it. @default left as it is */
  usageLocation?: pulumi.Input<string | undefined>;
  /** Whether the guest may sign in. Graph: `user.accountEnabled`. @default left as it is (true for a new guest) */
  accountEnabled?: pulumi.Input<boolean | undefined>;
  /** Who answers for the guest: at most five object ids or user principal names. @default left as it is */
  sponsors?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  /**
   * The last day on which the guest is wanted, `YYYY-MM-DD` in UTC. Recorded for policies and reports only; it is
   * `GuestInvitations` that takes the guest off the list. @default no end
   */
  expires?: pulumi.Input<string | undefined>;
  /**
   * When the address is a guest of the tenant already: `adopt` them unchanged and leave them in place afterwards, `own`
   * them as if this stack had invited them, or `fail`. @default "adopt"
   */
  existing?: pulumi.Input<ExistingChoice | undefined>;
  /**
   * What becomes of a guest whom this resource invited when it goes: deleted (30 days in the recycle bin), kept from
   * signing in, or left alone. An adopted guest is always left alone. @default "delete"
   */
  onDelete?: pulumi.Input<OnDeleteChoice | undefined>;
  /** Any value; a change sends the mail again to a guest who has not accepted yet. */
  resend?: pulumi.Input<unknown>;
  /**
   * Whether the guest was in the tenant before the list that declares them; `GuestInvitations` says so, from what its
   * `GuestList` wrote down before anything was sent. `false` makes a guest who is found there one whom this stack
   * invited. @default whoever is found there was there before
   */
  existedBefore?: pulumi.Input<boolean | undefined>;
  /**
   * What other resources of the stack give this guest; `GuestInvitations` says so. It is taken away when this resource
   * goes, so that those resources need not do it. And a guest who is restored from the recycle bin comes back with it, and
   * those resources could not make it again: exactly this is taken away first.
   */
  grants?: pulumi.Input<InvitationGrants | undefined>;
}

/** Memberships and assignments that other resources make. */
export interface InvitationGrants {
  /** Object ids of groups. */
  groups?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  /** Applications, each with the object id of its service principal and the id of the role. */
  apps?: pulumi.Input<{ resourceObjectId: pulumi.Input<string>; appRoleId: pulumi.Input<string> }[] | undefined>;
}

/** {@link InvitationGrants} as read back. */
export interface InvitationGrantsOutput {
  readonly groups?: string[];
  readonly apps?: { readonly resourceObjectId: string; readonly appRoleId: string }[];
}

/** The mail that the guest gets. `body` and `language` exclude each other. Graph: `invitedUserMessageInfo`. */
export interface InvitationMessage {
  /** The personal text, plain. @default Microsoft's standard text */
  body?: pulumi.Input<string | undefined>;
  /** The language of the standard text, a BCP 47 tag such as `da`. @default "en-US" */
  language?: pulumi.Input<string | undefined>;
  /** One address that gets a copy; Graph takes no more than one. @default no copy */
  additionalRecipients?: pulumi.Input<string | undefined>;
}

/** An {@link InvitationMessage} as read back. */
export interface InvitationMessageOutput {
  readonly body?: string;
  readonly language?: string;
  readonly additionalRecipients?: string;
}

/** Undefined inputs tell Pulumi which outputs to make; the provider fills them. */
const outputsToCome = Object.fromEntries(
  [
    ...["userEmailAddress", "redirectUrl", "message", "userDisplayName", "userType", "sendInvitation", "givenName"],
    ...["surname", "jobTitle", "department", "companyName", "usageLocation", "accountEnabled", "sponsors"],
    ...["expires", "existing", "onDelete", "resend", "existedBefore", "grants"],
    ...["userId", "redeemUrl", "userPrincipalName", "state", "invitedAt", "adopted"],
  ].map((property) => [property, undefined]),
);

function withOwnOptions(opts: pulumi.CustomResourceOptions | undefined): pulumi.CustomResourceOptions {
  return pulumi.mergeOptions({ version: packageVersion, additionalSecretOutputs: ["redeemUrl"] }, opts);
}
