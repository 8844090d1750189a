import { Hono } from "hono";
import { html } from "hono/html";
import { Refusal } from "../../domain/refusal.ts";
import type { User } from "../../store/object-types.ts";
import { isInvited } from "../../store/user-store.ts";
import { directoryRoutes } from "./directory-pages.ts";
import { myAppsRoutes } from "./my-apps-pages.ts";
import { type Markup, securityHeaders, show, showError, staticFileRoutes } from "./page-layout.ts";
import {
  assertLocalHost,
  Browser,
  type PageEnv,
  PageError,
  type PageRequest,
  type PageRoute,
  readForm,
  type Site,
  wordsFor,
} from "./page-request.ts";
import { redemptionRoutes } from "./redemption-pages.ts";
import { signInRoutes } from "./sign-in-pages.ts";
import { userPageRoutes } from "./user-page.ts";

/** What people see of the tenant, in a browser: HTML made here, without any script. */
export function pageRoutes(site: Site): Hono<PageEnv> {
  const routes: PageRoute[] = [
    ...staticFileRoutes(),
    { method: "GET", path: "/", handle: (c) => startPage(site, c) },
    ...[...redemptionRoutes(site), ...signInRoutes(site), ...myAppsRoutes(site)].map((route) => ({
      ...route,
      of: "guest" as const,
    })),
    ...directoryRoutes(site),
    ...userPageRoutes(site),
  ];
  const app = new Hono<PageEnv>();
  for (const route of routes) app.on(route.method, route.path, (c) => serve(site, c, route));
  return app;
}

async function serve(site: Site, c: PageRequest, route: PageRoute): Promise<Response> {
  c.header("Cache-Control", "no-store");
  await securityHeaders(c, async () => {
    c.res = await answer(site, c, route);
  });
  return c.res;
}

async function answer(site: Site, c: PageRequest, { of, handle }: PageRoute): Promise<Response> {
  try {
    assertLocalHost(site, c);
    c.set("browser", new Browser(site, c));
    if (of === "guest") wordsFor(c, guestOf(site, c));
    c.set("form", c.req.method === "POST" ? await readForm(site, c) : new URLSearchParams());
    return await handle(c);
  } catch (error) {
    return showError(site, c, pageErrorOf(error));
  }
}

/** Whom this browser has shown to be, or is about to. */
function guestOf({ store }: Site, c: PageRequest): User | undefined {
  const { userId, invitationId, signIn } = c.var.browser.session;
  const invited = store.invitations.byId(invitationId ?? signIn?.invitationId ?? "")?.userId;
  return store.users.current(userId ?? invited ?? "");
}

/** What a page says of a failure. What it does not say is for the tenant's output only. */
function pageErrorOf(error: unknown): PageError {
  if (error instanceof PageError) return error;
  if (error instanceof Refusal) {
    return new PageError(error.reason === "not-found" ? 404 : 400, "That was refused", error.message);
  }
  console.error(error);
  return new PageError(500, "The local tenant failed", "Its output says how. Reload the page to try again.");
}

/** Whether the caller is a person at a browser, so that an error has to be a page. */
export function wantsPage(c: { req: { path: string; header(name: string): string | undefined } }): boolean {
  const isApi = /^\/(v1\.0|beta|_tenant|metadata)(\/|$)/.test(c.req.path);
  return !isApi && (c.req.header("accept") ?? "").includes("text/html");
}

/** The page for an address where nothing is. */
export async function notFoundPage(site: Site, c: PageRequest): Promise<Response> {
  const error = new PageError(404, "There is no such page", "The address may be mistyped, or the page is gone.", {
    links: [{ text: "To the start page", href: "/" }],
  });
  c.header("Cache-Control", "no-store");
  await securityHeaders(c, async () => {
    c.res = await showError(site, c, error);
  });
  return c.res;
}

function startPage(site: Site, c: PageRequest): Response | Promise<Response> {
  const { store, inboxUrl } = site;
  const { settings } = store;
  const guests = store.users.currentUsers("live").filter(isInvited);
  const accepted = guests.filter(({ externalUserState }) => externalUserState === "Accepted").length;
  const body = html`
    <h1>${settings.organisation}</h1>
    <p class="lead">${guests.length} invited ${guests.length === 1 ? "guest" : "guests"}, ${accepted} accepted. See here what an invitation becomes, before real guests receive it.</p>
    <ul class="doors">
      ${inboxUrl && door("Inbox", inboxUrl, "Every mail of the tenant: invitations and sign-in codes. Open one and follow its link.")}
      ${door("Directory", "/directory", "For the admin: who is invited, who has accepted. Send again, delete, restore.")}
      ${door("My Apps", "/myapps", "For a guest who has accepted: the applications that are open to them.")}
    </ul>
    <dl class="facts">
      <div><dt>Domain</dt><dd>${settings.domain}</dd></div>
      <div><dt>Tenant</dt><dd><code>${settings.tenantId}</code></dd></div>
    </dl>`;
  return show(site, c, { title: "Local tenant", body, shape: "sheet", part: "start" });
}

function door(title: string, href: string, text: string): Markup {
  return html`<li><h2><a href="${href}">${title}</a></h2><p>${text}</p></li>`;
}
