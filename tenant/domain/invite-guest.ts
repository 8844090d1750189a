import { randomBytes, randomUUID } from "node:crypto";
import type { WriteOptions } from "../store/database.ts";
import { comparable } from "../store/described-types.ts";
import type { InvitationMail } from "../store/invitation-store.ts";
import { newUser, type User } from "../store/object-types.ts";
import type { TenantStore } from "../store/tenant-store.ts";
import { addressesOf, isInvited } from "../store/user-store.ts";
import { homeAccountOf } from "./redeem-invitation.ts";
import { notFound, Refusal, type RefusalReason } from "./refusal.ts";
import { assertHoldsNoRole, assertSponsors } from "./user-lifecycle.ts";

/** What inviting takes. */
export interface Inviting {
  store: TenantStore;
  /** Where the redeem links lead: `https://127.0.0.1:PORT`. */
  url: string;
  collaboration: CollaborationRules;
  /** Called with each mail once it is recorded on the disk with its invitation. */
  handOver(mail: InvitationMail): void | Promise<void>;
}

/** Either an allow list or a deny list, as the portal's "Collaboration restrictions" has them. Subdomains are separate. */
export interface CollaborationRules {
  allowedDomains?: readonly string[];
  deniedDomains?: readonly string[];
}

/** An invitation that is asked for, read and found good. */
export interface InvitationRequest {
  emailAddress: string;
  redirectUrl: string;
  displayName: string | null;
  sendMessage: boolean;
  userType: "Guest" | "Member";
  messageBody: string | null;
  messageLanguage: string | null;
  ccRecipients: { name: string | null; address: string }[];
  resetRedemption: boolean;
  /** The guest to reset; only with `resetRedemption`. */
  invitedUserId?: string | undefined;
  /** Object ids. */
  sponsors: string[];
}

/** Who invites: an application, by itself or for a person. */
export interface Inviter {
  appId: string;
  appName: string;
  /** The object id of the person who has signed in. Absent: the application acts as itself. */
  userId?: string;
  /** The permissions in the token. Absent: an admin of the directory. */
  roles?: ReadonlySet<string>;
}

/** What an invitation has brought about. */
export interface MadeInvitation {
  id: string;
  user: User;
  redeemUrl: string;
}

/**
 * Invites: makes or finds the guest, records the invitation with a new ticket, and mails it where that is asked for.
 *
 * @param inviter who invites
 * @throws Refusal for an invitation that Graph refuses
 */
export function inviteGuest(
  inviting: Inviting,
  request: InvitationRequest,
  inviter: Inviter,
  options: WriteOptions,
): MadeInvitation {
  const { store } = inviting;
  assertMayInvite(store, inviter);
  assertReachable(store, request.emailAddress);
  assertDomainAllowed(inviting.collaboration, request.emailAddress);
  const id = randomUUID();
  const ticket = randomBytes(32).toString("base64url");
  return store.database.write(() => {
    assertSponsors(store, request.sponsors);
    const isSecond = store.users.currentByAddress(request.emailAddress).length > 0 && !request.resetRedemption;
    const user = guestFor(store, request, inviter);
    store.users.save(user);
    store.invitations.add(
      {
        id,
        userId: user.id,
        emailAddress: request.emailAddress,
        redirectUrl: request.redirectUrl,
        appId: inviter.appId,
        ...(inviter.userId !== undefined && { inviterId: inviter.userId }),
        createdDateTime: store.now().toISOString(),
        message: request.messageBody,
        language: request.messageLanguage,
        cc: request.ccRecipients,
        reset: request.resetRedemption,
      },
      ticket,
    );
    const parameters = { tenant: store.settings.tenantId, user: user.id, ticket, ver: "2.0" };
    const redeemUrl = `${inviting.url}/redeem?${new URLSearchParams(parameters)}`;
    if (request.sendMessage && !(isSecond && !store.rehearsal.secondInvitationMails)) {
      send(inviting, mailOf(store, request, user, redeemUrl, inviter));
    }
    return { id, user, redeemUrl };
  }, options);
}

/**
 * Sends the last invitation of a guest who has not accepted yet again: a new link, one mail.
 *
 * @returns nothing where there is no such invitation
 * @throws Refusal as `inviteGuest`
 */
export function inviteAgain(inviting: Inviting, guest: User, options: WriteOptions): MadeInvitation | undefined {
  const [last] = inviting.store.invitations.ofUser(guest.id);
  if (last === undefined || guest.externalUserState !== "PendingAcceptance") return undefined;
  const request: InvitationRequest = {
    // The address that the directory has now: for an older one, another guest might be made.
    emailAddress: guest.mail ?? last.emailAddress,
    redirectUrl: last.redirectUrl,
    displayName: null,
    sendMessage: true,
    userType: guest.userType,
    messageBody: last.message ?? null,
    messageLanguage: last.language ?? null,
    ccRecipients: last.cc ?? [],
    resetRedemption: false,
    sponsors: [],
  };
  const inviter: Inviter = {
    appId: last.appId,
    appName: inviting.store.registrations.nameOf(last.appId),
    ...(last.inviterId !== undefined && { userId: last.inviterId }),
  };
  return inviteGuest(inviting, request, inviter, options);
}

