import { Hono } from "hono";
import type { TenantContext } from "../../tenant-context.ts";
import { graphAudience } from "../identity/metadata.ts";
import { TokenRefused, verifyToken } from "../identity/token-service.ts";
import { batchRoutes } from "./batch.ts";
import { directoryObjectRoutes } from "./directory-objects.ts";
import { badRequest, errorBody, GraphError } from "./errors.ts";
import { appRoleAssignmentRoutes } from "./graph-application-routes.ts";
import { deletedItemRoutes } from "./graph-directory-routes.ts";
import { groupRoutes } from "./graph-group-routes.ts";
import { requireAny } from "./graph-permissions.ts";
import { type GraphRequest, type GraphRoute, readQuery, type TenantEnv } from "./graph-request.ts";
import { userRoutes } from "./graph-user-routes.ts";
import { groupMemberRoutes } from "./group-members.ts";
import { invitationRoutes } from "./invitations.ts";
import { organizationRoutes } from "./organization.ts";
import { servicePrincipalRoutes } from "./service-principals.ts";
import { sponsorRoutes } from "./sponsors.ts";

/**
 * Graph, below its version.
 *
 * @param server the application that holds these routes; `$batch` sends its requests there
 */
export function graphRoutes(tenant: TenantContext, server: () => Hono<TenantEnv>): Hono<TenantEnv> {
  const routes = [
    ...invitationRoutes(tenant),
    ...userRoutes(tenant),
    ...sponsorRoutes(tenant),
    ...deletedItemRoutes(tenant),
    ...directoryObjectRoutes(tenant),
    ...groupRoutes(tenant),
    ...groupMemberRoutes(tenant),
    ...servicePrincipalRoutes(tenant),
    ...appRoleAssignmentRoutes(tenant),
    ...organizationRoutes(tenant),
    ...batchRoutes(server),
  ];
  const app = new Hono<TenantEnv>();
  for (const route of routes) app.on(route.method, route.path, (c) => serve(tenant, route, c));
  for (const path of new Set(routes.map((route) => route.path))) {
    app.all(path, () => {
      throw new GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.");
    });
  }
  app.all("*", (c) => {
    throw badRequest(`Resource not found for the segment '${unknownSegment(routes, c)}'.`, "BadRequest");
  });
  app.onError((error, c) => {
    if (!(error instanceof GraphError)) throw error;
    return c.json(errorBody(error.code, error.message, c.var, tenant.now()), error.status, error.headers);
  });
  return app;
}

async function serve(tenant: TenantContext, route: GraphRoute, c: GraphRequest): Promise<Response> {
  await authenticate(tenant, c);
  tenant.throttle?.count(route.method, route.path, readQuery(c), c.var.caller.appId);
  requireAny(c.var.caller.roles, route.permissions);
  c.header("Cache-Control", "no-cache");
  c.header("OData-Version", "4.0");
  return route.handle(c);
}

async function authenticate(tenant: TenantContext, c: GraphRequest): Promise<void> {
  const token = /^Bearer +(\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  try {
    if (token === undefined) throw new TokenRefused("Access token is empty.");
    c.set("caller", await verifyToken(tenant, token, graphAudience(tenant)));
  } catch (error) {
    if (!(error instanceof TokenRefused)) throw error;
    throw new GraphError(401, "InvalidAuthenticationToken", error.message, {
      "WWW-Authenticate": `Bearer realm="", authorization_uri="${tenant.url}/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`,
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
