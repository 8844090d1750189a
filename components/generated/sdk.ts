// Generated from model/ by `npm run generate`: change the model, not this file.
import * as pulumi from "@pulumi/pulumi";
import {
  guestListToken,
  invitationToken,
  packageName,
  packageVersion,
  pluginDownloadURL,
  settledGuestsToken,
} from "../../model/names.ts";

/** Which plugin serves the package, and where it is found. */
const plugin = { version: packageVersion, pluginDownloadURL, settledGuestsToken };

/** What a guest may reach. */
export interface Access {
  /** Groups that the guest becomes a member of, each by display name or object id. */
  groups?: string[];
  /** Enterprise applications that are assigned to the guest, each by display name or application (client) id, alone or with a role. */
  apps?: AppAccess[];
  /** Azure roles that the guest gets. */
  azure?: AzureAccess[];
}

/** An enterprise application's own sign-in page. */
export interface AppLink {
  /** An enterprise application, by display name or application (client) id. */
  app: string;
}

/** An enterprise application, and the role in it. */
export interface AppWithRole {
  /** An enterprise application, by display name or application (client) id. */
  app: string;
  /** The application's role, by value or display name. Default: default access. */
  role?: string;
}

/** An Azure role at a scope. */
export interface AzureAccess {
  /** A built-in Azure role by name, or any role by id: the GUID alone, or the whole resource id that ends in it. */
  role: string;
  /** A resource id; without a slash at its beginning it lies in the subscription that Pulumi works in (azure-native:subscriptionId, or ARM_SUBSCRIPTION_ID). */
  scope: string;
}

/**
 * The resource type that stands for a guest. Default: entra-guests.
 *
 * - `entra-guests`: This project's own resource: changes in place, and never loses a guest.
 * - `azuread`: azuread.Invitation of the official package, which can do less.
 */
export type EngineName = "entra-guests" | "azuread";

/**
 * What to do when the address is a guest already: adopt them (they stay when they leave the list), own them as if this stack had invited them, or fail. require adopts them too, and an address that isn't a guest stops the run before anybody is mailed. Default: adopt.
 *
 * - `adopt`: Take the guest over: no mail, nothing changed that the list doesn't declare, left in place when they leave the list.
 * - `own`: Take the guest over as if this stack had invited them: no mail, and onDelete applies when they leave.
 * - `fail`: Report an error.
 * - `require`: Adopt. An address that isn't a guest of the tenant is an error: nobody is ever invited.
 */
export type ExistingChoice = "adopt" | "own" | "fail" | "require";

/** An application, and the role in it. */
export interface GrantedApp {
  /** The object id of the application's service principal. */
  resourceObjectId: pulumi.Input<string>;
  /** The role's id; all zeros for default access. */
  appRoleId: pulumi.Input<string>;
}

/** {@link GrantedApp} as read back. */
export interface GrantedAppOutput {
  /** The object id of the application's service principal. */
  readonly resourceObjectId: string;
  /** The role's id; all zeros for default access. */
  readonly appRoleId: string;
}

/** What the mail says. Default: Microsoft's standard text in en-US. */
export interface GuestMessage {
  /** The personal text in the mail, plain text. Not beside a language, unless mailFrom is set. Microsoft's own mail carries it only when a person invites: set mailFrom where an application does. */
  body?: pulumi.Input<string>;
  /** The language of the standard text, a BCP 47 tag. Not beside a body, unless mailFrom is set. Default: en-US. */
  language?: pulumi.Input<string>;
  /** Who gets a copy of the mail: one address, or a list of them where mailFrom is set (Microsoft's own mail takes no more than one). */
  cc?: pulumi.Input<string | string[]>;
}

/** Access that several guests share. */
export interface HeldAccess {
  /** What the list calls each group, application and role. */
  names: pulumi.Input<pulumi.Input<string>[]>;
  /** What each is in the tenant, in the same order. */
  ids: pulumi.Input<pulumi.Input<string>[]>;
  /** The guests to whom the list gives exactly this. */
  guests: pulumi.Input<pulumi.Input<string>[]>;
}

/** {@link HeldAccess} as read back. */
export interface HeldAccessOutput {
  /** What the list calls each group, application and role. */
  readonly names: string[];
  /** What each is in the tenant, in the same order. */
  readonly ids: string[];
  /** The guests to whom the list gives exactly this. */
  readonly guests: string[];
}

/** What other resources of the stack give this guest; GuestInvitations says so. It is taken away when this resource goes. A guest who is restored from the recycle bin comes back with it, and those resources could not make it again: exactly this is taken away first. */
export interface InvitationGrants {
  /** Object ids of groups that the guest is made a member of. */
  groups?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  /** Applications that are assigned to the guest. */
  apps?: pulumi.Input<pulumi.Input<GrantedApp>[] | undefined>;
}

/** {@link InvitationGrants} as read back. */
export interface InvitationGrantsOutput {
  /** Object ids of groups that the guest is made a member of. */
  readonly groups?: string[];
  /** Applications that are assigned to the guest. */
  readonly apps?: GrantedAppOutput[];
}

/** What the mail says. Default: Microsoft's standard text in en-US. */
export interface InvitationMessage {
  /** The personal text in the mail, plain text. Not beside a language, unless mailFrom is set. Microsoft's own mail carries it only when a person invites: set mailFrom where an application does. */
  body?: pulumi.Input<string | undefined>;
  /** The language of the standard text, a BCP 47 tag. Not beside a body, unless mailFrom is set. Default: en-US. */
  language?: pulumi.Input<string | undefined>;
  /** Who gets a copy of the mail: one address, or a list of them where mailFrom is set (Microsoft's own mail takes no more than one). */
  additionalRecipients?: pulumi.Input<string | string[] | undefined>;
}