/**
 * The tenant's own rule about the domains that it invites. It holds whatever permissions the caller has (portal: External
 * Identities, External collaboration settings, Collaboration restrictions).
 *
 * @throws Refusal invalid-invitation
 */
function assertDomainAllowed({ allowedDomains, deniedDomains = [] }: CollaborationRules, address: string): void {
  const domain = address.slice(address.lastIndexOf("@") + 1).toLowerCase();
  const isListed = (domains: readonly string[]) => domains.some((name) => name.toLowerCase() === domain);
  const isRefused = allowedDomains ? !isListed(allowedDomains) : isListed(deniedDomains);
  if (!isRefused) return;
  throw invalidInvitation(
    `Guest invitations not allowed for the domain '${domain}'. Contact your company administrator for more details.`,
  );
}

/**
 * The tenant's rule about who may invite (Graph, `allowInvitesFrom`). An application passes it with User.Invite.All alone.
 *
 * @throws Refusal invitations-restricted
 */
function assertMayInvite({ rehearsal, users }: TenantStore, { userId, roles }: Inviter): void {
  const { invitesFrom } = rehearsal;
  if (invitesFrom === "everyone" || roles === undefined) return;
  const isMember = userId !== undefined && users.current(userId)?.userType === "Member";
  const isInviter = userId === undefined && roles.has("User.Invite.All");
  if (invitesFrom !== "none" && isInviter) return;
  if (invitesFrom === "adminsGuestInvitersAndAllMembers" && isMember) return;
  throw new Refusal(
    "invitations-restricted",
    "Guest invitations not allowed for your company. Contact your company administrator for more details.",
  );
}

/** Addresses that the real service refuses for what it alone knows of them. Here their local part says it. */
const refusedAddresses: Readonly<Record<string, [reason: RefusalReason, message: string]>> = {
  "group-address": ["invalid-invitation", "Group email address is not supported."],
  "blocked-by-partner": [
    "invalid-invitation",
    "This invitation is blocked by cross-tenant access settings. Admins in both your organization and the invited user's organization must configure cross-tenant access settings to allow the invitation.",
  ],
  "proxy-conflict": [
    "invalid-invitation",
    "Another object with the same value for property proxyAddresses already exists.",
  ],
  "no-target": ["broken", "Unable to find target address"],
};

/** @throws Refusal for an address of the organisation itself that nobody has, and for those above */
function assertReachable({ users, settings }: TenantStore, address: string): void {
  const [local = "", domain = ""] = address.toLowerCase().split("@");
  const refused = Object.hasOwn(refusedAddresses, local) ? refusedAddresses[local] : undefined;
  if (refused) throw new Refusal(...refused);
  const isOwn = [settings.domain, settings.initialDomain].includes(domain);
  if (isOwn && users.currentByAddress(address).length === 0) {
    throw invalidInvitation(
      `The invited user's email address domain '${domain}' is a verified domain of this directory. Users of this directory can't be invited.`,
    );
  }
}

function invalidInvitation(message: string): Refusal {
  return new Refusal("invalid-invitation", message);
}

/** The guest as they are after the invitation: a new one, or the one who is known by this address already. */
function guestFor(store: TenantStore, request: InvitationRequest, inviter: Inviter): User {
  if (request.resetRedemption) return resetGuest(store, request, inviter);
  const [known, ...others] = store.users.currentByAddress(request.emailAddress);
  if (known === undefined) {
    const same = guestOfAccount(store, request.emailAddress);
    return same ? withAddress(same, request.emailAddress) : newGuest(store, request);
  }
  if (others.length > 0) throw invalidInvitation("Multiple users found in the directory with this email address.");
  if (!isInvited(known) || !known.accountEnabled) throw alreadyThere(known);
  return known;
}

/** The guest who was invited by another address of the same account at home. */
function guestOfAccount(store: TenantStore, emailAddress: string): User | undefined {
  const addresses = homeAccountOf(store, emailAddress)?.addresses ?? [];
  return addresses.flatMap((address) => store.users.currentByAddress(address)).find(isInvited);
}

function withAddress(guest: User, emailAddress: string): User {
  return {
    ...guest,
    otherMails: [...guest.otherMails, emailAddress],
    proxyAddresses: [...guest.proxyAddresses, `smtp:${emailAddress}`],
  };
}

