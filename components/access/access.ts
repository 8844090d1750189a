/** What a guest may reach, in the words that the component and the stack config share. */
export interface Access {
  /** Groups that the guest becomes a member of, each by display name or object id. */
  groups?: string[];
  /** Enterprise applications that are assigned to the guest. */
  apps?: AppAccess[];
  /** Azure roles that the guest gets. */
  azure?: AzureAccess[];
}

/** An enterprise application by display name or application (client) id; with a role, or for default access without. */
export type AppAccess = string | { app: string; role?: string };

/** An Azure role at a scope. */
export interface AzureAccess {
  /** A built-in role by name, or any role by id: the GUID alone, or the whole resource id that ends in it. */
  role: string;
  /**
   * A resource id such as `/subscriptions/…/resourceGroups/data`. Without a slash at its beginning it lies in the
   * subscription that Pulumi works in (`azure-native:subscriptionId`, or `ARM_SUBSCRIPTION_ID`): `resourceGroups/data`.
   */
  scope: string;
}

/** Bundles of access by name, so that a guest's line can say `profiles: [auditor]`. */
export type AccessProfiles = Record<string, Access>;

/** The sign-in page of an enterprise application, instead of a URL. */
export interface AppLink {
  /** Display name or application (client) id. */
  app: string;
}

/** Whether a redirect URL is given as an application. */
export function isAppLink(value: unknown): value is AppLink {
  if (typeof value !== "object" || value === null) return false;
  return Object.keys(value).join() === "app" && typeof (value as AppLink).app === "string";
}

/** Whether a text is an id rather than a name. */
export function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
