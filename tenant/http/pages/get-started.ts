import { html } from "hono/html";
import type { Redemption } from "../../domain/redeem-invitation.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { form } from "./form.ts";
import { show } from "./page-layout.ts";
import type { PageRequest } from "./route.ts";
import { steps } from "./steps.ts";

/** What the link in the mail leads to. */
export function getStartedPage(
  tenant: TenantContext,
  c: PageRequest,
  { invitation, guest }: Redemption,
  ticket: string,
): Response | Promise<Response> {
  const { organisation, domain } = tenant.settings;
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
  return show(tenant, c, { title: "Your invitation", body, shape: "card" });
}
