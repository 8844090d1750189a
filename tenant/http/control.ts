import { timingSafeEqual } from "node:crypto";
import { Hono } from "hono";
import * as z from "zod";
import { acceptInvitation } from "../domain/redeem-invitation.ts";
import type { TenantContext } from "../tenant-context.ts";
import { faultRule } from "./faults.ts";
import type { TenantEnv } from "./graph/graph-request.ts";

/**
 * `/_tenant/…`: what a test or an admin of the local tenant may do to it, and Graph may not.
 *
 * `health` is open; everything else asks for the control token of the data folder, as a bearer token.
 */
export function controlRoutes(tenant: TenantContext): Hono<TenantEnv> {
  const app = new Hono<TenantEnv>();
  app.get("/health", (c) => c.json({ status: "ok", url: tenant.url, tenantId: tenant.settings.tenantId }));

  app.use("*", async (c, next) => {
    if (isControlToken(tenant, c.req.header("authorization"))) return next();
    return c.json(
      { error: "The control token is missing or wrong. It is in the file control-token of the data folder." },
      401,
    );
  });
  app.get("/requests", (c) => c.json({ requests: tenant.requests.all() }));
  app.delete("/requests", (c) => {
    tenant.requests.clear();
    return c.body(null, 204);
  });
  app.get("/faults", (c) => c.json({ faults: tenant.faults.list() }));
  app.put("/faults", async (c) => {
    const parsed = z.object({ faults: z.array(faultRule) }).safeParse(await c.req.json().catch(() => undefined));
    if (!parsed.success) return c.json({ error: z.prettifyError(parsed.error) }, 400);
    tenant.faults.set(parsed.data.faults);
    return c.json({ faults: tenant.faults.list() });
  });
  app.delete("/faults", (c) => {
    tenant.faults.clear();
    return c.body(null, 204);
  });
  app.get("/mails", (c) => c.json({ mails: tenant.mails.list() }));
  app.post("/accept", async (c) => {
    const parsed = z.object({ email: z.string() }).safeParse(await c.req.json().catch(() => undefined));
    if (!parsed.success) return c.json({ error: z.prettifyError(parsed.error) }, 400);
    const guest = acceptInvitation(tenant, parsed.data.email);
    return guest ? c.json({ id: guest.id }) : c.json({ error: `No guest has the address ${parsed.data.email}.` }, 404);
  });
  return app;
}

function isControlToken(tenant: TenantContext, authorization = ""): boolean {
  const given = Buffer.from(authorization.replace(/^Bearer +/i, ""));
  const right = Buffer.from(tenant.settings.controlToken);
  return given.length === right.length && timingSafeEqual(given, right);
}
