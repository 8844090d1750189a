import type * as graph from "@microsoft/microsoft-graph-types";
import { type Comparison, type DescribedType, newObject, type ObjectOf, type Property } from "./described-types.ts";

/*
 * The types of objects that the local tenant keeps, each property described once. A name that Graph does not have fails
 * the type check.
 *
 * Sources: Microsoft's reference pages "user", "group", "servicePrincipal" and "appRoleAssignment resource type"
 * (defaults, lengths, writability, filters), and "Advanced query capabilities on Microsoft Entra ID objects" (filters).
 */

type Described<Name extends string> = Readonly<Partial<Record<Name, Property>>>;

const text = { type: "string", writable: true } as const;
const address = { ...text, pattern: /^[^@\s]+@[^@\s]+$/ } as const;

const name: readonly Comparison[] = ["eq", "in", "startswith", "ge", "le"];
const choice: readonly Comparison[] = ["eq", "in"];
const moment: readonly Comparison[] = ["eq", "ge", "le"];
/** How most texts of a user are filtered, the few choices, the moments, and what only an advanced query filters. */
const asName = { filter: name, advancedFilter: ["ne"] } as const;
const asChoice = { filter: choice, advancedFilter: ["ne"] } as const;
const asMoment = { filter: moment, advancedFilter: ["ne", "in"], sortable: "advanced" } as const;
const advanced = { advancedFilter: [...name, "ne"] } as const;

/** The two letters of a country, ISO 3166-1: `GB` is one and `UK` is none. */
const countryCode = new RegExp(
  `^(${`AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK
  CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU
  GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD
  ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY
  QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US
  UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW`
    .split(/\s+/)
    .join("|")})$`,
  "i",
);

const userProperties = {
  id: { type: "string", required: true, byDefault: true, indexed: true, ...asChoice },
  userType: { ...text, required: true, oneOf: ["Guest", "Member"], ...asChoice },
  accountEnabled: { type: "boolean", required: true, initial: true, writable: true, ...asChoice },
  createdDateTime: { type: "dateTime", required: true, ...asMoment },
  deletedDateTime: { type: "dateTime", ...asMoment },

  displayName: { ...text, required: true, byDefault: true, longest: 256, ...asName, sortable: "always" },
  givenName: { ...text, byDefault: true, longest: 64, ...asName, shownAs: "Name" },
  surname: { ...text, byDefault: true, longest: 64, ...asName, shownAs: "Name" },
  userPrincipalName: {
    ...address,
    required: true,
    byDefault: true,
    indexed: true,
    filter: name,
    advancedFilter: ["ne", "endswith"],
    sortable: "always",
  },
  mail: { ...address, byDefault: true, indexed: true, filter: name, advancedFilter: ["ne", "endswith"] },
  mailNickname: { ...text, longest: 64, ...asName },
  otherMails: { type: "strings", indexed: true, writable: true, filter: name, advancedFilter: ["ne", "endswith"] },
  proxyAddresses: {
    type: "strings",
    indexed: true,
    filter: ["eq", "startswith", "ge", "le"],
    advancedFilter: ["ne", "endswith"],
  },
  identities: { type: "objects" },
  signInActivity: { type: "object", apart: true },

  creationType: { type: "string", ...asChoice },
  externalUserState: { type: "string", oneOf: ["PendingAcceptance", "Accepted"], ...asChoice },
  externalUserStateChangeDateTime: { type: "dateTime", ...asChoice },

  jobTitle: { ...text, byDefault: true, longest: 128, ...asName, shownAs: "Work" },
  department: { ...text, longest: 64, ...asName, shownAs: "Work" },
  companyName: { ...text, longest: 64, ...advanced, shownAs: "Work" },
  employeeId: { ...text, longest: 16, filter: ["eq", "startswith"], advancedFilter: ["ne", "le"] },
  employeeType: { ...text, ...advanced },
  officeLocation: { ...text, byDefault: true, longest: 128, ...advanced },
  usageLocation: { ...text, clearable: false, pattern: countryCode, ...asName, shownAs: "Usage location" },
  preferredLanguage: { ...text, byDefault: true, ...advanced },
  ageGroup: { ...text, ...asChoice },
  consentProvidedForMinor: { ...text, ...asChoice },
  showInAddressList: { type: "boolean", writable: true, advancedFilter: ["eq", "ne"] },

  businessPhones: { type: "strings", byDefault: true, writable: true, filter: ["eq", "startswith"] },
  mobilePhone: { ...text, byDefault: true, longest: 64, ...advanced },
  faxNumber: { ...text, longest: 64, ...asName },
  streetAddress: { ...text, longest: 1024, ...advanced },
  postalCode: { ...text, longest: 40, ...advanced },
  city: { ...text, longest: 128, ...asName },
  state: { ...text, longest: 128, ...asName },
  country: { ...text, longest: 128, ...asName },
  imAddresses: { type: "strings" },
  employeeHireDate: { type: "dateTime" },
  employeeOrgData: { type: "object" },

  // Nobody here comes from an on-premises directory.
  onPremisesDistinguishedName: { type: "string" },
  onPremisesDomainName: { type: "string" },
  onPremisesImmutableId: { type: "string" },
  onPremisesSamAccountName: { type: "string" },
  onPremisesSecurityIdentifier: { type: "string" },
  onPremisesSyncEnabled: { type: "boolean" },
  onPremisesUserPrincipalName: { type: "string" },
} as const satisfies Described<keyof graph.User>;

