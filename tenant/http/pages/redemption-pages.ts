import { html } from "hono/html";
import {
  acceptInvitation,
  type Redemption,
  type RedemptionProblem,
  RedemptionRefused,
  redemptionOf,
  redemptionWithId,
  ticketDays,
} from "../../domain/redeem-invitation.ts";
import { form, isWebAddress, type Markup, monogram, policyLeadingTo, show, steps } from "./page-layout.ts";
import { PageError, type PageRequest, type PageRoute, type Site } from "./page-request.ts";
import { beginSignIn } from "./sign-in-pages.ts";

/**
 * From the link in the mail to the organisation: get started, sign in, review permissions, accept.
 *
 * A GET only looks at the link and never uses it up: mail scanners open links, too. Each step judges the invitation
 * again, because it may have been withdrawn since the step before.
 */
export function redemptionRoutes(site: Site): PageRoute[] {
  return [
    { method: "GET", path: "/redeem", handle: (c) => open(site, c) },
    { method: "POST", path: "/redeem", handle: (c) => begin(site, c) },
    { method: "GET", path: "/redeem/review", handle: (c) => review(site, c) },
    { method: "POST", path: "/redeem/accept", handle: (c) => acceptAndLeave(site, c) },
    { method: "POST", path: "/redeem/cancel", handle: (c) => cancel(site, c) },
    { method: "GET", path: "/redeem/cancelled", handle: (c) => cancelledPage(site, c) },
  ];
}

function open(site: Site, c: PageRequest): Response | Promise<Response> {
  const ticket = c.req.query("ticket") ?? "";
  const redemption = redemptionFor(site, ticket, c.req.query("user"), c.req.query("tenant"));
  return redemption.accepted ? acceptedPage(site, c, redemption) : getStartedPage(site, c, redemption, ticket);
}

function redemptionFor(site: Site, ticket: string, user?: string, tenantId?: string): Redemption {
  const { organisation, tenantId: own } = site.store.settings;
  // A link of another tenant is as unknown here as a changed one.
  const here = tenantId === undefined || tenantId.toLowerCase() === own;
  return orRefusal(organisation, () => redemptionOf(site.store, here ? ticket : "", user));
}

function begin(site: Site, c: PageRequest): Response | Promise<Response> {
  const redemption = redemptionFor(site, c.var.form.get("ticket") ?? "");
  if (redemption.accepted) return acceptedPage(site, c, redemption);
  const { invitation, guest } = redemption;
  if (c.var.browser.isSignedInAs(guest, invitation.emailAddress)) {
    c.var.browser.remember({ ...c.var.browser.session, invitationId: invitation.id });
    return c.redirect("/redeem/review", 303);
  }
  return beginSignIn(site, c, {
    address: invitation.emailAddress,
    userId: guest.id,
    invitationId: invitation.id,
  });
}

function review(site: Site, c: PageRequest): Response | Promise<Response> {
  const redemption = redemptionUnderWay(site, c);
  return redemption.accepted ? acceptedPage(site, c, redemption) : reviewPage(site, c, redemption);
}

/** The redemption that the signed-in guest has begun. @throws PageError */
function redemptionUnderWay(site: Site, c: PageRequest): Redemption {
  const { invitationId } = c.var.browser.session;
  const redemption =
    invitationId === undefined
      ? undefined
      : orRefusal(site.store.settings.organisation, () => redemptionWithId(site.store, invitationId));
  if (redemption && c.var.browser.isSignedInAs(redemption.guest, redemption.invitation.emailAddress)) return redemption;
  throw new PageError(
    403,
    "Start again from the mail",
    "This browser is not signed in for an invitation. Open the link in your invitation again.",
  );
}

function acceptAndLeave(site: Site, c: PageRequest): Response | Promise<Response> {
  const { invitation, accepted } = formOf(site, c);
  if (accepted) return review(site, c);
  if (site.store.rehearsal.termsOfUse && c.var.form.get("terms") !== "accepted") {
    throw new PageError(
      403,
      "Accept the terms of use first",
      "Nothing was changed. Go back, read the terms of use, and tick the box below them.",
      { links: [{ text: "Back", href: "/redeem/review" }] },
    );
  }
  const redemption = orRefusal(site.store.settings.organisation, () => acceptInvitation(site.store, invitation.id));
  if (!isWebAddress(invitation.redirectUrl)) return acceptedPage(site, c, redemption);
  // Written out by the parser: a header takes ASCII in one line.
  return c.redirect(new URL(invitation.redirectUrl).href, 303);
}

function cancel(site: Site, c: PageRequest): Response {
  formOf(site, c);
  c.var.browser.signOut();
  return c.redirect("/redeem/cancelled", 303);
}

/** The redemption that the form was about: another tab may have begun another invitation since. @throws PageError 409 */
function formOf(site: Site, c: PageRequest): Redemption {
  const redemption = redemptionUnderWay(site, c);
  if (c.var.form.get("invitation") === redemption.invitation.id) return redemption;
  throw new PageError(
    409,
    "Another invitation is open",
    "Nothing was changed. This browser has begun with another invitation since this page was opened. Open the link in the mail again.",
  );
}

