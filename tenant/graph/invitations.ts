import { randomBytes, randomUUID } from "node:crypto";
import type { InvitationMail } from "../directory/mails.ts";
import { emptyUser, type User } from "../directory/user.ts";
import type { TenantContext } from "../tenant-context.ts";
import { assertCollaborationAllowed } from "./collaboration.ts";
import { badRequest, notFound } from "./errors.ts";
import { type InvitationRequest, readInvitation } from "./invitation-request.ts";
import { toInvite } from "./permissions.ts";
import { type GraphRequest, type GraphRoute, readBody, representationOf } from "./route.ts";
import { assertSponsors } from "./sponsors.ts";
import { contextOf } from "./users.ts";

/** `/invitations`: POST only; an invitation cannot be read or withdrawn (Graph, "Create invitation"). */
export function invitationRoutes(tenant: TenantContext): GraphRoute[] {
  return [{ method: "POST", path: "/invitations", permissions: toInvite, handle: (c) => invite(tenant, c) }];
}

async function invite(tenant: TenantContext, c: GraphRequest): Promise<Response> {
  const request = readInvitation(await readBody(c));
  assertCollaborationAllowed(tenant.collaboration, request.emailAddress);
  const id = randomUUID();
  const ticket = randomBytes(32).toString("base64url");

  const made = tenant.database.write(() => {
    assertSponsors(tenant, request.sponsors);
    const user = guestFor(tenant, request);
    tenant.users.save({ user, deletedDateTime: null });
    tenant.invitations.add({
      id,
      userId: user.id,
      ticket,
      emailAddress: request.emailAddress,
      redirectUrl: request.redirectUrl,
      appId: c.var.caller.appId,
      createdDateTime: tenant.now().toISOString(),
    });
    const redeemUrl = `${tenant.url}/redeem?${new URLSearchParams({ tenant: tenant.settings.tenantId, user: user.id, ticket, ver: "2.0" })}`;
    if (request.sendMessage) send(tenant, mailOf(tenant, request, user, redeemUrl, c.var.caller.appName));
    return { user, redeemUrl };
  }, c.var.writeOptions);
  return c.json(represent(tenant, c, id, request, made), 201);
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
    try {
      await tenant.onInvitation(mail);
    } catch (error) {
      console.error(
        `The mail to ${mail.to} could not be handed over: ${error instanceof Error ? error.message : error}`,
      );
    }
  });
}

function represent(
  tenant: TenantContext,
  c: GraphRequest,
  id: string,
  request: InvitationRequest,
  { user, redeemUrl }: { user: User; redeemUrl: string },
) {
  const cc = request.ccRecipients.length > 0 ? request.ccRecipients : [{ name: null, address: null }];
  const { full } = representationOf(c);
  return {
    "@odata.context": `${contextOf(tenant, c, "invitations")}/$entity`,
    ...(full && { "@odata.type": "#microsoft.graph.invitation" }),
    id,
    inviteRedeemUrl: redeemUrl,
    invitedUserDisplayName: request.displayName,
    invitedUserType: user.userType,
    invitedUserEmailAddress: request.emailAddress,
    sendInvitationMessage: request.sendMessage,
    resetRedemption: request.resetRedemption,
    inviteRedirectUrl: request.redirectUrl,
    status: user.externalUserState === "Accepted" ? "Completed" : "PendingAcceptance",
    invitedUserMessageInfo: {
      messageLanguage: request.messageLanguage,
      customizedMessageBody: request.messageBody,
      ccRecipients: cc.map((emailAddress) => ({ emailAddress })),
    },
    invitedUser: { ...(full && { "@odata.type": "#microsoft.graph.user" }), id: user.id },
  };
}
