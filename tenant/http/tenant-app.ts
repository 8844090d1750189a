import { timingSafeEqual } from "node:crypto";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import * as z from "zod";
import { backdateGuest, backdating } from "../domain/backdate-guest.ts";
import { acceptFor, ageLinksOf } from "../domain/redeem-invitation.ts";
import { Refusal } from "../domain/refusal.ts";
import { rehearse } from "../store/rehearsal.ts";
import type { TenantStore } from "../store/tenant-store.ts";
import { type ArmPart, armRoutes } from "./arm/routes.ts";
import { applyFault, type FaultRules, faultRule } from "./faults.ts";
import { errorBody } from "./graph/graph-request.ts";
import { type GraphService, graphRoutes } from "./graph/routes.ts";
import { type IdentityPart, identityRoutes } from "./identity/routes.ts";
import { signInAs, type TokenService } from "./identity/token-service.ts";
import type { PageRequest, Site } from "./pages/page-request.ts";
import { notFoundPage, pageRoutes, wantsPage } from "./pages/routes.ts";
import { logRequest, type OnRequest, type RequestLog, type TenantEnv } from "./request-log.ts";

/** The parts of the tenant that a request can reach, each with what it takes. */
export interface TenantParts {
  /** What is before and beside them: the log, the faults, and `/_tenant/…`. */
  control: ControlPart;
  graph: GraphService;
  arm: ArmPart;
  identity: IdentityPart;
  site: Site;
}

/** What an admin or a test sees and sets of the tenant itself. */
interface ControlPart {
  store: TenantStore;
  /** The tenant's own address, without a slash at the end. */
  url: string;
  tokens: TokenService;
  requests: RequestLog;
  onRequest: OnRequest;
  faults: FaultRules;
}

/**
 * What a request meets, from the outside in: its number in the log, the faults that are set, then the part of the
 * tenant that its path names.
 */
export function createApp({ control, graph, arm, identity, site }: TenantParts): Hono<TenantEnv> {
  const { requests, onRequest, faults, store } = control;
  const { now, settings } = store;
  const app: Hono<TenantEnv> = new Hono<TenantEnv>({ getPath: ({ url }) => routingPath(url, settings.tenantId) });
  app.use("*", (c, next) => logRequest({ requests, onRequest, now }, c, next));
  // Graph takes no more than 4 MB; a request that does not say how long it is is counted as it comes.
  app.use("*", bodyLimit({ maxSize: 4 * 1024 * 1024, onError: (c) => tooLarge(c as Context<TenantEnv>, now) }));
  app.route("/_tenant", controlRoutes(control));
  app.use("*", (c, next) => applyFault({ faults, now }, c, next));

  const graphApp = graphRoutes(graph, () => app);
  app.route("/v1.0", graphApp);
  app.route("/beta", graphApp);
  app.route("/", armRoutes(arm));
  app.route("/", identityRoutes(identity));
  app.route("/", pageRoutes(site));

  app.notFound((c) => {
    if (wantsPage(c)) return notFoundPage(site, c as unknown as PageRequest);
    return c.json(errorBody("NotFound", `The local tenant serves nothing at ${c.req.path}.`, c.var, now()), 404);
  });
  app.onError((error, c) => {
    console.error(error);
    const message = "The local tenant failed; its output says how.";
    return c.json(errorBody("InternalServerError", message, c.var, now()), 500);
  });
  return app;
}

function tooLarge(c: Context<TenantEnv>, now: () => Date): Response {
  return c.json(errorBody("RequestEntityTooLarge", "The request is larger than 4 MB.", c.var, now()), 413);
}

/**
 * The path by which a request is routed. Entra and Graph take any letter case, `users('id')` for `users/id`,
 * `servicePrincipals(appId='id')`, `graph.user` for `microsoft.graph.user`, a slash at the end, the tenant's id after the version (the older official providers), and the official
 * provider's `//{tenant}/oauth2/…`.
 */
