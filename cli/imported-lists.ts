/** What `guests import` writes: a list for each partner, new or brought up to date, and a sketch of who answers for which. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { csvListFile, csvTable } from "../components/config/csv-list-file.ts";
import { yamlListFile } from "../components/config/yaml-list-file.ts";
import { report } from "../components/problem.ts";
import { today } from "../model/calendar-day.ts";
import { canonicalAddress } from "../model/email-address.ts";
import { type ExistingChoice, guestSchema, terms } from "../model/guest.ts";
import { profileProperties } from "../model/invitation.ts";
import { isBlank, oneLine } from "../model/property.ts";
import { exitStatus, Stop } from "./command-line.ts";
import { changedCsv, newCsv } from "./csv-edits.ts";
import type { GuestValues } from "./list-files.ts";
import type { TenantGuest } from "./tenant-guests.ts";
import { inline, itemLines, type NewItem, YamlEdits } from "./yaml-edits.ts";

/** How lists are written. */
export interface ListStyle {
  existing: ExistingChoice;
  format: "yaml" | "csv";
  /** Whether the profile is written down, too. */
  profile: boolean;
}

/** One partner's list. */
export interface PartnerList {
  domain: string;
  /** An absolute path. */
  file: string;
  guests: ListedGuest[];
}

/** A guest as a list is to have them. */
export interface ListedGuest {
  values: GuestValues;
  comments: string[];
  sponsors: readonly Pick<
    NonNullable<TenantGuest["user"]["sponsors"]>[number],
    "id" | "userPrincipalName" | "accountEnabled"
  >[];
}

/** What a list says of a guest, in the values that the tenant has and a list may have. */
export function listedGuest(
  { user, address }: TenantGuest,
  { profile, format }: ListStyle,
  onlyPlain: boolean,
  groups: ReadonlyMap<string, string[]> | undefined,
): ListedGuest {
  const sponsors = (onlyPlain ? [] : (user.sponsors ?? [])).slice(0, 5);
  const profiled = profile && !onlyPlain ? profileProperties.map((name) => [name, user[name]] as const) : [];
  const said: Record<string, unknown> = {
    displayName: user.displayName,
    ...(sponsors.length > 0 && { sponsors: sponsors.map(nameOfSponsor) }),
    ...Object.fromEntries(profiled),
  };
  const values = Object.entries(said).filter(([key, value]) => isListable(key, value, format));
  const member = groups?.get(user.id) ?? [];
  return {
    values: { email: address, ...Object.fromEntries(values) },
    comments: [
      ...(user.userType === "Member" ? ["an external member (userType: Member)"] : []),
      ...(user.accountEnabled === false ? ["may not sign in (accountEnabled: false)"] : []),
      ...(member.length > 0 ? [`groups: ${oneLine(inline(member))}`] : []),
    ],
    sponsors,
  };
}

function nameOfSponsor({ id, userPrincipalName }: ListedGuest["sponsors"][number]): string {
  const isNamed = userPrincipalName && terms.sponsors.safeParse([userPrincipalName]).success;
  return isNamed ? userPrincipalName : id;
}

/** Whether a list may say it, and then says the same: cells lose the white space around them. */
function isListable(key: string, value: unknown, format: ListStyle["format"]): boolean {
  const schema = guestSchema.shape[key as keyof typeof guestSchema.shape];
  if (value === null || value === undefined || (typeof value === "string" && isBlank(value))) return false;
  if (format === "csv" && typeof value === "string" && value !== value.trim()) return false;
  const parsed = schema.safeParse(value);
  return parsed.success && isDeepStrictEqual(parsed.data, value);
}

const meanings: Readonly<Record<ExistingChoice, string>> = {
  adopt: "Nobody is mailed for them: they are adopted, and stay in the tenant when they leave the list.",
  own: "Nobody is mailed for them: they are the stack's own from now on, and go as onDelete says when they leave the list.",
  require: "Nobody is ever mailed: who is on this list and no guest of the tenant stops the run.",
  fail: "An apply fails while they are there.",
};

export function newList(
  { domain, guests }: PartnerList,
  { existing, format }: ListStyle,
  ownRedirect: boolean,
  schema: string,
): string {
  const shared = { existing, ...(ownRedirect && { redirectUrl }) };
  if (format === "csv") {
    const rows = guests.map(({ values }) => ({ ...values, ...shared }));
    const order = ["email", "displayName", "sponsors", ...profileProperties, ...Object.keys(shared)];
    const used = new Set(rows.flatMap((row) => Object.keys(row)));
    return newCsv(
      order.filter((name) => used.has(name)),
      rows,
    );
  }
  const head = Object.entries(shared).map(([key, value]) => `${key}: ${inline(value)}\n`);
  return [
    schema,
    `# Guests of ${domain}, as the tenant had them on ${today()} (guests import).\n`,
    `# ${meanings[existing]}\n`,
    ...head,
    "invitations:\n",
    itemLines(guests.map(asItem), 2),
  ].join("");
}

/** Where guests arrive, for a stack whose config does not say it; an import tells nobody. */
const redirectUrl = "https://myapps.microsoft.com";

function asItem({ values, comments }: ListedGuest): NewItem {
  return { value: values, comments };
}

