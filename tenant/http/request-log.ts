import { randomUUID } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context, Next } from "hono";
import { decodeJwt } from "jose";
import type { WriteOptions } from "../store/database.ts";
import type { Caller } from "./identity/token-service.ts";

/** One request that the tenant has met. No body, no header, no token, no ticket. */
export interface LoggedRequest {
  /** Counts up from 1 in the order of arrival and is never used twice while the tenant runs. */
  number: number;
  /** When it arrived, ISO 8601. */
  at: string;
  method: string;
  /** Path and query as sent; the value of a redemption `ticket` is left out. */
  path: string;
  /** The answer's status; 0 while it is under way, and for a connection that a fault has cut. */
  status: number;
  /** The application that called, where a token said so. */
  appId?: string;
  /** Graph's `request-id` of the answer. */
  requestId: string;
  /** For a request inside a `$batch`: the number of the batch. */
  batch?: number;
}

/** How many requests are kept; older ones are dropped. */
const kept = 50_000;

/** The numbered list of every request, in memory. */
export class RequestLog {
  #requests: LoggedRequest[] = [];
  #last = 0;

  add(request: Omit<LoggedRequest, "number" | "status">): LoggedRequest {
    const logged: LoggedRequest = {
      ...request,
      path: withoutTicket(request.path),
      number: ++this.#last,
      status: 0,
    };
    this.#requests.push(logged);
    if (this.#requests.length > kept) this.#requests = this.#requests.slice(-kept / 2);
    return logged;
  }

  all(): LoggedRequest[] {
    return this.#requests.map((request) => ({ ...request }));
  }

  clear(): void {
    this.#requests = [];
  }
}

/** The path without the value of a ticket or a code, however its name is written in the query. */
function withoutTicket(path: string): string {
  return path.replace(/([?&])([^=&]*)=[^&]*/g, (parameter, mark: string, name: string) => {
    const decoded = [...new URLSearchParams(name).keys()][0]?.toLowerCase();
    return decoded === "ticket" || decoded === "code" ? `${mark}${name}=…` : parameter;
  });
}

/** What the steps before a handler have found out. */
export interface RequestVariables {
  requestId: string;
  clientRequestId: string;
  logged: LoggedRequest;
  caller: Caller;
  /** How a handler ends its transaction. */
  writeOptions: WriteOptions;
}

export interface TenantEnv {
  /** Absent for a request inside a `$batch`. */
  Bindings: Partial<HttpBindings> & { batch?: number };
  Variables: RequestVariables;
}

/**
 * Called with each request as it arrives, and again when it is done and its answer is about to leave; the request waits
 * for it. Where it throws, the connection is cut: a request that has just arrived is then left undone.
 */
export type OnRequest = (request: Readonly<LoggedRequest>, moment: "arrived" | "done") => void | Promise<void>;

/** What logging takes. */
export interface Logging {
  requests: RequestLog;
  onRequest: OnRequest;
  now: () => Date;
}

/** The first thing that every request meets: it gets its number, and its answer the headers that name it. */
export async function logRequest(
  { requests, onRequest, now }: Logging,
  c: Context<TenantEnv>,
  next: Next,
): Promise<Response | undefined> {
  const requestId = randomUUID();
  const appId = appIdOf(c);
  const logged = requests.add({
    at: now().toISOString(),
    method: c.req.method,
    path: c.req.url.replace(/^https?:\/\/[^/]*/, ""),
    requestId,
    ...(appId !== undefined && { appId }),
    ...(c.env.batch !== undefined && { batch: c.env.batch }),
  });
  const isLetThrough = async (moment: "arrived" | "done") => {
    try {
      await onRequest(logged, moment);
      return true;
    } catch {
      return false;
    }
  };
  c.set("requestId", requestId);
  c.set("clientRequestId", c.req.header("client-request-id") ?? requestId);
  c.set("logged", logged);
  c.set("writeOptions", {});
  if (!(await isLetThrough("arrived"))) return cutConnection(c);
  await next();
  if (c.res === RESPONSE_ALREADY_SENT) return undefined;
  if (!(await isLetThrough("done"))) {
    c.res = cutConnection(c);
    return undefined;
  }
  logged.status = c.res.status;
  c.header("request-id", requestId);
  // By the tenant's clock, like every other time in the answer: clients compare them.
  c.header("date", now().toUTCString());
  c.header("client-request-id", c.var.clientRequestId);
  return undefined;
}

/** The application that the token names; whether the token is good is found out later. */
function appIdOf(c: Context<TenantEnv>): string | undefined {
  const token = /^Bearer +(\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  try {
    const appId = token && decodeJwt(token).appid;
    return typeof appId === "string" ? appId : undefined;
  } catch {
    return undefined;
  }
}

/** Cuts the caller's connection. A request inside a batch has none of its own: it gets 504. */
export function cutConnection(c: Context<TenantEnv>): Response {
  const socket = c.env.incoming?.socket;
  if (socket === undefined)
    return c.json({ error: { code: "GatewayTimeout", message: "The connection was cut." } }, 504);
  socket.destroy();
  return RESPONSE_ALREADY_SENT;
}
