import { findProperty, type UserPropertyName, userProperties } from "../../store/object-types.ts";
import type { User } from "../../store/user.ts";
import { badRequest, invalidValue } from "./errors.ts";

export type UserChanges = Partial<Omit<User, "id" | "sponsors">>;

/**
 * Reads the properties that a POST or PATCH of a user sets.
 *
 * @throws GraphError 400 for a property that does not exist or cannot be set, and for a value that it does not take
 */
export function readUserChanges(body: Record<string, unknown>): UserChanges {
  const changes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(body)) {
    if (name.includes("@odata.")) continue;
    const property = findProperty(name);
    if (property === undefined) {
      throw badRequest(`Property '${name}' does not exist as a declared property or extension property.`);
    }
    if (!userProperties[property].writable) {
      throw badRequest(`Property '${property}' is read-only and cannot be set.`);
    }
    if (!takes(property, value)) throw invalidValue(property);
    changes[property] = value;
  }
  return changes as UserChanges;
}

/** @throws GraphError 400 for the first property that is not there */
export function requireProperties(changes: Record<string, unknown>, properties: readonly string[]): void {
  const missing = properties.find((property) => changes[property] === undefined);
  if (missing !== undefined) throw badRequest(`A value is required for property '${missing}' of resource 'User'.`);
}

function takes(property: UserPropertyName, value: unknown): boolean {
  const { type, nullable = true, longest = 1024 } = userProperties[property];
  if (value === null) return nullable && type !== "strings";
  if (type === "strings") return Array.isArray(value) && value.every((element) => typeof element === "string");
  if (typeof value !== type) return false;
  // A text property is cleared with null; Graph takes no empty text.
  if (typeof value === "string" && (value === "" || value.length > longest)) return false;
  return special[property]?.test(String(value)) ?? true;
}

const special: Partial<Record<UserPropertyName, RegExp>> = {
  usageLocation: /^[A-Za-z]{2}$/,
  userType: /^(Guest|Member)$/,
  userPrincipalName: /^[^@\s]+@[^@\s]+$/,
  mail: /^[^@\s]+@[^@\s]+$/,
};
