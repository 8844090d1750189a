import { type Context, Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import * as z from "zod";
import {
  assertScope,
  assignAzureRole,
  authorize,
  azureRoleAssignmentAt,
  azureRoleAssignmentsOver,
  azureRoleWithId,
  removeAzureRole,
} from "../../domain/azure-access.ts";
import { type AzureReason, Refusal } from "../../domain/refusal.ts";
import { type AzureRoleAssignment, type BuiltInRole, builtInRoles } from "../../store/azure-role-store.ts";
import { comparable } from "../../store/described-types.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { type Caller, TokenRefused, type TokenService } from "../identity/token-service.ts";
import type { TenantEnv } from "../request-log.ts";

/** What Azure Resource Manager is made of. */
export interface ArmPart {
  store: TenantStore;
  tokens: Pick<TokenService, "verify" | "azureAudience">;
  /** The resource groups of the tenant's one subscription. */
  resourceGroups: readonly string[];
}

type TypeName = "roleDefinitions" | "roleAssignments";

/** The versions of `Microsoft.Authorization` that are served; they differ in nothing that the local tenant has. */
const apiVersions: Record<TypeName, readonly string[]> = {
  roleDefinitions: ["2015-07-01", "2018-01-01-preview", "2022-04-01", "2022-05-01-preview"],
  roleAssignments: [
    "2015-07-01",
    "2018-01-01-preview",
    "2018-09-01-preview",
    "2020-04-01-preview",
    "2020-08-01-preview",
    "2020-10-01-preview",
    "2022-04-01",
  ],
};

/** An answer of Azure Resource Manager other than success: `{"error": {"code", "message"}}`. */
class ArmError extends Error {
  override name = "ArmError";
  readonly status: ContentfulStatusCode;
  readonly code: string;

  constructor(status: ContentfulStatusCode, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** How Azure answers what the domain refuses. */
const answers: Record<AzureReason, [status: ContentfulStatusCode, code: string]> = {
  "not-authorised": [403, "AuthorizationFailed"],
  "no-such-subscription": [404, "SubscriptionNotFound"],
  "no-such-resource-group": [404, "ResourceGroupNotFound"],
  "no-such-role": [404, "RoleDefinitionDoesNotExist"],
  "no-such-role-assignment": [404, "RoleAssignmentNotFound"],
  "no-such-principal": [400, "PrincipalNotFound"],
  "other-principal-type": [400, "UnmatchedPrincipalType"],
  "role-assignment-exists": [409, "RoleAssignmentExists"],
  "role-assignment-is-fixed": [400, "RoleAssignmentUpdateNotPermitted"],
};

function isAzureReason(reason: string): reason is AzureReason {
  return Object.hasOwn(answers, reason);
}

/** Azure Resource Manager, as much of it as assigning roles takes: `{scope}/providers/Microsoft.Authorization/…`. */
export function armRoutes(part: ArmPart): Hono<TenantEnv> {
  const app = new Hono<TenantEnv>();
  for (const path of ["/subscriptions", "/tenants"]) {
    app.on("GET", path, (c) => listOwn(part, c, path));
  }
  for (const path of ["/subscriptions/*", "/providers/*"]) app.all(path, (c) => serve(part, c));
  app.onError((error, c) => {
    const refused =
      error instanceof Refusal && isAzureReason(error.reason)
        ? new ArmError(...answers[error.reason], error.message)
        : error;
    if (!(refused instanceof ArmError)) throw refused;
    const body = { error: { code: refused.code, message: refused.message } };
    return c.json(body, refused.status, { "x-ms-request-id": c.var.requestId });
  });
  return app;
}

/** A request to `Microsoft.Authorization` below a scope, taken apart. */
interface ArmRequest {
  caller: Caller;
  /** What stands before `/providers/Microsoft.Authorization`, as written; empty for the tenant's root. */
  scope: string;
  /** What stands after the type; empty where the request is about all of them. */
  name: string;
  /** `$filter`, empty where there is none. */
  filter: string;
  /** The parsed body; `undefined` where there is none, or no JSON. */
  body: unknown;
}

const operations: Record<string, (store: TenantStore, c: Context<TenantEnv>, request: ArmRequest) => Response> = {
  "GET roleDefinitions": (store, c, request) => c.json(listRoles(store, request)),
  "GET roleDefinitions/…": (store, c, { scope, name }) => c.json(roleBody(store, scope, azureRoleWithId(name))),
  "GET roleAssignments": (store, c, request) => c.json(listAssignments(store, request)),
  "GET roleAssignments/…": (store, c, { scope, name }) =>
    c.json(assignmentBody(azureRoleAssignmentAt(store, scope, name))),
  "PUT roleAssignments/…": (store, c, request) => {
    const { assignment, isNew } = assignAzureRole(store, request.caller, readAssignment(request));
    return c.json(assignmentBody(assignment), isNew ? 201 : 200);
  },
  "DELETE roleAssignments/…": (store, c, { scope, name }) => {
    const removed = removeAzureRole(store, scope, name);
    return removed ? c.json(assignmentBody(removed)) : c.body(null, 204);
  },
};

const actions: Readonly<Record<string, string>> = { GET: "read", PUT: "write", DELETE: "delete" };

async function serve(part: ArmPart, c: Context<TenantEnv>): Promise<Response> {
  const caller = await authenticate(part, c);
  const url = new URL(c.req.url);
  const path = decodeURIComponent(url.pathname)
    .replace(/\/{2,}/g, "/")
    .replace(/\/$/, "");
  if (c.req.method === "GET" && path.toLowerCase() === `/subscriptions/${part.store.settings.subscriptionId}`) {
    assertOptions(url.searchParams, ["api-version"]);
    return c.json(subscriptionBody(part.store));
  }
  const match = /^(.*)\/providers\/Microsoft\.Authorization\/(roleDefinitions|roleAssignments)(?:\/([^/]+))?$/i.exec(
    path,
  );
  if (match === null) throw new ArmError(404, "NotFound", `The local tenant serves nothing of Azure at ${path}.`);
  const [, scope = "", typeName = "", name = ""] = match;
  const type: TypeName = typeName.toLowerCase() === "roledefinitions" ? "roleDefinitions" : "roleAssignments";
  assertVersion(type, url.searchParams.get("api-version"));
  assertOptions(url.searchParams, c.req.method === "GET" && name === "" ? ["api-version", "$filter"] : ["api-version"]);
  assertScope(part.store, part.resourceGroups, scope);
  const body: unknown = c.req.method === "PUT" ? await c.req.json().catch(() => undefined) : undefined;
  c.header("x-ms-request-id", c.var.requestId);

  const operation = `${c.req.method} ${type}${name === "" ? "" : "/…"}`;
  const run = operations[operation];
  if (run === undefined) {
    throw new ArmError(405, "MethodNotAllowed", `The local tenant does not serve ${operation}.`);
  }
  authorize(part.store, caller, `Microsoft.Authorization/${type}/${actions[c.req.method]}`, scope);
  return run(part.store, c, { caller, scope, name, filter: url.searchParams.get("$filter") ?? "", body });
}

/** The one subscription and the one tenant, as every sign-in of the Azure CLI asks for them. */
async function listOwn(part: ArmPart, c: Context<TenantEnv>, path: string): Promise<Response> {
  await authenticate(part, c);
  const { searchParams } = new URL(c.req.url);
  if (searchParams.get("api-version") === null) assertVersion("roleDefinitions", null);
  assertOptions(searchParams, ["api-version"]);
  return c.json({ value: [path === "/tenants" ? tenantBody(part.store) : subscriptionBody(part.store)] });
}

function tenantBody({ settings }: TenantStore): object {
  const { tenantId, organisation: displayName, domain: defaultDomain } = settings;
  return { id: `/tenants/${tenantId}`, tenantId, displayName, defaultDomain, tenantCategory: "Home" };
}

function subscriptionBody({ settings }: TenantStore): object {
  return {
    id: `/subscriptions/${settings.subscriptionId}`,
    authorizationSource: "RoleBased",
    managedByTenants: [],
    subscriptionId: settings.subscriptionId,
    tenantId: settings.tenantId,
    displayName: settings.organisation,
    state: "Enabled",
    subscriptionPolicies: {
      locationPlacementId: "Public_2014-09-01",
      quotaId: "PayAsYouGo_2014-09-01",
      spendingLimit: "Off",
    },
  };
}

/** @throws ArmError 400 for what the local tenant would pass over in silence */
function assertOptions(searchParams: URLSearchParams, known: readonly string[]): void {
  const unknown = [...searchParams.keys()].find((name) => !known.includes(name.toLowerCase()));
  if (unknown === undefined) return;
  throw new ArmError(400, "InvalidQueryParameter", `The local tenant does not have the query parameter '${unknown}'.`);
}

async function authenticate({ tokens }: ArmPart, c: Context<TenantEnv>): Promise<Caller> {
  const token = /^Bearer +(\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  if (token === undefined) {
    throw new ArmError(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.");
  }
  try {
    return await tokens.verify(token, tokens.azureAudience);
  } catch (error) {
    if (!(error instanceof TokenRefused)) throw error;
    throw new ArmError(401, "InvalidAuthenticationToken", error.message);
  }
}

function assertVersion(type: TypeName, version: string | null): void {
  if (version === null) {
    const rule = "The api-version query parameter (?api-version=) is required for all requests.";
    throw new ArmError(400, "MissingApiVersionParameter", rule);
  }
  if (apiVersions[type].includes(version.toLowerCase())) return;
  throw new ArmError(
    400,
    "NoRegisteredProviderFound",
    `No registered resource provider found for location 'global' and API version '${version}' for type '${type}'. The supported api-versions are '${apiVersions[type].join(", ")}'.`,
  );
}

/** The roles, with `$filter=roleName eq '…'` or all of them. */
function listRoles(store: TenantStore, { scope, filter }: ArmRequest): object {
  const name = /^\s*roleName\s+eq\s+'((?:[^']|'')*)'\s*$/i.exec(filter)?.[1]?.replaceAll("''", "'");
  if (filter !== "" && name === undefined && !/^\s*(atScope\(\)|type\s+eq\s+'BuiltInRole')\s*$/i.test(filter)) {
    throw unsupportedFilter(filter);
  }
  const roles = builtInRoles.filter(({ roleName }) => name === undefined || comparable(roleName) === comparable(name));
  return { value: roles.map((role) => roleBody(store, scope, role)) };
}

/** The assignments at the scope and above it, and without `atScope()` below it too. */
function listAssignments(store: TenantStore, { scope, filter }: ArmRequest): object {
  const parts = filter === "" ? [] : filter.split(/\s+and\s+/i).map((part) => part.trim());
  const principals = parts.map((part) => /^(?:principalId eq |assignedTo\()'([\da-f-]+)'\)?$/i.exec(part)?.[1]);
  const isAtScope = (part: string) => /^atScope\(\)$/i.test(part);
  const unknown = parts.find((part, index) => principals[index] === undefined && !isAtScope(part));
  if (unknown !== undefined) throw unsupportedFilter(unknown);
  const principalId = principals.find((id) => id !== undefined)?.toLowerCase();
  const found = azureRoleAssignmentsOver(store, scope, { atScope: parts.some(isAtScope), principalId });
  return { value: found.map(assignmentBody) };
}

function unsupportedFilter(filter: string): ArmError {
  return new ArmError(400, "BadRequestFormat", `The filter '${filter}' is not supported.`);
}

const assignmentRequest = z.strictObject({
  properties: z.strictObject({
    roleDefinitionId: z.string().regex(/[\da-f-]{36}$/i),
    principalId: z.guid().transform((id) => id.toLowerCase()),
    principalType: z.enum(["User", "Group", "ServicePrincipal"]).nullish(),
    description: z.string().nullish(),
    condition: z.string().nullish(),
    conditionVersion: z.string().nullish(),
  }),
});

/** Reads the body of "Role Assignments - Create". @throws ArmError 400 */
function readAssignment({ scope, name, body }: ArmRequest) {
  if (!z.guid().safeParse(name).success) {
    const rule = `The role assignment ID '${name}' is not valid. The role assignment ID must be a GUID.`;
    throw new ArmError(400, "InvalidRoleAssignmentId", rule);
  }
  const parsed = assignmentRequest.safeParse(body);
  if (!parsed.success) throw new ArmError(400, "InvalidRequestContent", z.prettifyError(parsed.error));
  const { roleDefinitionId, ...properties } = parsed.data.properties;
  return { name, scope, roleId: roleDefinitionId.slice(-36), ...properties };
}

/** The id of a role as it is named at a scope: below the subscription, where the scope has one. */
function roleIdAt(scope: string, roleId: string): string {
  const subscription = /^\/subscriptions\/[^/]+/i.exec(scope)?.[0] ?? "";
  return `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${roleId}`;
}

function roleBody({ settings }: TenantStore, scope: string, role: BuiltInRole): object {
  const { id, roleName, description, actions, notActions = [], dataActions = [] } = role;
  return {
    properties: {
      roleName,
      type: "BuiltInRole",
      description,
      assignableScopes: ["/"],
      permissions: [{ actions, notActions, dataActions, notDataActions: [] }],
      createdOn: settings.createdDateTime,
      updatedOn: settings.createdDateTime,
      createdBy: null,
      updatedBy: null,
    },
    id: roleIdAt(scope, id),
    type: "Microsoft.Authorization/roleDefinitions",
    name: id,
  };
}

function assignmentBody({ name, scope, roleId, ...kept }: AzureRoleAssignment): object {
  return {
    properties: {
      roleDefinitionId: roleIdAt(scope, roleId),
      scope: scope || "/",
      principalId: kept.principalId,
      principalType: kept.principalType,
      description: kept.description,
      condition: kept.condition,
      conditionVersion: kept.conditionVersion,
      createdOn: kept.createdOn,
      updatedOn: kept.updatedOn,
      createdBy: kept.createdBy,
      updatedBy: kept.createdBy,
      delegatedManagedIdentityResourceId: null,
    },
    id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`,
    type: "Microsoft.Authorization/roleAssignments",
    name,
  };
}
