/** A user of the tenant: the Graph properties that the local tenant keeps, under Graph's names. */
export interface User {
  id: string;
  accountEnabled: boolean;
  ageGroup: string | null;
  businessPhones: string[];
  city: string | null;
  companyName: string | null;
  consentProvidedForMinor: string | null;
  country: string | null;
  createdDateTime: string;
  creationType: string | null;
  department: string | null;
  displayName: string;
  employeeId: string | null;
  employeeType: string | null;
  externalUserState: "PendingAcceptance" | "Accepted" | null;
  externalUserStateChangeDateTime: string | null;
  faxNumber: string | null;
  givenName: string | null;
  identities: { signInType: string; issuer: string; issuerAssignedId: string | null }[];
  jobTitle: string | null;
  mail: string | null;
  mailNickname: string | null;
  mobilePhone: string | null;
  officeLocation: string | null;
  otherMails: string[];
  postalCode: string | null;
  preferredLanguage: string | null;
  proxyAddresses: string[];
  showInAddressList: boolean | null;
  state: string | null;
  streetAddress: string | null;
  surname: string | null;
  usageLocation: string | null;
  userPrincipalName: string;
  userType: "Guest" | "Member";
  /** Object ids of the sponsors; a relationship in Graph, not a property. */
  sponsors: string[];
}

/** A user as a reader meets them: live, or in the recycle bin. */
export interface UserState {
  user: User;
  /** When the user was deleted; `null` while they are not. */
  deletedDateTime: string | null;
}

/** A user with nothing set but what every user has. */
export function emptyUser(
  given: Pick<User, "id" | "displayName" | "createdDateTime" | "userPrincipalName" | "userType">,
): User {
  return {
    accountEnabled: true,
    ageGroup: null,
    businessPhones: [],
    city: null,
    companyName: null,
    consentProvidedForMinor: null,
    country: null,
    creationType: null,
    department: null,
    employeeId: null,
    employeeType: null,
    externalUserState: null,
    externalUserStateChangeDateTime: null,
    faxNumber: null,
    givenName: null,
    identities: [],
    jobTitle: null,
    mail: null,
    mailNickname: null,
    mobilePhone: null,
    officeLocation: null,
    otherMails: [],
    postalCode: null,
    preferredLanguage: null,
    proxyAddresses: [],
    showInAddressList: null,
    state: null,
    streetAddress: null,
    surname: null,
    usageLocation: null,
    sponsors: [],
    ...given,
  };
}

/** Every address by which the directory knows a user, in the form in which addresses are compared. */
export function addressesOf(user: User): Set<string> {
  const proxies = user.proxyAddresses.map((proxy) => proxy.replace(/^smtp:/i, ""));
  return new Set(
    [user.mail, user.userPrincipalName, ...user.otherMails, ...proxies]
      .filter((address) => address !== null && address !== "")
      .map((address) => comparable(address as string)),
  );
}

/** Entra compares addresses and names without regard to letter case. */
export function comparable(text: string): string {
  // Plain ASCII, as nearly every address is, needs no normalising; a list of thousands is compared at each query.
  return /^[ -~]*$/.test(text) ? text.toLowerCase() : text.normalize("NFC").toLowerCase();
}
