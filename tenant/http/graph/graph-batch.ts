import type { Hono } from "hono";
import * as z from "zod";
import type { TenantEnv } from "../request-log.ts";
import { badRequest, type GraphRequest, type GraphRoute, readBody, versionOf } from "./graph-request.ts";

/** Graph takes no more requests than this in one batch ("Combine multiple HTTP requests using JSON batching"). */
const mostRequests = 20;

const batchBody = z.strictObject({
  requests: z
    .array(
      z.strictObject({
        id: z.string().min(1),
        method: z.string(),
        url: z.string(),
        headers: z.record(z.string(), z.string()).optional(),
        body: z.unknown().optional(),
        dependsOn: z.array(z.string()).optional(),
      }),
    )
    .min(1),
});
type BatchRequest = z.infer<typeof batchBody>["requests"][number];

interface BatchAnswer {
  id: string;
  status: number;
  headers: Record<string, string>;
  body?: unknown;
}

/**
 * `/$batch`: each request in it takes the whole way of a request of its own, permissions, faults and limits included.
 *
 * @param server the application that serves them, as a function because it holds this route itself
 */
export function batchRoutes(server: () => Hono<TenantEnv>): GraphRoute[] {
  return [{ method: "POST", path: "/$batch", permissions: [[]], handle: (c) => runBatch(server(), c) }];
}

async function runBatch(server: Hono<TenantEnv>, c: GraphRequest): Promise<Response> {
  const requests = readBatch(await readBody(c));
  const answers = new Map<string, BatchAnswer>();
  for (const request of requests) {
    const failed = (request.dependsOn ?? []).some((id) => (answers.get(id)?.status ?? 500) >= 400);
    answers.set(request.id, failed ? dependencyFailed(request.id) : await run(server, c, request));
  }
  return c.json({ responses: [...answers.values()] });
}

function readBatch(body: Record<string, unknown>): BatchRequest[] {
  const parsed = batchBody.safeParse(body);
  if (!parsed.success) {
    throw badRequest(`Invalid batch payload format: ${z.prettifyError(parsed.error)}`, "BadRequest");
  }
  const { requests } = parsed.data;
  if (requests.length > mostRequests) {
    throw badRequest(`Number of batch request steps exceeds the maximum value of ${mostRequests}.`, "BadRequest");
  }
  const ids = new Set<string>();
  for (const { id, url, dependsOn = [] } of requests) {
    if (ids.has(id.toLowerCase())) throw badRequest(`Request Id ${id} in the batch is not unique.`, "BadRequest");
    const unknown = dependsOn.find((other) => !ids.has(other.toLowerCase()));
    if (unknown !== undefined) {
      throw badRequest(`Request ${id} depends on '${unknown}', which is not a request before it.`, "BadRequest");
    }
    if (/^\/?\$batch/i.test(url)) throw badRequest("A batch cannot hold a batch.", "BadRequest");
    ids.add(id.toLowerCase());
  }
  return requests;
}

async function run(server: Hono<TenantEnv>, c: GraphRequest, request: BatchRequest): Promise<BatchAnswer> {
  const url = new URL(`/${versionOf(c)}/${request.url.replace(/^\//, "")}`, c.req.url);
  const headers = new Headers(request.headers);
  headers.set("authorization", c.req.header("authorization") ?? "");
  if (!headers.has("client-request-id")) headers.set("client-request-id", c.var.clientRequestId);
  const method = request.method.toUpperCase();
  const body = request.body === undefined || method === "GET" ? undefined : JSON.stringify(request.body);
  const response = await server.request(
    url.href,
    { method, headers, ...(body !== undefined && { body }) },
    { batch: c.var.logged.number },
  );
  const text = await response.text();
  return {
    id: request.id,
    status: response.status,
    headers: Object.fromEntries([...response.headers].map(([name, value]) => [canonicalName(name), value])),
    ...(text !== "" && { body: bodyOf(text, response.headers.get("content-type") ?? "") }),
  };
}

/** What is no JSON comes in base64 ("Combine multiple HTTP requests using JSON batching"). */
function bodyOf(text: string, contentType: string): unknown {
  return contentType.includes("json") ? JSON.parse(text) : Buffer.from(text).toString("base64");
}

/** Headers are written as Graph writes them in a batch, where clients look them up as plain JSON keys. */
function canonicalName(name: string): string {
  if (name === "odata-version") return "OData-Version";
  return /^(request-id|client-request-id)$/.test(name)
    ? name
    : name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}

function dependencyFailed(id: string): BatchAnswer {
  return {
    id,
    status: 424,
    headers: { "Content-Type": "application/json" },
    body: { error: { code: "FailedDependency", message: "A request that this one depends on has failed." } },
  };
}
