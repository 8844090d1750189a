import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import type { Settings } from "../../store/tenant-store.ts";
import { EntraError, unknownTenant } from "./client-authentication.ts";
import type { TokenService } from "./token-service.ts";

/** What the identity platform is made of. */
export interface IdentityPart {
  /** The tenant's own address, without a slash at the end. */
  url: string;
  settings: Settings;
  now: () => Date;
  tokens: TokenService;
}

/** Everything of the identity platform that is not Graph: the cloud's metadata, OpenID discovery, keys, tokens. */
export function identityRoutes(part: IdentityPart): Hono {
  const app = new Hono();

  app.get("/metadata/endpoints", (c) => {
    const version = c.req.query("api-version");
    if (version === "2022-09-01") return c.json(cloudMetadata(part));
    const message = `The local tenant serves api-version 2022-09-01 of the metadata, not '${version ?? ""}'.`;
    return c.json({ error: { code: "InvalidApiVersionParameter", message } }, 400);
  });
  app.get("/common/discovery/instance", (c) => c.json(instanceDiscovery(part)));

  app.get("/:tenant/v2.0/.well-known/openid-configuration", (c) => {
    assertKnown(part, c.req.param("tenant"));
    return c.json(openIdConfiguration(part));
  });
  app.get("/:tenant/discovery/v2.0/keys", (c) => {
    assertKnown(part, c.req.param("tenant"));
    return c.json({ keys: [part.tokens.publishedKey] });
  });
  app.post("/:tenant/oauth2/v2.0/token", async (c) => {
    assertKnown(part, c.req.param("tenant"));
    const form = new URLSearchParams(await c.req.text());
    takeBasicCredentials(form, c.req.header("authorization"));
    const answer = await part.tokens.grant(form);
    return c.json(answer, 200, { "Cache-Control": "no-store, no-cache", Pragma: "no-cache" });
  });

  app.onError((error, c) => {
    if (!(error instanceof EntraError)) throw error;
    const correlationId = c.req.header("client-request-id") ?? randomUUID();
    return c.json(error.body(part.url, part.now(), correlationId), error.status, { "Cache-Control": "no-store" });
  });
  return app;
}

/** A tenant is named by its id or by one of its domains. */
function assertKnown({ settings }: IdentityPart, name: string): void {
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

/**
 * The description of this "cloud", in the form of Azure's own `/metadata/endpoints?api-version=2022-09-01`.
 *
 * The official providers refuse a document with an empty endpoint, so all of them are filled. Those of services that the
 * tenant does not have lead to this host and end in a 404.
 */
function cloudMetadata({ url, settings, tokens }: IdentityPart) {
  const host = new URL(url).host;
  const absent = (service: string) => `${url}/not-served/${service}`;
  return {
    name: "LocalTenant",
    portal: url,
    authentication: {
      loginEndpoint: `${url}/`,
      audiences: [tokens.azureAudience],
      tenant: settings.tenantId,
      identityProvider: "AAD",
    },
    resourceManager: `${url}/`,
    microsoftGraphResourceId: `${url}/`,
    graph: absent("azure-ad-graph"),
    graphAudience: absent("azure-ad-graph"),
    gallery: absent("gallery"),
    media: absent("media"),
    batch: absent("batch"),
    sqlManagement: absent("sql-management"),
    vmImageAliasDoc: absent("vm-image-aliases"),
    activeDirectoryDataLake: absent("data-lake"),
    appInsightsResourceId: absent("app-insights"),
    appInsightsTelemetryChannelResourceId: absent("app-insights-telemetry"),
    attestationResourceId: absent("attestation"),
    synapseAnalyticsResourceId: absent("synapse"),
    logAnalyticsResourceId: absent("log-analytics"),
    ossrDbmsResourceId: absent("open-source-databases"),
    suffixes: suffixes(host),
  };
}

function suffixes(host: string) {
  const names = [
    "acrLoginServer",
    "attestationEndpoint",
    "azureDataLakeAnalyticsCatalogAndJob",
    "azureDataLakeStoreFileSystem",
    "azureFrontDoorEndpointSuffix",
    "keyVaultDns",
    "mariadbServerEndpoint",
    "mhsmDns",
    "mysqlServerEndpoint",
    "postgresqlServerEndpoint",
    "sqlServerHostname",
    "storage",
    "storageSyncEndpointSuffix",
    "synapseAnalytics",
  ];
  return Object.fromEntries(names.map((name) => [name, host]));
}

/** The tenant's OpenID Connect discovery document, in the form of Entra's v2.0 one. */
function openIdConfiguration({ url, settings }: IdentityPart) {
  const authority = `${url}/${settings.tenantId}`;
  return {
    issuer: `${authority}/v2.0`,
    token_endpoint: `${authority}/oauth2/v2.0/token`,
    authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${authority}/oauth2/v2.0/devicecode`,
    end_session_endpoint: `${authority}/oauth2/v2.0/logout`,
    userinfo_endpoint: `${url}/oidc/userinfo`,
    jwks_uri: `${authority}/discovery/v2.0/keys`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    response_modes_supported: ["query", "fragment", "form_post"],
    response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
    request_uri_parameter_supported: false,
    http_logout_supported: false,
    frontchannel_logout_supported: false,
    claims_supported: ["sub", "iss", "aud", "exp", "iat", "tid", "ver", "appid", "oid", "roles"],
    tenant_region_scope: "EU",
    cloud_instance_name: new URL(url).host,
    cloud_graph_host_name: new URL(url).host,
    msgraph_host: new URL(url).host,
    rbac_url: `${url}/`,
  };
}

/** What MSAL asks for before it trusts an authority that it does not know. */
function instanceDiscovery({ url, settings }: IdentityPart) {
  const { host } = new URL(url);
  return {
    tenant_discovery_endpoint: `${url}/${settings.tenantId}/v2.0/.well-known/openid-configuration`,
    "api-version": "1.1",
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  };
}
