import type { Path } from "../../model/findings.ts";
import { guidPattern } from "../../model/property.ts";
import type { Access, AccessProfiles, AppLink, GuestDefaults } from "../generated/sdk.ts";
import { type AzureRole, azureRole, isProblem } from "./azure-roles.ts";

/** What one guest may reach, profiles filled in, nothing twice. */
export interface GuestAccess {
  groups: string[];
  apps: AppRole[];
  azure: AzureRole[];
}

/** An application and the role in it, both as the list names them; no role means default access. */
export interface AppRole {
  app: string;
  role?: string;
}

/** Something in a guest's access that cannot be right, found without asking the tenant. */
export interface AccessProblem {
  /** The way to it from the place that gives the access, such as `azure`, 0, `scope`. */
  path: ["azure" | "profiles", ...Path];
  value: string;
  rule: string;
  remedy: string;
}

/**
 * What a guest with the defaults filled in may reach. What {@link accessProblems} complains of is left out.
 *
 * @param profiles the bundles that the guest's `profiles` name
 */
export function accessOf(guest: GuestDefaults, profiles: AccessProfiles): GuestAccess {
  const bundles = (guest.profiles ?? []).flatMap((name) => profiles[name] ?? []);
  const all: Access[] = [guest, ...bundles];
  const apps = all.flatMap((access) => access.apps ?? []).map((one) => (typeof one === "string" ? { app: one } : one));
  const azure = all.flatMap((access) => access.azure ?? []).map((one) => azureRole(one));
  return {
    groups: unique(
      all.flatMap((access) => access.groups ?? []),
      keyOf,
    ),
    apps: unique(apps, ({ app, role = "" }) => keyOf(`${app}\n${role}`)),
    azure: unique(
      azure.filter((one): one is AzureRole => !isProblem(one)),
      ({ scope, roleId }) => keyOf(`${scope}\n${roleId}`),
    ),
  };
}

/**
 * What is wrong in one place that gives access: profiles that nobody has defined, roles and scopes that say nothing.
 *
 * @param profiles the bundles that there are
 */
export function accessProblems({ azure = [], profiles: named = [] }: GuestDefaults, profiles: AccessProfiles) {
  const known = Object.keys(profiles);
  const unknown = named.flatMap((name, index): AccessProblem[] => {
    if (Object.hasOwn(profiles, name)) return [];
    const rule = `no access profile has this name; there ${known.length > 0 ? `are ${known.join(", ")}` : "are none"}`;
    const remedy = "correct the name, or define it in accessProfiles";
    return [{ path: ["profiles", index], value: name, rule, remedy }];
  });
  const wrongRoles = azure.flatMap((one, index): AccessProblem[] => {
    const role = azureRole(one);
    if (!isProblem(role)) return [];
    const { property, rule, remedy } = role;
    return [{ path: ["azure", index, property], value: one[property], rule, remedy }];
  });
  return [...unknown, ...wrongRoles];
}

/** By what names are compared: Graph and Azure take any letter case. */
export function keyOf(name: string): string {
  return name.toLowerCase();
}

/** The first of those that have the same key. */
function unique<T>(values: readonly T[], key: (value: T) => string): T[] {
  const byKey = new Map<string, T>();
  for (const value of values) if (!byKey.has(key(value))) byKey.set(key(value), value);
  return [...byKey.values()];
}

/** Whether a redirect URL is given as an application. */
export function isAppLink(value: unknown): value is AppLink {
  if (typeof value !== "object" || value === null) return false;
  return Object.keys(value).join() === "app" && typeof (value as AppLink).app === "string";
}

/**
 * What a report about a wrong list says of the names in it: nobody asks the tenant for them before the list is right, so
 * that a name that is wrong, too, is told by the next run only.
 *
 * @param holders the defaults and the guests, as written
 * @param profiles the bundles of access, as written
 * @returns `undefined` where the list names nothing that is looked up
 */
export function lookUpNote(holders: readonly object[], profiles: unknown): string | undefined {
  const bundles = typeof profiles === "object" && profiles !== null ? Object.values(profiles) : [];
  const asks = (holder: unknown) => {
    if (typeof holder !== "object" || holder === null) return false;
    const { groups, apps, redirectUrl } = holder as Readonly<Record<string, unknown>>;
    return groups !== undefined || apps !== undefined || isAppLink(redirectUrl);
  };
  if (![...holders, ...bundles].some(asks)) return undefined;
  return "Groups and applications were not looked up in the tenant: that comes after the list is right.";
}

/** Whether a text is an id rather than a name. */
export function isGuid(text: string): boolean {
  return guidPattern.test(text);
}