/** {@link InvitationMessage} as read back. */
export interface InvitationMessageOutput {
  /** The personal text in the mail, plain text. Not beside a language, unless mailFrom is set. Microsoft's own mail carries it only when a person invites: set mailFrom where an application does. */
  readonly body?: string;
  /** The language of the standard text, a BCP 47 tag. Not beside a body, unless mailFrom is set. Default: en-US. */
  readonly language?: string;
  /** Who gets a copy of the mail: one address, or a list of them where mailFrom is set (Microsoft's own mail takes no more than one). */
  readonly additionalRecipients?: string | string[];
}

/**
 * PendingAcceptance until the guest has accepted, then Accepted. Graph: user.externalUserState.
 *
 * - `PendingAcceptance`: Invited, not accepted yet.
 * - `Accepted`: Accepted.
 */
export type InvitationState = "PendingAcceptance" | "Accepted";

/** A guest who left the list. */
export interface Leaver {
  /** The guest's address. */
  address: pulumi.Input<string>;
  /** What is to become of the guest: delete or disable. */
  onDelete: pulumi.Input<string>;
}

/** {@link Leaver} as read back. */
export interface LeaverOutput {
  /** The guest's address. */
  readonly address: string;
  /** What is to become of the guest: delete or disable. */
  readonly onDelete: string;
}

/** Guests whose mails have one sender. */
export interface ListMails {
  /** The mailbox that mails them, by address or object id. Absent where Microsoft does. */
  from?: pulumi.Input<string | undefined>;
  /** The addresses of those whom a mailbox mails, which is looked at for those who come. */
  addresses?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  /** How many they are, where Microsoft mails them. */
  guests?: pulumi.Input<number | undefined>;
  /** How many of them have a personal message. */
  withBody?: pulumi.Input<number | undefined>;
  /** Whether the mailbox's name must not be shown. */
  concealed?: pulumi.Input<boolean | undefined>;
}

/** {@link ListMails} as read back. */
export interface ListMailsOutput {
  /** The mailbox that mails them, by address or object id. Absent where Microsoft does. */
  readonly from?: string;
  /** The addresses of those whom a mailbox mails, which is looked at for those who come. */
  readonly addresses?: string[];
  /** How many they are, where Microsoft mails them. */
  readonly guests?: number;
  /** How many of them have a personal message. */
  readonly withBody?: number;
  /** Whether the mailbox's name must not be shown. */
  readonly concealed?: boolean;
}

/**
 * What becomes of an invited guest who leaves the list; an adopted guest always stays. Default: delete (engine azuread: keep).
 *
 * - `delete`: Moved to the recycle bin; the guest can be restored for 30 days.
 * - `disable`: The sign-in is blocked; the guest stays in the directory.
 * - `keep`: The guest stays as they are.
 */
export type OnDeleteChoice = "delete" | "disable" | "keep";

/** How many guests one change may remove, or take access from; going over either limit stops it in the preview. */
export interface RemovalLimit {
  /** A number of guests. Default: 20. */
  guests?: number;
  /** A share of the list, in percent; one guest may always go. Default: 50. */
  percent?: number;
}

/**
 * The kind of user that the guest becomes. Default: Guest.
 *
 * - `Guest`: The restricted rights of a guest.
 * - `Member`: The rights of a member of the organisation.
 */
export type UserType = "Guest" | "Member";

/** An enterprise application by display name or application (client) id, alone or with a role in it. */
export type AppAccess = string | AppWithRole;

/** Bundles of access by name, so that a guest's line can say `profiles: [auditor]`. */
export type AccessProfiles = Record<string, Access>;

/** What may be said once for all guests; a guest's own value wins. Access adds up instead: a guest gets what the defaults give and what their own entry gives, unless that says `inheritAccess: false`. */
export interface GuestDefaults {
  /** Where guests arrive after accepting: an https URL, or { app: … } for an enterprise application's own sign-in page. */
  redirectUrl?: pulumi.Input<string> | AppLink;
  /** What the mail says. Default: Microsoft's standard text in en-US. */
  message?: GuestMessage;
  /** The mailbox of your tenant that mails the guest, by address or object id. The mail then carries the personal message whoever signs in. Default: Microsoft sends the mail, and leaves the personal message out when an application invites. */
  mailFrom?: pulumi.Input<string>;
  /** The subject of the mail, at most 255 characters. Needs mailFrom. Default: the standard subject. */
  mailSubject?: pulumi.Input<string>;
  /** An HTML file inside the project that the mail is made of, relative to the folder of the stack configs. Needs mailFrom. Its places: {{redeemUrl}} (required), {{message}}, {{displayName}}, {{email}}, {{organisation}}, {{domain}}, {{redirectUrl}}. Default: the standard text. */
  mailTemplate?: string;
  /** The kind of user that the guest becomes. Default: Guest. */
  userType?: UserType;
  /** Whether the guest is mailed. If not, hand over the redeem URL yourself. Default: true. */
  sendInvitation?: boolean;
  /** Whether the guest may sign in. Default: as it is; true for a new guest. */
  accountEnabled?: pulumi.Input<boolean>;
  /** Who answers for the guest: at most five users or groups of your tenant, a user by object id or user principal name, a group by object id. Sponsors added by somebody else stay. */
  sponsors?: pulumi.Input<pulumi.Input<string>[]>;
  /** The last day on which the guest stays, in UTC: "YYYY-MM-DD". Afterwards the guest leaves the list. */
  expires?: string;
  /** What to do when the address is a guest already: adopt them (they stay when they leave the list), own them as if this stack had invited them, or fail. require adopts them too, and an address that isn't a guest stops the run before anybody is mailed. Default: adopt. */
  existing?: ExistingChoice;
  /** What becomes of an invited guest who leaves the list; an adopted guest always stays. Default: delete (engine azuread: keep). */
  onDelete?: OnDeleteChoice;
  /** Any value. A change sends the mail again to guests who have not accepted yet. */
  resend?: pulumi.Input<string | number | boolean>;
  /** The guest's department. At most 64 characters. */
  department?: pulumi.Input<string>;
  /** The guest's company. At most 64 characters. */
  companyName?: pulumi.Input<string>;
  /** The office in which the guest works. At most 128 characters. */
  officeLocation?: pulumi.Input<string>;
  /** The country or region of the guest's address, such as Norway. At most 128 characters. */
  country?: pulumi.Input<string>;
  /** The language in which Microsoft's pages greet the guest, a BCP 47 tag. */
  preferredLanguage?: pulumi.Input<string>;
  /** Country or region of the guest, two letters of ISO 3166-1, such as NO; licences need it. */
  usageLocation?: pulumi.Input<string>;
  /** Groups that the guest becomes a member of, each by display name or object id. */
  groups?: string[];
  /** Enterprise applications that are assigned to the guest, each by display name or application (client) id, alone or with a role. */
  apps?: AppAccess[];
  /** Azure roles that the guest gets. */
  azure?: AzureAccess[];
  /** Bundles of access, by the names that accessProfiles gives them. */
  profiles?: string[];
}

