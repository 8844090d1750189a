import { defaultProperties } from "../../store/object-types.ts";
import type { User, UserState } from "../../store/user.ts";
import type { TenantContext } from "../../tenant-context.ts";
import type { UserQuery } from "./odata-query.ts";
import { propertyValue } from "./user-filter.ts";

/** How much OData the caller wants in a body: `odata.metadata` of its `Accept` header. */
export interface Representation {
  /** Whether the place in the model is not of one type, so that each object names its own. */
  polymorphic: boolean;
  /** Whether `odata.metadata=full` was asked for. */
  full: boolean;
}

/** A user as Graph writes one. */
export function representUser(
  tenant: TenantContext,
  state: UserState,
  query: UserQuery,
  { polymorphic, full }: Representation,
): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  if (polymorphic || full) body["@odata.type"] = "#microsoft.graph.user";
  if (full) body["@odata.id"] = `${tenant.url}/v1.0/users/${state.user.id}`;
  for (const property of query.select) body[property] = propertyValue(asRead(state), property);
  if (query.expandSponsors) body.sponsors = representSponsors(tenant, state.user);
  return body;
}

/** The sponsors of a user who can be seen now. */
export function representSponsors(tenant: TenantContext, user: User): Record<string, unknown>[] {
  const query = { select: defaultProperties, selected: false, expandSponsors: false };
  return user.sponsors.flatMap((id) => {
    const sponsor = tenant.users.visible(id);
    if (sponsor === undefined || sponsor.deletedDateTime !== null) return [];
    return [representUser(tenant, sponsor, query, { polymorphic: true, full: false })];
  });
}

/** While a user is in the recycle bin, their principal name is free for others: it is kept with the object id before it. */
function asRead(state: UserState): UserState {
  if (state.deletedDateTime === null) return state;
  const prefix = state.user.id.replaceAll("-", "");
  return { ...state, user: { ...state.user, userPrincipalName: `${prefix}${state.user.userPrincipalName}` } };
}
