import type { ListedObjects } from "../../store/database.ts";
import { type DescribedType, defaultProperties, findProperty } from "../../store/described-types.ts";
import { messageType } from "../../store/mailbox-store.ts";
import { groupType, servicePrincipalType, type User, userType } from "../../store/object-types.ts";
import { type Principal, type TenantStore, visiblePrincipal } from "../../store/tenant-store.ts";
import {
  badRequest,
  type GraphRequest,
  isEventual,
  lastSegment,
  readQuery,
  unsupportedQuery,
  versionOf,
} from "./graph-request.ts";
import { queryList } from "./odata-query.ts";

/** What the answers of Graph are made from: the store, and the tenant's own address for the links in them. */
export interface GraphPart {
  store: TenantStore;
  /** `https://127.0.0.1:PORT`, without a slash at the end. */
  url: string;
}

/** What a request asks of the objects in its answer. */
export interface Selection {
  /** The properties of `$select`, as the caller names them. Absent: the default ones. */
  select?: readonly string[];
  /** What is expanded of each sponsor. Absent: they are not. */
  expandSponsors?: Selection;
  /** The named properties of a message that are expanded, by id. */
  expandNamed?: readonly string[];
}

/**
 * Reads `$select` and `$expand`.
 *
 * @param types those of the objects in the answer; a property has to be of one of them
 * @throws GraphError 400 for what is no property, and for what cannot be expanded
 */
export function readSelection(c: GraphRequest, ...types: readonly DescribedType[]): Selection {
  const query = readQuery(c);
  const expand = query.get("$expand");
  const expandNamed = types.includes(messageType) && expand !== null ? namedProperties(expand) : undefined;
  const sponsors = types.includes(userType) ? /^sponsors(?:\(\$select=([^();]*)\))?$/i.exec(expand ?? "") : null;
  if (expand !== null && sponsors === null && expandNamed === undefined) {
    throw unsupportedQuery(
      `The local tenant expands nothing but the 'sponsors' of a user, with '$select' inside, and the named properties of a message, not '${expand}'.`,
    );
  }
  const select = selectOf(query.get("$select"), types);
  const expandSponsors = sponsors && { ...withSelect(selectOf(sponsors[1] ?? null, [userType, groupType])) };
  return { ...withSelect(select), ...(expandSponsors && { expandSponsors }), ...(expandNamed && { expandNamed }) };
}

const withSelect = (select: readonly string[] | undefined) => (select ? { select } : {});

/** The properties that are selected. @throws GraphError 400 for one that none of the types has */
function selectOf(selected: string | null, types: readonly DescribedType[]): string[] | undefined {
  const [type] = types;
  const select = selected ? selected.split(",").map((name) => name.trim()) : undefined;
  const unknown = select?.find((name) => types.every((one) => findProperty(one, name) === undefined));
  if (unknown !== undefined) {
    throw badRequest(
      `Parsing OData Select and Expand failed: Could not find a property named '${unknown}' on type 'microsoft.graph.${type?.odataName}'. (The local tenant does not have it.)`,
      "BadRequest",
    );
  }
  return select;
}

/** The ids in `singleValueExtendedProperties($filter=id eq '…' or id eq '…')`. */
function namedProperties(expand: string): string[] | undefined {
  const filter = /^singleValueExtendedProperties\(\$filter=(.*)\)$/i.exec(expand.trim())?.[1];
  const ids = filter
    ?.split(/ or (?=\(?id eq )/i)
    .map((part) => /^\(?id eq '((?:[^']|'')*)'\)?$/i.exec(part.trim())?.[1]);
  if (ids === undefined || ids.includes(undefined)) return undefined;
  return ids.map((id) => (id ?? "").replaceAll("''", "'"));
}

/** A list that a route answers. */
interface AnsweredList<T> {
  type: DescribedType;
  /** All objects. */
  rows: ListedObjects<T>;
  /** The collection that the answer is of. Default: the type's own. */
  set?: string;
  /** Whether objects of other types may stand there, so that each names its own. */
  polymorphic?: boolean;
}

/** Answers one page of a list of objects of one type. */
export function answerList<T extends object>(
  part: GraphPart,
  c: GraphRequest,
  { type, rows, set = type.set, polymorphic = false }: AnsweredList<T>,
): Response {
  const selection = readSelection(c, type);
  const full = wantsFullMetadata(c);
  return answerPage(part, c, { type, rows, set, selection }, (object) =>
    bodyOf(part, type, object, selection, { polymorphic, full }),
  );
}

/** Answers one page of the principals in a list, each with the properties of its own type. */
export function answerPrincipals(
  part: GraphPart,
  c: GraphRequest,
  { type, rows, set = type.set }: AnsweredList<Principal>,
): Response {
  const selection = readSelection(c, userType, groupType, servicePrincipalType);
  const full = wantsFullMetadata(c);
  return answerPage(part, c, { type, rows, set, selection: {} }, (principal) =>
    principalBody(part, principal, selection, full),
  );
}

