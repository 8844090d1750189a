import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono, type Next } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { decodeJwt } from "jose";
import type { TenantContext } from "../tenant-context.ts";
import { armRoutes } from "./arm/routes.ts";
import { controlRoutes } from "./control.ts";
import type { FaultAction } from "./faults.ts";
import { codeOf, errorBody } from "./graph/errors.ts";
import type { TenantEnv } from "./graph/graph-request.ts";
import { graphRoutes } from "./graph/routes.ts";
import type { ServerCertificate } from "./https-server.ts";
import { identityRoutes } from "./identity/routes.ts";
import type { PageRequest } from "./pages/route.ts";
import { notFoundPage, pageRoutes, wantsPage } from "./pages/routes.ts";

/** Longer than the clients' pools keep an idle connection, so that none is closed just as a request is written. */
const keepAliveMs = 75_000;

/**
 * What a request meets, from the outside in: its number in the log, the faults that are set, then the part of the
 * tenant that its path names.
 */
export function createApp(tenant: TenantContext): Hono<TenantEnv> {
  const app: Hono<TenantEnv> = new Hono<TenantEnv>({ getPath: (request) => routingPath(request.url, tenant) });
  app.use("*", (c, next) => logRequest(tenant, c, next));
  app.route("/_tenant", controlRoutes(tenant));
  app.use("*", (c, next) => applyFault(tenant, c, next));

  const graph = graphRoutes(tenant, () => app);
  app.route("/v1.0", graph);
  app.route("/beta", graph);
  app.route("/", armRoutes(tenant));
  app.route("/", identityRoutes(tenant));
  app.route("/", pageRoutes(tenant));

  app.notFound((c) => {
    if (wantsPage(c)) return notFoundPage(tenant, c as unknown as PageRequest);
    return c.json(errorBody("NotFound", `The local tenant serves nothing at ${c.req.path}.`, c.var, tenant.now()), 404);
  });
  app.onError((error, c) => {
    console.error(error);
    return c.json(
      errorBody("InternalServerError", "The local tenant failed; its output says how.", c.var, tenant.now()),
      500,
    );
  });
  return app;
}

/**
 * The path by which a request is routed. Entra and Graph take any letter case, `users('id')` for `users/id`,
 * `servicePrincipals(appId='id')`, the tenant's id after the version (the older official providers), and the official
 * provider's `//{tenant}/oauth2/…`.
 */
