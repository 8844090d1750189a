import type { Listed, ListedObjects } from "../../store/database.ts";
import { type Comparison, comparable, type DescribedType, findProperty } from "../../store/described-types.ts";
import { badRequest, unsupportedQuery } from "./graph-request.ts";
import { type Filter, invalidFilter, type Literal, parseFilter } from "./odata-filter.ts";

/** Graph's page sizes for directory objects. */
const usualPages = { usual: 100, longest: 999 };
/** Graph takes no more branches in a filter than this, counting the values of an `in`. */
const mostBranches = 15;

/** One page of a list. */
export interface QueriedPage<T> {
  objects: T[];
  /** How many objects there are in all pages, where it was asked for. */
  count?: number;
  /** The `$skiptoken` of the next page, where there is one. */
  next?: string;
}

/**
 * One page of the objects that a request asks for.
 *
 * @param type what is known of the objects: nothing else can be filtered or sorted
 * @param rows all of them
 * @param query the options, under OData's names
 * @param eventual whether the request has the header `ConsistencyLevel: eventual`
 * @throws GraphError 400 for options that Graph refuses, or that the local tenant does not serve
 */
export function queryList<T extends object>(
  type: DescribedType,
  rows: ListedObjects<T>,
  query: URLSearchParams,
  eventual: boolean,
): QueriedPage<T> {
  const counted = eventual && query.get("$count")?.toLowerCase() === "true";
  if (query.has("$search")) throw unsupportedQuery("The local tenant does not serve $search; use $filter.");
  if (query.has("$skip")) throw badRequest("'$skip' is not supported by the service.", "BadRequest");

  const text = query.get("$filter");
  const filter = text ? readFilter(text) : undefined;
  const fits = filter ? new Evaluator(type, counted).testOf(filter) : () => true;
  const values = filter && valuesWanted(type, filter);
  const found: Listed<T>[] = [];
  for (const row of (values && rows.having?.(values)) ?? rows) if (fits(row.object)) found.push(row);
  const order = orderOf<T>(type, query.get("$orderby"), { advanced: counted, filtered: Boolean(filter) });
  if (order) found.sort(order);

  const size = pageSize(query.get("$top"), type.pages);
  const start = startOf(found, query.get("$skiptoken"));
  const page = found.slice(start, start + size);
  const last = page.at(-1);
  return {
    objects: page.map(({ object }) => object),
    ...(counted && { count: found.length }),
    ...(last && start + size < found.length && { next: Buffer.from(String(last.place)).toString("base64url") }),
  };
}

function pageSize(top: string | null, { usual, longest } = usualPages): number {
  if (top === null) return usual;
  const size = Number(top);
  if (/^\d+$/.test(top) && size >= 1 && size <= longest) return size;
  throw unsupportedQuery(`Invalid page size specified: '${top}'. Must be between 1 and ${longest} inclusive.`);
}

/** A page begins after the last object of the page before. That one may be gone; then the next place is taken. */
function startOf(found: readonly Listed<unknown>[], token: string | null): number {
  if (token === null) return 0;
  const after = Number(Buffer.from(token, "base64url").toString() || Number.NaN);
  if (!Number.isInteger(after)) {
    throw badRequest("Skip token is null, empty or not valid.", "Directory_ExpiredPageToken");
  }
  const exact = found.findIndex(({ place }) => place === after);
  if (exact >= 0) return exact + 1;
  const following = found.findIndex(({ place }) => place > after);
  return following < 0 ? found.length : following;
}

