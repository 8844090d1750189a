import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Permission } from "../../store/application-store.ts";
import { type DescribedType, findProperty, valuesOf } from "../../store/described-types.ts";
import type { TenantEnv } from "../request-log.ts";

export type GraphRequest = Context<TenantEnv>;

/** One permission, or several that are needed together. */
export type PermissionChoice = Permission | readonly Permission[];

/** One operation of Graph. */
export interface GraphRoute {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below the version, in lower case: paths are compared in lower case. */
  path: string;
  /** The caller holds one of these, or gets 403. */
  permissions: readonly PermissionChoice[];
  handle: (c: GraphRequest) => Response | Promise<Response>;
}

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

export const badRequest = (message: string, code = "Request_BadRequest") => new GraphError(400, code, message);

export const unsupportedQuery = (message: string) => badRequest(message, "Request_UnsupportedQuery");

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

/** The body of a request, as the JSON object that it has to be. @throws GraphError 400 */
export async function readBody(c: GraphRequest): Promise<Record<string, unknown>> {
  const text = await c.req.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw badRequest(
      text.trim() === ""
        ? "Empty Payload. JSON content expected."
        : "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
      "BadRequest",
    );
  }
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  throw badRequest("Unable to read JSON request payload: an object is expected.", "BadRequest");
}

/**
 * Reads the properties that a POST or PATCH sets, by the description of their type.
 *
 * @param required what has to be among them
 * @returns them, under the names of their description
 * @throws GraphError 400 for a property that does not exist or cannot be set, for a value that it does not take, and for
 *   the first required property that is missing
 */
export function readChanges<Changes extends object>(
  type: DescribedType,
  body: Readonly<Record<string, unknown>>,
  method: "POST" | "PATCH",
  required: readonly (keyof Changes & string)[] = [],
): Changes {
  const changes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(body)) {
    if (name.includes("@odata.")) continue;
    const property = findProperty(type, name);
    const described = property === undefined ? undefined : type.properties[property];
    if (property === undefined || described === undefined) {
      throw badRequest(`Property '${name}' does not exist as a declared property or extension property.`);
    }
    const { writable = false } = described;
    if (!writable || (writable === "once" && method === "PATCH")) {
      throw badRequest(`Property '${property}' is read-only and cannot be set.`);
    }
    if (!valuesOf(described).safeParse(value).success) {
      throw badRequest(`Invalid value specified for property '${property}' of resource '${type.name}'.`);
    }
    changes[property] = value;
  }
  const missing = required.find((property) => changes[property] === undefined);
  if (missing !== undefined) throw missingValue(missing, type.name);
  return changes as Changes;
}

export function missingValue(property: string, resource: string): GraphError {
  return badRequest(`A value is required for property '${property}' of resource '${resource}'.`);
}

/**
 * The object id at the end of a reference such as `https://graph.microsoft.com/v1.0/users/{id}`.
 *
 * @param sets the collections that it may be of, besides `directoryObjects`
 * @throws GraphError 400
 */
export function referencedId(reference: unknown, sets: readonly string[]): string {
  const pattern = new RegExp(`/(?:directoryobjects|${sets.join("|")})[/(]'?([\\da-f-]{36})'?\\)?$`, "i");
  const id = typeof reference === "string" ? pattern.exec(reference)?.[1] : undefined;
  if (id !== undefined) return id.toLowerCase();
  throw badRequest("Invalid URL in @odata.id: a reference to an object is expected.", "BadRequest");
}

/** The query of a request. OData's names are taken in any letter case, and without their `$` too. */
export function readQuery(c: GraphRequest): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of new URL(c.req.url).searchParams) {
    const option = /^\$?(select|filter|top|skip|count|orderby|expand|search|skiptoken)$/i.exec(name)?.[1];
    query.set(option ? `$${option.toLowerCase()}` : name, value);
  }
  return query;
}

export function isEventual(c: GraphRequest): boolean {
  return c.req.header("consistencylevel")?.toLowerCase() === "eventual";
}

/** `v1.0` or `beta`: the version in the caller's path, for the links in the answer. */
export function versionOf(c: GraphRequest): string {
  return new URL(c.req.url).pathname.split("/")[1] ?? "v1.0";
}

/** A part of the path that the route names, as it is routed: in lower case. */
export function pathPart(c: GraphRequest, name: string): string {
  return c.req.param(name) ?? "";
}

/** The last part of the path as the caller wrote it: the path by which a request is routed is in lower case. */
export function lastSegment(c: GraphRequest): string {
  return decodeURIComponent(new URL(c.req.url).pathname.split("/").at(-1) ?? "");
}
