import * as z from "zod";

/** How Graph writes the values of a property. `dateTime` is ISO 8601 in UTC, `object` and `objects` are objects of other types. */
type PropertyType = "string" | "boolean" | "number" | "dateTime" | "strings" | "object" | "objects";
export type Comparison = "eq" | "ne" | "in" | "ge" | "le" | "startswith" | "endswith";

/** One property of a type of object: what it holds, who may set it, and what queries do with it. */
export interface Property {
  type: PropertyType;
  /** Every object has a value. Without it, `null` stands for no value; a list is never `null`. */
  required?: boolean;
  /** What an object has when it is made. Default: `null`, or an empty list. */
  initial?: boolean;
  /** The only values that it can have; for a list, its elements. */
  oneOf?: readonly (string | boolean)[];
  /** Whether POST and PATCH set it, or POST alone. */
  writable?: boolean | "once";
  /** Whether PATCH clears it with `null`. Default: where it is not required. */
  clearable?: boolean;
  /** The longest text that it takes. Default 1,024. */
  longest?: number;
  /** What a text looks like. */
  pattern?: RegExp;
  /** What an object looks like; for a list, each of its elements. */
  shape?: z.ZodType;
  /** What `$filter` takes of the objects in a list. */
  elements?: Readonly<Record<string, Property>>;
  /** Texts by which its objects are found without a look at all of them. Graph's answers do not depend on it. */
  indexed?: boolean;
  /** Letter case counts in comparisons. */
  exact?: boolean;
  /** Graph answers it only where `$expand` asks for it. */
  navigation?: boolean;
  /** Answered only where it is selected by name, and left out of an object that has no value for it. */
  apart?: boolean;
  /** Answered where nothing is selected. Where no property of a type says so, all of them are. */
  byDefault?: boolean;
  /** Comparisons that `$filter` takes. `eq null` needs an advanced query in any case. */
  filter?: readonly Comparison[];
  /** Comparisons that `$filter` takes in an advanced query: `ConsistencyLevel: eventual` and `$count=true`. */
  advancedFilter?: readonly Comparison[];
  /** Whether `$orderby` takes it: always, or in an advanced query. */
  sortable?: "always" | "advanced";
  /** The row of the user's page in the directory that shows it. */
  shownAs?: string;
}

type Properties = Readonly<Record<string, Property>>;

/** A type of object, described once: queries, changes, bodies and defaults are made from it. */
export interface DescribedType<P extends Properties = Properties> {
  /** As Graph's errors name it: `ServicePrincipal`. */
  name: string;
  /** As `@odata.type` names it: `servicePrincipal`. */
  odataName: string;
  /** The collection that holds its objects: `servicePrincipals`. */
  set: string;
  /** How many objects are on a page, and how many `$top` may ask for. Default: 100 and 999, as for directory objects. */
  pages?: { usual: number; longest: number };
  properties: P;
}

/** The objects of a described type. Properties of type `object` and `objects` are left out: these have types of their own. */
export type ObjectOf<P extends Properties> = {
  -readonly [K in keyof P as P[K]["type"] extends "object" | "objects" ? never : K]: P[K]["type"] extends "strings"
    ? string[]
    : ValueOf<P[K]> | (P[K] extends { required: true } ? never : null);
};

type ValueOf<P extends Property> = P extends { oneOf: readonly (infer V)[] }
  ? V
  : P["type"] extends "boolean"
    ? boolean
    : string;

/** The property with this name. Graph takes names in any letter case. */
export function findProperty(type: DescribedType, name: string): string | undefined {
  if (Object.hasOwn(type.properties, name)) return name;
  const wanted = name.toLowerCase();
  return Object.keys(type.properties).find((known) => known.toLowerCase() === wanted);
}

/** What an index finds an object by: all values of its indexed properties, in the form in which they are compared. */
export function indexedValues(type: DescribedType, object: object): string[] {
  const values = new Map(Object.entries(object));
  return indexedProperties(type).flatMap((name) => {
    const value: unknown = values.get(name);
    return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string").map(comparable);
  });
}

function indexedProperties(type: DescribedType): readonly string[] {
  const known = indexes.get(type);
  if (known !== undefined) return known;
  const names = Object.keys(type.properties).filter((name) => type.properties[name]?.indexed);
  indexes.set(type, names);
  return names;
}

/** Found out once for each type. */
const indexes = new WeakMap<DescribedType, readonly string[]>();

/** The properties that are answered where nothing is selected, by name. */
export function defaultProperties(type: DescribedType): readonly string[] {
  const known = defaults.get(type);
  if (known !== undefined) return known;
  const names = Object.keys(type.properties)
    .filter((name) => !type.properties[name]?.navigation)
    .sort();
  const chosen = names.filter((name) => type.properties[name]?.byDefault);
  const answered = chosen.length > 0 ? chosen : names;
  defaults.set(type, answered);
  return answered;
}

/** Found out once for each type: every object of a list asks. */
const defaults = new WeakMap<DescribedType, readonly string[]>();

/**
 * A new object: with what is given, and nothing set besides.
 *
 * @param given at least the required properties that have no initial value
 */
export function newObject<T extends object>({ properties }: DescribedType, given: Partial<T>): T {
  const initial = Object.entries(properties).map(([name, { type, initial = null }]) => [
    name,
    type === "strings" || type === "objects" ? [] : initial,
  ]);
  return { ...Object.fromEntries(initial), ...given };
}

/** The values that POST and PATCH take for a property. */
export function valuesOf(property: Property): z.ZodType {
  const known = schemas.get(property);
  if (known !== undefined) return known;
  const schema = schemaOf(property);
  schemas.set(property, schema);
  return schema;
}

/** Made once for each property: every change of an object asks. */
const schemas = new WeakMap<Property, z.ZodType>();

function schemaOf(property: Property): z.ZodType {
  const { type, required = false, clearable = !required, shape = z.looseObject({}) } = property;
  if (type === "objects") return z.array(shape);
  if (type === "object") return clearable ? shape.nullable() : shape;
  const value = singleValue(property);
  if (type === "strings") return z.array(value);
  return clearable ? value.nullable() : value;
}

function singleValue({ type, oneOf, longest = 1024, pattern = /^/ }: Property): z.ZodType {
  if (oneOf !== undefined) return z.custom((value) => oneOf.includes(value as string | boolean));
  if (type === "boolean") return z.boolean();
  if (type === "number") return z.number();
  if (type === "dateTime") return z.iso.datetime();
  // A text is cleared with null: Graph takes no empty one.
  return z.string().min(1).max(longest).regex(pattern);
}

/** Entra compares addresses and names without regard to letter case. */
export function comparable(text: string): string {
  // Nearly every address is plain ASCII, which needs no normalising: a query compares thousands of them.
  return /^[ -~]*$/.test(text) ? text.toLowerCase() : text.normalize("NFC").toLowerCase();
}
