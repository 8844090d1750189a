import { html } from "hono/html";
import type { TenantContext } from "../../tenant-context.ts";
import { moveToRecycleBin } from "../graph/graph-user-routes.ts";
import { form } from "./form.ts";
import { show } from "./page-layout.ts";
import type { PageRequest, PageRoute } from "./route.ts";
import { signedInGuest } from "./signed-in-guest.ts";

/** Leaving the organisation: the guest's own way out (Entra, "Leave an organization as an external user"). */
export function leaveRoutes(tenant: TenantContext): PageRoute[] {
  return [
    { method: "GET", path: "/myapps/leave", handle: (c) => confirmPage(tenant, c) },
    { method: "POST", path: "/myapps/leave", handle: (c) => leave(tenant, c) },
    { method: "GET", path: "/myapps/left", handle: (c) => leftPage(tenant, c) },
  ];
}

function confirmPage(tenant: TenantContext, c: PageRequest): Response | Promise<Response> {
  const guest = signedInGuest(tenant, c);
  if (guest === undefined) return c.redirect("/sign-in", 303);
  const { organisation } = tenant.settings;
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
  return show(tenant, c, { title: `Leave ${organisation}?`, body, shape: "card" });
}

function leave(tenant: TenantContext, c: PageRequest): Response {
  const guest = signedInGuest(tenant, c);
  if (guest === undefined) return c.redirect("/sign-in", 303);
  tenant.database.write(() => moveToRecycleBin(tenant, guest), c.var.writeOptions);
  c.var.browser.signOut();
  return c.redirect("/myapps/left", 303);
}

function leftPage(tenant: TenantContext, c: PageRequest): Response | Promise<Response> {
  const { organisation } = tenant.settings;
  const body = html`
    <h1>You have left ${organisation}</h1>
    <p class="lead">Your guest account is removed, and you are signed out.</p>
    <p>You can close this page.</p>`;
  return show(tenant, c, { title: "You have left", body, shape: "card" });
}
