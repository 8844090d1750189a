import { html } from "hono/html";
import { type AssignedApplication, applicationsOf } from "../../domain/app-access.ts";
import { deleteUser } from "../../domain/user-lifecycle.ts";
import type { User } from "../../store/object-types.ts";
import { form, isWebAddress, type Markup, monogram, said, show } from "./page-layout.ts";
import {
  type GuestWording,
  PageError,
  type PageRequest,
  type PageRoute,
  plain,
  type Site,
  wordsFor,
  wordsOf,
} from "./page-request.ts";
import { waysOn } from "./redemption-pages.ts";
import { signOutButton } from "./sign-in-pages.ts";

/**
 * My Apps: what a guest finds after accepting; and leaving the organisation, the guest's own way out (Entra, "Leave an
 * organization as an external user").
 */
export function myAppsRoutes(site: Site): PageRoute[] {
  return [
    { method: "GET", path: "/myapps", handle: (c) => myAppsPage(site, c) },
    { method: "GET", path: "/myapps/leave", handle: (c) => confirmPage(site, c) },
    { method: "POST", path: "/myapps/leave", handle: (c) => leave(site, c) },
    { method: "GET", path: "/myapps/left", handle: (c) => leftPage(site, c) },
  ];
}

function myAppsPage(site: Site, c: PageRequest): Response | Promise<Response> {
  const guest = signedInGuest(site, c);
  if (guest === undefined) return c.redirect("/sign-in", 303);
  const { organisation } = site.store.settings;
  const words = wordsOf(c);
  const applications = applicationsOf(site.store, guest.id);
  const names = {
    organisation,
    name: html`<bdi>${guest.displayName}</bdi>`,
    address: html`<bdi class="address">${guest.mail}</bdi>`,
  };
  const body = html`
    <div class="heading">
      <div>
        <h1>${words.myApps}</h1>
        <p class="lead">${said(words.openedTo, names)}</p>
      </div>
      ${signOutButton(c)}
    </div>
    ${
      applications.length > 0
        ? html`<ul class="apps">${applications.map((application) => tile(words, application))}</ul>`
        : html`<div class="empty"><p><strong>${words.noApps}</strong></p><p>${said(words.noAppsText, names)}</p></div>`
    }
    <p class="aside"><a href="/myapps/leave">${said(words.leave, names)}…</a></p>`;
  return show(site, c, { title: words.myApps, body, shape: "sheet" });
}

function tile(words: GuestWording, { displayName, url, description }: AssignedApplication): Markup {
  const opens = url !== undefined && URL.canParse(url) && isWebAddress(url) ? new URL(url) : undefined;
  return html`<li>
      ${monogram(displayName)}
      <div>
        <h2>${opens ? html`<a href="${opens.href}"><bdi>${displayName}</bdi></a>` : html`<bdi>${displayName}</bdi>`}</h2>
        ${description && html`<p dir="auto">${description}</p>`}
        <p class="hint">${opens ? opens.host : words.noPage}</p>
      </div>
    </li>`;
}

function confirmPage(site: Site, c: PageRequest): Response | Promise<Response> {
  const guest = signedInGuest(site, c);
  if (guest === undefined) return c.redirect("/sign-in", 303);
  const words = wordsOf(c);
  const { organisation } = site.store.settings;
  const names = { organisation, address: html`<bdi class="address">${guest.mail}</bdi>` };
  const body = html`
    <h1>${said(words.leaveTitle, names)}</h1>
    <p class="lead">${said(words.leaveText, names)}</p>
    <p>${said(words.leaveBack, names)}</p>
    ${form(
      c,
      "/myapps/leave",
      {},
      html`<p class="actions"><button class="button danger">${said(words.leave, names)}</button> <a class="button quiet" href="/myapps">${words.stay}</a></p>`,
    )}`;
  return show(site, c, { title: plain(words.leaveTitle, { organisation }), body, shape: "card" });
}

function leave(site: Site, c: PageRequest): Response {
  const guest = signedInGuest(site, c);
  if (guest === undefined) return c.redirect("/sign-in", 303);
  deleteUser(site.store, guest.id, c.var.writeOptions);
  c.var.browser.signOut();
  return c.redirect("/myapps/left", 303);
}

function leftPage(site: Site, c: PageRequest): Response | Promise<Response> {
  const words = wordsOf(c);
  const title = plain(words.leftTitle, { organisation: site.store.settings.organisation });
  const body = html`
    <h1>${title}</h1>
    <p class="lead">${words.leftText}</p>
    <p>${words.leftClose}</p>`;
  return show(site, c, { title, body, shape: "card" });
}

/**
 * The guest who is signed in in this browser, as they are now.
 *
 * @returns `undefined` where nobody is, or where the guest has been removed or has got another address since
 * @throws PageError 403 for a guest who is blocked or has yet to accept
 */
function signedInGuest(site: Site, c: PageRequest): User | undefined {
  const { userId, address = "" } = c.var.browser.session;
  const guest = userId === undefined ? undefined : site.store.users.current(userId);
  if (guest === undefined || !c.var.browser.isSignedInAs(guest, guest.mail ?? address)) return undefined;
  const words = wordsFor(c, guest);
  const refused = (title: string, text: string) => {
    const { organisation } = site.store.settings;
    const { said: whom, links } = waysOn(site, words, site.store.invitations.ofUser(guest.id)[0]);
    return new PageError(403, title, [plain(text, { organisation }), ...whom].join("\n"), { links });
  };
  if (!guest.accountEnabled) throw refused(words.blockedTitle, words.blocked);
  if (guest.externalUserState !== "Accepted") throw refused(words.acceptFirstTitle, words.acceptFirst);
  return guest;
}