function answerPage<T extends object>(
  part: GraphPart,
  c: GraphRequest,
  { type, rows, set, selection }: { type: DescribedType; rows: ListedObjects<T>; set: string; selection: Selection },
  write: (object: T) => object,
): Response {
  if (lastSegment(c) === "$count") return answerCount(c, type, rows);
  const { objects, count, next } = queryList(type, rows, readQuery(c), isEventual(c));
  return c.json({
    "@odata.context": contextOf(part, c, set, selection.select),
    ...(count !== undefined && { "@odata.count": count }),
    ...(next !== undefined && { "@odata.nextLink": nextLink(part, c, next) }),
    value: objects.map(write),
  });
}

/** `/$count`: the number alone, as text (Graph, "Advanced query capabilities"). @throws GraphError 400 */
function answerCount(c: GraphRequest, type: DescribedType, rows: ListedObjects<object>): Response {
  if (!isEventual(c)) throw unsupportedQuery("$count is supported with the header 'ConsistencyLevel: eventual' only.");
  const query = readQuery(c);
  query.set("$count", "true");
  return c.text(String(queryList(type, rows, query, true).count));
}

/** Answers one object of a type. */
export function answerObject(
  part: GraphPart,
  c: GraphRequest,
  type: DescribedType,
  object: object,
  {
    status = 200,
    set = type.set,
    polymorphic = false,
  }: { status?: 200 | 201; set?: string; polymorphic?: boolean } = {},
): Response {
  const selection = readSelection(c, type);
  const context = contextOf(part, c, set, polymorphic ? [] : selection.select);
  const body = bodyOf(part, type, object, selection, { polymorphic, full: wantsFullMetadata(c) });
  return c.json({ "@odata.context": `${context}/$entity`, ...body }, status);
}

/** A principal as Graph writes one where objects of several types may stand. */
export function principalBody(
  part: GraphPart,
  { id, type }: Principal,
  selection: Selection,
  full: boolean,
): Record<string, unknown> {
  const { users, groups, servicePrincipals } = part.store;
  const [described, object] = {
    User: () => [userType, users.visible(id)] as const,
    Group: () => [groupType, groups.find(id)] as const,
    ServicePrincipal: () => [servicePrincipalType, servicePrincipals.find(id)] as const,
  }[type]();
  return object ? bodyOf(part, described, object, selection, { polymorphic: true, full }) : { id };
}

/** How much OData there is in a body. */
interface Metadata {
  /** Whether the place in the model is not of one type, so that each object names its own. */
  polymorphic: boolean;
  /** Whether `odata.metadata=full` was asked for. */
  full: boolean;
}

/** An object as Graph writes one. */
export function bodyOf(
  part: GraphPart,
  type: DescribedType,
  object: object,
  { select, expandSponsors, expandNamed }: Selection,
  { polymorphic, full }: Metadata,
): Record<string, unknown> {
  const values = (type === userType ? asRead(object as User) : object) as Readonly<Record<string, unknown>>;
  const body: Record<string, unknown> = {};
  if (polymorphic || full) body["@odata.type"] = `#microsoft.graph.${type.odataName}`;
  if (full) body["@odata.id"] = `${part.url}/v1.0/${type.set}/${values.id}`;
  const selected = select?.flatMap((name) => findProperty(type, name) ?? []);
  const names = selected?.filter((name) => !type.properties[name]?.navigation) ?? defaultProperties(type);
  for (const name of names) if (!isUnsetApart(type, values, name)) body[name] = values[name] ?? null;
  const named = (values.singleValueExtendedProperties ?? []) as { id: string }[];
  const expanded = named.filter(({ id }) => expandNamed?.includes(id));
  if (expanded.length > 0) body.singleValueExtendedProperties = expanded;
  if (expandSponsors && type === userType) {
    const sponsors = visibleSponsors(part, object as User);
    body.sponsors = sponsors.map((sponsor) => principalBody(part, sponsor, expandSponsors, full));
  }
  return body;
}

function isUnsetApart({ properties }: DescribedType, values: Readonly<Record<string, unknown>>, name: string): boolean {
  return properties[name]?.apart === true && (values[name] ?? null) === null;
}

/** The sponsors of a user who can be seen now: users and groups. */
export function visibleSponsors({ store }: GraphPart, { sponsors }: User): Principal[] {
  return sponsors.flatMap((id) => visiblePrincipal(store, id) ?? []);
}

/** In the recycle bin a user's principal name is free for others: it is read with the object id before it. */
function asRead(user: User): User {
  if (user.deletedDateTime === null) return user;
  return { ...user, userPrincipalName: `${user.id.replaceAll("-", "")}${user.userPrincipalName}` };
}

export function wantsFullMetadata(c: GraphRequest): boolean {
  return /odata\.metadata=full/i.test(c.req.header("accept") ?? "");
}

/** The `@odata.context` of a collection. */
export function contextOf({ url }: GraphPart, c: GraphRequest, set: string, selected: readonly string[] = []): string {
  const properties = selected.length > 0 ? `(${selected.join(",")})` : "";
  return `${url}/${versionOf(c)}/$metadata#${set}${properties}`;
}

/** The address of the next page: this request's own, with another `$skiptoken`. */
function nextLink({ url }: GraphPart, c: GraphRequest, token: string): string {
  const { pathname, search } = new URL(c.req.url);
  const rest = search
    .slice(1)
    .split("&")
    .filter((part) => part !== "" && !/^(\$|%24)skiptoken=/i.test(part));
  return `${url}${pathname}?${[...rest, `$skiptoken=${token}`].join("&")}`;
}