/** One guest, in the words that the component and the stack config share. Only the address is required. */
export interface GuestArgs extends GuestDefaults {
  /** The guest's e-mail address. Another address is another guest, unless formerly names the earlier one; letter case does not count. */
  email: string;
  /** The guest's earlier address on this list, or several of them. They stay the same guest: object id, groups, applications and Azure roles stay, and they accept once more, at the new address. */
  formerly?: string | string[];
  /** The name shown in the directory. Default: the part of the address before the @. At most 256 characters. */
  displayName?: pulumi.Input<string>;
  /** The guest's given name. At most 64 characters. */
  givenName?: pulumi.Input<string>;
  /** The guest's family name. At most 64 characters. */
  surname?: pulumi.Input<string>;
  /** The guest's job title. At most 128 characters. */
  jobTitle?: pulumi.Input<string>;
  /** Whether the guest also gets the defaults' groups, apps, Azure roles and profiles. Default: true. */
  inheritAccess?: boolean;
}

/** What holds for a list as a whole. */
export interface ListSettings {
  /** Bundles of access by name; a guest has them by profiles: [name]. */
  accessProfiles?: Record<string, Access>;
  /** How many days ahead previews announce a guest's last day; 0 for never. Default: 14. */
  expiryNotice?: number;
  /** How many guests one change may remove; going over either limit stops it in the preview. Expiry does not count. */
  removalLimit?: RemovalLimit;
  /** Lets a change remove more guests than the limit. Set it for the one change that needs it. */
  allowRemoval?: boolean;
  /** The resource type that stands for a guest. Default: entra-guests. */
  engine?: EngineName;
}

