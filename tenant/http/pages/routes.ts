import { Hono } from "hono";
import type { TenantContext } from "../../tenant-context.ts";
import { GraphError } from "../graph/errors.ts";
import { directoryListRoutes } from "./directory-pages.ts";
import { assertLocalHost, readForm } from "./guard.ts";
import { leaveRoutes } from "./leave.ts";
import { myAppsRoutes } from "./my-apps-pages.ts";
import { PageError } from "./page-error.ts";
import { showError } from "./page-layout.ts";
import { Browser } from "./page-request.ts";
import { recycleBinRoutes } from "./recycle-bin.ts";
import { redemptionRoutes } from "./redemption-pages.ts";
import type { PageEnv, PageRequest, PageRoute } from "./route.ts";
import { securityHeaders } from "./security-headers.ts";
import { signInRoutes } from "./sign-in-routes.ts";
import { startRoutes } from "./start.ts";
import { staticFileRoutes } from "./static-files.ts";
import { guestRoutes } from "./user-page.ts";

/** What people see of the tenant, in a browser: HTML made here, without any script. */
export function pageRoutes(tenant: TenantContext): Hono<PageEnv> {
  const routes: PageRoute[] = [
    ...staticFileRoutes(),
    ...startRoutes(tenant),
    ...redemptionRoutes(tenant),
    ...signInRoutes(tenant),
    ...myAppsRoutes(tenant),
    ...leaveRoutes(tenant),
    ...directoryListRoutes(tenant),
    ...guestRoutes(tenant),
    ...recycleBinRoutes(tenant),
  ];
  const app = new Hono<PageEnv>();
  for (const { method, path, handle } of routes) app.on(method, path, (c) => serve(tenant, c, handle));
  return app;
}

async function serve(tenant: TenantContext, c: PageRequest, handle: PageRoute["handle"]): Promise<Response> {
  c.header("Cache-Control", "no-store");
  await securityHeaders(c, async () => {
    c.res = await answer(tenant, c, handle);
  });
  return c.res;
}

async function answer(tenant: TenantContext, c: PageRequest, handle: PageRoute["handle"]): Promise<Response> {
  try {
    assertLocalHost(tenant, c);
    c.set("browser", new Browser(tenant, c));
    c.set("form", c.req.method === "POST" ? await readForm(tenant, c) : new URLSearchParams());
    return await handle(c);
  } catch (error) {
    return showError(tenant, c, pageErrorOf(error));
  }
}

/** What a page may say of a failure; the rest is for the output of the tenant only. */
function pageErrorOf(error: unknown): PageError {
  if (error instanceof PageError) return error;
  if (error instanceof GraphError) return new PageError(error.status, "That was refused", error.message);
  console.error(error);
  return new PageError(500, "The local tenant failed", "Its output says how. Reload the page to try again.");
}

/** Whether the caller is a person at a browser, so that an error is to be a page. */
export function wantsPage(c: { req: { path: string; header(name: string): string | undefined } }): boolean {
  const isApi = /^\/(v1\.0|beta|_tenant|metadata)(\/|$)/.test(c.req.path);
  return !isApi && (c.req.header("accept") ?? "").includes("text/html");
}

/** The page for an address where nothing is. */
export async function notFoundPage(tenant: TenantContext, c: PageRequest): Promise<Response> {
  const error = new PageError(404, "There is no such page", "The address may be mistyped, or the page is gone.", {
    links: [{ text: "To the start page", href: "/" }],
  });
  c.header("Cache-Control", "no-store");
  await securityHeaders(c, async () => {
    c.res = await showError(tenant, c, error);
  });
  return c.res;
}
