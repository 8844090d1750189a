import type { User } from "./user.ts";

export type PropertyType = "string" | "boolean" | "dateTime" | "strings" | "objects";
export type Comparison = "eq" | "ne" | "in" | "ge" | "le" | "startswith" | "endswith";

/** What Graph lets one do with a property of a user. */
export interface UserProperty {
  type: PropertyType;
  /** Whether it is answered when nothing is selected. */
  byDefault?: boolean;
  /** Whether PATCH and POST take it. */
  writable?: boolean;
  /** The longest text that Graph takes. */
  longest?: number;
  /** Whether it may be cleared with `null`. Default true. */
  nullable?: boolean;
  /** Comparisons that `$filter` takes as they are. `eq null` needs an advanced query in any case. */
  filter?: readonly Comparison[];
  /** Comparisons that `$filter` takes in an advanced query only (`ConsistencyLevel: eventual` and `$count=true`). */
  advancedFilter?: readonly Comparison[];
}

const name: readonly Comparison[] = ["eq", "in", "startswith", "ge", "le"];
const choice: readonly Comparison[] = ["eq", "in"];

/**
 * The properties of a user.
 *
 * Sources: Microsoft's reference page "user resource type" (defaults, lengths, writability), and the user table of
 * "Advanced query capabilities on Microsoft Entra ID objects" (filters).
 */
export const userProperties: Record<Exclude<keyof User, "sponsors"> | "deletedDateTime", UserProperty> = {
  accountEnabled: { type: "boolean", writable: true, nullable: false, filter: choice, advancedFilter: ["ne"] },
  ageGroup: { type: "string", writable: true, filter: choice, advancedFilter: ["ne"] },
  businessPhones: { type: "strings", byDefault: true, writable: true, filter: ["eq", "startswith"] },
  city: { type: "string", writable: true, longest: 128, filter: name, advancedFilter: ["ne"] },
  companyName: { type: "string", writable: true, longest: 64, advancedFilter: [...name, "ne"] },
  consentProvidedForMinor: { type: "string", writable: true, filter: choice, advancedFilter: ["ne"] },
  country: { type: "string", writable: true, longest: 128, filter: name, advancedFilter: ["ne"] },
  createdDateTime: { type: "dateTime", filter: ["eq", "ge", "le"], advancedFilter: ["ne", "in"] },
  creationType: { type: "string", filter: choice, advancedFilter: ["ne"] },
  deletedDateTime: { type: "dateTime", filter: ["eq", "ge", "le"], advancedFilter: ["ne", "in"] },
  department: { type: "string", writable: true, longest: 64, filter: name, advancedFilter: ["ne"] },
  displayName: {
    type: "string",
    byDefault: true,
    writable: true,
    longest: 256,
    nullable: false,
    filter: name,
    advancedFilter: ["ne"],
  },
  employeeId: {
    type: "string",
    writable: true,
    longest: 16,
    filter: ["eq", "startswith"],
    advancedFilter: ["ne", "le"],
  },
  employeeType: { type: "string", writable: true, advancedFilter: [...name, "ne"] },
  externalUserState: { type: "string", filter: choice, advancedFilter: ["ne"] },
  externalUserStateChangeDateTime: { type: "dateTime", filter: choice, advancedFilter: ["ne"] },
  faxNumber: { type: "string", writable: true, longest: 64, filter: name, advancedFilter: ["ne"] },
  givenName: { type: "string", byDefault: true, writable: true, longest: 64, filter: name, advancedFilter: ["ne"] },
  id: { type: "string", byDefault: true, filter: choice, advancedFilter: ["ne"] },
  identities: { type: "objects" },
  jobTitle: { type: "string", byDefault: true, writable: true, longest: 128, filter: name, advancedFilter: ["ne"] },
  mail: { type: "string", byDefault: true, writable: true, filter: name, advancedFilter: ["ne", "endswith"] },
  mailNickname: { type: "string", writable: true, longest: 64, filter: name, advancedFilter: ["ne"] },
  mobilePhone: { type: "string", byDefault: true, writable: true, longest: 64, advancedFilter: [...name, "ne"] },
  officeLocation: { type: "string", byDefault: true, writable: true, longest: 128, advancedFilter: [...name, "ne"] },
  otherMails: { type: "strings", writable: true, filter: name, advancedFilter: ["ne", "endswith"] },
  postalCode: { type: "string", writable: true, longest: 40, advancedFilter: [...name, "ne"] },
  preferredLanguage: { type: "string", byDefault: true, writable: true, advancedFilter: [...name, "ne"] },
  proxyAddresses: { type: "strings", filter: ["eq", "startswith", "ge", "le"], advancedFilter: ["ne", "endswith"] },
  showInAddressList: { type: "boolean", writable: true, advancedFilter: ["eq", "ne"] },
  state: { type: "string", writable: true, longest: 128, filter: name, advancedFilter: ["ne"] },
  streetAddress: { type: "string", writable: true, longest: 1024, advancedFilter: [...name, "ne"] },
  surname: { type: "string", byDefault: true, writable: true, longest: 64, filter: name, advancedFilter: ["ne"] },
  usageLocation: { type: "string", writable: true, longest: 2, nullable: false, filter: name, advancedFilter: ["ne"] },
  userPrincipalName: {
    type: "string",
    byDefault: true,
    writable: true,
    nullable: false,
    filter: name,
    advancedFilter: ["ne", "endswith"],
  },
  userType: { type: "string", writable: true, nullable: false, filter: choice, advancedFilter: ["ne"] },
};

export type UserPropertyName = keyof typeof userProperties;

/** What is answered when nothing is selected. */
export const defaultProperties = Object.entries(userProperties)
  .filter(([, property]) => property.byDefault)
  .map(([property]) => property as UserPropertyName);

/** Graph takes property names in any letter case. */
export function findProperty(text: string): UserPropertyName | undefined {
  return byLowerCase.get(text.toLowerCase());
}

const byLowerCase = new Map(
  Object.keys(userProperties).map((property) => [property.toLowerCase(), property as UserPropertyName]),
);
