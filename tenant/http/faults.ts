import { setTimeout as delay } from "node:timers/promises";
import type { Context, Next } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import * as z from "zod";
import { errorBody } from "./graph/graph-request.ts";
import { cutConnection, type TenantEnv } from "./request-log.ts";

/**
 * One thing that is to go wrong, and when. Rules are tried in their order; the first that fits a request is used.
 *
 * @example Half of all Graph requests are throttled: `{ match: { path: "/v1.0/" }, action: { status: 429, retryAfter: 1 }, probability: 0.5 }`
 * @example The next invitation is made, but its answer is lost: `{ match: { method: "POST", path: "/v1.0/invitations" }, action: { reset: "after" }, count: 1 }`
 */
export const faultRule = z.strictObject({
  match: z
    .strictObject({
      /** The HTTP method, in any letter case. */
      method: z.string().optional(),
      /** What the path (with its query) begins with; or a regular expression, written `/…/`. Letter case is ignored. */
      path: z.string().refine(isPattern, "is no valid regular expression").optional(),
      /** The client id of the application that calls. */
      app: z.string().optional(),
      /** A text that the body holds, such as a guest's address. Letter case is ignored. */
      body: z.string().optional(),
    })
    .prefault({}),
  action: z.strictObject({
    /** Answer with this status instead of the handler's. */
    status: z.int().min(400).max(599).optional(),
    /** Seconds in the answer's `Retry-After`. */
    retryAfter: z.number().min(0).optional(),
    /** The error code of the answer. Default: the one that Graph gives with the status. */
    code: z.string().optional(),
    /** Answer with this, as something between the caller and the tenant does (a proxy's error page). */
    page: z
      .strictObject({
        status: z.int().min(200).max(599),
        contentType: z.string().default("text/html"),
        body: z.string(),
      })
      .optional(),
    /** Whether `status` or `page` comes instead of the handler's work, or after it, as a lost answer does. Default `before`. */
    when: z.enum(["before", "after"]).optional(),
    /** Wait this many milliseconds first. */
    delayMs: z.number().min(0).optional(),
    /** Cut the connection without an answer, before or after the handler has done its work. */
    reset: z.enum(["before", "after"]).optional(),
    /** Answer as if the work were done, and undo it: Graph's "201, and the guest never appears". */
    forget: z.boolean().optional(),
  }),
  /** For how many requests; without it, until the rules are cleared. */
  count: z.int().min(1).optional(),
  /** The share of fitting requests that it is used for, 0 to 1. Default 1. */
  probability: z.number().min(0).max(1).optional(),
});
export type FaultRule = z.input<typeof faultRule>;
type Fault = z.output<typeof faultRule>;
type FaultAction = Fault["action"];

/** The request as the rules see it. */
interface FaultSubject {
  method: string;
  path: string;
  appId?: string | undefined;
  body: () => Promise<string>;
}

/** The rules that are set now. */
export class FaultRules {
  #rules: (Fault & { left: number })[] = [];

  /** Replaces all rules. @throws ZodError where one of them is malformed */
  set(rules: readonly FaultRule[]): void {
    const parsed = z.array(faultRule).parse(rules);
    this.#rules = parsed.map((rule) => ({ ...rule, left: rule.count ?? Number.POSITIVE_INFINITY }));
  }

  clear(): void {
    this.#rules = [];
  }

  /** The rules, each with the number of requests that it is still good for. */
  list(): (FaultRule & { left?: number })[] {
    return this.#rules.map(({ left, ...rule }) => (Number.isFinite(left) ? { ...rule, left } : rule));
  }

  /** What is to go wrong with this request; uses up one of the rule's `count`. */
  async take(subject: FaultSubject): Promise<FaultAction | undefined> {
    for (const rule of this.#rules) {
      if (rule.left < 1 || !(await fits(rule.match, subject))) continue;
      if (rule.left < 1 || Math.random() >= (rule.probability ?? 1)) continue;
      rule.left--;
      return rule.action;
    }
    return undefined;
  }
}

async function fits({ method, path, app, body }: Fault["match"], subject: FaultSubject): Promise<boolean> {
  if (method !== undefined && method.toUpperCase() !== subject.method) return false;
  if (path !== undefined && !pathFits(path, subject.path)) return false;
  if (app !== undefined && app.toLowerCase() !== subject.appId) return false;
  return body === undefined || (await subject.body()).toLowerCase().includes(body.toLowerCase());
}

function pathFits(wanted: string, path: string): boolean {
  const pattern = patternOf(wanted);
  return pattern ? pattern.test(path) : path.toLowerCase().startsWith(wanted.toLowerCase());
}

/** `/v1.0/users` is a prefix; `/users\/[^/]+$/` is a pattern: it begins and ends with a slash, and a prefix seldom does. */
function patternOf(text: string): RegExp | undefined {
  const source = /^\/(.*[\\^$*+?()[\]{}|].*)\/$/.exec(text)?.[1];
  return source === undefined ? undefined : new RegExp(source, "i");
}

function isPattern(text: string): boolean {
  try {
    patternOf(text);
    return true;
  } catch {
    return false;
  }
}

/** What applying faults takes. */
export interface Faulting {
  faults: FaultRules;
  now: () => Date;
}

/** Lets go wrong what the rules say of a request. A request inside a batch meets them by itself. */
export async function applyFault(
  { faults, now }: Faulting,
  c: Context<TenantEnv>,
  next: Next,
): Promise<Response | undefined> {
  const { method, path, appId } = c.var.logged;
  // The requests in a batch are met one by one, each with its own body.
  const isBatch = c.req.path.endsWith("/$batch");
  const fault = await faults.take({ method, path, appId, body: async () => (isBatch ? "" : c.req.text()) });
  if (fault === undefined) {
    await next();
    return undefined;
  }
  if (fault.delayMs !== undefined) await delay(fault.delayMs);
  if (fault.forget) c.set("writeOptions", { forget: true });
  if (fault.reset === "before") return cutConnection(c);
  const answer = answerOf(c, fault, now());
  if (answer !== undefined && fault.when !== "after") return answer;
  await next();
  if (fault.reset === "after") c.res = cutConnection(c);
  else if (answer !== undefined) c.res = answer;
  return undefined;
}

/** The answer that a fault gives the caller to read; `undefined` where it is the handler's own. */
function answerOf(c: Context<TenantEnv>, { page, status, code, retryAfter }: FaultAction, now: Date) {
  if (page !== undefined) {
    return new Response(page.body, { status: page.status, headers: { "content-type": page.contentType } });
  }
  if (status === undefined) return undefined;
  const usual = usualCodes[status] ?? (status < 500 ? "BadRequest" : "InternalServerError");
  const body = errorBody(code ?? usual, `A fault that was set in the local tenant: ${status}.`, c.var, now);
  const headers: Record<string, string> = retryAfter === undefined ? {} : { "Retry-After": String(retryAfter) };
  return c.json(body, status as ContentfulStatusCode, headers);
}

/** The code that Graph gives with a status when nothing more is known. */
const usualCodes: Readonly<Record<number, string>> = {
  401: "InvalidAuthenticationToken",
  403: "Authorization_RequestDenied",
  404: "Request_ResourceNotFound",
  409: "Conflict",
  412: "PreconditionFailed",
  424: "FailedDependency",
  429: "TooManyRequests",
  502: "BadGateway",
  503: "ServiceUnavailable",
  504: "GatewayTimeout",
};
