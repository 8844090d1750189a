import { tooManyRequests } from "./errors.ts";

/** So many units in so many seconds. */
interface Limit {
  units: number;
  seconds: number;
}

/** Microsoft's page "Microsoft Graph service-specific throttling limits": invitation manager, identity and access. */
const limits = {
  /** POST /invitations: a tenant, all applications together. */
  invitations: { units: 150, seconds: 5 },
  /** POST, PATCH, DELETE: an application in a tenant. */
  writes: { units: 3000, seconds: 150 },
  /** Resource units, for a tenant with fewer than 50 users: an application in a tenant. */
  resources: { units: 3500, seconds: 10 },
} as const satisfies Record<string, Limit>;

/** Counts requests in windows that begin with the first request in them. */
export class Throttle {
  readonly #now: () => Date;
  readonly #windows = new Map<string, { until: number; used: number }>();

  constructor(now: () => Date) {
    this.#now = now;
  }

  /**
   * Counts one request.
   *
   * @param path the path below the version, in lower case
   * @throws GraphError 429 with the seconds until the window ends
   */
  count(method: string, path: string, query: URLSearchParams, appId: string): void {
    if (path === "/$batch") return;
    if (method === "POST" && path === "/invitations") this.#use("invitations", limits.invitations, 1);
    const reads = method === "GET" || path === "/directoryobjects/getbyids";
    if (!reads) this.#use(`writes ${appId}`, limits.writes, 1);
    this.#use(`resources ${appId}`, limits.resources, costOf(method, path, query));
  }

  #use(name: string, limit: Limit, cost: number): void {
    const now = this.#now().getTime();
    let window = this.#windows.get(name);
    if (window === undefined || window.until <= now) {
      window = { until: now + limit.seconds * 1000, used: 0 };
      this.#windows.set(name, window);
    }
    if (window.used + cost > limit.units) throw tooManyRequests(Math.ceil((window.until - now) / 1000));
    window.used += cost;
  }
}

/** The base cost of the operation; `$select` saves one unit, `$expand` costs one, `$top` below 20 saves one. */
function costOf(method: string, path: string, query: URLSearchParams): number {
  const base = path === "/directoryobjects/getbyids" ? 3 : method === "GET" && path === "/users" ? 2 : 1;
  const saved = Number(query.has("$select")) + Number(Number(query.get("$top") ?? 20) < 20);
  return Math.max(1, base - saved + Number(query.has("$expand")));
}
