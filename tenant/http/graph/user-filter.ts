import { type Comparison, findProperty, type UserPropertyName, userProperties } from "../../store/object-types.ts";
import type { UserState } from "../../store/user.ts";
import { comparable } from "../../store/user.ts";
import { unsupportedQuery } from "./errors.ts";
import { type Filter, invalidFilter, type Literal, parseFilter } from "./odata-filter.ts";

export type UserPredicate = (state: UserState) => boolean;

/** Graph takes no more branches than this, counting the values of an `in`. */
const mostBranches = 15;

/**
 * Turns a `$filter` on users into a test.
 *
 * @param advanced whether the request is an advanced query: `ConsistencyLevel: eventual` and `$count=true`
 * @throws GraphError 400 for a filter that Graph does not take, or takes in advanced queries only
 */
export function userFilter(source: string, advanced: boolean): UserPredicate {
  const filter = parseFilter(source);
  const branches = countBranches(filter);
  if (branches > mostBranches) {
    throw unsupportedQuery(
      `Too many child clauses specified in search filter expression containing 'OR' operators: ${branches}. Max allowed: ${mostBranches}.`,
    );
  }
  return compile(filter, advanced);
}

function countBranches(filter: Filter): number {
  if (filter.kind === "or") return filter.parts.reduce((sum, part) => sum + countBranches(part), 0);
  if (filter.kind === "and") return Math.max(...filter.parts.map(countBranches));
  if (filter.kind === "in") return filter.values.length;
  return filter.kind === "not" ? countBranches(filter.part) : 1;
}

function compile(filter: Filter, advanced: boolean): UserPredicate {
  switch (filter.kind) {
    case "and": {
      const parts = filter.parts.map((part) => compile(part, advanced));
      return (state) => parts.every((part) => part(state));
    }
    case "or": {
      const parts = filter.parts.map((part) => compile(part, advanced));
      return (state) => parts.some((part) => part(state));
    }
    case "not": {
      if (!advanced) throw unsupportedQuery(advancedOnly("Operator 'not'"));
      const part = compile(filter.part, advanced);
      return (state) => !part(state);
    }
    case "any": {
      const property = known(filter.property);
      if (userProperties[property].type !== "strings") throw unsupported(property);
      const test = compileElement(filter.part, property, advanced);
      return (state) => (propertyValue(state, property) as string[]).some(test);
    }
    default: {
      const property = known(filter.property);
      const { type } = userProperties[property];
      if (type === "strings" || type === "objects") throw unsupported(property);
      const test = compileTest(filter, property, advanced);
      return (state) => test(propertyValue(state, property) as Literal);
    }
  }
}

/** The test inside `any(x:…)`, on one element of a collection of texts. */
function compileElement(filter: Filter, property: UserPropertyName, advanced: boolean): (value: Literal) => boolean {
  if (filter.kind === "and" || filter.kind === "or") {
    const parts = filter.parts.map((part) => compileElement(part, property, advanced));
    return filter.kind === "and"
      ? (value) => parts.every((part) => part(value))
      : (value) => parts.some((part) => part(value));
  }
  if (filter.kind === "not" || filter.kind === "any") throw unsupported(property);
  return compileTest(filter, property, advanced);
}

type Test = Exclude<Filter, { kind: "and" | "or" | "not" | "any" }>;

function compileTest(filter: Test, property: UserPropertyName, advanced: boolean): (value: Literal) => boolean {
  const operator = filter.kind === "compare" ? filter.operator : filter.kind === "in" ? "in" : filter.name;
  const wanted = filter.kind === "in" ? filter.values : [filter.value];
  assertTaken(operator, property, wanted, advanced);
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

function assertTaken(operator: string, property: UserPropertyName, wanted: Literal[], advanced: boolean): void {
  const { type, filter = [], advancedFilter = [] } = userProperties[property];
  const comparison = operator as Comparison;
  if (!filter.includes(comparison) && !advancedFilter.includes(comparison)) throw unsupported(property);
  const needsAdvanced = !filter.includes(comparison) || wanted.includes(null);
  if (needsAdvanced && !advanced) throw unsupported(property);
  const right = type === "boolean" ? "boolean" : "string";
  if (wanted.some((value) => value !== null && typeof value !== right)) {
    throw invalidFilter(`A value of type ${right} is expected for the property '${property}'.`);
  }
}

function known(text: string): UserPropertyName {
  const property = findProperty(text);
  if (property !== undefined) return property;
  throw invalidFilter(`Could not find a property named '${text}' on type 'microsoft.graph.user'.`);
}

export function propertyValue({ user, deletedDateTime }: UserState, property: UserPropertyName): unknown {
  return property === "deletedDateTime" ? deletedDateTime : user[property];
}

function folded(value: Literal): Literal {
  return typeof value === "string" ? comparable(value) : value;
}

function unsupported(property: string): Error {
  return unsupportedQuery(
    `Unsupported or invalid query filter clause specified for property '${property}' of resource 'User'.`,
  );
}

export function advancedOnly(what: string): string {
  return `${what} is supported in advanced queries only: add the header 'ConsistencyLevel: eventual' and $count=true.`;
}
