import type { TenantStore } from "../../store/tenant-store.ts";
import { GraphError, type GraphRequest, type GraphRoute, readQuery } from "./graph-request.ts";

/*
 * Microsoft's page "Microsoft Graph service-specific throttling limits": invitation manager, identity and access, and the
 * headers of its section "Additional headers".
 */

/** How many units in how many seconds, and how an answer names the limit. */
interface Limit {
  units: number;
  seconds: number;
  scope?: string;
  reason?: string;
}

/** POST /invitations: a tenant, all applications together. */
const invitations: Limit = { units: 150, seconds: 5 };
/** POST, PATCH, DELETE: an application in a tenant. */
const writes: Limit = { units: 3000, seconds: 150, scope: "Write", reason: "WriteLimitExceeded" };
/** An application in a tenant, by the tenant's size. */
const resources = (users: number): Limit => ({
  units: users < 50 ? 3500 : users <= 500 ? 5000 : 8000,
  seconds: 10,
  scope: "ReadWrite",
  reason: "ResourceUnitLimitExceeded",
});

/** From this part of a limit on, answers tell how much of it is used. */
const toldFrom = 0.8;

/** Counts requests in windows that begin with the first request in them. */
export class Throttle {
  readonly #store: TenantStore;
  readonly #windows = new Map<string, { until: number; used: number; limit: Limit }>();

  constructor(store: TenantStore) {
    this.#store = store;
  }

  /**
   * Counts one request, and says in its answer what it cost. Requests to mailboxes have limits of their own.
   *
   * @throws GraphError 429 with the seconds until the window ends
   */
  count({ method, path }: Pick<GraphRoute, "method" | "path">, c: GraphRequest): void {
    if (path === "/$batch" || /^\/users\/:id\/(messages|mailfolders|sendmail)\b/.test(path)) return;
    const { appId } = c.var.caller;
    if (method === "POST" && path === "/invitations") this.#use("invitations", () => invitations, 1, c);
    const reads = method === "GET" || path === "/directoryobjects/getbyids";
    const written = reads ? 0 : this.#use(`writes ${appId}`, () => writes, 1, c);
    const cost = costOf(method, path, readQuery(c));
    const ofThisTenant = () => resources(this.#store.users.currentUsers("live").length);
    const used = this.#use(`resources ${appId}`, ofThisTenant, cost, c);
    c.header("x-ms-resource-unit", String(cost));
    const most = Math.max(written, used);
    if (most > toldFrom) c.header("x-ms-throttle-limit-percentage", most.toFixed(2));
  }

  /** @returns which part of the limit is used then */
  #use(name: string, limitOf: () => Limit, cost: number, c: GraphRequest): number {
    const now = this.#store.now().getTime();
    let window = this.#windows.get(name);
    if (window === undefined || window.until <= now) {
      const limit = limitOf();
      window = { until: now + limit.seconds * 1000, used: 0, limit };
      this.#windows.set(name, window);
    }
    const { limit } = window;
    if (window.used + cost > limit.units) {
      throw new GraphError(429, "TooManyRequests", "Too many requests.", {
        "Retry-After": String(Math.ceil((window.until - now) / 1000)),
        ...(limit.scope && {
          "x-ms-throttle-scope": `Tenant_Application/${limit.scope}/${c.var.caller.appId}/${this.#store.settings.tenantId}`,
        }),
        ...(limit.reason && { "x-ms-throttle-information": limit.reason }),
      });
    }
    window.used += cost;
    return window.used / limit.units;
  }
}

/** The base cost of the operation; `$select` saves one unit, `$expand` costs one, `$top` below 20 saves one. */
function costOf(method: string, path: string, query: URLSearchParams): number {
  const base = baseCosts[`${method} ${path}`] ?? 1;
  const saved = Number(query.has("$select")) + Number(Number(query.get("$top") ?? 20) < 20);
  return Math.max(1, base - saved + Number(query.has("$expand")));
}

/** What does not cost one unit, by method and path. */
const baseCosts: Readonly<Record<string, number>> = {
  "POST /directoryobjects/getbyids": 3,
  "GET /users": 2,
  "GET /users/:id/memberof": 2,
  "GET /serviceprincipals/:id/approleassignments": 2,
  "GET /groups/:id/members": 3,
};
