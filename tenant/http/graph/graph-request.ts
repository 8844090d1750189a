import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { WriteOptions } from "../../store/database.ts";
import type { TenantContext } from "../../tenant-context.ts";
import type { Caller } from "../identity/token-service.ts";
import type { LoggedRequest } from "../request-log.ts";
import { badRequest } from "./errors.ts";
import type { Alternative } from "./graph-permissions.ts";
import type { Representation } from "./user-representation.ts";

/** What the steps before a handler have found out. */
export interface RequestVariables {
  requestId: string;
  clientRequestId: string;
  logged: LoggedRequest;
  caller: Caller;
  /** How a handler is to end its transaction. */
  writeOptions: WriteOptions;
}

export interface TenantEnv {
  /** Absent for a request inside a `$batch`. */
  Bindings: Partial<HttpBindings> & { batch?: number };
  Variables: RequestVariables;
}

export type GraphRequest = Context<TenantEnv>;

/** One operation of Graph. */
export interface GraphRoute {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below the version, in lower case: paths are compared in lower case. */
  path: string;
  /** The caller holds one of these, or gets 403. */
  permissions: readonly Alternative[];
  handle: (c: GraphRequest) => Response | Promise<Response>;
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

/** The query of a request; OData's names are taken in any letter case, and without their `$` too. */
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

export function representationOf(c: GraphRequest, polymorphic = false): Representation {
  return { polymorphic, full: /odata\.metadata=full/i.test(c.req.header("accept") ?? "") };
}

/** `v1.0` or `beta`: the version in the caller's path, for the links in the answer. */
export function versionOf(c: GraphRequest): string {
  return new URL(c.req.url).pathname.split("/")[1] ?? "v1.0";
}

/** The last part of the path as the caller wrote it: the path by which a request is routed is in lower case. */
export function lastSegment(c: GraphRequest): string {
  return decodeURIComponent(new URL(c.req.url).pathname.split("/").at(-1) ?? "");
}

/** The `@odata.context` of a collection. */
export function contextOf(
  tenant: TenantContext,
  c: GraphRequest,
  set: string,
  selected: readonly string[] = [],
): string {
  const properties = selected.length > 0 ? `(${selected.join(",")})` : "";
  return `${tenant.url}/${versionOf(c)}/$metadata#${set}${properties}`;
}

/** The address of the next page: this request's own, with another `$skiptoken`. */
export function nextLink(tenant: TenantContext, c: GraphRequest, token: string): string {
  const { pathname, search } = new URL(c.req.url);
  const rest = search
    .slice(1)
    .split("&")
    .filter((part) => part !== "" && !/^(\$|%24)skiptoken=/i.test(part));
  return `${tenant.url}${pathname}?${[...rest, `$skiptoken=${token}`].join("&")}`;
}
