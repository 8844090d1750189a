import { Hono } from "hono";
import type { Inviting } from "../../domain/invite-guest.ts";
import { Refusal, type RefusalReason } from "../../domain/refusal.ts";
import type { Mailing } from "../../domain/send-mail.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { TokenRefused, type TokenService } from "../identity/token-service.ts";
import type { TenantEnv } from "../request-log.ts";
import type { GraphPart } from "./graph-answers.ts";
import { appRoleAssignmentRoutes, servicePrincipalRoutes } from "./graph-application-routes.ts";
import { batchRoutes } from "./graph-batch.ts";
import { directoryRoutes, policyRoutes } from "./graph-directory-routes.ts";
import { groupMemberRoutes, groupRoutes } from "./graph-group-routes.ts";
import { invitationRoutes } from "./graph-invitation-routes.ts";
import { mailRoutes } from "./graph-mail-routes.ts";
import { requireAny, toReadSignIns } from "./graph-permissions.ts";
import {
  assertHonoured,
  badRequest,
  errorBody,
  GraphError,
  type GraphRequest,
  type GraphRoute,
  lastSegment,
  readQuery,
} from "./graph-request.ts";
import type { Throttle } from "./graph-throttle.ts";
import { userRoutes } from "./graph-user-routes.ts";

/** What Graph is made of. */
export interface GraphService extends GraphPart {
  inviting: Inviting;
  mailing: Mailing;
  tokens: Pick<TokenService, "verify" | "graphAudience">;
  /** Absent: no limits. */
  throttle?: Throttle;
}

/**
 * Graph, below its version.
 *
 * @param server the application that holds these routes; `$batch` sends its requests there
 */
export function graphRoutes(service: GraphService, server: () => Hono<TenantEnv>): Hono<TenantEnv> {
  const routes = [
    ...invitationRoutes(service, service.inviting),
    ...userRoutes(service),
    ...directoryRoutes(service),
    ...groupRoutes(service),
    ...groupMemberRoutes(service),
    ...servicePrincipalRoutes(service),
    ...appRoleAssignmentRoutes(service),
    ...mailRoutes(service, service.mailing),
    ...policyRoutes(service),
    ...batchRoutes(server),
  ].flatMap(withCount);
  const app = new Hono<TenantEnv>();
  for (const route of routes) app.on(route.method, route.path, (c) => serve(service, route, c));
  for (const path of new Set(routes.map((route) => route.path))) {
    app.all(path, () => {
      throw new GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.");
    });
  }
  app.all("*", (c) => {
    const segment = unknownSegment(routes, c);
    throw badRequest(
      `Resource not found for the segment '${segment}'. (The local tenant does not have it.)`,
      "BadRequest",
    );
  });
  app.onError((error, c) => {
    const refused = error instanceof Refusal ? graphErrorOf(error) : error;
    if (!(refused instanceof GraphError)) throw refused;
    const body = errorBody(refused.code, refused.message, c.var, service.store.now());
    return c.json(body, refused.status, refused.headers);
  });
  return app;
}

/** A list can be counted, too. The count stands first: an id may stand in its place. */
function withCount(route: GraphRoute): GraphRoute[] {
  return route.isList ? [{ ...route, path: `${route.path}/$count`, options: ["$filter"] }, route] : [route];
}

/** How Graph answers what the domain refuses; Azure's own refusals do not come from these routes. */
const answers: Partial<Record<RefusalReason, [status: 400 | 403 | 404 | 500, code: string]>> = {
  "not-found": [404, "Request_ResourceNotFound"],
  "invalid-change": [400, "Request_BadRequest"],
  "invalid-invitation": [400, "BadRequest"],
  "invitations-restricted": [403, "Forbidden"],
  "needs-a-role": [403, "Authorization_RequestDenied"],
  "not-found-yet": [404, "Directory_ObjectNotFound"],
  broken: [500, "InternalServerError"],
  "no-such-mailbox-user": [404, "ErrorInvalidUser"],
  "no-mailbox": [404, "MailboxNotEnabledForRESTAPI"],
  "not-a-draft": [400, "ErrorInvalidOperation"],
  "no-recipients": [400, "ErrorInvalidRecipients"],
  "not-your-address": [403, "ErrorSendAsDenied"],
};

function graphErrorOf({ reason, message }: Refusal): GraphError {
  const [status, code] = answers[reason] ?? [400, "BadRequest"];
  return new GraphError(status, code, message);
}

/** The way of every request: token, limits, permission, then the route's own work. */
async function serve(service: GraphService, route: GraphRoute, c: GraphRequest): Promise<Response> {
  await authenticate(service, c);
  service.throttle?.count(route, c);
  requireAny(c.var.caller.roles, route.permissions, route.denied);
  await assertHonoured(c, route);
  if (asksForSignIns(c)) assertSignInsReadable(service.store, c);
  c.header("Cache-Control", "no-cache");
  c.header("OData-Version", "4.0");
  return route.handle(c);
}

function asksForSignIns(c: GraphRequest): boolean {
  return [...readQuery(c).values()].some((value) => /\bsignInActivity\b/i.test(value));
}

/** Graph answers no more users than this on a page where `signInActivity` is selected (page "List users"). */
const mostWithSignIns = 500;

/**
 * Refuses `signInActivity` as Graph does: the permission, then the licence (the code and the words are from reports of
 * users, such as microsoft-graph-docs #12772), then one user by the principal name, and pages that are too long.
 *
 * @throws GraphError 403 or 400
 */
function assertSignInsReadable({ rehearsal }: TenantStore, c: GraphRequest): void {
  const missing =
    "The principal does not have required Microsoft Graph permission(s): AuditLog.Read.All to call this API.";
  const denied = (code: string, message: string) => new GraphError(403, `Authentication_${code}`, message);
  requireAny(c.var.caller.roles, toReadSignIns, () => denied("MSGraphPermissionMissing", missing));
  if (!rehearsal.premiumLicence) {
    const message = "Neither tenant is B2C or tenant doesn't have premium license";
    throw denied("RequestFromNonPremiumTenantOrB2CTenant", message);
  }
  if (lastSegment(c).includes("@"))
    throw badRequest("Get By Key only supports UserId and the key has to be a valid Guid");
  if (Number(readQuery(c).get("$top") ?? 0) > mostWithSignIns) {
    throw badRequest(`'signInActivity' is answered for at most ${mostWithSignIns} users a page.`);
  }
}

async function authenticate({ tokens, url }: GraphService, c: GraphRequest): Promise<void> {
  const token = /^Bearer +(\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  try {
    if (token === undefined) throw new TokenRefused("Access token is empty.");
    c.set("caller", await tokens.verify(token, tokens.graphAudience));
  } catch (error) {
    if (!(error instanceof TokenRefused)) throw error;
    throw new GraphError(401, "InvalidAuthenticationToken", error.message, {
      "WWW-Authenticate": `Bearer realm="", authorization_uri="${url}/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`,
    });
  }
}

/** The first part of the path that no route has. */
function unknownSegment(routes: readonly GraphRoute[], c: GraphRequest): string {
  const segments = new URL(c.req.url).pathname.split("/").slice(2);
  const known = (depth: number) =>
    routes.some(({ path }) => {
      const parts = path.slice(1).split("/").slice(0, depth);
      return (
        parts.length === depth && parts.every((part, i) => part.startsWith(":") || part === segments[i]?.toLowerCase())
      );
    });
  return segments.find((_, index) => !known(index + 1)) ?? segments.at(-1) ?? "";
}
