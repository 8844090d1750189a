import { html } from "hono/html";
import {
  acceptInvitation,
  contactFor,
  type Redemption,
  type RedemptionProblem,
  RedemptionRefused,
  redemptionOf,
  redemptionWithId,
} from "../../domain/redeem-invitation.ts";
import type { Invitation } from "../../store/invitation-store.ts";
import {
  form,
  isOnThisMachine,
  isWebAddress,
  type Markup,
  monogram,
  policyLeadingTo,
  said,
  show,
  steps,
} from "./page-layout.ts";
import {
  duration,
  type GuestWording,
  PageError,
  type PageLink,
  type PageRequest,
  type PageRoute,
  plain,
  type Site,
  wordsFor,
  wordsOf,
} from "./page-request.ts";
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
    { method: "POST", path: "/redeem/accept", handle: (c) => accept(site, c) },
    { method: "GET", path: "/redeem/done", handle: (c) => done(site, c) },
    { method: "POST", path: "/redeem/cancel", handle: (c) => cancel(site, c) },
    { method: "GET", path: "/redeem/cancelled", handle: (c) => cancelledPage(site, c) },
    { method: "GET", path: "/privacy", handle: (c) => statementPage(site, c, "privacyStatement") },
    { method: "GET", path: "/terms", handle: (c) => statementPage(site, c, "termsOfUse") },
  ];
}

function open(site: Site, c: PageRequest): Response | Promise<Response> {
  const ticket = c.req.query("ticket") ?? "";
  const redemption = redemptionFor(site, c, ticket, c.req.query("user"), c.req.query("tenant"));
  return redemption.accepted ? acceptedPage(site, c, redemption) : getStartedPage(site, c, redemption, ticket);
}

function redemptionFor(site: Site, c: PageRequest, ticket: string, user?: string, tenantId?: string): Redemption {
  // A link of another tenant is as unknown here as a changed one.
  const here = tenantId === undefined || tenantId.toLowerCase() === site.store.settings.tenantId;
  return orRefusal(site, c, () => redemptionOf(site.store, here ? ticket : "", user));
}

function begin(site: Site, c: PageRequest): Response | Promise<Response> {
  const redemption = redemptionFor(site, c, c.var.form.get("ticket") ?? "");
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
    invitationId === undefined ? undefined : orRefusal(site, c, () => redemptionWithId(site.store, invitationId));
  if (redemption && c.var.browser.isSignedInAs(redemption.guest, redemption.invitation.emailAddress)) return redemption;
  throw new PageError(403, wordsOf(c).startAgainTitle, wordsOf(c).startAgain);
}

function accept(site: Site, c: PageRequest): Response | Promise<Response> {
  const { invitation, accepted } = formOf(site, c);
  if (accepted) return review(site, c);
  const words = wordsOf(c);
  if (site.store.rehearsal.termsOfUse && c.var.form.get("terms") !== "accepted") {
    throw new PageError(403, words.termsFirstTitle, words.termsFirst, {
      links: [{ text: words.back, href: "/redeem/review" }],
    });
  }
  const redemption = orRefusal(site, c, () => acceptInvitation(site.store, invitation.id));
  const onward = onwardFrom(invitation);
  if (onward === undefined) return donePage(site, c, redemption);
  // Written out by the parser: a header takes ASCII in one line.
  return c.redirect(isOnThisMachine(onward) ? onward.href : "/redeem/done", 303);
}

/** Where an invitation leads; nothing where that is no web page. */
function onwardFrom({ redirectUrl }: Invitation): URL | undefined {
  return isWebAddress(redirectUrl) ? new URL(redirectUrl) : undefined;
}

function done(site: Site, c: PageRequest): Response | Promise<Response> {
  const redemption = redemptionUnderWay(site, c);
  return redemption.accepted ? donePage(site, c, redemption) : reviewPage(site, c, redemption);
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
  throw new PageError(409, wordsOf(c).otherOpenTitle, wordsOf(c).otherOpen);
}

