import { html } from "hono/html";
import type { TenantContext } from "../../tenant-context.ts";
import { show } from "./page-layout.ts";
import type { PageRequest } from "./route.ts";

export function cancelledPage(tenant: TenantContext, c: PageRequest): Response | Promise<Response> {
  const { organisation } = tenant.settings;
  const body = html`
    <h1>You have not accepted</h1>
    <p class="lead">Nothing was changed, and ${organisation} gives you access to nothing.</p>
    <p>The invitation stays open. If you change your mind, open the link in the mail again.</p>`;
  return show(tenant, c, { title: "Not accepted", body, shape: "card" });
}
