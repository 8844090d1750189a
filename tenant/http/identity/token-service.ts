import { createPrivateKey, createPublicKey, randomBytes } from "node:crypto";
import { errors, type JWK, jwtVerify, SignJWT } from "jose";
import type { Application } from "../../store/application-store.ts";
import type { TenantContext } from "../../tenant-context.ts";

/** What a verified access token says. */
export interface Caller {
  appId: string;
  servicePrincipalId: string;
  appName: string;
  /** The application permissions in the token. */
  roles: ReadonlySet<string>;
}

/** Why a token was refused, in Graph's words. */
export class TokenRefused extends Error {
  override name = "TokenRefused";
}

/** The parts of the stored private key. */
export function signingKeyOf(jwk: JWK): TenantContext["signingKey"] {
  const sign = createPrivateKey({ key: jwk as Record<string, string>, format: "jwk" });
  const verify = createPublicKey(sign);
  const { kty, n, e } = verify.export({ format: "jwk" });
  return { sign, verify, published: { kty, n, e, kid: jwk.kid, alg: "RS256", use: "sig" } as JWK };
}

export const issuerOf = (tenant: TenantContext) => `${tenant.url}/${tenant.settings.tenantId}/`;

/**
 * Signs an access token.
 *
 * @param audience the resource it is for
 * @param roles the application permissions that the resource is to see
 */
export function issueToken(tenant: TenantContext, app: Application, audience: string, roles: readonly string[]) {
  const now = Math.floor(tenant.now().getTime() / 1000);
  return new SignJWT({
    appid: app.appId,
    appidacr: "1",
    app_displayname: app.displayName,
    idtyp: "app",
    oid: app.servicePrincipalId,
    roles,
    tid: tenant.settings.tenantId,
    uti: randomBytes(16).toString("base64url"),
    ver: "1.0",
  })
    .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: tenant.signingKey.published.kid })
    .setIssuer(issuerOf(tenant))
    .setSubject(app.servicePrincipalId)
    .setAudience(audience)
    .setIssuedAt(now)
    .setNotBefore(now)
    .setExpirationTime(now + tenant.tokenLifetimeSeconds)
    .sign(tenant.signingKey.sign);
}

/**
 * Reads an access token.
 *
 * @throws TokenRefused when it is not this tenant's, not for this resource, or past its time
 */
export async function verifyToken(tenant: TenantContext, token: string, audience: string): Promise<Caller> {
  try {
    const { payload } = await jwtVerify(token, tenant.signingKey.verify, {
      algorithms: ["RS256"],
      issuer: issuerOf(tenant),
      audience: [audience, `${audience}/`],
      currentDate: tenant.now(),
    });
    if (payload.tid !== tenant.settings.tenantId) throw new TokenRefused("Invalid tenant.");
    return {
      appId: String(payload.appid),
      servicePrincipalId: String(payload.oid),
      appName: String(payload.app_displayname),
      roles: new Set(Array.isArray(payload.roles) ? payload.roles.map(String) : []),
    };
  } catch (error) {
    if (error instanceof TokenRefused) throw error;
    throw new TokenRefused(reason(error));
  }
}

function reason(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "Lifetime validation failed, the token is expired.";
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === "aud") return "Access token validation failure. Invalid audience.";
    if (error.claim === "iss") return "Access token validation failure. Invalid issuer.";
    return `Access token validation failure. Invalid ${error.claim}.`;
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return "Access token validation failure. Invalid signature.";
  }
  return "IDX14100: JWT is not well formed, there are no dots (.). The token needs to be in JWS or JWE Compact Serialization Format.";
}