export const userType = {
  name: "User",
  odataName: "user",
  set: "users",
  properties: userProperties,
} as const satisfies DescribedType;

/** A user of the tenant, live or in the recycle bin. */
export type User = ObjectOf<typeof userProperties> & {
  identities: { signInType: string; issuer: string; issuerAssignedId: string | null }[];
  /** `null`: the user has not signed in. */
  signInActivity: SignInActivity | null;
  /** Object ids of the sponsors. In Graph they are a relationship, not a property. */
  sponsors: string[];
};

/** When a user signed in last (Graph, "signInActivity resource type"). */
type SignInActivity = Record<
  `last${"" | "NonInteractive" | "Successful"}SignIn${"DateTime" | "RequestId"}` & keyof graph.SignInActivity,
  string | null
>;

/** The activity of a user whose last sign-in, an interactive and successful one, was then. */
export function signedInAt(dateTime: string, requestId: string): SignInActivity {
  return {
    lastSignInDateTime: dateTime,
    lastSignInRequestId: requestId,
    lastNonInteractiveSignInDateTime: null,
    lastNonInteractiveSignInRequestId: null,
    lastSuccessfulSignInDateTime: dateTime,
    lastSuccessfulSignInRequestId: requestId,
  };
}

/** A user with nothing set but what every user has. */
export function newUser(
  given: Pick<User, "id" | "displayName" | "createdDateTime" | "userPrincipalName" | "userType"> & Partial<User>,
): User {
  return newObject<User>(userType, { sponsors: [], ...given });
}

const found: readonly Comparison[] = ["eq", "in", "startswith"];

const groupProperties = {
  id: { type: "string", required: true, filter: choice },
  createdDateTime: { type: "dateTime", required: true, filter: choice },
  deletedDateTime: { type: "dateTime" },
  description: { ...text, longest: 1024, filter: found },
  displayName: { ...text, required: true, longest: 256, filter: found },
  // The local tenant makes security groups without mail only.
  groupTypes: { type: "strings", oneOf: ["DynamicMembership"], writable: "once", filter: ["eq"] },
  membershipRule: { ...text, longest: 3072 },
  membershipRuleProcessingState: { ...text, oneOf: ["On", "Paused"] },
  isAssignableToRole: { type: "boolean", required: true, initial: false, writable: "once", filter: ["eq"] },
  mail: { type: "string", filter: found },
  mailEnabled: { type: "boolean", required: true, initial: false, oneOf: [false], writable: true, filter: ["eq"] },
  mailNickname: { ...text, required: true, pattern: /^[\x21-\x7e]{1,64}$/, filter: found },
  onPremisesSyncEnabled: { type: "boolean", filter: ["eq"] },
  securityEnabled: { type: "boolean", required: true, initial: true, oneOf: [true], writable: true, filter: choice },
  visibility: text,
} as const satisfies Described<keyof graph.Group>;

export const groupType = {
  name: "Group",
  odataName: "group",
  set: "groups",
  properties: groupProperties,
} as const satisfies DescribedType;

export type Group = ObjectOf<typeof groupProperties>;

/** A security group with nothing set but what every group has. */
export function newGroup(
  given: Pick<Group, "id" | "displayName" | "createdDateTime" | "mailNickname"> & Partial<Group>,
): Group {
  return newObject<Group>(groupType, given);
}

const servicePrincipalProperties = {
  id: { type: "string", required: true, filter: choice },
  accountEnabled: { type: "boolean", required: true, initial: true, filter: ["eq"] },
  alternativeNames: { type: "strings" },
  appDescription: { type: "string" },
  appDisplayName: { type: "string", required: true },
  appId: { type: "string", required: true, filter: choice },
  appOwnerOrganizationId: { type: "string", required: true },
  appRoleAssignmentRequired: { type: "boolean", required: true, initial: false },
  appRoles: { type: "objects" },
  createdDateTime: { type: "dateTime", required: true },
  deletedDateTime: { type: "dateTime" },
  description: { type: "string" },
  displayName: { type: "string", required: true, filter: found },
  homepage: { type: "string", filter: found },
  loginUrl: { type: "string" },
  logoutUrl: { type: "string" },
  notes: { type: "string" },
  notificationEmailAddresses: { type: "strings" },
  oauth2PermissionScopes: { type: "objects" },
  preferredSingleSignOnMode: { type: "string" },
  replyUrls: { type: "strings" },
  servicePrincipalNames: { type: "strings", filter: ["eq", "startswith"] },
  servicePrincipalType: { type: "string", required: true, oneOf: ["Application"], filter: choice },
  signInAudience: { type: "string", required: true, oneOf: ["AzureADMyOrg"] },
  tags: { type: "strings" },
} as const satisfies Described<keyof graph.ServicePrincipal | "createdDateTime" | "oauth2PermissionScopes">;

