import { inviteGuest, type MadeInvitation } from "../../domain/invite-guest.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { type InvitationRequest, readInvitation } from "./graph-invitation-routes.ts";
import { toInvite } from "./graph-permissions.ts";
import { contextOf, type GraphRequest, type GraphRoute, readBody, representationOf } from "./graph-request.ts";

/** `/invitations`: POST only; an invitation cannot be read or withdrawn (Graph, "Create invitation"). */
export function invitationRoutes(tenant: TenantContext): GraphRoute[] {
  return [{ method: "POST", path: "/invitations", permissions: toInvite, handle: (c) => invite(tenant, c) }];
}

async function invite(tenant: TenantContext, c: GraphRequest): Promise<Response> {
  const request = readInvitation(await readBody(c));
  const made = inviteGuest(tenant, request, c.var.caller, c.var.writeOptions);
  return c.json(represent(tenant, c, request, made), 201);
}

function represent(
  tenant: TenantContext,
  c: GraphRequest,
  request: InvitationRequest,
  { id, user, redeemUrl }: MadeInvitation,
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
