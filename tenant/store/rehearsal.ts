import * as z from "zod";

/** Who may invite (portal: External collaboration settings; Graph, "authorizationPolicy", `allowInvitesFrom`). */
export const invitesFrom = ["none", "adminsAndGuestInviters", "adminsGuestInvitersAndAllMembers", "everyone"] as const;

/**
 * The kinds of account by which guests redeem, as `identities` names their issuer: of another Entra organisation, of
 * Microsoft, none but a code by mail, of Google (entra-docs, "Properties of a B2B guest user", "Identities").
 */
export const accountKinds = ["ExternalAzureAD", "MicrosoftAccount", "mail", "google.com"] as const;
export type AccountKind = (typeof accountKinds)[number];

/** An account at a guest's own organisation, with every address that it has, and its kind; `mail` where none is said. */
const homeAccount = z.strictObject({
  displayName: z.string().min(1),
  addresses: z.array(z.string().min(1)).min(1),
  kind: z.enum(accountKinds).optional(),
});
export type HomeAccount = z.output<typeof homeAccount>;

/**
 * What the tenant does where the real service may do either: what a rehearsal chooses, in `seed.yaml`, at the start, or
 * while the tenant runs (`PATCH /_tenant/rehearsal`). The defaults are what the real service does in a tenant as Microsoft
 * makes it.
 */
export const rehearsal = z.strictObject({
  /** Who may invite. */
  invitesFrom: z.enum(invitesFrom).default("everyone"),
  /** Whether Microsoft's mail carries the personal message of an application, or of a person without an address. */
  applicationsMessageArrives: z.boolean().default(false),
  /** Whether inviting somebody again who has yet to accept sends another mail. Microsoft does not say. */
  secondInvitationMails: z.boolean().default(true),
  /** Whether an invitation ends the links of those before it. Microsoft does not say. */
  newLinkEndsEarlier: z.boolean().default(false),
  /** Whether `invitedUserSponsors` is there: in the global cloud it is, in the national clouds it is not. */
  sponsorsAtInvitation: z.boolean().default(true),
  /** Whether new guests have a `mail`; without, their address is among `otherMails` only. */
  guestsHaveMail: z.boolean().default(true),
  /** Whether the address that a user's mail had stays among their `proxyAddresses`. Microsoft says what comes, not what goes. */
  keepsFormerMail: z.boolean().default(false),
  /** Accounts of guests at home: two addresses of one account are one guest, and accepting brings the account's name. */
  homeAccounts: z.array(homeAccount).default([]),
  /** Addresses of guests who hold a directory role: an application cannot change them. */
  roleHolders: z.array(z.string()).default([]),
  /** For how many days an unused link is good. Entra documents no end; here links end so that it can be rehearsed. */
  linkDays: z.number().min(0).max(36_500).default(90),
  /** Whether the organisation has Entra ID P1, without which Graph refuses `signInActivity`. */
  premiumLicence: z.boolean().default(false),
  /** Whether a guest has to accept terms of use as well. */
  termsOfUse: z.boolean().default(false),
  /** For how many seconds writes do not find a new user yet; `null`: as long as reads do not. */
  writeLagSeconds: z.number().min(0).nullable().default(null),
  /** How many messages a mailbox may send in a minute; `null` for any number. Exchange Online: 30. */
  messagesPerMinute: z.int().min(1).nullable().default(null),
  /** How long a request to a mailbox takes, in milliseconds: what makes requests to it overlap. */
  mailboxMilliseconds: z.int().min(0).max(60_000).default(10),
});
export type Rehearsal = z.output<typeof rehearsal>;
export type RehearsalChanges = z.input<typeof rehearsal>;

/**
 * Changes what is named, and leaves the rest: defaults would reset it.
 *
 * @throws ZodError, and changes nothing
 */
export function rehearse(present: Rehearsal, changes: RehearsalChanges): void {
  Object.assign(present, rehearsal.parse({ ...present, ...changes }));
}