function orderOf<T extends object>(
  type: DescribedType,
  text: string | null,
  { advanced, filtered }: { advanced: boolean; filtered: boolean },
) {
  if (text === null) return undefined;
  const [name = "", direction = "asc", ...rest] = text.trim().split(/\s+/);
  const property = findProperty(type, name);
  const sortable = property === undefined ? undefined : type.properties[property]?.sortable;
  if (property === undefined || sortable === undefined || rest.length > 0 || !/^(asc|desc)$/i.test(direction)) {
    throw unsupportedQuery(`Sorting by '${text}' is not supported for current query.`);
  }
  if ((filtered || sortable === "advanced") && !advanced) {
    throw unsupportedQuery(advancedOnly("This combination of $orderby and $filter"));
  }
  const sign = /^desc$/i.test(direction) ? -1 : 1;
  const key = ({ object }: Listed<T>) => String(propertyOf(object, property) ?? "");
  return (a: Listed<T>, b: Listed<T>) => sign * key(a).localeCompare(key(b)) || a.place - b.place;
}

type Test<T> = (tested: T) => boolean;

/** @throws GraphError 400 for a filter that Graph does not take */
function readFilter(source: string): Filter {
  const filter = parseFilter(source);
  const branches = countBranches(filter);
  if (branches > mostBranches) {
    throw unsupportedQuery(
      `Too many child clauses specified in search filter expression containing 'OR' operators: ${branches}. Max allowed: ${mostBranches}.`,
    );
  }
  return filter;
}

function countBranches(filter: Filter): number {
  if (filter.kind === "or") return filter.parts.reduce((sum, part) => sum + countBranches(part), 0);
  if (filter.kind === "and") return Math.max(...filter.parts.map(countBranches));
  if (filter.kind === "in") return filter.values.length;
  return filter.kind === "not" ? countBranches(filter.part) : 1;
}

/**
 * Values of indexed properties: every object that passes the filter has one of them. `undefined`: no such are known.
 *
 * @param list the list of texts whose elements the filter is on
 */
function valuesWanted(type: DescribedType, filter: Filter, list?: string): string[] | undefined {
  switch (filter.kind) {
    case "or": {
      const parts = filter.parts.map((part) => valuesWanted(type, part, list));
      return parts.every((values) => values !== undefined) ? parts.flat() : undefined;
    }
    case "and":
      return filter.parts.map((part) => valuesWanted(type, part, list)).find((values) => values !== undefined);
    case "any":
      return valuesWanted(type, filter.part, filter.property);
    case "in":
    case "compare": {
      // Inside `any`, a property that has a name is one of the element's.
      const name = list === undefined ? filter.property : filter.property === "" ? list : "";
      if (!type.properties[findProperty(type, name) ?? ""]?.indexed) return undefined;
      if (filter.kind === "compare" && filter.operator !== "eq") return undefined;
      const values = filter.kind === "in" ? filter.values : [filter.value];
      return values.every((value) => typeof value === "string") ? values : undefined;
    }
    default:
      return undefined;
  }
}

type Comparing = Exclude<Filter, { kind: "and" | "or" | "not" | "any" }>;

/** Makes tests of filters on the objects of one type. */
class Evaluator {
  readonly #type: DescribedType;
  readonly #advanced: boolean;

  /** @param advanced whether the request is an advanced query: `ConsistencyLevel: eventual` and `$count=true` */
  constructor(type: DescribedType, advanced: boolean) {
    this.#type = type;
    this.#advanced = advanced;
  }

