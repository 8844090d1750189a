import { accept, type Redemption, redemptionOf, redemptionWithId } from "../../domain/redeem-invitation.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { acceptedPage } from "./accepted.ts";
import { beginSignIn } from "./begin.ts";
import { cancelledPage } from "./cancelled.ts";
import { getStartedPage } from "./get-started.ts";
import { PageError } from "./page-error.ts";
import { orRefusal } from "./refusal.ts";
import { reviewPage } from "./review.ts";
import type { PageRequest, PageRoute } from "./route.ts";
import { isWebAddress } from "./web-address.ts";

/**
 * From the link in the mail to the organisation: get started, sign in, review permissions, accept.
 *
 * The link is only looked at, never used up, by a GET: mail scanners open links, too. Each step judges the invitation
 * again, because it may have been withdrawn since the step before.
 */
export function redemptionRoutes(tenant: TenantContext): PageRoute[] {
  return [
    { method: "GET", path: "/redeem", handle: (c) => open(tenant, c) },
    { method: "POST", path: "/redeem", handle: (c) => begin(tenant, c) },
    { method: "GET", path: "/redeem/review", handle: (c) => review(tenant, c) },
    { method: "POST", path: "/redeem/accept", handle: (c) => acceptAndLeave(tenant, c) },
    { method: "POST", path: "/redeem/cancel", handle: (c) => cancel(tenant, c) },
    { method: "GET", path: "/redeem/cancelled", handle: (c) => cancelledPage(tenant, c) },
  ];
}

function open(tenant: TenantContext, c: PageRequest): Response | Promise<Response> {
  const ticket = c.req.query("ticket") ?? "";
  const redemption = redemptionFor(tenant, ticket, c.req.query("user"), c.req.query("tenant"));
  return redemption.accepted ? acceptedPage(tenant, c, redemption) : getStartedPage(tenant, c, redemption, ticket);
}

function redemptionFor(tenant: TenantContext, ticket: string, user?: string, tenantId?: string): Redemption {
  const { organisation, tenantId: own } = tenant.settings;
  // A link of another tenant is as unknown here as a changed one.
  const here = tenantId === undefined || tenantId.toLowerCase() === own;
  return orRefusal(organisation, () => redemptionOf(tenant, here ? ticket : "", user));
}

function begin(tenant: TenantContext, c: PageRequest): Response | Promise<Response> {
  const redemption = redemptionFor(tenant, c.var.form.get("ticket") ?? "");
  if (redemption.accepted) return acceptedPage(tenant, c, redemption);
  const { invitation, guest } = redemption;
  if (c.var.browser.isSignedInAs(guest, invitation.emailAddress)) {
    c.var.browser.remember({ ...c.var.browser.session, invitationId: invitation.id });
    return c.redirect("/redeem/review", 303);
  }
  return beginSignIn(tenant, c, {
    address: invitation.emailAddress,
    userId: guest.id,
    invitationId: invitation.id,
  });
}

function review(tenant: TenantContext, c: PageRequest): Response | Promise<Response> {
  const redemption = redemptionUnderWay(tenant, c);
  return redemption.accepted ? acceptedPage(tenant, c, redemption) : reviewPage(tenant, c, redemption);
}

/** The redemption that the signed-in guest has begun. @throws PageError */
function redemptionUnderWay(tenant: TenantContext, c: PageRequest): Redemption {
  const { invitationId } = c.var.browser.session;
  const redemption =
    invitationId === undefined
      ? undefined
      : orRefusal(tenant.settings.organisation, () => redemptionWithId(tenant, invitationId));
  if (redemption && c.var.browser.isSignedInAs(redemption.guest, redemption.invitation.emailAddress)) return redemption;
  throw new PageError(
    403,
    "Start again from the mail",
    "This browser is not signed in for an invitation. Open the link in your invitation again.",
  );
}

function acceptAndLeave(tenant: TenantContext, c: PageRequest): Response | Promise<Response> {
  const { invitation, accepted } = formOf(tenant, c);
  if (accepted) return review(tenant, c);
  const redemption = orRefusal(tenant.settings.organisation, () => accept(tenant, invitation.id));
  if (!isWebAddress(invitation.redirectUrl)) return acceptedPage(tenant, c, redemption);
  return c.redirect(invitation.redirectUrl, 303);
}

function cancel(tenant: TenantContext, c: PageRequest): Response {
  formOf(tenant, c);
  c.var.browser.signOut();
  return c.redirect("/redeem/cancelled", 303);
}

/** What the form was about is what is under way: another tab may have begun another invitation since. */
function formOf(tenant: TenantContext, c: PageRequest): Redemption {
  const redemption = redemptionUnderWay(tenant, c);
  if (c.var.form.get("invitation") === redemption.invitation.id) return redemption;
  throw new PageError(
    409,
    "Another invitation is open",
    "Nothing was changed. This browser has begun with another invitation since this page was opened. Open the link in the mail again.",
  );
}
