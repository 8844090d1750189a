import { type Context, Hono } from "hono";
import { assertScope } from "../../domain/scope.ts";
import type { TenantContext } from "../../tenant-context.ts";
import type { TenantEnv } from "../graph/graph-request.ts";
import { resourceManagerAudience } from "../identity/metadata.ts";
import { type Caller, TokenRefused, verifyToken } from "../identity/token-service.ts";
import { ArmError, badRequest } from "./errors.ts";
import { deleteRoleAssignment, getRoleAssignment, listRoleAssignments, putRoleAssignment } from "./role-assignments.ts";
import { getRoleDefinition, listRoleDefinitions } from "./role-definitions.ts";
import type { ArmRequest } from "./route.ts";

type TypeName = "roledefinitions" | "roleassignments";

/** The versions of `Microsoft.Authorization` that are served; they differ in nothing that the local tenant has. */
const apiVersions: Record<TypeName, readonly string[]> = {
  roledefinitions: ["2015-07-01", "2018-01-01-preview", "2022-04-01", "2022-05-01-preview"],
  roleassignments: [
    "2015-07-01",
    "2018-01-01-preview",
    "2018-09-01-preview",
    "2020-04-01-preview",
    "2020-08-01-preview",
    "2020-10-01-preview",
    "2022-04-01",
  ],
};

/** Azure Resource Manager, as much of it as assigning roles takes: `{scope}/providers/Microsoft.Authorization/…`. */
export function armRoutes(tenant: TenantContext): Hono<TenantEnv> {
  const app = new Hono<TenantEnv>();
  for (const path of ["/subscriptions/*", "/providers/*"]) app.all(path, (c) => serve(tenant, c));
  app.onError((error, c) => {
    if (!(error instanceof ArmError)) throw error;
    return c.json(error.body(), error.status, { "x-ms-request-id": c.var.requestId });
  });
  return app;
}

async function serve(tenant: TenantContext, c: Context<TenantEnv>): Promise<Response> {
  const caller = await authenticate(tenant, c);
  const url = new URL(c.req.url);
  const path = decodeURIComponent(url.pathname)
    .replace(/\/{2,}/g, "/")
    .replace(/\/$/, "");
  const match = /^(.*)\/providers\/Microsoft\.Authorization\/(roleDefinitions|roleAssignments)(?:\/([^/]+))?$/i.exec(
    path,
  );
  if (match === null) throw new ArmError(404, "NotFound", `The local tenant serves nothing of Azure at ${path}.`);
  const [, scope = "", typeName = "", name = ""] = match;
  const type = typeName.toLowerCase() as TypeName;
  assertVersion(type, url.searchParams.get("api-version"));
  assertScope(tenant, scope);
  const body: unknown = c.req.method === "PUT" ? await c.req.json().catch(() => undefined) : undefined;
  c.header("x-ms-request-id", c.var.requestId);
  return answer(tenant, c, type, { caller, scope, name, filter: url.searchParams.get("$filter") ?? "", body });
}

function answer(tenant: TenantContext, c: Context<TenantEnv>, type: TypeName, request: ArmRequest): Response {
  const operation = `${c.req.method} ${type}${request.name === "" ? "" : "/…"}`;
  switch (operation) {
    case "GET roledefinitions":
      return c.json(listRoleDefinitions(tenant, request));
    case "GET roledefinitions/…":
      return c.json(getRoleDefinition(tenant, request));
    case "GET roleassignments":
      return c.json(listRoleAssignments(tenant, request));
    case "GET roleassignments/…":
      return c.json(getRoleAssignment(tenant, request));
    case "PUT roleassignments/…": {
      const { created, body } = putRoleAssignment(tenant, request);
      return c.json(body, created ? 201 : 200);
    }
    case "DELETE roleassignments/…": {
      const removed = deleteRoleAssignment(tenant, request);
      return removed ? c.json(removed) : c.body(null, 204);
    }
    default:
      throw new ArmError(405, "MethodNotAllowed", `The local tenant does not serve ${operation}.`);
  }
}

async function authenticate(tenant: TenantContext, c: Context<TenantEnv>): Promise<Caller> {
  const token = /^Bearer +(\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  if (token === undefined) {
    throw new ArmError(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.");
  }
  try {
    return await verifyToken(tenant, token, resourceManagerAudience(tenant));
  } catch (error) {
    if (!(error instanceof TokenRefused)) throw error;
    throw new ArmError(401, "InvalidAuthenticationToken", error.message);
  }
}

function assertVersion(type: TypeName, version: string | null): void {
  if (version === null) {
    const rule = "The api-version query parameter (?api-version=) is required for all requests.";
    throw badRequest("MissingApiVersionParameter", rule);
  }
  if (apiVersions[type].includes(version.toLowerCase())) return;
  throw badRequest(
    "NoRegisteredProviderFound",
    `No registered resource provider found for location 'global' and API version '${version}' for type '${type}'. The supported api-versions are '${apiVersions[type].join(", ")}'.`,
  );
}
