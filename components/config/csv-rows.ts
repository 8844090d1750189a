/**
 * CSV as spreadsheets write it: which character stands between the cells, and on which line each row begins. Then the list
 * of users that the portal exports, which people have at hand: whom it names, and which of its columns say nothing about a
 * guest of a list.
 */
import { CsvError, type CsvErrorCode, parse } from "csv-parse/sync";
import { addressProblem, guestOfUserPrincipalName } from "../../model/email-address.ts";
import { fileProblem, type Problem } from "../problem.ts";

/** A row that holds something. */
export interface CsvRow {
  cells: string[];
  /** The line on which it begins, from 1. */
  line: number;
  /** Where it begins and ends in the text, its line break included; in bytes of UTF-8. */
  bytes: readonly [begin: number, end: number];
}

/** The one version of the portal's file that there is. */
const portalVersion = "version:v1.0";

/** What spreadsheets put between cells: where the comma is the decimal mark, they take semicolons. */
const delimiters = [",", ";", "\t", "|"] as const;

/**
 * Reads the rows that hold something, without the portal's version line and Excel's line `sep=;`.
 *
 * @param file the file's name, for error messages
 * @param text what it holds, a byte order mark allowed
 */
export function csvRows(file: string, text: string): { rows: CsvRow[]; delimiter: string } | { problem: Problem } {
  const { delimiter, isSaid, headings } = delimiterOf(text);
  if (headings.length > longestHeadings) {
    const rule = `the first line does not hold column headings: it has ${headings.length.toLocaleString("en-US")} characters`;
    return { problem: fileProblem({ file }, rule, 'begin the file with headings such as "email,displayName"') };
  }
  const beginsAt = lineCount(text);
  let begin = 0;
  let rows: CsvRow[];
  try {
    // What the library says of a record is large: of half a million, only the line is kept.
    const onRecord = (cells: string[], { bytes: end }: { bytes: number }): CsvRow => {
      const row: CsvRow = { cells, line: beginsAt(end), bytes: [begin, end] };
      begin = end;
      return row;
    };
    const options = { bom: true, delimiter, relax_column_count: true, trim: true, on_record: onRecord };
    const records = parse(text, options as never) as unknown as CsvRow[];
    rows = (isSaid ? records.slice(1) : records).filter(({ cells }) => cells.some((cell) => cell !== ""));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const [rule, remedy] = wordsFor[error.code] ?? otherWords;
    return { problem: fileProblem({ file, line: Number(error.lines) }, `this is not CSV: ${rule}`, remedy) };
  }

  const version = rows[0]?.cells[0] ?? "";
  if (!/^version:/i.test(version)) return { rows, delimiter };
  if (version.toLowerCase() === portalVersion) return { rows: rows.slice(1), delimiter };
  const rule = `the portal's file has the version line ${portalVersion}`;
  const remedy = "download the template again, or take the line out";
  return { problem: fileProblem({ file, line: rows[0]?.line ?? 1 }, rule, remedy, "version", version) };
}

/**
 * What makes a spreadsheet run a cell as a formula: one of these at its beginning, and where the spreadsheet expects
 * another character between the cells, also behind that one. Source: OWASP, "CSV Injection".
 */
const formula = (end: string) => new RegExp(`(^|[,;|\\t])([\\s"]*)${end}('*)([=+\\-@\uff1d\uff0b\uff0d\uff20])`, "gu");

/** A text for a cell: an apostrophe keeps a spreadsheet from running it, and {@link cellText} takes it off again. */
export function safeCell(text: string): string {
  return text.replaceAll(formula(""), "$1$2'$3$4");
}

/**
 * The text of a cell that {@link safeCell} has made; any other cell is its own text.
 *
 * @param isMessage true for a text of sentences, in which only the beginning may be marked
 */
export function cellText(cell: string, isMessage = false): string {
  return cell.replaceAll(formula("'"), (found, before: string, space: string, marks: string, sign: string) =>
    isMessage && before !== "" ? found : `${before}${space}${marks}${sign}`,
  );
}

/** Longer than the headings of any list, in characters. */
const longestHeadings = 50_000;

type Words = readonly [rule: string, remedy: string];

const otherWords: Words = [
  "a quote stands inside a cell that is not in quotes",
  'put the cell in quotes, and write each quote in it twice: "Ana ""Ann"" Trujillo"',
];

const wordsFor: Partial<Record<CsvErrorCode, Words>> = {
  CSV_QUOTE_NOT_CLOSED: [
    "a quote is opened and never closed",
    "close it, or write it twice where it belongs to the text",
  ],
  CSV_INVALID_CLOSING_QUOTE: ["something follows a closing quote", "write a quote that belongs to the text twice"],
  CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE: [
    "something follows a closing quote",
    "write a quote that belongs to the text twice",
  ],
};

/** The character between the cells: the one that Excel names, or the one that stands most often in the headings. */
function delimiterOf(text: string): { delimiter: string; isSaid: boolean; headings: string } {
  const headings = headingsOf(text.replace(/^\ufeff/, ""));
  const said = /^"?sep=([^\r\n])"?$/i.exec(headings)?.[1];
  if (said !== undefined) return { delimiter: said, isSaid: true, headings };
  const counts = delimiters.map((delimiter) => ({ delimiter, count: headings.split(delimiter).length }));
  const [most] = counts.toSorted((one, other) => other.count - one.count);
  return { delimiter: most?.delimiter ?? ",", isSaid: false, headings };
}

/** The first line that holds something and is not the version line, without what stands in quotes. */
function headingsOf(text: string): string {
  for (const [line] of text.matchAll(/[^\r\n]+/g)) {
    const isHeading = /[^\s,;|"]/.test(line) && !/^[\s"]*version:/i.test(line);
    if (isHeading) return line.replaceAll(/"[^"]*"/g, "");
  }
  return "";
}

/**
 * Tells the line on which a record begins, given the offset at which it ends, one record after the other. csv-parse's own
 * count takes a CRLF in a quoted cell for two line breaks.
 */
function lineCount(text: string): (end: number) => number {
  const bytes = Buffer.from(text);
  let [line, at] = [1, 0];
  return (end) => {
    const begin = line;
    for (; at < end; at++) {
      if (bytes[at] === lineFeed || (bytes[at] === carriageReturn && bytes[at + 1] !== lineFeed)) line += 1;
    }
    return begin;
  };
}

const [lineFeed, carriageReturn] = [10, 13];

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