function routingPath(url: string, { settings }: TenantContext): string {
  const path = url.replace(/^https?:\/\/[^/]*/, "").replace(/[?#].*$/s, "");
  return path
    .replace(/^\/+/, "/")
    .toLowerCase()
    .replace(/\('([^/]*)'\)/g, "/$1")
    .replace(/\((?:%20| )*appid(?:%20| )*=(?:%20| )*'([^/]*)'\)/g, "/appid=$1")
    .replace(`/v1.0/${settings.tenantId}/`, "/v1.0/")
    .replace(`/beta/${settings.tenantId}/`, "/beta/");
}

async function logRequest(tenant: TenantContext, c: Context<TenantEnv>, next: Next): Promise<Response | undefined> {
  const requestId = randomUUID();
  const appId = appIdOf(c);
  const logged = tenant.requests.add({
    at: tenant.now().toISOString(),
    method: c.req.method,
    path: c.req.url.replace(/^https?:\/\/[^/]*/, ""),
    requestId,
    ...(appId !== undefined && { appId }),
    ...(c.env.batch !== undefined && { batch: c.env.batch }),
  });
  c.set("requestId", requestId);
  c.set("clientRequestId", c.req.header("client-request-id") ?? requestId);
  c.set("logged", logged);
  c.set("writeOptions", {});
  if (!(await isLetThrough(tenant, c, "arrived"))) return cutConnection(c);
  await next();
  if (c.res === RESPONSE_ALREADY_SENT) return undefined;
  if (!(await isLetThrough(tenant, c, "done"))) {
    c.res = cutConnection(c);
    return undefined;
  }
  logged.status = c.res.status;
  c.header("request-id", requestId);
  // By the tenant's clock, as all else in the answer: clients compare them.
  c.header("date", tenant.now().toUTCString());
  c.header("client-request-id", c.var.clientRequestId);
  return undefined;
}

/** False where whoever listens wants the request to go no further. */
async function isLetThrough(
  tenant: TenantContext,
  c: Context<TenantEnv>,
  moment: "arrived" | "done",
): Promise<boolean> {
  try {
    await tenant.onRequest(c.var.logged, moment);
    return true;
  } catch {
    return false;
  }
}

/** Whom the token names; whether it is good is found out later. */
function appIdOf(c: Context<TenantEnv>): string | undefined {
  const token = /^Bearer +(\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  try {
    const appId = token && decodeJwt(token).appid;
    return typeof appId === "string" ? appId : undefined;
  } catch {
    return undefined;
  }
}

async function applyFault(tenant: TenantContext, c: Context<TenantEnv>, next: Next): Promise<Response | undefined> {
  const { method, path, appId } = c.var.logged;
  // The requests in a batch are met one by one, each with its own body.
  const isBatch = c.req.path.endsWith("/$batch");
  const fault = await tenant.faults.take({ method, path, appId, body: async () => (isBatch ? "" : c.req.text()) });
  if (fault === undefined) {
    await next();
    return undefined;
  }
  if (fault.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
  if (fault.forget) c.set("writeOptions", { forget: true });
  if (fault.reset === "before") return cutConnection(c);
  const answer = answerOf(tenant, c, fault);
  if (answer !== undefined && fault.when !== "after") return answer;
  await next();
  if (fault.reset === "after") c.res = cutConnection(c);
  else if (answer !== undefined) c.res = answer;
  return undefined;
}

/** What a fault has the caller read; `undefined` where it is the handler's own answer. */
function answerOf(tenant: TenantContext, c: Context<TenantEnv>, fault: FaultAction): Response | undefined {
  if (fault.page !== undefined) {
    const { status, contentType, body } = fault.page;
    return new Response(body, { status, headers: { "content-type": contentType } });
  }
  return fault.status === undefined ? undefined : failWith(tenant, c, fault, fault.status);
}

function failWith(tenant: TenantContext, c: Context<TenantEnv>, fault: FaultAction, status: number): Response {
  const code = fault.code ?? codeOf(status);
  const body = errorBody(code, `A fault that was set in the local tenant: ${status}.`, c.var, tenant.now());
  const headers: Record<string, string> =
    fault.retryAfter === undefined ? {} : { "Retry-After": String(fault.retryAfter) };
  return c.json(body, status as ContentfulStatusCode, headers);
}

/** Cuts the caller's connection. A request inside a batch has none of its own: it gets 504. */
function cutConnection(c: Context<TenantEnv>): Response {
  const socket = c.env.incoming?.socket;
  if (socket === undefined)
    return c.json({ error: { code: "GatewayTimeout", message: "The connection was cut." } }, 504);
  socket.destroy();
  return RESPONSE_ALREADY_SENT;
}

/**
 * Serves the tenant on 127.0.0.1 only.
 *
 * @param port 0 for a free one
 * @throws where the port is taken, with what to do about it
 */
export async function listen(app: Hono<TenantEnv>, certificate: ServerCertificate, port: number): Promise<Server> {
  const { key, cert } = certificate;
  const server = createServer({ key, cert, keepAliveTimeout: keepAliveMs }, getRequestListener(app.fetch));
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") {
      throw new Error(
        `Port ${port} on 127.0.0.1 is in use by another program. Choose another port: TENANT_PORT=${port + 1} or --port ${port + 1} (0 takes a free one).`,
      );
    }
    if (code === "EACCES")
      throw new Error(`Port ${port} needs special rights. Choose one above 1023: TENANT_PORT or --port.`);
    throw error;
  }
  return server;
}

/** Takes no more requests and lets go of the connections that clients keep open. */
export async function closeServer(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