/** What {@link Invitation} takes. */
export interface InvitationArgs {
  /** The guest's e-mail address. Another address is another guest, unless formerly names the earlier one; letter case does not count. */
  userEmailAddress: pulumi.Input<string>;
  /** The guest's earlier address on this list, or several of them. They stay the same guest: object id, groups, applications and Azure roles stay, and they accept once more, at the new address. */
  formerly?: pulumi.Input<string | string[] | undefined>;
  /** Where the guest arrives after accepting: an https URL. */
  redirectUrl: pulumi.Input<string>;
  /** What the mail says. Default: Microsoft's standard text in en-US. */
  message?: pulumi.Input<InvitationMessage | undefined>;
  /** The mailbox of your tenant that mails the guest, by address or object id. The mail then carries the personal message whoever signs in. Default: Microsoft sends the mail, and leaves the personal message out when an application invites. */
  mailFrom?: pulumi.Input<string | undefined>;
  /** The subject of the mail, at most 255 characters. Needs mailFrom. Default: the standard subject. */
  mailSubject?: pulumi.Input<string | undefined>;
  /** The HTML text that the mail is made of. Needs mailFrom. Its places: {{redeemUrl}} (required), {{message}}, {{displayName}}, {{email}}, {{organisation}}, {{domain}}, {{redirectUrl}}; what they stand for is escaped. Default: the standard text. */
  mailTemplate?: pulumi.Input<string | undefined>;
  /** The name shown in the directory. Default: the part of the address before the @. At most 256 characters. */
  userDisplayName?: pulumi.Input<string | undefined>;
  /** The guest's given name. At most 64 characters. */
  givenName?: pulumi.Input<string | undefined>;
  /** The guest's family name. At most 64 characters. */
  surname?: pulumi.Input<string | undefined>;
  /** The guest's job title. At most 128 characters. */
  jobTitle?: pulumi.Input<string | undefined>;
  /** The guest's department. At most 64 characters. */
  department?: pulumi.Input<string | undefined>;
  /** The guest's company. At most 64 characters. */
  companyName?: pulumi.Input<string | undefined>;
  /** The office in which the guest works. At most 128 characters. */
  officeLocation?: pulumi.Input<string | undefined>;
  /** The country or region of the guest's address, such as Norway. At most 128 characters. */
  country?: pulumi.Input<string | undefined>;
  /** The language in which Microsoft's pages greet the guest, a BCP 47 tag. */
  preferredLanguage?: pulumi.Input<string | undefined>;
  /** Country or region of the guest, two letters of ISO 3166-1, such as NO; licences need it. */
  usageLocation?: pulumi.Input<string | undefined>;
  /** The kind of user that the guest becomes. Default: Guest. */
  userType?: pulumi.Input<UserType | undefined>;
  /** Whether the guest is mailed. If not, hand over the redeem URL yourself. Default: true. */
  sendInvitation?: pulumi.Input<boolean | undefined>;
  /** Whether the guest may sign in. Default: as it is; true for a new guest. */
  accountEnabled?: pulumi.Input<boolean | undefined>;
  /** Who answers for the guest: at most five users or groups of your tenant, a user by object id or user principal name, a group by object id. Sponsors added by somebody else stay. */
  sponsors?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  /** The last day on which the guest stays, in UTC: "YYYY-MM-DD". Afterwards the guest leaves the list. */
  expires?: pulumi.Input<string | undefined>;
  /** What to do when the address is a guest already: adopt them (they stay when they leave the list), own them as if this stack had invited them, or fail. require adopts them too, and an address that isn't a guest stops the run before anybody is mailed. Default: adopt. */
  existing?: pulumi.Input<ExistingChoice | undefined>;
  /** What becomes of an invited guest who leaves the list; an adopted guest always stays. Default: delete (engine azuread: keep). */
  onDelete?: pulumi.Input<OnDeleteChoice | undefined>;
  /** Any value. A change sends the mail again to guests who have not accepted yet. */
  resend?: pulumi.Input<string | number | boolean | undefined>;
  /** Whether the guest was in the tenant before the list that declares them; GuestInvitations says so, from what its GuestList wrote down before anything was sent. false: a guest found under this address came from an earlier run of this stack, which owns it. Default: a guest found there was there before. */
  existedBefore?: pulumi.Input<boolean | undefined>;
  /** What other resources of the stack give this guest; GuestInvitations says so. It is taken away when this resource goes. A guest who is restored from the recycle bin comes back with it, and those resources could not make it again: exactly this is taken away first. */
  grants?: pulumi.Input<InvitationGrants | undefined>;
}

/**
 * One guest of a Microsoft Entra tenant: the invitation, and the user who comes of it. Changed in place, restored rather than invited anew, and removed with the resource.
 *
 * A drop-in for azuread.Invitation: what both have bears the same names. A changed redirect URL or message never replaces (and so never deletes) the guest.
 *
 * Permissions: User.Invite.All to invite; User.Read.All to see who is a guest already; User.ReadUpdate.All for profile fields; User.ReadWrite.All, which covers both, for sponsors of a guest who is already there, and removal; User.DeleteRestore.All to restore.
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
 */
export class Invitation extends pulumi.CustomResource {
  /** @internal */
  static readonly __pulumiType: string = invitationToken;

