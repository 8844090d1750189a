import { html } from "hono/html";
import { type AssignedApplication, applicationsOf } from "../../domain/app-access.ts";
import { deleteUser } from "../../domain/user-lifecycle.ts";
import type { User } from "../../store/object-types.ts";
import { form, isWebAddress, type Markup, monogram, show } from "./page-layout.ts";
import { PageError, type PageRequest, type PageRoute, type Site } from "./page-request.ts";
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
  const applications = applicationsOf(site.store, guest.id);
  const body = html`
    <div class="heading">
      <div>
        <h1>My Apps</h1>
        <p class="lead">What ${organisation} has opened to <bdi>${guest.displayName}</bdi>, <bdi class="address">${guest.mail}</bdi></p>
      </div>
      ${signOutButton(c)}
    </div>
    ${
      applications.length > 0
        ? html`<ul class="apps">${applications.map((application) => tile(application))}</ul>`
        : html`<div class="empty"><p><strong>No applications yet</strong></p><p>When ${organisation} assigns one to you, or to a group that you are in, it appears here.</p></div>`
    }
    <p class="aside"><a href="/myapps/leave">Leave ${organisation}…</a></p>`;
  return show(site, c, { title: "My Apps", body, shape: "sheet", part: "my-apps" });
}

function tile({ displayName, url, description }: AssignedApplication): Markup {
  const opens = url !== undefined && URL.canParse(url) && isWebAddress(url) ? new URL(url) : undefined;
  return html`<li>
      ${monogram(displayName)}
      <div>
        <h2>${opens ? html`<a href="${opens.href}"><bdi>${displayName}</bdi></a>` : html`<bdi>${displayName}</bdi>`}</h2>
        ${description && html`<p dir="auto">${description}</p>`}
        <p class="hint">${opens ? opens.host : "Has no page to open"}</p>
      </div>
    </li>`;
}

function confirmPage(site: Site, c: PageRequest): Response | Promise<Response> {
  const guest = signedInGuest(site, c);
  if (guest === undefined) return c.redirect("/sign-in", 303);
  const { organisation } = site.store.settings;
  const body = html`
    <h1>Leave ${organisation}?</h1>
    <p class="lead">Your guest account <bdi class="address">${guest.mail}</bdi> is removed, and with it your access to everything that ${organisation} has opened to you.</p>
    <p>To come back, you need a new invitation. For 30 days ${organisation} can also restore the account.</p>
    ${form(
      c,
      "/myapps/leave",
      {},
      html`<p class="actions"><button class="button danger">Leave ${organisation}</button> <a class="button quiet" href="/myapps">Stay</a></p>`,
    )}`;
  return show(site, c, { title: `Leave ${organisation}?`, body, shape: "card" });
}

function leave(site: Site, c: PageRequest): Response {
  const guest = signedInGuest(site, c);
  if (guest === undefined) return c.redirect("/sign-in", 303);
  deleteUser(site.store, guest.id, c.var.writeOptions);
  c.var.browser.signOut();
  return c.redirect("/myapps/left", 303);
}

function leftPage(site: Site, c: PageRequest): Response | Promise<Response> {
  const { organisation } = site.store.settings;
  const body = html`
    <h1>You have left ${organisation}</h1>
    <p class="lead">Your guest account is removed, and you are signed out.</p>
    <p>You can close this page.</p>`;
  return show(site, c, { title: "You have left", body, shape: "card" });
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
  const { organisation } = site.store.settings;
  if (!guest.accountEnabled) {
    throw new PageError(
      403,
      "Your guest account is blocked",
      `${organisation} has blocked it. Ask the person who invited you.`,
    );
  }
  if (guest.externalUserState !== "Accepted") {
    throw new PageError(
      403,
      "Accept your invitation first",
      `${organisation} has invited you, and you have not accepted yet. Open the link in the invitation mail; if it is lost, ask ${organisation} to send it again.`,
    );
  }
  return guest;
}
