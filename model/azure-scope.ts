/**
 * Azure's scopes and roles in one form each, so that no other spelling of a place or of a role passes for another one.
 * What has no such form is refused; nothing is guessed.
 *
 * This file imports nothing: the policy pack stands alone and has a copy of it.
 */

/** A place in Azure where a role may be assigned. */
export interface AzureScope {
  kind: "tenant" | "management group" | "subscription" | "resource group" | "resource";
  /**
   * Its id: a slash at the beginning and none at the end, `/` for the tenant root. Names keep the letters in which they
   * were written; Azure compares them without regard to letter case.
   */
  id: string;
}

/** What a scope looks like, for the person who writes one. */
export const azureScopeForms =
  "/subscriptions/ID/resourceGroups/NAME, /subscriptions/ID, /providers/Microsoft.Management/managementGroups/NAME, " +
  "the tenant root /, or a resource's id, which goes on with /providers/NAMESPACE/TYPE/NAME";

/**
 * Reads a scope.
 *
 * Source: Microsoft's pages "Understand scope for Azure RBAC" and "Naming rules and restrictions for Azure resources".
 *
 * @param written a resource id; the slash at its beginning may be missing, and one may stand at its end
 * @returns the scope, or in words why this is none
 */
export function azureScope(written: string): AzureScope | string {
  if (written.length > longestId) return `a scope has at most ${longestId} characters`;
  if (written === "" || written === "/") return { kind: "tenant", id: "/" };
  const id = `/${written.replace(/^\//, "").replace(/\/$/, "")}`;
  const names = id.slice(1).split("/");
  if (!names.every(isName)) {
    return "between two slashes stands a name: letters, digits and any of _ - . ( ) $ ~ @, with no full stop at its end";
  }
  const [kind, rest] = container(names.map((name) => name.toLowerCase()));
  if (rest.length === 0) return { kind, id };
  return isResourcePath(rest) ? { kind: "resource", id } : "no scope in Azure has this shape";
}

/**
 * Reads a role.
 *
 * @param written its id: a GUID, alone or as a role definition's resource id; or the name of a built-in role
 * @param builtIn the ids of the built-in roles that may be called by name
 * @returns the GUID in lower case, or `undefined` when this names no role
 */
export function azureRoleId(written: string, builtIn: Readonly<Record<string, string>> = {}): string | undefined {
  if (guid.test(written)) return written.toLowerCase();
  const named = Object.entries(builtIn).find(([name]) => name.toLowerCase() === written.toLowerCase());
  if (named !== undefined) return named[1];
  const definition = azureScope(written);
  if (typeof definition === "string" || definition.kind !== "resource") return undefined;
  const [provider, namespace, type, id = ""] = definition.id.toLowerCase().split("/").slice(-4);
  const isRole = provider === "providers" && namespace === "microsoft.authorization" && type === "roledefinitions";
  return isRole && guid.test(id) ? id : undefined;
}

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** More than any id of Azure's has; a bound for what is read. */
const longestId = 2048;

/** No `..`, nothing that a server decodes or cuts off (`%2e`, `?x`, `#`), no braces, no white space. */
function isName(text: string): boolean {
  return /^[\p{L}\p{N}_.()$~@-]+$/u.test(text) && !text.endsWith(".");
}

/** The container with which an id begins, and the names below it. All names are in lower case. */
function container(names: string[]): [AzureScope["kind"], string[]] {
  const [first, second, third] = names;
  const isManagementGroup = first === "providers" && second === "microsoft.management" && third === "managementgroups";
  if (isManagementGroup && names.length >= 4) return ["management group", names.slice(4)];
  if (first !== "subscriptions" || second === undefined) return ["tenant", names];
  if (third !== "resourcegroups" || names.length < 4) return ["subscription", names.slice(2)];
  return ["resource group", names.slice(4)];
}

/**
 * Whether names lead from a container to a resource: `providers`, a namespace, then pairs of type and name. A resource
 * that belongs to another one may follow, and begins with `providers` again.
 */
function isResourcePath(names: string[]): boolean {
  const [provider, namespace = "", type = "", name, ...rest] = names;
  if (provider !== "providers" || name === undefined || !/^[a-z0-9.]+$/.test(namespace)) return false;
  if (!/^[a-z0-9_-]+$/.test(type) || containers.has(`${namespace}/${type}`)) return false;
  if (rest.length === 0) return true;
  return rest[0] === "providers" ? isResourcePath(rest) : isResourcePath([provider, namespace, ...rest]);
}

/** The types of containers. An id that reaches one as a resource is a second spelling of that container. */
const containers = new Set([
  "microsoft.management/managementgroups",
  "microsoft.resources/resourcegroups",
  "microsoft.resources/subscriptions",
  "microsoft.resources/tenants",
  "microsoft.subscription/subscriptions",
]);