  /** The guest's e-mail address. Another address is another guest, unless formerly names the earlier one; letter case does not count. */
  declare readonly userEmailAddress: pulumi.Output<string>;
  /** The guest's earlier address on this list, or several of them. They stay the same guest: object id, groups, applications and Azure roles stay, and they accept once more, at the new address. */
  declare readonly formerly: pulumi.Output<string | string[] | undefined>;
  /** Where the guest arrives after accepting: an https URL. */
  declare readonly redirectUrl: pulumi.Output<string>;
  /** What the mail says. Default: Microsoft's standard text in en-US. */
  declare readonly message: pulumi.Output<InvitationMessageOutput | undefined>;
  /** The mailbox of your tenant that mails the guest, by address or object id. The mail then carries the personal message whoever signs in. Default: Microsoft sends the mail, and leaves the personal message out when an application invites. */
  declare readonly mailFrom: pulumi.Output<string | undefined>;
  /** The subject of the mail, at most 255 characters. Needs mailFrom. Default: the standard subject. */
  declare readonly mailSubject: pulumi.Output<string | undefined>;
  /** The HTML text that the mail is made of. Needs mailFrom. Its places: {{redeemUrl}} (required), {{message}}, {{displayName}}, {{email}}, {{organisation}}, {{domain}}, {{redirectUrl}}; what they stand for is escaped. Default: the standard text. */
  declare readonly mailTemplate: pulumi.Output<string | undefined>;
  /** The name shown in the directory. Default: the part of the address before the @. At most 256 characters. */
  declare readonly userDisplayName: pulumi.Output<string | undefined>;
  /** The guest's given name. At most 64 characters. */
  declare readonly givenName: pulumi.Output<string | undefined>;
  /** The guest's family name. At most 64 characters. */
  declare readonly surname: pulumi.Output<string | undefined>;
  /** The guest's job title. At most 128 characters. */
  declare readonly jobTitle: pulumi.Output<string | undefined>;
  /** The guest's department. At most 64 characters. */
  declare readonly department: pulumi.Output<string | undefined>;
  /** The guest's company. At most 64 characters. */
  declare readonly companyName: pulumi.Output<string | undefined>;
  /** The office in which the guest works. At most 128 characters. */
  declare readonly officeLocation: pulumi.Output<string | undefined>;
  /** The country or region of the guest's address, such as Norway. At most 128 characters. */
  declare readonly country: pulumi.Output<string | undefined>;
  /** The language in which Microsoft's pages greet the guest, a BCP 47 tag. */
  declare readonly preferredLanguage: pulumi.Output<string | undefined>;
  /** Country or region of the guest, two letters of ISO 3166-1, such as NO; licences need it. */
  declare readonly usageLocation: pulumi.Output<string | undefined>;
  /** The kind of user that the guest becomes. Default: Guest. */
  declare readonly userType: pulumi.Output<UserType | undefined>;
  /** Whether the guest is mailed. If not, hand over the redeem URL yourself. Default: true. */
  declare readonly sendInvitation: pulumi.Output<boolean>;
  /** Whether the guest may sign in. Default: as it is; true for a new guest. */
  declare readonly accountEnabled: pulumi.Output<boolean | undefined>;
  /** Who answers for the guest: at most five users or groups of your tenant, a user by object id or user principal name, a group by object id. Sponsors added by somebody else stay. */
  declare readonly sponsors: pulumi.Output<string[] | undefined>;
  /** The last day on which the guest stays, in UTC: "YYYY-MM-DD". Afterwards the guest leaves the list. */
  declare readonly expires: pulumi.Output<string | undefined>;
  /** What to do when the address is a guest already: adopt them (they stay when they leave the list), own them as if this stack had invited them, or fail. require adopts them too, and an address that isn't a guest stops the run before anybody is mailed. Default: adopt. */
  declare readonly existing: pulumi.Output<ExistingChoice>;
  /** What becomes of an invited guest who leaves the list; an adopted guest always stays. Default: delete (engine azuread: keep). */
  declare readonly onDelete: pulumi.Output<OnDeleteChoice>;
  /** Any value. A change sends the mail again to guests who have not accepted yet. */
  declare readonly resend: pulumi.Output<string | number | boolean | undefined>;
  /** Whether the guest was in the tenant before the list that declares them; GuestInvitations says so, from what its GuestList wrote down before anything was sent. false: a guest found under this address came from an earlier run of this stack, which owns it. Default: a guest found there was there before. */
  declare readonly existedBefore: pulumi.Output<boolean | undefined>;
  /** What other resources of the stack give this guest; GuestInvitations says so. It is taken away when this resource goes. A guest who is restored from the recycle bin comes back with it, and those resources could not make it again: exactly this is taken away first. */
  declare readonly grants: pulumi.Output<InvitationGrantsOutput | undefined>;
  /** The guest's object id in the tenant, a GUID; also the resource's id. Graph: user.id. */
  declare readonly userId: pulumi.Output<string>;
  /** The guest's user principal name, such as ana_fabrikam.example#EXT#@contoso.onmicrosoft.com. Absent where the application may not read users. */
  declare readonly userPrincipalName: pulumi.Output<string | undefined>;
  /** PendingAcceptance until the guest has accepted, then Accepted. Graph: user.externalUserState. */
  declare readonly state: pulumi.Output<InvitationState>;
  /** When that state last changed, ISO 8601 date and time in UTC. Absent where the application may not read users. Graph: user.externalUserStateChangeDateTime. */
  declare readonly stateChangedAt: pulumi.Output<string | undefined>;
  /** When the guest was last invited (an adopted one: joined the directory), ISO 8601 date and time in UTC. */
  declare readonly invitedAt: pulumi.Output<string | undefined>;
  /** The mailbox that mails the guest. Absent where Microsoft does, and where nobody does. */
  declare readonly mailedBy: pulumi.Output<string | undefined>;
  /** When that mailbox last mailed the guest, ISO 8601 date and time in UTC. Absent while the mail is still to be sent. */
  declare readonly mailedAt: pulumi.Output<string | undefined>;
  /** Whether the guest was in the tenant before this resource; then destroying it leaves the guest in place. */
  declare readonly adopted: pulumi.Output<boolean>;
  /** The link by which the guest accepts. A secret: whoever has it and the guest's mailbox can redeem the invitation. Absent for a guest who was adopted or restored, for Graph gives none, and for one who has accepted; and on a list of more than 500 for one who has been mailed. Graph: invitation.inviteRedeemUrl. */
  declare readonly redeemUrl: pulumi.Output<string | undefined>;

  /**
   * Looks up one that exists already, without managing it.
   *
   * @param name the unique name of the resulting resource
   * @param id the provider's id
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

  /** Whether a value is an instance, also one of another copy of this module. */
  static override isInstance(value: unknown): value is Invitation {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === invitationToken;
  }

  /**
   * @param name the unique name of the resource
   * @param args see {@link InvitationArgs}
   * @param opts options of the resource
   * @param outputs which outputs to make, beside those of the arguments: each costs the program about 7 KB.
   *   Where somebody chooses, the provider alone says which are secrets
   * @throws pulumi.RunError when a required argument is missing
   */
  constructor(
    name: string,
    args: InvitationArgs,
    opts?: pulumi.CustomResourceOptions,
    outputs: pulumi.Inputs = invitationOutputs,
  ) {
    const isLookUp = opts?.id !== undefined || opts?.urn !== undefined;
    for (const required of ["userEmailAddress", "redirectUrl"] as const) {
      if (args?.[required] === undefined && !isLookUp) {
        throw new pulumi.RunError(`Invitation "${name}": the property "${required}" is required and missing`);
      }
    }
    const own: pulumi.CustomResourceOptions = {
      ...plugin,
      ...(outputs === invitationOutputs && { additionalSecretOutputs: ["redeemUrl"] }),
    };
    super(invitationToken, name, { ...outputs, ...args }, pulumi.mergeOptions(own, opts));
  }
}