/** Graph's words for an address that belongs to a member, or to a guest whose account is disabled. */
function alreadyThere(user: User): Refusal {
  const there = `The invited user already exists in the directory as object ID: ${user.id}`;
  return invalidInvitation(
    user.accountEnabled
      ? `${there}. They can use that account to sign in to shared apps and resources.`
      : `${there}, but the account is blocked from signing in. If the account is unblocked, they can use that account to sign in to shared apps and resources.`,
  );
}

/**
 * The same guest, who has to redeem anew, perhaps with another address: one that the directory knows of them already
 * (Microsoft's page "Reset redemption status for a guest user"). A disabled guest is not invited here at all.
 */
function resetGuest(
  store: TenantStore,
  { invitedUserId: id = "", emailAddress }: InvitationRequest,
  { userId, roles }: Inviter,
): User {
  const { users, now } = store;
  const guest = users.current(id);
  if (guest === undefined) throw notFound(id);
  if (roles !== undefined && userId === undefined) assertHoldsNoRole(store, guest);
  const [other] = users.currentByAddress(emailAddress).filter((user) => user.id !== id);
  if (other !== undefined) throw alreadyThere(other);
  if (!guest.accountEnabled) throw alreadyThere(guest);
  // The service that invites reads the directory, and may not see the new address yet.
  if (!addressesOf(users.visible(id) ?? guest).has(comparable(emailAddress))) {
    throw invalidInvitation(
      "The email you're using to invite this user doesn't match any emails on the user object. Please add this email to the user object and try again.",
    );
  }
  return {
    ...guest,
    identities: guest.identities.filter(({ signInType }) => signInType !== "federated"),
    externalUserState: "PendingAcceptance",
    externalUserStateChangeDateTime: now().toISOString(),
  };
}

/** A guest who has just been invited for the first time. */
export function newGuest(
  store: TenantStore,
  {
    emailAddress,
    displayName,
    userType,
    sponsors,
  }: Pick<InvitationRequest, "emailAddress" | "displayName" | "userType" | "sponsors">,
): User {
  const { initialDomain } = store.settings;
  const now = store.now().toISOString();
  const [mailNickname, userPrincipalName] = freeName(store, emailAddress);
  return newUser({
    id: randomUUID(),
    displayName: displayName ?? emailAddress.split("@")[0] ?? emailAddress,
    createdDateTime: now,
    userPrincipalName,
    userType,
    creationType: "Invitation",
    externalUserState: "PendingAcceptance",
    externalUserStateChangeDateTime: now,
    identities: [{ signInType: "userPrincipalName", issuer: initialDomain, issuerAssignedId: userPrincipalName }],
    ...(store.rehearsal.guestsHaveMail && { mail: emailAddress, proxyAddresses: [`SMTP:${emailAddress}`] }),
    mailNickname,
    otherMails: [emailAddress],
    sponsors: [...sponsors],
  });
}

/** `ana@fabrikam.example` becomes `ana_fabrikam.example#EXT#@<initial domain>`; a taken name gets a number. */
function freeName({ users, settings }: TenantStore, emailAddress: string): [alias: string, userPrincipalName: string] {
  const base = emailAddress.replace("@", "_");
  for (let number = 0; ; number++) {
    const alias = `${base}${number === 0 ? "" : number}#EXT#`;
    const name = `${alias}@${settings.initialDomain}`;
    if (users.currentByAddress(name).length === 0) return [alias, name];
  }
}

/**
 * Microsoft's mail carries the personal message only where a person with an address in the tenant invites ("To comply
 * with privacy laws", Troubleshooting Microsoft Entra B2B collaboration).
 */
function arrives({ users, rehearsal }: TenantStore, { userId }: Inviter): boolean {
  return rehearsal.applicationsMessageArrives || (userId !== undefined && Boolean(users.current(userId)?.mail));
}

function mailOf(
  store: TenantStore,
  request: InvitationRequest,
  guest: User,
  redeemUrl: string,
  inviter: Inviter,
): InvitationMail {
  const { settings, now, users } = store;
  return {
    kind: "invitation",
    at: now().toISOString(),
    to: request.emailAddress,
    cc: request.ccRecipients.map(({ address }) => address),
    guestId: guest.id,
    guestName: guest.displayName,
    organisation: settings.organisation,
    inviter: users.current(inviter.userId ?? "")?.displayName ?? inviter.appName,
    message: arrives(store, inviter) ? request.messageBody : null,
    language: request.messageLanguage ?? "en-US",
    redeemUrl,
    redirectUrl: request.redirectUrl,
  };
}

/** Records the mail with the invitation, and hands it over once both are on disk. */
function send({ store, handOver }: Inviting, mail: InvitationMail): void {
  store.mails.add(mail);
  store.database.afterCommit(async () => {
    try {
      await handOver(mail);
    } catch (error) {
      const reason = error instanceof Error ? error.message : error;
      console.error(`The mail to ${mail.to} could not be handed over: ${reason}`);
    }
  });
}
