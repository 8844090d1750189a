import { html } from "hono/html";
import type { AssignedApplication } from "../../domain/app-access.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { type Markup, monogram, show } from "./page-layout.ts";
import type { PageRequest, PageRoute } from "./route.ts";
import { signOutButton } from "./sign-out.ts";
import { signedInGuest } from "./signed-in-guest.ts";
import { isWebAddress } from "./web-address.ts";

/** My Apps: what a guest finds after accepting. */
export function myAppsRoutes(tenant: TenantContext): PageRoute[] {
  return [{ method: "GET", path: "/myapps", handle: (c) => myAppsPage(tenant, c) }];
}

function myAppsPage(tenant: TenantContext, c: PageRequest): Response | Promise<Response> {
  const guest = signedInGuest(tenant, c);
  if (guest === undefined) return c.redirect("/sign-in", 303);
  const { organisation } = tenant.settings;
  const applications = tenant.applicationsOf(guest.id);
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
  return show(tenant, c, { title: "My Apps", body, shape: "sheet", part: "my-apps" });
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