/** Undefined inputs tell Pulumi which outputs to make; the provider fills them. */
const invitationOutputs = {
  userEmailAddress: undefined,
  formerly: undefined,
  redirectUrl: undefined,
  message: undefined,
  mailFrom: undefined,
  mailSubject: undefined,
  mailTemplate: undefined,
  userDisplayName: undefined,
  givenName: undefined,
  surname: undefined,
  jobTitle: undefined,
  department: undefined,
  companyName: undefined,
  officeLocation: undefined,
  country: undefined,
  preferredLanguage: undefined,
  usageLocation: undefined,
  userType: undefined,
  sendInvitation: undefined,
  accountEnabled: undefined,
  sponsors: undefined,
  expires: undefined,
  existing: undefined,
  onDelete: undefined,
  resend: undefined,
  existedBefore: undefined,
  grants: undefined,
  userId: undefined,
  userPrincipalName: undefined,
  state: undefined,
  stateChangedAt: undefined,
  invitedAt: undefined,
  mailedBy: undefined,
  mailedAt: undefined,
  adopted: undefined,
  redeemUrl: undefined,
};

/** What {@link GuestList} takes. */
export interface GuestListArgs {
  /** The addresses of the guests on the list. */
  addresses: pulumi.Input<pulumi.Input<string>[]>;
  /** The addresses of guests who left the list because their last day has passed. They count as no removals where an earlier run had recorded that day. */
  expired?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  /** The last day of each guest on the list who has one, by address: YYYY-MM-DD. */
  lastDays?: Record<string, pulumi.Input<string> | undefined>;
  /** Addresses that guests on the list had before, each with the address of today. */
  formerly?: Record<string, pulumi.Input<string> | undefined>;
  /** The addresses of those who stay in the tenant when they leave the list. */
  keep?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  /** The addresses of those who are disabled instead of removed when they leave the list. */
  disable?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  /** The addresses of those who have to be guests of the tenant already (existing: require). One who is not stops the run before anybody is mailed. */
  required?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  /** What the list gives to which guests, so that a change that takes it from many is stopped. */
  access?: pulumi.Input<pulumi.Input<HeldAccess>[] | undefined>;
  /** How many guests one change may remove, or take access from; going over either limit stops it in the preview. */
  removalLimit?: pulumi.Input<RemovalLimit | undefined>;
  /** Lets a change remove more guests than the limit. Set it for the one change that needs it. */
  allowRemoval?: pulumi.Input<boolean | undefined>;
  /** Who mails the guests; GuestInvitations says so. The preview tells it, and a mailbox that can't be used stops the run before anybody is invited. */
  mails?: pulumi.Input<pulumi.Input<ListMails>[] | undefined>;
}

/** A list of guests as a whole. It exists in the state only: it stops a change that would remove many guests at once, and writes down who is in the tenant already, before anything is sent. */
export class GuestList extends pulumi.CustomResource {
  /** @internal */
  static readonly __pulumiType: string = guestListToken;

  /** The addresses of the guests on the list. */
  declare readonly addresses: pulumi.Output<string[]>;
  /** The addresses of guests who left the list because their last day has passed. They count as no removals where an earlier run had recorded that day. */
  declare readonly expired: pulumi.Output<string[] | undefined>;
  /** The last day of each guest on the list who has one, by address: YYYY-MM-DD. */
  declare readonly lastDays: pulumi.Output<Record<string, string> | undefined>;
  /** Addresses that guests on the list had before, each with the address of today. */
  declare readonly formerly: pulumi.Output<Record<string, string> | undefined>;
  /** The addresses of those who stay in the tenant when they leave the list. */
  declare readonly keep: pulumi.Output<string[] | undefined>;
  /** The addresses of those who are disabled instead of removed when they leave the list. */
  declare readonly disable: pulumi.Output<string[] | undefined>;
  /** The addresses of those who have to be guests of the tenant already (existing: require). One who is not stops the run before anybody is mailed. */
  declare readonly required: pulumi.Output<string[] | undefined>;
  /** What the list gives to which guests, so that a change that takes it from many is stopped. */
  declare readonly access: pulumi.Output<HeldAccessOutput[] | undefined>;
  /** How many guests one change may remove, or take access from; going over either limit stops it in the preview. */
  declare readonly removalLimit: pulumi.Output<RemovalLimit | undefined>;
  /** Lets a change remove more guests than the limit. Set it for the one change that needs it. */
  declare readonly allowRemoval: pulumi.Output<boolean>;
  /** Who mails the guests; GuestInvitations says so. The preview tells it, and a mailbox that can't be used stops the run before anybody is invited. */
  declare readonly mails: pulumi.Output<ListMailsOutput[] | undefined>;
  /** The addresses (in lower case) of those who were guests of the tenant before they came on the list. Absent where the application may not read users. */
  declare readonly present: pulumi.Output<string[] | undefined>;
  /** The addresses (in lower case) of those who were looked up when they came on the list, and were no guests of the tenant. Absent where the application may not read users. */
  declare readonly absent: pulumi.Output<string[] | undefined>;
  /** Those who left the list and may have been invited by a run that was cut short before the state knew them. */
  declare readonly leavers: pulumi.Output<LeaverOutput[] | undefined>;
  /** When this was written down last, ISO 8601 date and time in UTC. */
  declare readonly recordedAt: pulumi.Output<string | undefined>;
  /** Whether a run that is cut short leaves enough behind to tell who was invited and mailed: users could be read, and every mailbox keeps drafts. */
  declare readonly resumable: pulumi.Output<boolean | undefined>;

