import type { TenantContext } from "../../tenant-context.ts";

/** The tenant's OpenID Connect discovery document, in the form of Entra's v2.0 one. */
export function openIdConfiguration({ url, settings }: TenantContext) {
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
export function instanceDiscovery({ url, settings }: TenantContext) {
  const { host } = new URL(url);
  return {
    tenant_discovery_endpoint: `${url}/${settings.tenantId}/v2.0/.well-known/openid-configuration`,
    "api-version": "1.1",
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  };
}