/** What the link in the mail leads to. */
function getStartedPage(
  site: Site,
  c: PageRequest,
  { invitation, guest }: Redemption,
  ticket: string,
): Response | Promise<Response> {
  const { organisation, domain } = site.store.settings;
  const words = wordsFor(c, guest);
  const names = { organisation, domain, name: html`<bdi>${guest.displayName}</bdi>` };
  const body = html`
    ${steps("getStarted", words)}
    <h1>${said(words.invites, names)}</h1>
    <p class="lead">${said(words.hello, names)}</p>
    <dl class="facts">
      <div><dt>${words.invitedAs}</dt><dd>${address(invitation.emailAddress)}</dd></div>
    </dl>
    <p>${said(words.howItGoes, names)}</p>
    ${form(c, "/redeem", { ticket }, html`<p class="actions"><button class="button">${words.getStarted}</button></p>`)}
    <p class="aside">${said(words.unknownSender, names)}</p>`;
  return show(site, c, { title: words.invitationTitle, body, shape: "card" });
}

/** What the organisation will know and do, and the guest's decision. */
function reviewPage(site: Site, c: PageRequest, { invitation, guest }: Redemption): Response | Promise<Response> {
  const { organisation, domain } = site.store.settings;
  const words = wordsFor(c, guest);
  const onward = onwardFrom(invitation);
  if (onward && isOnThisMachine(onward)) c.header("Content-Security-Policy", policyLeadingTo(onward));
  const names = {
    organisation,
    name: html`<bdi>${guest.displayName}</bdi>`,
    address: address(invitation.emailAddress),
    host: onward ? address(onward.host) : "",
  };
  const rights = [
    [words.readWho, words.readWhoMeans],
    [words.keepAccount, words.keepAccountMeans],
    [words.recordUse, words.recordUseMeans],
  ] as const;
  const asksForTerms = site.store.rehearsal.termsOfUse;
  const { privacyStatement, termsOfUse } = site.forGuests;
  const links = html`<ul class="links">
      <li>${
        privacyStatement === undefined
          ? said(words.noPrivacyStatement, names)
          : html`<a href="/privacy">${said(words.privacyStatement, names)}</a>`
      }</li>
      ${termsOfUse !== undefined && html`<li><a href="/terms">${said(words.termsOfUse, names)}</a></li>`}
    </ul>`;
  const tick = html`<p><label class="tick"><input type="checkbox" name="terms" value="accepted" required> ${words.acceptTerms}</label></p>`;
  const body = html`
    ${steps("review", words)}
    <h1>${words.review}</h1>
    <div class="party">${monogram(organisation)}<p><strong>${organisation}</strong><span>${domain}</span></p></div>
    <p>${said(words.ifYouAccept, names)}</p>
    <ul class="permissions">${rights.map(
      ([right, meaning]) => html`
      <li><strong>${right}</strong><span>${said(meaning, names)}</span></li>`,
    )}
    </ul>
    <p>${said(words.leaveAnyTime, names)}${onward && html` ${said(words.goOnTo, names)}`}</p>
    ${links}
    ${form(
      c,
      "/redeem/accept",
      { invitation: invitation.id },
      html`${asksForTerms && tick}<p class="actions"><button class="button">${words.accept}</button> <button class="button quiet" formaction="/redeem/cancel" formnovalidate>${words.cancel}</button></p>`,
    )}
    <p class="aside">${said(words.trust, names)}</p>`;
  return show(site, c, { title: words.review, body, shape: "card" });
}

/** The privacy statement or the terms of use, in the one language that the organisation has them in. */
function statementPage(
  site: Site,
  c: PageRequest,
  name: "privacyStatement" | "termsOfUse",
): Response | Promise<Response> {
  const { organisation } = site.store.settings;
  const words = wordsOf(c);
  const text = site.forGuests[name];
  const title = plain(words[name], { organisation });
  if (text === undefined) throw new PageError(404, title, plain(words.noPrivacyStatement, { organisation }));
  const body = html`
    <h1>${title}</h1>
    <div class="prose" dir="auto">${text
      .trim()
      .split(/\n\s*\n/)
      .map((paragraph) => html`<p>${paragraph}</p>`)}</div>`;
  return show(site, c, { title, body, shape: "card" });
}

/**
 * The end of the way. A real tenant sends the browser on to the redirect URL; from here it would leave the machine, to
 * a host that often does not exist, so the guest decides.
 */
