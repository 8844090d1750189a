import type { Application } from "../../store/application-store.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { authenticateClient } from "./client-authentication.ts";
import { EntraError, missingParameter } from "./errors.ts";
import { graphAudience, resourceManagerAudience } from "./metadata.ts";
import { issueToken } from "./token-service.ts";

/** A token as the endpoint answers it (RFC 6749, 5.1, with Entra's `ext_expires_in`). */
export interface TokenAnswer {
  token_type: "Bearer";
  expires_in: number;
  ext_expires_in: number;
  access_token: string;
}

/**
 * Grants a token to an application for itself (client credentials).
 *
 * @param form the body of the request; a client that sends its id and secret by HTTP Basic has them put in already
 * @throws EntraError with the AADSTS code that Entra gives
 */
export async function grantToken(tenant: TenantContext, form: URLSearchParams): Promise<TokenAnswer> {
  const grantType = form.get("grant_type") ?? "";
  if (grantType === "") throw missingParameter("grant_type");
  if (grantType !== "client_credentials") {
    throw new EntraError(
      400,
      "unsupported_grant_type",
      70003,
      `The app requested an unsupported grant type '${grantType}'.`,
    );
  }
  const clientId = form.get("client_id") ?? "";
  if (clientId === "") throw missingParameter("client_id");
  const app = tenant.applications.find(clientId);
  if (app === undefined) throw unknownApplication(tenant, clientId);

  const audience = audienceOf(tenant, form.get("scope") ?? "");
  await authenticateClient(tenant, app, form);
  return {
    token_type: "Bearer",
    expires_in: tenant.tokenLifetimeSeconds,
    ext_expires_in: tenant.tokenLifetimeSeconds,
    access_token: await issueToken(tenant, app, audience, rolesFor(tenant, app, audience)),
  };
}

/** The scope names one resource, as `<resource>/.default`; a resource that ends in a slash gives `//.default`. */
function audienceOf(tenant: TenantContext, scope: string): string {
  if (scope === "") {
    throw new EntraError(
      400,
      "invalid_request",
      90014,
      "The required field 'scope' is missing from the credential. Ensure that you have all the necessary parameters for the login request.",
    );
  }
  if (!/^\S+\/\.default$/.test(scope)) {
    throw new EntraError(
      400,
      "invalid_scope",
      1002012,
      `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    );
  }
  const audience = scope.slice(0, -"/.default".length);
  const known = [graphAudience(tenant), resourceManagerAudience(tenant)];
  if (known.includes(audience.replace(/\/$/, ""))) return audience;
  throw new EntraError(
    400,
    "invalid_resource",
    500011,
    `The resource principal named ${audience} was not found in the tenant named ${tenant.settings.organisation}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
  );
}

function rolesFor(tenant: TenantContext, app: Application, audience: string): readonly string[] {
  return audience.replace(/\/$/, "") === graphAudience(tenant) ? app.permissions : [];
}

function unknownApplication(tenant: TenantContext, clientId: string): EntraError {
  return new EntraError(
    400,
    "unauthorized_client",
    700016,
    `Application with identifier '${clientId}' was not found in the directory '${tenant.settings.organisation}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
  );
}
