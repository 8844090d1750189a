import { comparable } from "../../store/user.ts";
import { badRequest, unsupportedQuery } from "./errors.ts";
import { type Filter, invalidFilter, type Literal, parseFilter } from "./odata-filter.ts";

/** The types of directory objects whose lists take a simple query; users have one of their own (`user-query.ts`). */
export interface QueriedType {
  /** As errors name it. */
  name: "Group" | "ServicePrincipal" | "AppRoleAssignment" | "DirectoryObject";
  /** Properties that `$filter` takes, with the comparisons for each. */
  filters: Readonly<Record<string, readonly ("eq" | "in" | "startswith")[]>>;
}

const pageSizes = { usual: 100, longest: 999 };

/** One page of a list. */
export interface ObjectPage<T> {
  objects: T[];
  /** How many objects there are in all pages, where it was asked for. */
  count?: number;
  /** The `$skiptoken` of the next page, where there is one. */
  next?: string;
}

/**
 * One page of the objects that a request asks for, in the order in which they were made.
 *
 * @param eventual whether the request has the header `ConsistencyLevel: eventual`
 * @throws GraphError 400 for options that Graph refuses, or that the local tenant does not serve
 */
export function queryObjects<T extends { id: string }>(
  all: readonly T[],
  type: QueriedType,
  query: URLSearchParams,
  eventual: boolean,
): ObjectPage<T> {
  for (const option of ["$search", "$orderby", "$skip"]) {
    if (query.has(option)) throw unsupportedQuery(`The local tenant does not serve ${option} on '${type.name}'.`);
  }
  const filter = query.get("$filter");
  const fits = filter ? compile(parseFilter(filter), type) : () => true;
  const found = all.filter((object) => fits(object as unknown as Record<string, unknown>));
  const size = pageSize(query.get("$top"));
  const start = startOf(found, query.get("$skiptoken"));
  const page = found.slice(start, start + size);
  const last = page.at(-1);
  return {
    objects: page,
    ...(query.get("$count") === "true" && eventual && { count: found.length }),
    ...(last && start + size < found.length && { next: Buffer.from(last.id).toString("base64url") }),
  };
}

/** Leaves the properties that `$select` names; all of them without it. */
export function selected(object: object, query: URLSearchParams): Record<string, unknown> {
  const names = query.get("$select")?.toLowerCase().split(",");
  const entries = Object.entries(object);
  if (names === undefined) return Object.fromEntries(entries);
  return Object.fromEntries(entries.filter(([name]) => name === "id" || names.includes(name.toLowerCase())));
}

type Test = (object: Record<string, unknown>) => boolean;

function compile(filter: Filter, type: QueriedType): Test {
  switch (filter.kind) {
    case "and":
    case "or": {
      const parts = filter.parts.map((part) => compile(part, type));
      return filter.kind === "and"
        ? (object) => parts.every((part) => part(object))
        : (object) => parts.some((part) => part(object));
    }
    case "compare":
      if (filter.operator !== "eq") throw unsupported(filter.property, type);
      return valueTest(filter.property, "eq", [filter.value], type);
    case "in":
      return valueTest(filter.property, "in", filter.values, type);
    case "call":
      if (filter.name !== "startswith") throw unsupported(filter.property, type);
      return valueTest(filter.property, "startswith", [filter.value], type);
    default:
      throw unsupportedQuery(`The local tenant takes no '${filter.kind}' in a filter on '${type.name}'.`);
  }
}

function valueTest(name: string, comparison: "eq" | "in" | "startswith", wanted: Literal[], type: QueriedType): Test {
  const property = Object.keys(type.filters).find((known) => known.toLowerCase() === name.toLowerCase());
  if (property === undefined) throw invalidFilter(`Could not find a filterable property named '${name}'.`);
  if (!type.filters[property]?.includes(comparison)) throw unsupported(property, type);
  const values = wanted.map(folded);
  if (comparison === "startswith") {
    return (object) => String(folded(object[property] as Literal) ?? "").startsWith(String(values[0]));
  }
  return (object) => values.includes(folded(object[property] as Literal));
}

function folded(value: Literal): Literal {
  return typeof value === "string" ? comparable(value) : value;
}

function unsupported(property: string, type: QueriedType): Error {
  return unsupportedQuery(
    `Unsupported or invalid query filter clause specified for property '${property}' of resource '${type.name}'.`,
  );
}

function pageSize(top: string | null): number {
  if (top === null) return pageSizes.usual;
  const size = Number(top);
  if (Number.isInteger(size) && size >= 1 && size <= pageSizes.longest) return size;
  throw unsupportedQuery(
    `Invalid page size specified: '${top}'. Must be between 1 and ${pageSizes.longest} inclusive.`,
  );
}

function startOf(found: readonly { id: string }[], token: string | null): number {
  if (token === null) return 0;
  const after = Buffer.from(token, "base64url").toString();
  const index = found.findIndex(({ id }) => id === after);
  if (index < 0) throw badRequest("Skip token is null, empty or not valid.", "Directory_ExpiredPageToken");
  return index + 1;
}