  /**
   * Looks up one that exists already, without managing it.
   *
   * @param name the unique name of the resulting resource
   * @param id the provider's id
   * @param state further known properties
   * @param opts options of the resource
   */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: Partial<GuestListArgs>,
    opts?: pulumi.CustomResourceOptions,
  ): GuestList {
    return new GuestList(name, state as GuestListArgs, { ...opts, id });
  }

  /** Whether a value is an instance, also one of another copy of this module. */
  static override isInstance(value: unknown): value is GuestList {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === guestListToken;
  }

  /**
   * @param name the unique name of the resource
   * @param args see {@link GuestListArgs}
   * @param opts options of the resource
   * @param outputs which outputs to make, beside those of the arguments: each costs the program about 7 KB.
   *   Where somebody chooses, the provider alone says which are secrets
   * @throws pulumi.RunError when a required argument is missing
   */
  constructor(
    name: string,
    args: GuestListArgs,
    opts?: pulumi.CustomResourceOptions,
    outputs: pulumi.Inputs = guestListOutputs,
  ) {
    const isLookUp = opts?.id !== undefined || opts?.urn !== undefined;
    for (const required of ["addresses"] as const) {
      if (args?.[required] === undefined && !isLookUp) {
        throw new pulumi.RunError(`GuestList "${name}": the property "${required}" is required and missing`);
      }
    }
    const own: pulumi.CustomResourceOptions = plugin;
    super(guestListToken, name, { ...outputs, ...args }, pulumi.mergeOptions(own, opts));
  }
}

/** Undefined inputs tell Pulumi which outputs to make; the provider fills them. */
const guestListOutputs = {
  addresses: undefined,
  expired: undefined,
  lastDays: undefined,
  formerly: undefined,
  keep: undefined,
  disable: undefined,
  required: undefined,
  access: undefined,
  removalLimit: undefined,
  allowRemoval: undefined,
  mails: undefined,
  present: undefined,
  absent: undefined,
  leavers: undefined,
  recordedAt: undefined,
  resumable: undefined,
};

/** What {@link SettledGuests} takes. */
export interface SettledGuestsArgs {
  /** The addresses of the guests for whom the state has a resource. */
  known: pulumi.Input<pulumi.Input<string>[]>;
  /** Those who left the list, from its record. */
  leavers?: pulumi.Input<pulumi.Input<Leaver>[] | undefined>;
}

/** The end of a list of guests. It exists in the state only: it records for which guests the state has a resource, so that those whom a run invited that was cut short are told from those whom somebody took out of the state. Whoever left the list and was invited by such a run is removed. */
export class SettledGuests extends pulumi.CustomResource {
  /** @internal */
  static readonly __pulumiType: string = settledGuestsToken;

  /** The addresses of the guests for whom the state has a resource. */
  declare readonly known: pulumi.Output<string[]>;
  /** Those who left the list, from its record. */
  declare readonly leavers: pulumi.Output<LeaverOutput[] | undefined>;

  /**
   * Looks up one that exists already, without managing it.
   *
   * @param name the unique name of the resulting resource
   * @param id the provider's id
   * @param state further known properties
   * @param opts options of the resource
   */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: Partial<SettledGuestsArgs>,
    opts?: pulumi.CustomResourceOptions,
  ): SettledGuests {
    return new SettledGuests(name, state as SettledGuestsArgs, { ...opts, id });
  }

  /** Whether a value is an instance, also one of another copy of this module. */
  static override isInstance(value: unknown): value is SettledGuests {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === settledGuestsToken;
  }

  /**
   * @param name the unique name of the resource
   * @param args see {@link SettledGuestsArgs}
   * @param opts options of the resource
   * @param outputs which outputs to make, beside those of the arguments: each costs the program about 7 KB.
   *   Where somebody chooses, the provider alone says which are secrets
   * @throws pulumi.RunError when a required argument is missing
   */
  constructor(
    name: string,
    args: SettledGuestsArgs,
    opts?: pulumi.CustomResourceOptions,
    outputs: pulumi.Inputs = settledGuestsOutputs,
  ) {
    const isLookUp = opts?.id !== undefined || opts?.urn !== undefined;
    for (const required of ["known"] as const) {
      if (args?.[required] === undefined && !isLookUp) {
        throw new pulumi.RunError(`SettledGuests "${name}": the property "${required}" is required and missing`);
      }
    }
    const own: pulumi.CustomResourceOptions = plugin;
    super(settledGuestsToken, name, { ...outputs, ...args }, pulumi.mergeOptions(own, opts));
  }
}

/** Undefined inputs tell Pulumi which outputs to make; the provider fills them. */
const settledGuestsOutputs = {
  known: undefined,
  leavers: undefined,
};