export const servicePrincipalType = {
  name: "ServicePrincipal",
  odataName: "servicePrincipal",
  set: "servicePrincipals",
  properties: servicePrincipalProperties,
} as const satisfies DescribedType;

/** An application as the tenant's users meet it: what Entra calls an enterprise application. */
export type ServicePrincipal = ObjectOf<typeof servicePrincipalProperties> & {
  appRoles: AppRole[];
  oauth2PermissionScopes: [];
};

/** A role that an application lets its users have. */
interface AppRole {
  id: string;
  allowedMemberTypes: ("User" | "Application")[];
  description: string;
  displayName: string;
  isEnabled: boolean;
  origin: "Application";
  value: string | null;
}

/** A service principal with nothing set but what every one has. */
export function newServicePrincipal(
  given: Pick<ServicePrincipal, "id" | "appId" | "displayName" | "createdDateTime" | "appOwnerOrganizationId"> &
    Partial<ServicePrincipal>,
): ServicePrincipal {
  return newObject<ServicePrincipal>(servicePrincipalType, {
    appDisplayName: given.displayName,
    servicePrincipalNames: [given.appId],
    servicePrincipalType: "Application",
    signInAudience: "AzureADMyOrg",
    tags: ["WindowsAzureActiveDirectoryIntegratedApp"],
    ...given,
  });
}

/** What can be a member of a group, or hold an assignment. */
export type PrincipalType = "User" | "Group" | "ServicePrincipal";

const guid = { type: "string", required: true, pattern: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i } as const;

const appRoleAssignmentProperties = {
  /** Not a GUID, and letter case counts. */
  id: { type: "string", required: true, filter: ["eq"] },
  appRoleId: { ...guid, writable: "once", filter: ["eq"] },
  createdDateTime: { type: "dateTime", required: true },
  deletedDateTime: { type: "dateTime" },
  principalDisplayName: { type: "string", required: true, filter: ["eq", "startswith"] },
  principalId: { ...guid, writable: "once", filter: ["eq"] },
  principalType: { type: "string", required: true, oneOf: ["User", "Group", "ServicePrincipal"] },
  resourceDisplayName: { type: "string", required: true },
  resourceId: { ...guid, writable: "once", filter: ["eq"] },
} as const satisfies Described<keyof graph.AppRoleAssignment>;

export const appRoleAssignmentType = {
  name: "AppRoleAssignment",
  odataName: "appRoleAssignment",
  set: "appRoleAssignments",
  properties: appRoleAssignmentProperties,
} as const satisfies DescribedType;

/** That a user, group or service principal has a role of an application, with the names of both as they are now. */
export type AppRoleAssignment = ObjectOf<typeof appRoleAssignmentProperties>;

/** What lists of objects of several types are filtered by, such as the members of a group. */
export const directoryObjectType = {
  name: "DirectoryObject",
  odataName: "directoryObject",
  set: "directoryObjects",
  properties: {
    id: { type: "string", required: true, filter: choice },
    displayName: { type: "string", required: true, filter: ["eq", "startswith"] },
  },
} as const satisfies DescribedType;

/** The organisation as Graph answers it: read-only here. */
export const organizationType = {
  name: "Organization",
  odataName: "organization",
  set: "organization",
  properties: {
    id: { type: "string", required: true },
    displayName: { type: "string", required: true },
    verifiedDomains: { type: "objects" },
    tenantType: { type: "string" },
    countryLetterCode: { type: "string" },
    preferredLanguage: { type: "string" },
    createdDateTime: { type: "dateTime" },
  } satisfies Described<keyof graph.Organization>,
} as const satisfies DescribedType;

/** The settings of the tenant about guests, as far as they are here. */
export const authorizationPolicyType = {
  name: "AuthorizationPolicy",
  odataName: "authorizationPolicy",
  set: "authorizationPolicy",
  properties: {
    id: { type: "string", required: true },
    displayName: { type: "string", required: true },
    description: { type: "string" },
    allowInvitesFrom: { type: "string", required: true },
    guestUserRoleId: { type: "string", required: true },
  } satisfies Described<keyof graph.AuthorizationPolicy>,
} as const satisfies DescribedType;
