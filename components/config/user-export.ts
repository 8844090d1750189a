/**
 * The list of users that the portal exports, which people have at hand: whom it names, and which of its columns say
 * nothing about a guest of a list.
 */
import { addressProblem, guestOfUserPrincipalName } from "../../model/email-address.ts";

/** Longer than any heading that means something. */
const longestHeading = 100;

/**
 * Columns for which a list has no word. Others (`displayName`, `department`, …) mean the same here and there.
 *
 * Sources: Microsoft's page "Download a list of users" (both the columns it names and those of newer exports), the
 * export of "Active users" in the Microsoft 365 admin center, and properties of Graph's user as `Export-Csv` writes them.
 */
const otherColumns = new Set(
  `userPrincipalName mail otherMails alternateEmailAddress alternateEmailAddresses id objectId streetAddress state
  countryRegion physicalDeliveryOfficeName city postalCode telephoneNumber mobile mobilePhone businessPhones
  authenticationPhoneNumber authenticationAlternativePhoneNumber authenticationEmail ageGroup consentProvidedForMinor
  legalAgeGroupClassification creationType directorySynced dirSyncEnabled onPremisesSyncEnabled invitationState
  externalUserState externalUserStateChangeDateTime identityIssuer issuer identities createdDateTime whenCreated
  deletedDateTime softDeletionTimeStamp lastDirSyncTime lastPasswordChangeTimeStamp lastPasswordChangeDateTime
  preferredDataLocation employeeId employeeType employeeHireDate mailNickname proxyAddresses
  imAddresses fax faxNumber office phoneNumber title firstName lastName blockCredential licenses
  licenseAssignmentDetails oathTokenMetadata passwordNeverExpires passwordPolicies strongPasswordRequired releaseTrack
  isUser isGroup isGuest objectType`
    .split(/\s+/)
    .map(headingKey),
);

/** By what headings are compared: `Display name` and `displayName` are one. */
export function headingKey(heading: string): string {
  return heading
    .slice(0, longestHeading)
    .toLowerCase()
    .replaceAll(/[\s_/-]/g, "");
}

/** How an export's rows are read. */
export interface UserExport {
  /** Whether a column belongs to the export and says nothing that a list could say. */
  isOther(heading: string): boolean;
  /** The heading of the column in which an address is expected first. */
  addressHeading: string;
  /** The guest's address: `mail`, else another address, else what the user principal name was made of. */
  address(cells: readonly string[]): string;
  /** Whether the row is a member of the organisation, who cannot be a guest. */
  isMember(cells: readonly string[]): boolean;
}

/**
 * Recognises an export.
 *
 * @param headings the file's headings as written
 * @returns how to read it; `undefined` for a file without user principal names, or with a column of addresses of ours
 */
export function userExport(headings: readonly string[]): UserExport | undefined {
  const keys = headings.map(headingKey);
  const column = (...names: string[]) => keys.findIndex((key) => names.includes(key));
  const name = column("userprincipalname");
  if (name < 0 || column("email") >= 0) return undefined;
  const [mail, others, type] = [
    column("mail"),
    column("othermails", "alternateemailaddress", "alternateemailaddresses"),
    column("usertype"),
  ];
  const isFromOutside = (cells: readonly string[]) => /#EXT#@/i.test(cells[name] ?? "");
  return {
    isOther: (heading) => otherColumns.has(headingKey(heading)),
    addressHeading: headings[mail] ?? headings[name] ?? "",
    address(cells) {
      if (cells[mail]) return cells[mail];
      const written = (cells[others] ?? "").split(/[\s;,]+/).map((one) => one.replace(/^smtp:/i, ""));
      const other = written.find((one) => addressProblem(one) === undefined);
      return other ?? guestOfUserPrincipalName(cells[name] ?? "") ?? "";
    },
    isMember: (cells) => !isFromOutside(cells) && !/^guest$/i.test(cells[type] ?? ""),
  };
}
