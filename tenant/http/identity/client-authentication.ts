import { createHash, randomUUID, X509Certificate } from "node:crypto";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  jwtVerify,
} from "jose";
import { type FederatedCredential, isSecretOf, type Registration } from "../../store/application-store.ts";

/** An answer of the token endpoint other than a token, in Entra's shape. */
export class EntraError extends Error {
  override name = "EntraError";
  readonly status: 400 | 401;
  /** OAuth's error code (RFC 6749, 5.2). */
  readonly error: string;
  /** The number after `AADSTS`. */
  readonly code: number;

  constructor(status: 400 | 401, error: string, code: number, message: string) {
    super(message);
    this.status = status;
    this.error = error;
    this.code = code;
  }

  /**
   * The body of the answer.
   *
   * @param correlationId the caller's `client-request-id`, where it sent one
   */
  body(url: string, now: Date, correlationId: string = randomUUID()) {
    const traceId = randomUUID();
    const timestamp = `${now.toISOString().slice(0, 19).replace("T", " ")}Z`;
    return {
      error: this.error,
      error_description: `AADSTS${this.code}: ${this.message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
      error_codes: [this.code],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
      error_uri: `${url}/error?code=${this.code}`,
    };
  }
}

export function unknownTenant(tenant: string): EntraError {
  return new EntraError(
    400,
    "invalid_request",
    90002,
    `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
  );
}

export function missingParameter(name: string): EntraError {
  return new EntraError(
    400,
    "invalid_request",
    900144,
    `The request body must contain the following parameter: '${name}'.`,
  );
}

/** The audience that a federated assertion is for unless the credential names another. */
const defaultFederatedAudience = "api://AzureADTokenExchange";

const bearerAssertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** The endpoint that a client asks, and when. */
export interface TokenEndpoint {
  /** `https://127.0.0.1:PORT`. */
  url: string;
  tenantId: string;
  now: Date;
}

/**
 * Makes sure that the application itself asks for the token: by its secret, by a JWT that it signed with a
 * registered certificate, or by a JWT of a workload that it trusts (workload identity federation).
 *
 * @throws EntraError where it is not
 */
export async function authenticateClient(app: Registration, form: URLSearchParams, at: TokenEndpoint): Promise<void> {
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
  if (claims.iss?.toLowerCase() === app.appId) return verifyCertificateAssertion(app, assertion, at);
  return verifyFederatedAssertion(app, assertion, claims, at);
}

function readClaims(assertion: string): JWTPayload {
  try {
    return decodeJwt(assertion);
  } catch {
    throw refused(50027, "JWT token is invalid or malformed.");
  }
}

async function verifyFederatedAssertion(
  app: Registration,
  assertion: string,
  claims: JWTPayload,
  { now }: TokenEndpoint,
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
    currentDate: now,
    clockTolerance: clockSkew,
  }).catch((error: unknown) => {
    throw assertionRefused(error, claims, now);
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

async function verifyCertificateAssertion(
  app: Registration,
  assertion: string,
  { url, tenantId, now }: TokenEndpoint,
): Promise<void> {
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
      `${url}/${tenantId}/oauth2/v2.0/token`,
      `${url}//${tenantId}/oauth2/v2.0/token`,
      `${url}/${tenantId}/v2.0`,
    ],
    currentDate: now,
    clockTolerance: clockSkew,
  }).catch((error: unknown) => {
    throw assertionRefused(error, decodeJwt(assertion), now);
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
