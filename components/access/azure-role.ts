import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { nearest } from "../nearest-name.ts";
import type { AzureAccess } from "./access.ts";
import { builtInRoles } from "./built-in-roles.ts";

/** An Azure role at a scope, with everything about it known. */
export interface AzureRole {
  /** The role's GUID, in lower case. */
  roleId: string;
  /** The role as the list names it. */
  role: string;
  /** The same for the same role and scope, however they are written: `reader at resourcegroups/data`. */
  label: string;
  /** The whole scope, without a slash at its end. */
  scope: string;
}

/** What is wrong with a role or a scope as written. */
export interface AzureProblem {
  property: keyof AzureAccess;
  rule: string;
  remedy: string;
}

/**
 * Works out the role's id and the whole scope.
 *
 * @returns both, or the first thing that is wrong
 */
export function azureRole({ role, scope }: AzureAccess): AzureRole | AzureProblem {
  const roleId = roleIdOf(role);
  if (typeof roleId === "object") return roleId;
  const subscription = defaultSubscription();
  const whole = wholeScope(scope, subscription);
  if (typeof whole === "object") return whole;
  return { roleId, role, scope: whole, label: labelOf(roleId, whole, subscription) };
}

export function isProblem(value: AzureRole | AzureProblem): value is AzureProblem {
  return "rule" in value;
}

/** The subscription of azure-native's default provider. */
function defaultSubscription(): string | undefined {
  return new pulumi.Config("azure-native").get("subscriptionId") ?? process.env.ARM_SUBSCRIPTION_ID;
}

function labelOf(roleId: string, scope: string, subscription: string | undefined): string {
  const name = Object.keys(builtInRoles).find((known) => builtInRoles[known] === roleId) ?? roleId;
  const own = `/subscriptions/${subscription}/`.toLowerCase();
  const place = scope.toLowerCase();
  return `${name.toLowerCase()} at ${place.startsWith(own) ? place.slice(own.length) : place || "/"}`;
}

function roleIdOf(role: string): string | AzureProblem {
  const guid = /^(?:.*\/roleDefinitions\/)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.exec(role)?.[1];
  if (guid !== undefined) return guid.toLowerCase();
  const name = Object.keys(builtInRoles).find((known) => known.toLowerCase() === role.toLowerCase());
  const id = builtInRoles[name ?? ""];
  if (id !== undefined) return id;
  const near = nearest(role, Object.keys(builtInRoles));
  const rule = `no built-in role is known here by this name${near.length > 0 ? `; the nearest are ${quoted(near)}` : ""}`;
  const remedy = `write one of the names in docs/access.md, or the role's id: az role definition list --name "${role}"`;
  return { property: "role", rule, remedy };
}

function wholeScope(scope: string, subscriptionId: string | undefined): string | AzureProblem {
  const path = scope.replace(/\/+$/, "");
  if (scope.startsWith("/")) return path;
  if (subscriptionId !== undefined) return `/subscriptions/${subscriptionId}/${path}`;
  const rule =
    "a scope without a slash at its beginning lies in the subscription that Pulumi works in, and none is set";
  const remedy = "write the whole resource id, or set azure-native:subscriptionId or ARM_SUBSCRIPTION_ID";
  return { property: "scope", rule, remedy };
}

/** The role's resource id at the scope: below the subscription, where the scope has one, as Azure answers it. */
export function roleDefinitionId({ roleId, scope }: AzureRole): string {
  return `${subscriptionOf(scope)}/providers/Microsoft.Authorization/roleDefinitions/${roleId}`;
}

/** The part of a scope that names its subscription; empty where it has none. */
export function subscriptionOf(scope: string): string {
  return /^\/subscriptions\/[^/]+/i.exec(scope)?.[0] ?? "";
}

/** The name space of these names; made once, at random. */
const namespace = "5c9c1c0e-0f5b-4d0b-9a59-2f1b8a4d7c63";

/**
 * The name of the assignment: the same whenever the same principal gets the same role at the same scope, so that a run
 * after a crash or a second stack meets the one that is there instead of making another (RFC 9562, UUID version 5).
 *
 * @param principalId the guest's object id
 */
export function roleAssignmentName({ roleId, scope }: AzureRole, principalId: string): string {
  const hash = createHash("sha1")
    .update(Buffer.from(namespace.replaceAll("-", ""), "hex"))
    .update([scope, principalId, roleId].join("\n").toLowerCase())
    .digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  return hash.toString("hex", 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
