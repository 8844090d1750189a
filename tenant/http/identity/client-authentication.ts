import { createHash, X509Certificate } from "node:crypto";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  jwtVerify,
} from "jose";
import { type Application, type FederatedCredential, isSecretOf } from "../../store/application-store.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { EntraError } from "./errors.ts";

/** The audience that a federated assertion is for unless the credential names another. */
export const defaultFederatedAudience = "api://AzureADTokenExchange";

const bearerAssertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/**
 * Makes sure that whoever asks for a token is the application: by its secret, by a JWT that it signed with a
 * registered certificate, or by a JWT of a workload that it trusts (workload identity federation).
 *
 * @throws EntraError where it is not
 */
export async function authenticateClient(tenant: TenantContext, app: Application, form: URLSearchParams) {
  const secret = form.get("client_secret");
  if (secret !== null) {
    if (isSecretOf(app, secret)) return;
    throw refused(
      7000215,
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${app.appId}'.`,
    );
  }
  const assertion = form.get("client_assertion");
  if (assertion === null || form.get("client_assertion_type") !== bearerAssertion) {
    throw refused(
      7000216,
      "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
    );
  }
  const claims = readClaims(assertion);
  if (claims.iss?.toLowerCase() === app.appId) return verifyCertificateAssertion(tenant, app, assertion);
  return verifyFederatedAssertion(tenant, app, assertion, claims);
}

function readClaims(assertion: string): JWTPayload {
  try {
    return decodeJwt(assertion);
  } catch {
    throw refused(50027, "JWT token is invalid or malformed.");
  }
}

async function verifyFederatedAssertion(
  tenant: TenantContext,
  app: Application,
  assertion: string,
  claims: JWTPayload,
): Promise<void> {
  const credential = matchingCredential(app.federatedCredentials ?? [], claims);
  const keys =
    typeof credential.keys === "string"
      ? createRemoteJWKSet(new URL(credential.keys))
      : createLocalJWKSet(credential.keys);
  await jwtVerify(assertion, keys, {
    issuer: credential.issuer,
    subject: credential.subject,
    audience: credential.audience ?? defaultFederatedAudience,
    currentDate: tenant.now(),
    clockTolerance: clockSkew,
  }).catch((error: unknown) => {
    throw assertionRefused(error, claims, tenant.now());
  });
}

/** Issuer, subject and audience are compared to the letter; the code says which one is the first that fits nothing. */
function matchingCredential(credentials: readonly FederatedCredential[], claims: JWTPayload): FederatedCredential {
  const check =
    "Check your federated identity credential Subject, Audience and Issuer against the presented assertion.";
  const ofIssuer = credentials.filter(({ issuer }) => issuer === claims.iss);
  if (ofIssuer.length === 0) {
    throw refused(
      700211,
      `No matching federated identity record found for presented assertion issuer '${claims.iss}'. ${check}`,
    );
  }
  const ofSubject = ofIssuer.filter(({ subject }) => subject === claims.sub);
  if (ofSubject.length === 0) {
    throw refused(
      700213,
      `No matching federated identity record found for presented assertion subject '${claims.sub}'. ${check}`,
    );
  }
  const audiences = [claims.aud ?? []].flat();
  const match = ofSubject.find(({ audience = defaultFederatedAudience }) => audiences.includes(audience));
  if (match === undefined) {
    throw refused(
      700212,
      `No matching federated identity record found for presented assertion audience '${audiences.join(", ")}'. ${check}`,
    );
  }
  return match;
}

async function verifyCertificateAssertion(tenant: TenantContext, app: Application, assertion: string): Promise<void> {
  const header = decodeProtectedHeader(assertion);
  const certificate = (app.certificates ?? [])
    .map((pem) => new X509Certificate(pem))
    .find(({ raw }) => thumbprint(raw, "sha256") === header["x5t#S256"] || thumbprint(raw, "sha1") === header.x5t);
  if (certificate === undefined) {
    throw refused(
      700027,
      "The certificate with identifier used to sign the client assertion is not registered on application.",
    );
  }
  await jwtVerify(assertion, certificate.publicKey, {
    subject: app.appId,
    audience: [
      `${tenant.url}/${tenant.settings.tenantId}/oauth2/v2.0/token`,
      `${tenant.url}//${tenant.settings.tenantId}/oauth2/v2.0/token`,
      `${tenant.url}/${tenant.settings.tenantId}/v2.0`,
    ],
    currentDate: tenant.now(),
    clockTolerance: clockSkew,
  }).catch((error: unknown) => {
    throw assertionRefused(error, decodeJwt(assertion), tenant.now());
  });
}

/** By how much a client's clock may differ, in seconds: the five minutes that are usual for signed assertions. */
const clockSkew = 300;

function thumbprint(raw: Buffer, hash: "sha1" | "sha256"): string {
  return createHash(hash).update(raw).digest("base64url");
}

function assertionRefused(error: unknown, claims: JWTPayload, now: Date): EntraError {
  const outOfTime =
    error instanceof errors.JWTExpired || (error instanceof errors.JWTClaimValidationFailed && error.claim === "nbf");
  if (outOfTime) {
    const time = (seconds?: number) => (seconds === undefined ? "none" : new Date(seconds * 1000).toISOString());
    return refused(
      700024,
      `Client assertion is not within its valid time range. Current time: ${now.toISOString()}, assertion valid from ${time(claims.nbf)}, expiry time of assertion ${time(claims.exp)}.`,
    );
  }
  return refused(50013, "Assertion failed signature validation.");
}

function refused(code: number, message: string): EntraError {
  return new EntraError(401, "invalid_client", code, message);
}
