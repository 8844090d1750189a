import { randomUUID } from "node:crypto";

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
