import { html } from "hono/html";
import type { TenantContext } from "../../tenant-context.ts";
import { type Markup, show } from "./page-layout.ts";
import type { PageRequest, PageRoute } from "./route.ts";

export function startRoutes(tenant: TenantContext): PageRoute[] {
  return [{ method: "GET", path: "/", handle: (c) => startPage(tenant, c) }];
}

function startPage(tenant: TenantContext, c: PageRequest): Response | Promise<Response> {
  const { settings, mailer } = tenant;
  const guests = tenant.users.currentUsers("live").filter(({ creationType }) => creationType === "Invitation");
  const accepted = guests.filter(({ externalUserState }) => externalUserState === "Accepted").length;
  const body = html`
    <h1>${settings.organisation}</h1>
    <p class="lead">${guests.length} invited ${guests.length === 1 ? "guest" : "guests"}, ${accepted} accepted. See here what an invitation becomes, before real guests receive it.</p>
    <ul class="doors">
      ${mailer && door("Inbox", mailer.inboxUrl, "Every mail of the tenant: invitations and sign-in codes. Open one and follow its link.")}
      ${door("Directory", "/directory", "For the admin: who is invited, who has accepted. Send again, delete, restore.")}
      ${door("My Apps", "/myapps", "For a guest who has accepted: the applications that are open to them.")}
    </ul>
    <dl class="facts">
      <div><dt>Domain</dt><dd>${settings.domain}</dd></div>
      <div><dt>Tenant</dt><dd><code>${settings.tenantId}</code></dd></div>
    </dl>`;
  return show(tenant, c, { title: "Local tenant", body, shape: "sheet", part: "start" });
}

function door(title: string, href: string, text: string): Markup {
  return html`<li><h2><a href="${href}">${title}</a></h2><p>${text}</p></li>`;
}
