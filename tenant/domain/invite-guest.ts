import { randomBytes, randomUUID } from "node:crypto";
import { badRequest, notFound } from "../http/graph/errors.ts";
import type { InvitationRequest } from "../http/graph/graph-invitation-routes.ts";
import { assertSponsors } from "../http/graph/sponsors.ts";
import type { WriteOptions } from "../store/database.ts";
import type { InvitationMail } from "../store/mails.ts";
import { emptyUser, type User } from "../store/user.ts";
import type { TenantContext } from "../tenant-context.ts";
import { assertCollaborationAllowed } from "./collaboration.ts";

/** What an invitation has brought about. */
export interface MadeInvitation {
  id: string;
  user: User;
  redeemUrl: string;
}

/**
 * Invites: makes or finds the guest, records the invitation with a new ticket, and mails it where that is asked for.
 *
 * @param inviter the application in whose name it happens
 * @throws GraphError 400 or 404 for an invitation that Graph refuses
 */
export function inviteGuest(
  tenant: TenantContext,
  request: InvitationRequest,
  inviter: { appId: string; appName: string },
  writeOptions: WriteOptions = {},
): MadeInvitation {
  assertCollaborationAllowed(tenant.collaboration, request.emailAddress);
  const id = randomUUID();
  const ticket = randomBytes(32).toString("base64url");
  return tenant.database.write(() => {
    assertSponsors(tenant, request.sponsors);
    const user = guestFor(tenant, request);
    tenant.users.save({ user, deletedDateTime: null });
    tenant.invitations.add(
      {
        id,
        userId: user.id,
        emailAddress: request.emailAddress,
        redirectUrl: request.redirectUrl,
        appId: inviter.appId,
        createdDateTime: tenant.now().toISOString(),
        message: request.messageBody,
        language: request.messageLanguage,
        cc: request.ccRecipients,
        reset: request.resetRedemption,
      },
      ticket,
    );
    const redeemUrl = `${tenant.url}/redeem?${new URLSearchParams({ tenant: tenant.settings.tenantId, user: user.id, ticket, ver: "2.0" })}`;
    if (request.sendMessage) send(tenant, mailOf(tenant, request, user, redeemUrl, inviter.appName));
    return { id, user, redeemUrl };
  }, writeOptions);
}

/** The guest as they are after the invitation: a new one, or the one who is known by this address already. */
function guestFor(tenant: TenantContext, request: InvitationRequest): User {
  if (request.resetRedemption) return resetGuest(tenant, request);
  const [known, ...others] = tenant.users.currentByAddress(request.emailAddress);
  if (known === undefined) return newGuest(tenant, request);
  if (others.length > 0)
    throw badRequest("Multiple users found in the directory with this email address.", "BadRequest");
  if (known.creationType !== "Invitation" || !known.accountEnabled) throw alreadyThere(known);
  return known;
}

/** Graph's words for an address that belongs to a member, or to a guest whose account is disabled. */
function alreadyThere(user: User): Error {
  const there = `The invited user already exists in the directory as object ID: ${user.id}`;
  return badRequest(
    user.accountEnabled
      ? `${there}. They can use that account to sign in to shared apps and resources.`
      : `${there}, but the account is blocked from signing in. If the account is unblocked, they can use that account to sign in to shared apps and resources.`,
    "BadRequest",
  );
}

/** The same guest, who has to redeem anew, perhaps with another address (Graph, `resetRedemption`). */
function resetGuest(tenant: TenantContext, request: InvitationRequest): User {
  const id = request.invitedUserId ?? "";
  const state = tenant.users.current(id);
  if (state === undefined || state.deletedDateTime !== null) throw notFound(id);
  const others = tenant.users.currentByAddress(request.emailAddress).filter((user) => user.id !== id);
  if (others[0] !== undefined) throw alreadyThere(others[0]);
  const { emailAddress } = request;
  return {
    ...state.user,
    mail: emailAddress,
    otherMails: [...new Set([...state.user.otherMails, emailAddress])],
    proxyAddresses: [`SMTP:${emailAddress}`],
    externalUserState: "PendingAcceptance",
    externalUserStateChangeDateTime: tenant.now().toISOString(),
  };
}

function newGuest(tenant: TenantContext, request: InvitationRequest): User {
  const { emailAddress, displayName, userType, sponsors } = request;
  const now = tenant.now().toISOString();
  const [alias, userPrincipalName] = freeName(tenant, emailAddress);
  return {
    ...emptyUser({
      id: randomUUID(),
      displayName: displayName ?? emailAddress.split("@")[0] ?? emailAddress,
      createdDateTime: now,
      userPrincipalName,
      userType,
    }),
    creationType: "Invitation",
    externalUserState: "PendingAcceptance",
    externalUserStateChangeDateTime: now,
    identities: [
      { signInType: "userPrincipalName", issuer: tenant.settings.initialDomain, issuerAssignedId: userPrincipalName },
    ],
    mail: emailAddress,
    mailNickname: alias,
    otherMails: [emailAddress],
    proxyAddresses: [`SMTP:${emailAddress}`],
    sponsors: [...sponsors],
  };
}

/** `ana@fabrikam.example` becomes `ana_fabrikam.example#EXT#@<initial domain>`; a taken name gets a number. */
function freeName(tenant: TenantContext, emailAddress: string): [alias: string, userPrincipalName: string] {
  const base = emailAddress.replace("@", "_");
  for (let number = 0; ; number++) {
    const alias = `${base}${number === 0 ? "" : number}#EXT#`;
    const name = `${alias}@${tenant.settings.initialDomain}`;
    if (tenant.users.currentByAddress(name).length === 0) return [alias, name];
  }
}

function mailOf(
  tenant: TenantContext,
  request: InvitationRequest,
  guest: User,
  redeemUrl: string,
  inviter: string,
): InvitationMail {
  return {
    kind: "invitation",
    at: tenant.now().toISOString(),
    to: request.emailAddress,
    cc: request.ccRecipients.map(({ address }) => address),
    guestId: guest.id,
    guestName: guest.displayName,
    organisation: tenant.settings.organisation,
    inviter,
    message: request.messageBody,
    language: request.messageLanguage ?? "en-US",
    redeemUrl,
    redirectUrl: request.redirectUrl,
  };
}

/** Records the mail with the invitation, and hands it over once both are on disk. */
function send(tenant: TenantContext, mail: InvitationMail): void {
  tenant.mails.add(mail);
  tenant.database.afterCommit(async () => {
    void tenant.mailer?.sendInvitations();
    try {
      await tenant.onInvitation(mail);
    } catch (error) {
      console.error(
        `The mail to ${mail.to} could not be handed over: ${error instanceof Error ? error.message : error}`,
      );
    }
  });
}