function donePage(site: Site, c: PageRequest, { invitation, guest }: Redemption): Response | Promise<Response> {
  const { organisation } = site.store.settings;
  const words = wordsFor(c, guest);
  const onward = onwardFrom(invitation);
  const names = { organisation, address: address(guest.mail ?? invitation.emailAddress), host: onward?.host ?? "" };
  const next = html`<div class="onward"><p><strong>${said(words.opensNext, names)}</strong></p>
      <p>${address(onward?.href ?? "")}</p>
      <p class="hint">${words.staysHere}</p></div>`;
  const body = html`
    <p class="mark" aria-hidden="true">✓</p>
    <h1>${said(words.doneTitle)}</h1>
    <p class="lead">${said(words.doneText, names)}</p>
    ${onward && next}
    <p class="actions">
      <a class="button" href="/myapps">${words.myApps}</a>
      ${onward && html`<a class="button quiet" href="${onward.href}"><span>${said(words.continueTo, names)}</span></a>`}
    </p>`;
  return show(site, c, { title: words.doneTitle, body, shape: "card" });
}

/** For a guest who has accepted already: says so, and goes on to where the invitation leads. */
function acceptedPage(site: Site, c: PageRequest, { invitation, guest }: Redemption): Response | Promise<Response> {
  const { organisation } = site.store.settings;
  const { redirectUrl } = invitation;
  const words = wordsFor(c, guest);
  const onward = onwardFrom(invitation);
  const names = { organisation, address: address(guest.mail ?? invitation.emailAddress), host: onward?.host ?? "" };
  const body = html`
    <h1>${words.alreadyTitle}</h1>
    <p class="lead">${said(words.alreadyText, names)}</p>
    <p class="actions">
      <a class="button" href="/myapps">${words.myApps}</a>
      ${onward && html`<a class="button quiet" href="${redirectUrl}"><span>${said(words.continueTo, names)}</span></a>`}
    </p>`;
  return show(site, c, { title: words.alreadyTitle, body, shape: "card" });
}

function cancelledPage(site: Site, c: PageRequest): Response | Promise<Response> {
  const { organisation } = site.store.settings;
  const words = wordsOf(c);
  const body = html`
    <h1>${words.cancelledTitle}</h1>
    <p class="lead">${said(words.cancelledText, { organisation })}</p>
    <p>${words.cancelledLater}</p>`;
  return show(site, c, { title: words.cancelledTitle, body, shape: "card" });
}

function address(text: string): Markup {
  return html`<bdi class="address">${text}</bdi>`;
}

/** Runs a step of the redemption. Where the invitation is not good, a page says why and what to do. @throws PageError */
function orRefusal<T>(site: Site, c: PageRequest, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof RedemptionRefused)) throw error;
    const { problem, invitation } = error;
    const words = wordsFor(c, invitation && site.store.users.current(invitation.userId));
    const [status, title, text] = refusals(words)[problem];
    const { organisation } = site.store.settings;
    const time = duration(words, site.store.rehearsal.linkDays, "day");
    const { said: whom, links } = waysOn(site, words, invitation);
    throw new PageError(status, title, [plain(text, { organisation, time }), ...whom].join("\n"), { links });
  }
}

/** Whom the guest can ask; and, where a new link would help, how the person who rehearses sends one. */
export function waysOn(
  { store, forGuests }: Pick<Site, "store" | "forGuests">,
  words: GuestWording,
  invitation: Invitation | undefined,
): { said: string[]; links: PageLink[] } {
  const { organisation } = store.settings;
  const person = invitation && contactFor(store, invitation);
  const mail = person?.mail ?? forGuests.contact;
  const contact = person?.displayName ?? forGuests.contact;
  const isLive = invitation !== undefined && store.users.current(invitation.userId) !== undefined;
  const subject = encodeURIComponent(plain(words.writeSubject, { organisation }));
  return {
    said: person ? [plain(words.contact, { organisation, contact: `${person.displayName} (${mail})` })] : [],
    links: [
      ...(mail !== undefined && contact !== undefined
        ? [{ text: plain(words.writeTo, { contact }), href: `mailto:${mail}?subject=${subject}` }]
        : []),
      ...(isLive ? [{ text: words.sendNewLink, href: `/directory/users/${invitation.userId}` }] : []),
    ],
  };
}

function refusals(
  words: GuestWording,
): Record<RedemptionProblem, [status: 403 | 404 | 410, title: string, text: string]> {
  return {
    unknown: [404, words.unknownTitle, words.unknown],
    "guest-gone": [410, words.goneTitle, words.gone],
    superseded: [410, words.supersededTitle, words.superseded],
    expired: [410, words.expiredTitle, words.expired],
    disabled: [403, words.blockedTitle, words.blocked],
  };
}