/** What the link in the mail leads to. */
function getStartedPage(
  site: Site,
  c: PageRequest,
  { invitation, guest }: Redemption,
  ticket: string,
): Response | Promise<Response> {
  const { organisation, domain } = site.store.settings;
  const body = html`
    ${steps("get-started")}
    <h1>${organisation} invites you</h1>
    <p class="lead">Hello <bdi>${guest.displayName}</bdi>. ${organisation} (${domain}) would like to work with you as its guest.</p>
    <dl class="facts">
      <div><dt>Invited as</dt><dd><bdi class="address">${invitation.emailAddress}</bdi></dd></div>
    </dl>
    <p>First you sign in with a code that is sent to this address. Then you see what ${organisation} will know about you, and decide.</p>
    ${form(c, "/redeem", { ticket }, html`<p class="actions"><button class="button">Get started</button></p>`)}
    <p class="aside">If you do not know ${organisation}, close this page. Nothing happens then.</p>`;
  return show(site, c, { title: "Your invitation", body, shape: "card" });
}

/** What the organisation will know and do, and the guest's decision. */
function reviewPage(site: Site, c: PageRequest, { invitation, guest }: Redemption): Response | Promise<Response> {
  const { organisation, domain } = site.store.settings;
  const onward = isWebAddress(invitation.redirectUrl) ? new URL(invitation.redirectUrl) : undefined;
  if (onward) c.header("Content-Security-Policy", policyLeadingTo(onward));
  const body = html`
    ${steps("review")}
    <h1>Review permissions</h1>
    <div class="party">${monogram(organisation)}<p><strong>${organisation}</strong><span>${domain}</span></p></div>
    <p>If you accept, ${organisation} may:</p>
    <ul class="permissions">
      <li><strong>Read who you are</strong><span>Your name, <bdi>${guest.displayName}</bdi>, and your address, <bdi class="address">${invitation.emailAddress}</bdi>.</span></li>
      <li><strong>Keep a guest account for you</strong><span>It decides what the account can open, and may change or remove it.</span></li>
      <li><strong>Record what you do there</strong><span>When you sign in, and how you use what it has opened to you.</span></li>
    </ul>
    <p>You can leave ${organisation} at any time, from My Apps.${onward && html` After accepting you go on to <bdi class="address">${onward.host}</bdi>.`}</p>
    ${form(
      c,
      "/redeem/accept",
      { invitation: invitation.id },
      html`${site.store.rehearsal.termsOfUse && termsOfUse(organisation)}<p class="actions"><button class="button">Accept</button> <button class="button quiet" formaction="/redeem/cancel" formnovalidate>Cancel</button></p>`,
    )}
    <p class="aside">Accept only if you know and trust ${organisation}. Signed in as <bdi class="address">${invitation.emailAddress}</bdi>.</p>`;
  return show(site, c, { title: "Review permissions", body, shape: "card" });
}

function termsOfUse(organisation: string): Markup {
  return html`<h2>Terms of use</h2>
      <p>What you see at ${organisation} is for your work with it, and for nobody else.</p>
      <p><label><input type="checkbox" name="terms" value="accepted" required> I accept the terms of use</label></p>`;
}

/** For a guest who has accepted already: says so, and goes on to where the invitation leads. */
function acceptedPage(site: Site, c: PageRequest, { invitation, guest }: Redemption): Response | Promise<Response> {
  const { organisation } = site.store.settings;
  const { redirectUrl } = invitation;
  const body = html`
    <h1>You have already accepted</h1>
    <p class="lead"><bdi class="address">${guest.mail}</bdi> is a guest of ${organisation}. There is nothing more to do here.</p>
    <p class="actions">
      ${isWebAddress(redirectUrl) && html`<a class="button" href="${redirectUrl}"><span>Continue to ${new URL(redirectUrl).host}</span></a>`}
      <a class="button quiet" href="/myapps">My Apps</a>
    </p>`;
  return show(site, c, { title: "Already accepted", body, shape: "card" });
}

function cancelledPage(site: Site, c: PageRequest): Response | Promise<Response> {
  const { organisation } = site.store.settings;
  const body = html`
    <h1>You have not accepted</h1>
    <p class="lead">Nothing was changed, and ${organisation} gives you access to nothing.</p>
    <p>The invitation stays open. If you change your mind, open the link in the mail again.</p>`;
  return show(site, c, { title: "Not accepted", body, shape: "card" });
}

/** Runs a step of the redemption. Where the invitation is not good, a page says why and what to do. @throws PageError */
function orRefusal<T>(organisation: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof RedemptionRefused)) throw error;
    const [status, title, text] = refusals[error.problem];
    throw new PageError(status, title, text.replaceAll("{organisation}", organisation));
  }
}

const refusals: Record<RedemptionProblem, [status: 403 | 404 | 410, title: string, text: string]> = {
  unknown: [
    404,
    "This link does not lead to an invitation",
    "It may have been cut or changed on its way. Open it straight from the mail. If that does not help, ask {organisation} to invite you again.",
  ],
  "guest-gone": [
    410,
    "This invitation has been withdrawn",
    "{organisation} has cancelled this invitation. Ask the person who invited you for a new one.",
  ],
  superseded: [
    410,
    "A newer invitation has taken the place of this one",
    "{organisation} has invited you anew since. Open the link in its latest mail, or ask for one.",
  ],
  expired: [
    410,
    "This invitation has expired",
    `An invitation is good for ${ticketDays} days. Ask {organisation} to send it again.`,
  ],
  disabled: [
    403,
    "Your guest account is blocked",
    "{organisation} has blocked it, so the invitation cannot be accepted. Ask the person who invited you.",
  ],
};