  /** @throws GraphError 400 for a filter that Graph takes in advanced queries only, or not of these objects */
  testOf(filter: Filter): Test<object> {
    switch (filter.kind) {
      case "and":
      case "or":
        return joined(
          filter.kind,
          filter.parts.map((part) => this.testOf(part)),
        );
      case "not": {
        if (!this.#advanced) throw unsupportedQuery(advancedOnly("Operator 'not'"));
        const part = this.testOf(filter.part);
        return (object) => !part(object);
      }
      case "any": {
        const property = this.#known(filter.property);
        const { type, elements } = this.#type.properties[property] ?? {};
        if (type !== "strings" && elements === undefined) throw this.#unsupported(property);
        const test = elements
          ? new Evaluator({ ...this.#type, properties: elements }, this.#advanced).testOf(filter.part)
          : this.#elementTest(filter.part, property);
        return (object) => (propertyOf(object, property) as (string & object)[]).some(test);
      }
      default: {
        const property = this.#known(filter.property);
        const kind = this.#type.properties[property]?.type;
        if (kind === "strings" || kind === "object" || kind === "objects") throw this.#unsupported(property);
        const test = this.#comparison(filter, property);
        return (object) => test(propertyOf(object, property) as Literal);
      }
    }
  }

  /** The test inside `any(x:…)`, on one element of a list of texts. */
  #elementTest(filter: Filter, property: string): Test<Literal> {
    switch (filter.kind) {
      case "and":
      case "or":
        return joined(
          filter.kind,
          filter.parts.map((part) => this.#elementTest(part, property)),
        );
      case "not":
      case "any":
        throw this.#unsupported(property);
      default:
        if (filter.property !== "") throw this.#unsupported(property);
        return this.#comparison(filter, property);
    }
  }

  #comparison(filter: Comparing, property: string): Test<Literal> {
    const operator = filter.kind === "compare" ? filter.operator : filter.kind === "in" ? "in" : filter.name;
    const wanted = filter.kind === "in" ? filter.values : [filter.value];
    this.#assertTaken(operator, property, wanted);
    const folded = this.#type.properties[property]?.exact ? (value: Literal) => value : inOneCase;
    const values = wanted.map(folded);
    const [first = null] = values;
    switch (operator) {
      case "eq":
        return (value) => folded(value) === first;
      case "ne":
        return (value) => folded(value) !== first;
      case "in":
        return (value) => values.includes(folded(value));
      case "startswith":
        return (value) => typeof value === "string" && String(folded(value)).startsWith(String(first));
      case "endswith":
        return (value) => typeof value === "string" && String(folded(value)).endsWith(String(first));
      case "ge":
        return (value) => value !== null && first !== null && (folded(value) ?? "") >= first;
      default:
        return (value) => value !== null && first !== null && (folded(value) ?? "") <= first;
    }
  }

  #assertTaken(operator: string, property: string, wanted: readonly Literal[]): void {
    const { type, filter = [], advancedFilter = [] } = this.#type.properties[property] ?? { type: "objects" };
    const comparison = operator as Comparison;
    if (!filter.includes(comparison) && !advancedFilter.includes(comparison)) throw this.#unsupported(property);
    const needsAdvanced = !filter.includes(comparison) || wanted.includes(null);
    if (needsAdvanced && !this.#advanced) throw this.#unsupported(property);
    const right = type === "boolean" ? "boolean" : "string";
    if (wanted.some((value) => value !== null && typeof value !== right)) {
      throw invalidFilter(`A value of type ${right} is expected for the property '${property}'.`);
    }
  }

  #known(name: string): string {
    const property = findProperty(this.#type, name);
    if (property !== undefined) return property;
    throw invalidFilter(`Could not find a property named '${name}' on type 'microsoft.graph.${this.#type.odataName}'.`);
  }

  #unsupported(property: string): Error {
    return unsupportedQuery(
      `Unsupported or invalid query filter clause specified for property '${property}' of resource '${this.#type.name}'.`,
    );
  }
}

function joined<T>(kind: "and" | "or", parts: readonly Test<T>[]): Test<T> {
  return kind === "and"
    ? (tested) => parts.every((part) => part(tested))
    : (tested) => parts.some((part) => part(tested));
}

function propertyOf(object: object, property: string): unknown {
  return (object as Readonly<Record<string, unknown>>)[property] ?? null;
}

function inOneCase(value: Literal): Literal {
  return typeof value === "string" ? comparable(value) : value;
}

function advancedOnly(what: string): string {
  return `${what} is supported in advanced queries only: add the header 'ConsistencyLevel: eventual' and $count=true.`;
}