function routingPath(url: string, tenantId: string): string {
  const path = url.replace(/^https?:\/\/[^/]*/, "").replace(/[?#].*$/s, "");
  return path
    .replace(/^\/+/, "/")
    .toLowerCase()
    .replace(/\('([^/]*)'\)/g, "/$1")
    .replace(/\((?:%20| )*appid(?:%20| )*=(?:%20| )*'([^/]*)'\)/g, "/appid=$1")
    .replace(`/v1.0/${tenantId}/`, "/v1.0/")
    .replace(`/beta/${tenantId}/`, "/beta/")
    .replace(/^(\/(?:v1\.0|beta)\/.*?)\/+$/, "$1")
    .replace(/\/graph\.(user|group|serviceprincipal)\b/g, "/microsoft.graph.$1");
}

/**
 * `/_tenant/…`: what a test or an admin of the local tenant may do to it, and Graph may not.
 *
 * `health` is open; everything else asks for the control token of the data folder, as a bearer token.
 */
function controlRoutes({ store, url, tokens, requests, faults }: ControlPart): Hono<TenantEnv> {
  const { tenantId, controlToken } = store.settings;
  const app = new Hono<TenantEnv>();
  app.get("/health", (c) => c.json({ status: "ok", url, tenantId }));

  app.use("*", async (c, next) => {
    if (isControlToken(controlToken, c.req.header("authorization"))) return next();
    return c.json(
      { error: "The control token is missing or wrong. It is in the file control-token of the data folder." },
      401,
    );
  });
  app.get("/requests", (c) => c.json({ requests: requests.all() }));
  app.delete("/requests", (c) => {
    requests.clear();
    return c.body(null, 204);
  });
  app.get("/faults", (c) => c.json({ faults: faults.list() }));
  app.put("/faults", async (c) => {
    const parsed = z.strictObject({ faults: z.array(faultRule) }).safeParse(await c.req.json().catch(() => undefined));
    if (!parsed.success) return c.json({ error: z.prettifyError(parsed.error) }, 400);
    faults.set(parsed.data.faults);
    return c.json({ faults: faults.list() });
  });
  app.delete("/faults", (c) => {
    faults.clear();
    return c.body(null, 204);
  });
  app.get("/rehearsal", (c) => c.json(store.rehearsal));
  app.patch("/rehearsal", async (c) => {
    try {
      rehearse(store.rehearsal, z.looseObject({}).parse(await c.req.json().catch(() => undefined)));
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      return c.json({ error: z.prettifyError(error) }, 400);
    }
    return c.json(store.rehearsal);
  });
  app.post("/sign-in", async (c) => {
    const parsed = z.strictObject({ email: z.string() }).safeParse(await c.req.json().catch(() => undefined));
    if (!parsed.success) return c.json({ error: z.prettifyError(parsed.error) }, 400);
    if (store.users.currentByAddress(parsed.data.email).length === 0) {
      return c.json({ error: `Nobody has the address ${parsed.data.email}.` }, 404);
    }
    return c.json({ access_token: await signInAs(tokens, store, parsed.data.email) });
  });
  app.get("/mails", (c) => c.json({ mails: store.mails.list() }));
  app.post("/accept", async (c) => {
    const accepting = z.strictObject({ email: z.string(), displayName: z.string().min(1).optional() });
    const parsed = accepting.safeParse(await c.req.json().catch(() => undefined));
    if (!parsed.success) return c.json({ error: z.prettifyError(parsed.error) }, 400);
    const guest = acceptFor(store, parsed.data.email, parsed.data.displayName);
    return guest ? c.json({ id: guest.id }) : c.json({ error: `No guest has the address ${parsed.data.email}.` }, 404);
  });
  app.post("/age-links", async (c) => {
    const ageing = z.strictObject({ email: z.string(), days: z.number().min(0).max(36_500).optional() });
    const parsed = ageing.safeParse(await c.req.json().catch(() => undefined));
    if (!parsed.success) return c.json({ error: z.prettifyError(parsed.error) }, 400);
    const guest = ageLinksOf(store, parsed.data.email, parsed.data.days);
    return guest ? c.json({ id: guest.id }) : c.json({ error: `No guest has the address ${parsed.data.email}.` }, 404);
  });
  app.post("/backdate", async (c) => {
    const body = z.strictObject({ email: z.string(), ...backdating.shape });
    const parsed = body.safeParse(await c.req.json().catch(() => undefined));
    if (!parsed.success) return c.json({ error: z.prettifyError(parsed.error) }, 400);
    const { email, ...days } = parsed.data;
    try {
      return c.json({ id: backdateGuest(store, email, days).id });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return c.json({ error: error.message }, error.reason === "not-found" ? 404 : 400);
    }
  });
  return app;
}

function isControlToken(token: string, authorization = ""): boolean {
  const given = Buffer.from(authorization.replace(/^Bearer +/i, ""));
  const right = Buffer.from(token);
  return given.length === right.length && timingSafeEqual(given, right);
}
