import { html } from "hono/html";
import type { Redemption } from "../../domain/redeem-invitation.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { show } from "./page-layout.ts";
import type { PageRequest } from "./route.ts";
import { isWebAddress } from "./web-address.ts";

/** For a guest who has accepted already: says so, and goes on to where the invitation leads. */
export function acceptedPage(
  tenant: TenantContext,
  c: PageRequest,
  { invitation, guest }: Redemption,
): Response | Promise<Response> {
  const { organisation } = tenant.settings;
  const { redirectUrl } = invitation;
  const body = html`
    <h1>You have already accepted</h1>
    <p class="lead"><bdi class="address">${guest.mail}</bdi> is a guest of ${organisation}. There is nothing more to do here.</p>
    <p class="actions">
      ${isWebAddress(redirectUrl) && html`<a class="button" href="${redirectUrl}"><span>Continue to ${new URL(redirectUrl).host}</span></a>`}
      <a class="button quiet" href="/myapps">My Apps</a>
    </p>`;
  return show(tenant, c, { title: "Already accepted", body, shape: "card" });
}
