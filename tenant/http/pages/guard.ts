import type { TenantContext } from "../../tenant-context.ts";
import { PageError } from "./page-error.ts";
import type { PageRequest } from "./route.ts";

/** No form of these pages comes near this. */
const longestForm = 64 * 1024;

/**
 * Pages are served under the names of this machine only. A site elsewhere can have its own name lead to 127.0.0.1 and
 * then read what the browser fetches from there, as its own (DNS rebinding); its name gives it away.
 *
 * @throws PageError 421
 */
export function assertLocalHost(tenant: TenantContext, c: PageRequest): void {
  const { port } = new URL(tenant.url);
  const host = c.req.header("host")?.toLowerCase();
  if (host === `127.0.0.1:${port}` || host === `localhost:${port}`) return;
  throw new PageError(421, "Wrong address", `These pages are served at ${tenant.url} only. Open them there.`);
}

/**
 * Reads a form, and refuses one that another site made the browser send: it comes with the token of a form that this
 * tenant made for this browser, and from this tenant as far as the browser says where from. (`Origin` is `null` where
 * the referrer is withheld, as it is here.)
 *
 * @throws PageError 403, or 413 for a form that is too long
 */
export async function readForm(tenant: TenantContext, c: PageRequest): Promise<URLSearchParams> {
  const site = c.req.header("sec-fetch-site");
  const origin = c.req.header("origin");
  const elsewhere =
    (site !== undefined && site !== "same-origin" && site !== "none") ||
    (origin !== undefined && origin !== "null" && !isOwnOrigin(tenant, origin));
  if (Number(c.req.header("content-length") ?? 0) > longestForm) {
    throw new PageError(413, "That was too much", "The form was longer than any of these pages sends.");
  }
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(c.req.header("content-type") ?? "");
  const form = new URLSearchParams(isForm ? await c.req.text() : "");
  if (!elsewhere && c.var.browser.isFormToken(form.get("token") ?? "")) return form;
  throw new PageError(
    403,
    "This page is out of date",
    "Nothing was changed. The form did not come from a page that this browser has open here, or the local tenant has started again since. Go back, reload the page and try again.",
    { links: [{ text: "To the start page", href: "/" }] },
  );
}

function isOwnOrigin({ url }: TenantContext, origin: string): boolean {
  const { port } = new URL(url);
  return origin === url || origin === `https://localhost:${port}`;
}
