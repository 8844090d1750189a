import { z } from "zod";
import { retryAfterMilliseconds, TransientError } from "../deadline.ts";

/** An answer of Graph, or of one part of a batch. */
export interface GraphResponse {
  status: number;
  /** By lower-case name. */
  headers: Record<string, string | undefined>;
  /** The parsed JSON body; `undefined` where there is none, or none that is JSON. */
  body: unknown;
}

/** What Graph said when it refused or failed. */
export interface GraphFailure {
  status: number;
  /** Graph's error code, such as `Request_ResourceNotFound`; empty where it was not Graph that answered. */
  code: string;
  requestId: string | undefined;
}

/** Graph refused a request: sending it again would change nothing. */
export class GraphError extends Error implements GraphFailure {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | undefined;

  constructor(message: string, failure: GraphFailure) {
    super(message);
    this.status = failure.status;
    this.code = failure.code;
    this.requestId = failure.requestId;
  }
}

/**
 * Graph failed, or nobody knows what became of the request: for a read that is worth another try; for a write it has
 * to be found out first whether it took place.
 */
export class GraphUnavailable extends TransientError {
  /** True where the server may have acted on the request before it failed. */
  readonly mayHaveActed: boolean;

  constructor(message: string, options: { mayHaveActed: boolean; retryAfter?: number | undefined; cause?: unknown }) {
    super(message, options);
    this.mayHaveActed = options.mayHaveActed;
  }
}

/**
 * True for an error by which Graph says that the object does not exist (any more, or yet). The 404 of something in
 * between, such as a proxy, says nothing about the guest.
 */
export function isNotFound(error: unknown): boolean {
  return error instanceof GraphError && error.status === 404 && error.code !== "";
}

/** True for an error by which Graph says that the application lacks a permission. */
export function isForbidden(error: unknown): boolean {
  return error instanceof GraphError && error.status === 403 && error.code !== "";
}

/** Statuses that Graph's guidance says to wait out, besides 429. */
const passing = [408, 500, 502, 503, 504];

/** The error that an answer of 400 or above stands for. */
export function errorOf(response: GraphResponse): GraphError | GraphUnavailable {
  const { status, headers } = response;
  const { code, message, innerError } = graphErrorObject(response.body);
  const requestId = headers["request-id"] ?? innerError["request-id"];
  const id = requestId ?? (headers["client-request-id"] && `client ${headers["client-request-id"]}`);
  const who = code === "" ? "Something that is not Microsoft Graph (a proxy?)" : "Microsoft Graph";
  const said = [code, message].filter(Boolean).join(": ") || headers["content-type"] || "no reason given";
  const text = `${who} answered ${status} ${said}${id ? ` (request id ${id})` : ""}`;

  const retryAfter = retryAfterMilliseconds(headers["retry-after"]);
  if (status === 429) return new GraphUnavailable(text, { mayHaveActed: false, retryAfter });
  if (passing.includes(status)) return new GraphUnavailable(text, { mayHaveActed: true, retryAfter });
  return new GraphError(text, { status, code, requestId });
}

const graphErrorBody = z.object({
  error: z.object({
    code: z.string(),
    message: z.string().default(""),
    innerError: z.record(z.string(), z.unknown()).default({}),
  }),
});

/** Graph's error object; without a code where the body is none. */
function graphErrorObject(body: unknown): { code: string; message: string; innerError: { "request-id"?: string } } {
  const parsed = graphErrorBody.safeParse(body);
  if (!parsed.success) return { code: "", message: "", innerError: {} };
  const { code, message, innerError } = parsed.data.error;
  return { code, message: message.trim().replace(/\.$/, ""), innerError };
}
