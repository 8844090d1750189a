import type { ContentfulStatusCode } from "hono/utils/http-status";

/** An answer of Graph other than success, in the shape of Microsoft's "Microsoft Graph error responses" page. */
export class GraphError extends Error {
  override name = "GraphError";
  readonly status: ContentfulStatusCode;
  readonly code: string;
  readonly headers: Record<string, string>;

  constructor(status: ContentfulStatusCode, code: string, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** The ids that a support case at Microsoft would ask for. */
export interface RequestIds {
  requestId: string;
  clientRequestId: string;
}

export function errorBody(code: string, message: string, { requestId, clientRequestId }: RequestIds, now: Date) {
  const date = now.toISOString().slice(0, 19);
  const innerError = { date, "request-id": requestId, "client-request-id": clientRequestId };
  return { error: { code, message, innerError } };
}

/** The code that Graph gives with a status when nothing more is known. */
export function codeOf(status: number): string {
  return codes[status] ?? (status < 500 ? "BadRequest" : "InternalServerError");
}

const codes: Record<number, string> = {
  400: "BadRequest",
  401: "InvalidAuthenticationToken",
  403: "Authorization_RequestDenied",
  404: "Request_ResourceNotFound",
  409: "Conflict",
  412: "PreconditionFailed",
  424: "FailedDependency",
  429: "TooManyRequests",
  500: "InternalServerError",
  502: "BadGateway",
  503: "ServiceUnavailable",
  504: "GatewayTimeout",
};

export const badRequest = (message: string, code = "Request_BadRequest") => new GraphError(400, code, message);

export const unsupportedQuery = (message: string) => badRequest(message, "Request_UnsupportedQuery");

export const invalidValue = (property: string, resource = "User") =>
  badRequest(`Invalid value specified for property '${property}' of resource '${resource}'.`);

export const notFound = (id: string) =>
  new GraphError(
    404,
    "Request_ResourceNotFound",
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );

export const insufficientPrivileges = () =>
  new GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");

export const tooManyRequests = (retryAfterSeconds: number) =>
  new GraphError(429, "TooManyRequests", "Too many requests.", { "Retry-After": String(retryAfterSeconds) });