/** A list that is there, with the tenant's values and the guests that it lacks. */
export function updatedList({ file, guests }: PartnerList, name: string): string {
  const text = readFileSync(file, "utf8");
  const byAddress = new Map(guests.map((guest) => [guest.values.email, guest]));
  if (/\.csv$/i.test(file)) return updatedCsv(name, text, byAddress);
  checkedAddresses(name, text, new Set());
  const edits = new YamlEdits(text);
  const document = edits.value([]);
  const isBare = Array.isArray(document);
  const { invitations = [], ...shared } = (isBare ? { invitations: document } : (document ?? {})) as Record<
    string,
    unknown
  >;
  const way = isBare ? [] : ["invitations"];
  for (const [index, own] of (invitations as Record<string, unknown>[]).entries()) {
    const address = canonicalAddress(String(own.email));
    const guest = byAddress.get(address);
    if (guest === undefined) continue;
    byAddress.delete(address);
    for (const [key, value] of Object.entries(changesOf(guest, { ...shared, ...own }))) {
      edits.set([...way, index], key, value);
    }
  }
  edits.append(way, [...byAddress.values()].map(asItem));
  return edits.toString();
}

function updatedCsv(name: string, text: string, byAddress: ReadonlyMap<string, ListedGuest>): string {
  const table = csvTable(name, text);
  if ("problem" in table) throw refusal(name, [table.problem]);
  const columns = new Set(table.columns.map((column) => String(column.steps[0])));
  const { guests } = csvListFile(name, text);
  const there = new Map(guests.map((guest) => [canonicalAddress(guest.email), guest as Record<string, unknown>]));
  const set = new Map<string, GuestValues | Record<string, unknown>>();
  const add: Record<string, unknown>[] = [];
  for (const [address, guest] of byAddress) {
    const own = there.get(address);
    if (own !== undefined) set.set(address, changesOf(guest, own));
    else {
      // What all rows say, such as existing, holds for a new one.
      const [first = {}] = there.values();
      const shared = Object.fromEntries(["existing", "redirectUrl"].map((key) => [key, first[key]]));
      const values = Object.entries({ ...shared, ...guest.values });
      add.push(Object.fromEntries(values.filter(([key, value]) => columns.has(key) && value !== undefined)));
    }
  }
  const result = changedCsv(name, text, { add, set });
  if ("problem" in result) throw refusal(name, [result.problem]);
  return result.text;
}

/** What the tenant says otherwise than the list. Sponsors that only the list names are wishes, and stay. */
function changesOf({ values, sponsors }: ListedGuest, own: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const changes = Object.entries(values).flatMap(([key, value]): [string, unknown][] => {
    if (key === "email" || isDeepStrictEqual(own[key], value)) return [];
    if (key !== "sponsors") return [[key, value]];
    const named = (Array.isArray(own.sponsors) ? own.sponsors : []).map((one) => String(one).toLowerCase());
    const lacking = sponsors.filter(
      ({ id, userPrincipalName = "" }) =>
        !named.includes(id) && !named.includes((userPrincipalName ?? "").toLowerCase()),
    );
    if (lacking.length === 0) return [];
    return [[key, [...((own.sponsors as string[] | undefined) ?? []), ...lacking.map(nameOfSponsor)].slice(0, 5)]];
  });
  return Object.fromEntries(changes);
}

/**
 * Reads a list as the program would.
 *
 * @returns the addresses on it that no guest of the tenant has
 * @throws Stop with what is wrong with it, before anything is written
 */
export function checkedAddresses(name: string, text: string, known: ReadonlySet<string>): string[] {
  const read = /\.csv$/i.test(name) ? csvListFile(name, text) : yamlListFile(name, text);
  if (read.problems.length > 0) throw refusal(name, read.problems);
  return read.guests.map(({ email }) => canonicalAddress(email)).filter((address) => !known.has(address));
}

function refusal(name: string, problems: Parameters<typeof report>[1]): Stop {
  return new Stop(`${report(name, problems)}\n\nNothing was written.`, exitStatus.failed);
}

/** More owners than this for one list are nobody. */
const mostOwners = 3;

/** The sketch: those who sponsor most guests of a list, and may sign in, own it. Lines that are there stay. */
export function codeowners(file: string, partners: readonly PartnerList[], project: string): string {
  const before = existsSync(file) ? readFileSync(file, "utf8").trimEnd() : header;
  const root = checkoutAround(path.dirname(file)) ?? project;
  const lines = partners.flatMap((partner) => {
    const way = `/${path.relative(root, partner.file).split(path.sep).join("/")}`;
    if (before.includes(`${way} `)) return [];
    const named = partner.guests
      .flatMap(({ sponsors }) => sponsors.filter(({ accountEnabled }) => accountEnabled !== false).map(nameOfSponsor))
      .filter((name) => /^[^#\s]+@/.test(name));
    const counts = [...Map.groupBy(named, (name) => name)].map(([name, all]) => ({ name, count: all.length }));
    const owners = counts.toSorted((one, other) => other.count - one.count || (one.name < other.name ? -1 : 1));
    const names = owners.slice(0, mostOwners).map(({ name }) => name);
    return [names.length > 0 ? `${way} ${names.join(" ")}` : `# ${way} has no sponsors: who answers for these guests?`];
  });
  return `${[before, ...lines].join("\n")}\n`;
}

const header = `# A sketch by \`guests import\`: who sponsors most guests of a list may review its changes.
# GitHub reads CODEOWNERS in the root, docs/ or .github/ only, and knows people by their account or its e-mail address.`;

/** The folder of the git checkout around a folder. */
function checkoutAround(folder: string): string | undefined {
  if (existsSync(path.join(folder, ".git"))) return folder;
  const parent = path.dirname(folder);
  return parent === folder ? undefined : checkoutAround(parent);
}
