import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import type { TenantContext } from "../../tenant-context.ts";
import { EntraError, unknownTenant } from "./errors.ts";
import { cloudMetadata } from "./metadata.ts";
import { instanceDiscovery, openIdConfiguration } from "./openid.ts";
import { grantToken } from "./token.ts";

/** Everything of the identity platform that is not Graph: the cloud's metadata, OpenID discovery, keys, tokens. */
export function identityRoutes(tenant: TenantContext): Hono {
  const app = new Hono();

  app.get("/metadata/endpoints", (c) => {
    const version = c.req.query("api-version");
    if (version === "2022-09-01") return c.json(cloudMetadata(tenant));
    const message = `The local tenant serves api-version 2022-09-01 of the metadata, not '${version ?? ""}'.`;
    return c.json({ error: { code: "InvalidApiVersionParameter", message } }, 400);
  });
  app.get("/common/discovery/instance", (c) => c.json(instanceDiscovery(tenant)));

  app.get("/:tenant/v2.0/.well-known/openid-configuration", (c) => {
    assertKnown(tenant, c.req.param("tenant"));
    return c.json(openIdConfiguration(tenant));
  });
  app.get("/:tenant/discovery/v2.0/keys", (c) => {
    assertKnown(tenant, c.req.param("tenant"));
    return c.json({ keys: [tenant.signingKey.published] });
  });
  app.post("/:tenant/oauth2/v2.0/token", async (c) => {
    assertKnown(tenant, c.req.param("tenant"));
    const form = new URLSearchParams(await c.req.text());
    takeBasicCredentials(form, c.req.header("authorization"));
    const answer = await grantToken(tenant, form);
    return c.json(answer, 200, { "Cache-Control": "no-store, no-cache", Pragma: "no-cache" });
  });

  app.onError((error, c) => {
    if (!(error instanceof EntraError)) throw error;
    const correlationId = c.req.header("client-request-id") ?? randomUUID();
    return c.json(error.body(tenant.url, tenant.now(), correlationId), error.status, { "Cache-Control": "no-store" });
  });
  return app;
}

/** A tenant is named by its id or by one of its domains. */
function assertKnown({ settings }: TenantContext, name: string): void {
  if (![settings.tenantId, settings.initialDomain, settings.domain].includes(name)) throw unknownTenant(name);
}

/** A client may send its id and secret as HTTP Basic credentials (RFC 6749, 2.3.1). */
function takeBasicCredentials(form: URLSearchParams, authorization = ""): void {
  const basic = /^Basic (.+)$/i.exec(authorization)?.[1];
  if (basic === undefined) return;
  const credentials = new URLSearchParams(Buffer.from(basic, "base64").toString().replace(":", "="));
  const [[id, secret] = ["", ""]] = credentials;
  if (!form.has("client_id")) form.set("client_id", id);
  if (!form.has("client_secret")) form.set("client_secret", secret);
}
