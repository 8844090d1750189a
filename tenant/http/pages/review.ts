import { html } from "hono/html";
import type { Redemption } from "../../domain/redeem-invitation.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { form } from "./form.ts";
import { monogram, show } from "./page-layout.ts";
import type { PageRequest } from "./route.ts";
import { policyLeadingTo } from "./security-headers.ts";
import { steps } from "./steps.ts";
import { isWebAddress } from "./web-address.ts";

/** What the organisation will know and do, and the guest's decision. */
export function reviewPage(
  tenant: TenantContext,
  c: PageRequest,
  { invitation, guest }: Redemption,
): Response | Promise<Response> {
  const { organisation, domain } = tenant.settings;
  const onward = isWebAddress(invitation.redirectUrl) ? new URL(invitation.redirectUrl) : undefined;
  if (onward) c.header("Content-Security-Policy", policyLeadingTo(onward));
  const body = html`
    ${steps("review")}
    <h1>Review permissions</h1>
    <div class="party">${monogram(organisation)}<p><strong>${organisation}</strong><span>${domain}</span></p></div>
    <p>If you accept, ${organisation} may:</p>
    <ul class="permissions">
      <li><strong>Read who you are</strong><span>Your name, <bdi>${guest.displayName}</bdi>, and your address, <bdi class="address">${invitation.emailAddress}</bdi>.</span></li>
      <li><strong>Keep a guest account for you</strong><span>It decides what the account can open, and may change or remove it.</span></li>
      <li><strong>Record what you do there</strong><span>When you sign in, and how you use what it has opened to you.</span></li>
    </ul>
    <p>You can leave ${organisation} at any time, from My Apps.${onward && html` After accepting you go on to <bdi class="address">${onward.host}</bdi>.`}</p>
    ${form(
      c,
      "/redeem/accept",
      { invitation: invitation.id },
      html`<p class="actions"><button class="button">Accept</button> <button class="button quiet" formaction="/redeem/cancel">Cancel</button></p>`,
    )}
    <p class="aside">Accept only if you know and trust ${organisation}. Signed in as <bdi class="address">${invitation.emailAddress}</bdi>.</p>`;
  return show(tenant, c, { title: "Review permissions", body, shape: "card" });
}
