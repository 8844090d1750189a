import type { GetServicePrincipalResult } from "@pulumi/azuread/getServicePrincipal.js";
import { redirectUrlProblem } from "../../model/redirect-url.ts";
import { nearest } from "../nearest-name.ts";
import { isGuid } from "./access.ts";
import { quoted } from "./azure-role.ts";
import type { Kind, NotFound } from "./look-ups.ts";
import { officialModule } from "./packages.ts";

/** An enterprise application: its service principal, as far as it is needed. */
export type FoundApplication = Pick<
  GetServicePrincipalResult,
  "objectId" | "displayName" | "appRoles" | "loginUrl" | "homepageUrl"
>;

/** Enterprise applications, by display name or application (client) id. */
export const applicationKind: Kind<FoundApplication> = {
  noun: "enterprise application",
  idNoun: "application (client) id",
  permission: "Application.Read.All",
  find(text, opts) {
    const { getServicePrincipal } = officialModule("@pulumi/azuread/getServicePrincipal");
    return getServicePrincipal(isGuid(text) ? { clientId: text } : { displayName: text }, opts);
  },
  async list(opts) {
    const { getServicePrincipals } = officialModule("@pulumi/azuread/getServicePrincipals");
    const { servicePrincipals } = await getServicePrincipals({ returnAll: true }, opts);
    return servicePrincipals.map(({ clientId, displayName, objectId }) => ({
      id: clientId,
      name: displayName,
      otherId: objectId,
    }));
  },
};

/** Stands for default access, where an application has no roles for users (Graph, "appRoleAssignment"). */
const defaultAccess = "00000000-0000-0000-0000-000000000000";

/**
 * The id of a role in an application.
 *
 * @param role its value or display name; without one, default access is meant
 */
export function appRoleId({ appRoles }: FoundApplication, role: string | undefined): string | NotFound {
  const open = appRoles.filter(({ enabled, allowedMemberTypes }) => enabled && allowedMemberTypes.includes("User"));
  const names = open.map(({ value, displayName }) => value || displayName);
  if (role === undefined) {
    if (open.length === 0) return defaultAccess;
    return { rule: `the application has roles, and so no default access: ${quoted(names)}`, remedy: "say which role" };
  }
  const wanted = role.toLowerCase();
  const byValue = open.filter(({ value, id }) => value.toLowerCase() === wanted || id === wanted);
  const found = byValue.length > 0 ? byValue : open.filter(({ displayName }) => displayName.toLowerCase() === wanted);
  const [only, ...others] = found;
  if (others.length > 0) {
    const rule = `${found.length} roles of the application have this name: ${found.map(({ id }) => id).join(", ")}`;
    return { rule, remedy: "write the value of the one that is meant, or its id" };
  }
  if (only !== undefined) return only.id;
  if (open.length === 0) return { rule: "the application has no roles for users", remedy: "take the role out" };
  const near = nearest(
    role,
    open.flatMap(({ value, displayName }) => [value, displayName]),
  );
  const rule = `the application has no role "${role}" for users; ${near.length > 0 ? `the nearest are ${quoted(near)}` : `it has ${quoted(names)}`}`;
  return { rule, remedy: "write one of them" };
}

/** Where an application opens: its sign-in page, else its home page. */
export function signInUrl({ loginUrl, homepageUrl, displayName }: FoundApplication): string | NotFound {
  const url = loginUrl || homepageUrl;
  if (!url) {
    const rule = `${displayName} has neither a sign-in URL nor a home page`;
    return { rule, remedy: "set its sign-on URL in the portal, or write a URL instead of the application" };
  }
  const problem = redirectUrlProblem(url);
  return problem === undefined
    ? url
    : { rule: `the page of ${displayName} is ${url}: ${problem}`, remedy: "write a URL" };
}
