import type { Group } from "../../store/group.ts";
import type { ServicePrincipal } from "../../store/service-principal.ts";
import { findServicePrincipal } from "../../store/service-principal-list.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { selected } from "./object-query.ts";
import { parseUserQuery } from "./odata-query.ts";
import type { Representation } from "./user-representation.ts";
import { representUser } from "./user-representation.ts";

/** What can be a member of a group, or hold an assignment. */
export type PrincipalType = "User" | "Group" | "ServicePrincipal";

/** A live directory object of any type, as a read sees it now. */
export interface DirectoryObject {
  id: string;
  type: PrincipalType;
  displayName: string;
}

/** The live object with this id; groups and applications are seen as soon as they are there. */
export function visibleObject(tenant: TenantContext, id: string): DirectoryObject | undefined {
  const state = tenant.users.visible(id);
  if (state)
    return state.deletedDateTime === null ? { id, type: "User", displayName: state.user.displayName } : undefined;
  const group = tenant.groups.find(id);
  if (group) return { id, type: "Group", displayName: group.displayName };
  const application = findServicePrincipal(tenant, id);
  return application && { id, type: "ServicePrincipal", displayName: application.displayName };
}

/** An object as Graph writes one where objects of several types may stand. */
export function representObject(
  tenant: TenantContext,
  { id, type }: DirectoryObject,
  query: URLSearchParams,
  full: boolean,
): Record<string, unknown> {
  const representation: Representation = { polymorphic: true, full };
  if (type === "User") {
    const state = tenant.users.visible(id);
    return state ? representUser(tenant, state, parseUserQuery(query), representation) : { id };
  }
  const object = type === "Group" ? tenant.groups.find(id) : findServicePrincipal(tenant, id);
  return object ? represent(tenant, type, object, query, representation) : { id };
}

/** A group or service principal as Graph writes one. */
export function represent(
  tenant: TenantContext,
  type: "Group" | "ServicePrincipal",
  object: Group | ServicePrincipal,
  query: URLSearchParams,
  { polymorphic, full }: Representation,
): Record<string, unknown> {
  const [name, set] = type === "Group" ? ["group", "groups"] : ["servicePrincipal", "servicePrincipals"];
  return {
    ...((polymorphic || full) && { "@odata.type": `#microsoft.graph.${name}` }),
    ...(full && { "@odata.id": `${tenant.url}/v1.0/${set}/${object.id}` }),
    ...selected(object, query),
  };
}
