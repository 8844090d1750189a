import { defaultProperties, findProperty, type UserPropertyName } from "../../store/object-types.ts";
import type { ListedUser, Users } from "../../store/user-store.ts";
import { badRequest, unsupportedQuery } from "./errors.ts";
import { advancedOnly, propertyValue, userFilter } from "./user-filter.ts";

/** Graph's page sizes for directory objects. */
const defaultPage = 100;
const longestPage = 999;

/** What a request asks of a list of users: the OData system query options, parsed. */
export interface UserQuery {
  select: readonly UserPropertyName[];
  /** Whether the properties are the caller's choice. */
  selected: boolean;
  expandSponsors: boolean;
}

/** One page of a list. */
export interface UserPage {
  users: ListedUser[];
  /** How many users there are in all pages, where it was asked for. */
  count?: number;
  /** The `$skiptoken` of the next page, where there is one. */
  next?: string;
}

/** Parses `$select` and `$expand`, which a single user takes as well as a list. */
export function parseUserQuery(query: URLSearchParams): UserQuery {
  const select = query.get("$select");
  const expand = query.get("$expand");
  if (expand !== null && !/^sponsors(\(.*\))?$/i.test(expand)) {
    throw unsupportedQuery(`The local tenant expands nothing but 'sponsors', not '${expand}'.`);
  }
  return {
    select: select ? select.split(",").map((text) => selectable(text.trim())) : defaultProperties,
    selected: Boolean(select),
    expandSponsors: expand !== null,
  };
}

function selectable(text: string): UserPropertyName {
  const property = findProperty(text);
  if (property !== undefined) return property;
  throw badRequest(
    `Parsing OData Select and Expand failed: Could not find a property named '${text}' on type 'microsoft.graph.user'.`,
    "BadRequest",
  );
}

/**
 * One page of the users that a request asks for.
 *
 * @param eventual whether the request has the header `ConsistencyLevel: eventual`
 * @throws GraphError 400 for options that Graph refuses
 */
export function queryUsers(
  users: Users,
  which: "live" | "deleted",
  query: URLSearchParams,
  eventual: boolean,
): UserPage {
  const counted = query.get("$count")?.toLowerCase() === "true";
  const advanced = eventual && counted;
  if (query.has("$search")) throw unsupportedQuery("The local tenant does not serve $search; use $filter.");
  if (query.has("$skip")) throw badRequest("'$skip' is not supported by the service.", "BadRequest");

  const filter = query.get("$filter");
  const fits = filter ? userFilter(filter, advanced) : () => true;
  const found: ListedUser[] = [];
  for (const user of users.list(which)) if (fits(user)) found.push(user);
  const order = orderOf(query, advanced, Boolean(filter));
  if (order) found.sort(order);

  const size = pageSize(query.get("$top"));
  const start = startOf(found, query.get("$skiptoken"));
  const page = found.slice(start, start + size);
  const last = page.at(-1);
  return {
    users: page,
    ...(counted && eventual && { count: found.length }),
    ...(last && start + size < found.length && { next: skipTokenAfter(last) }),
  };
}

function pageSize(top: string | null): number {
  if (top === null) return defaultPage;
  const size = Number(top);
  if (Number.isInteger(size) && size >= 1 && size <= longestPage) return size;
  throw unsupportedQuery(`Invalid page size specified: '${top}'. Must be between 1 and ${longestPage} inclusive.`);
}

/** A page begins after the last user of the page before, who may have gone since when there is no order. */
function startOf(found: ListedUser[], token: string | null): number {
  if (token === null) return 0;
  const after = Number(Buffer.from(token, "base64url").toString());
  if (!Number.isInteger(after))
    throw badRequest("Skip token is null, empty or not valid.", "Directory_ExpiredPageToken");
  const exact = found.findIndex(({ sequence }) => sequence === after);
  if (exact >= 0) return exact + 1;
  const following = found.findIndex(({ sequence }) => sequence > after);
  return following < 0 ? found.length : following;
}

function skipTokenAfter({ sequence }: ListedUser): string {
  return Buffer.from(String(sequence)).toString("base64url");
}

function orderOf(query: URLSearchParams, advanced: boolean, filtered: boolean) {
  const text = query.get("$orderby");
  if (text === null) return undefined;
  const [name = "", direction = "asc", ...rest] = text.trim().split(/\s+/);
  const property = findProperty(name);
  const plain = property === "displayName" || property === "userPrincipalName";
  const ordered = plain || property === "createdDateTime" || property === "deletedDateTime";
  if (property === undefined || !ordered || rest.length > 0 || !/^(asc|desc)$/i.test(direction)) {
    throw unsupportedQuery(`Sorting by '${text}' is not supported for current query.`);
  }
  if ((filtered || !plain) && !advanced)
    throw unsupportedQuery(advancedOnly("This combination of $orderby and $filter"));
  const sign = /^desc$/i.test(direction) ? -1 : 1;
  const key = (user: ListedUser) => String(propertyValue(user, property) ?? "");
  return (a: ListedUser, b: ListedUser) => sign * key(a).localeCompare(key(b)) || a.sequence - b.sequence;
}
