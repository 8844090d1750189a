import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type * as z from "zod";
import type { Permission } from "../../store/application-store.ts";
import type { WriteOptions } from "../../store/database.ts";
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
  /** Whether it answers a list, which `/$count` after it counts. */
  isList?: boolean;
  /** The query options that it honours. Default: those of a list, `$select` and `$expand` of any other GET, else none. */
  options?: readonly string[];
  /** Whether a POST takes no body. */
  takesNoBody?: boolean;
  /** The answer to a caller without the permission, where it is not the directory's own. */
  denied?: () => GraphError;
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
    if (/^@odata\.(type|id|context|etag)$/.test(name)) continue;
    const property = findProperty(type, name);
    const described = property === undefined ? undefined : type.properties[property];
    if (property === undefined || described === undefined) {
      throw unknownProperty(name, type.name);
    }
    const { writable = false } = described;
    if (!writable || (writable === "once" && method === "PATCH")) {
      throw badRequest(`Property '${property}' is read-only and cannot be set.`);
    }
    const parsed = valuesOf(described).safeParse(value);
    if (!parsed.success) throw invalidValue(parsed.error, `${property}`, type.name);
    changes[property] = parsed.data;
  }
  const missing = required.find((property) => changes[property] === undefined);
  if (missing !== undefined) throw missingValue(missing, type.name);
  return changes as Changes;
}

/** The parameters of an action. @throws GraphError 400 */
export function readAction<Parameters>(
  body: Readonly<Record<string, unknown>>,
  shape: z.ZodType<Parameters>,
): Parameters {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  const unknown = parsed.error.issues.find((issue) => issue.code === "unrecognized_keys");
  if (unknown) throw unknownProperty([...unknown.path, unknown.keys[0]].join("/"), "Action");
  throw badRequest(`Invalid value specified for property '${parsed.error.issues[0]?.path.join("/")}'.`);
}

/** What is wrong with the value of a property: something in it that nobody knows, or the value itself. */
export function invalidValue(error: z.ZodError, property: string, resource: string): GraphError {
  const unknown = error.issues.find((issue) => issue.code === "unrecognized_keys");
  if (unknown !== undefined) return unknownProperty([property, ...unknown.path, unknown.keys[0]].join("/"), resource);
  return badRequest(`Invalid value specified for property '${property}' of resource '${resource}'.`);
}

/** Graph's words for a property that the type does not have, and ours for one that only Graph may know. */
export function unknownProperty(name: string, resource: string): GraphError {
  return badRequest(
    `The property '${name}' does not exist on type 'microsoft.graph.${resource[0]?.toLowerCase()}${resource.slice(1)}'. Make sure to only use property names that are defined by the type. (The local tenant does not have it.)`,
  );
}

export function missingValue(property: string, resource: string): GraphError {
  return badRequest(`A value is required for property '${property}' of resource '${resource}'.`);
}

/**
 * Reads the body of a `$ref` request: the object id at the end of a reference such as `https://graph.microsoft.com/v1.0/users/{id}`.
 *
 * @param sets the collections that it may be of, besides `directoryObjects`
 * @throws GraphError 400
 */
export function readReference(body: Readonly<Record<string, unknown>>, sets: readonly string[]): string {
  const { "@odata.id": reference, ...others } = body;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw unknownProperty(unknown, "ReferenceUpdate");
  return referencedId(reference, sets);
}

/** The object id at the end of one reference. @throws GraphError 400 */
export function referencedId(reference: unknown, sets: readonly string[]): string {
  const pattern = new RegExp(`/(?:directoryobjects|${sets.join("|")})[/(]'?([\\da-f-]{36})'?\\)?$`, "i");
  const id = typeof reference === "string" ? pattern.exec(reference)?.[1] : undefined;
  if (id !== undefined) return id.toLowerCase();
  throw badRequest("Invalid URL in @odata.id: a reference to an object is expected.", "BadRequest");
}

/** The options of a list. Of some, what is refused is said where they are read. */
const listOptions = ["$select", "$expand", "$filter", "$top", "$count", "$orderby", "$skiptoken", "$search", "$skip"];
/** The options of one object. */
export const objectOptions = ["$select", "$expand"];

/**
 * Refuses what the route would pass over in silence: query options, conditions, and a body where none is read.
 *
 * @throws GraphError 400 or 501
 */
export async function assertHonoured(c: GraphRequest, route: GraphRoute): Promise<void> {
  const { method, isList = false, takesNoBody = method === "DELETE" } = route;
  const { options = isList ? listOptions : method === "GET" ? objectOptions : [] } = route;
  const seen = new Set<string>();
  for (const name of new URL(c.req.url).searchParams.keys()) {
    const option = optionNamed(name);
    if (!options.includes(option)) {
      throw badRequest(
        `The query option '${name}' is not supported here. (The local tenant does not have it.)`,
        "BadRequest",
      );
    }
    if (seen.has(option)) throw badRequest(`The query option '${name}' is given more than once.`, "BadRequest");
    seen.add(option);
  }
  const condition = ["if-match", "if-none-match"].find((name) => !["*", undefined].includes(c.req.header(name)));
  if (condition !== undefined) {
    throw new GraphError(
      501,
      "NotImplemented",
      `The local tenant does not have conditional requests ('${condition}').`,
    );
  }
  if (takesNoBody && Object.keys((await c.req.text()).trim() === "" ? {} : await readBody(c)).length > 0) {
    const [name] = Object.keys(await readBody(c));
    throw badRequest(
      `The property '${name}' is not supported here. (The local tenant does not have it.)`,
      "BadRequest",
    );
  }
}

/** OData's name of a query option, in lower case and with its `$`; any other name as it is. */
function optionNamed(name: string): string {
  const known = listOptions.find((option) => [option, option.slice(1)].includes(name.toLowerCase()));
  return known ?? name;
}

/** The query of a request. OData's names are taken in any letter case, and without their `$` too. */
export function readQuery(c: GraphRequest): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of new URL(c.req.url).searchParams) query.set(optionNamed(name), value);
  return query;
}

export function isEventual(c: GraphRequest): boolean {
  return c.req.header("consistencylevel")?.toLowerCase() === "eventual";
}

/** How a change ends, and whether an application makes it as itself. */
export function acting(c: GraphRequest): WriteOptions & { by?: "application" } {
  return { ...c.var.writeOptions, ...(c.var.caller.userId === undefined && { by: "application" }) };
}

/** `v1.0` or `beta`: the version in the caller's path, for the links in the answer. */
export function versionOf(c: GraphRequest): string {
  return new URL(c.req.url).pathname.split("/")[1] ?? "v1.0";
}

/** A part of the path that the route names, as it is routed: in lower case. */
export function pathPart(c: GraphRequest, name: string): string {
  return c.req.param(name) ?? "";
}

/** The part of the path after the collection with this name, as the caller wrote it: ids of messages have letter case. */
export function namedInPath(c: GraphRequest, set: string): string {
  const segments = new URL(c.req.url).pathname.replace(/\('([^/]*)'\)/g, "/$1").split("/");
  const place = segments.findLastIndex((segment) => segment.toLowerCase() === set);
  return decodeURIComponent(segments[place + 1] ?? "");
}

/** The last part of the path as the caller wrote it: the path by which a request is routed is in lower case. */
export function lastSegment(c: GraphRequest): string {
  return decodeURIComponent(new URL(c.req.url).pathname.split("/").at(-1) ?? "");
}