/** The settings of a {@link Provider}. What is left out comes from the environment. */
export interface ProviderArgs {
  /** The tenant's id. Environment: ARM_TENANT_ID. */
  tenantId?: pulumi.Input<string | undefined>;
  /** The application (client) id. Environment: ARM_CLIENT_ID. */
  clientId?: pulumi.Input<string | undefined>;
  /** A file that holds the application id. Environment: ARM_CLIENT_ID_FILE_PATH. */
  clientIdFilePath?: pulumi.Input<string | undefined>;
  /** The application's client secret. Environment: ARM_CLIENT_SECRET. */
  clientSecret?: pulumi.Input<string | undefined>;
  /** A file that holds the client secret. Environment: ARM_CLIENT_SECRET_FILE_PATH. */
  clientSecretFilePath?: pulumi.Input<string | undefined>;
  /** A certificate with its private key in PEM form, as it is or base64-encoded. Environment: ARM_CLIENT_CERTIFICATE. */
  clientCertificate?: pulumi.Input<string | undefined>;
  /** A PEM file with a certificate and its private key. Environment: ARM_CLIENT_CERTIFICATE_PATH. */
  clientCertificatePath?: pulumi.Input<string | undefined>;
  /** The password of the private key. Environment: ARM_CLIENT_CERTIFICATE_PASSWORD. */
  clientCertificatePassword?: pulumi.Input<string | undefined>;
  /** The Microsoft cloud: public, usgovernment, usgovernmentl5 or china. Environment: ARM_ENVIRONMENT. */
  environment?: pulumi.Input<string | undefined>;
  /** A host (with port) that tells the endpoints of any other cloud. Environment: ARM_METADATA_HOSTNAME. */
  metadataHost?: pulumi.Input<string | undefined>;
  /** Sign in with a federated token of the pipeline. Environment: ARM_USE_OIDC. */
  useOidc?: pulumi.Input<boolean | undefined>;
  /** The federated token itself. Environment: ARM_OIDC_TOKEN. */
  oidcToken?: pulumi.Input<string | undefined>;
  /** A file that holds the federated token. Environment: ARM_OIDC_TOKEN_FILE_PATH. */
  oidcTokenFilePath?: pulumi.Input<string | undefined>;
  /** Where the pipeline gives federated tokens. Environment: ARM_OIDC_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_URL or SYSTEM_OIDCREQUESTURI. */
  oidcRequestUrl?: pulumi.Input<string | undefined>;
  /** The bearer token for oidcRequestUrl. Environment: ARM_OIDC_REQUEST_TOKEN, ACTIONS_ID_TOKEN_REQUEST_TOKEN or SYSTEM_ACCESSTOKEN. */
  oidcRequestToken?: pulumi.Input<string | undefined>;
  /** The Azure Pipelines service connection to federate as. Environment: ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID, ARM_OIDC_AZURE_SERVICE_CONNECTION_ID or AZURESUBSCRIPTION_SERVICE_CONNECTION_ID. */
  adoPipelineServiceConnectionId?: pulumi.Input<string | undefined>;
  /** Sign in with the workload identity of a Kubernetes pod. Environment: ARM_USE_AKS_WORKLOAD_IDENTITY. */
  useAksWorkloadIdentity?: pulumi.Input<boolean | undefined>;
  /** Sign in with a managed identity. Environment: ARM_USE_MSI. */
  useMsi?: pulumi.Input<boolean | undefined>;
  /** Sign in as whoever `az login` signed in, where nothing else is configured; true unless set to false. Environment: ARM_USE_CLI. */
  useCli?: pulumi.Input<boolean | undefined>;
  /** How many seconds the directory may take to show a change, 0 to 600. Default: 60. A run waits that long where an old answer would invite somebody twice: after an interrupted run, and after an invitation whose answer was lost. Environment: ENTRA_GUESTS_REPLICATION_SECONDS. */
  replicationSeconds?: pulumi.Input<number | undefined>;
}

/**
 * Signs in to a Microsoft Entra tenant: one for each tenant that a program works with. Without one, the stack's config
 * and the environment say where to sign in.
 *
 * @example
 * ```ts
 * const adatum = new Provider("adatum", { tenantId: "…", clientId: "…", useOidc: true });
 * new GuestInvitations("auditors", { redirectUrl: "https://myapps.microsoft.com", guests: [] }, { provider: adatum });
 * ```
 */
export class Provider extends pulumi.ProviderResource {
  /** @internal */
  static readonly __pulumiType: string = packageName;

  /** Whether a value is an instance, also one of another copy of this module. */
  static override isInstance(value: unknown): value is Provider {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === `pulumi:providers:${packageName}`;
  }

  /**
   * @param name the unique name of the provider
   * @param args see {@link ProviderArgs}
   * @param opts options of the provider
   */
  constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
    const inputs = {
      tenantId: args.tenantId,
      clientId: args.clientId,
      clientIdFilePath: args.clientIdFilePath,
      clientSecret: args.clientSecret === undefined ? undefined : pulumi.secret(args.clientSecret),
      clientSecretFilePath: args.clientSecretFilePath,
      clientCertificate: args.clientCertificate === undefined ? undefined : pulumi.secret(args.clientCertificate),
      clientCertificatePath: args.clientCertificatePath,
      clientCertificatePassword:
        args.clientCertificatePassword === undefined ? undefined : pulumi.secret(args.clientCertificatePassword),
      environment: args.environment,
      metadataHost: args.metadataHost,
      useOidc: asText(args.useOidc),
      oidcToken: args.oidcToken === undefined ? undefined : pulumi.secret(args.oidcToken),
      oidcTokenFilePath: args.oidcTokenFilePath,
      oidcRequestUrl: args.oidcRequestUrl,
      oidcRequestToken: args.oidcRequestToken === undefined ? undefined : pulumi.secret(args.oidcRequestToken),
      adoPipelineServiceConnectionId: args.adoPipelineServiceConnectionId,
      useAksWorkloadIdentity: asText(args.useAksWorkloadIdentity),
      useMsi: asText(args.useMsi),
      useCli: asText(args.useCli),
      replicationSeconds: asText(args.replicationSeconds),
    };
    super(packageName, name, inputs, pulumi.mergeOptions(plugin, opts));
  }
}

/** Settings travel as text. */
function asText(value: pulumi.Input<boolean | number | undefined> | undefined): pulumi.Output<string> | undefined {
  return value === undefined ? undefined : pulumi.output(value).apply((known) => JSON.stringify(known));
}
