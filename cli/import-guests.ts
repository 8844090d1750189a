/** The command `import`: the guests that a tenant has become lists, one for each partner. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { calendarDay } from "../model/calendar-day.ts";
import { addressDomain } from "../model/email-address.ts";
import { terms } from "../model/guest.ts";
import { shown } from "../model/property.ts";
import {
  type Command,
  type CommandLine,
  exitStatus,
  placeOptions,
  type StackPlace,
  Stop,
  stackPlace,
} from "./command-line.ts";
import {
  checkedAddresses,
  codeowners,
  type ListStyle,
  listedGuest,
  newList,
  type PartnerList,
  updatedList,
} from "./imported-lists.ts";
import { StackLists, schemaLine } from "./list-files.ts";
import { say } from "./log-lines.ts";
import { signIn } from "./signed-in.ts";
import {
  groupsOf,
  knownAddresses,
  listable,
  membersOf,
  readTenantGuests,
  type TenantGuest,
  type TenantReader,
} from "./tenant-guests.ts";

/** Reads the tenant, and writes lists. Sends nothing. */
export const importCommand: Command = {
  options: {
    ...placeOptions,
    out: { value: "DIR", required: true, help: "Where the lists go: one for each domain, and a sketch of CODEOWNERS." },
    existing: {
      value: "CHOICE",
      help: "What the lists say: adopt (default; who leaves the list stays), own (as if the stack had invited them), require (only who is there).",
    },
    format: { value: "yaml|csv", help: "What the lists are written in; yaml unless given." },
    profile: { help: "Write down the profile too: given name, department and so on." },
    groups: {
      help: "Add each guest's groups as comments. As entries, an apply would add them a second time and fail.",
    },
    domain: { value: "NAME,…", help: "Only guests of these domains." },
    state: { value: "pending|accepted", help: "Only guests who have not accepted yet, or who have." },
    group: { value: "NAME", help: "Only direct members of this group, by display name or object id." },
    "invited-after": { value: "YYYY-MM-DD", help: "Only guests who came on this day or later (UTC)." },
    "invited-before": { value: "YYYY-MM-DD", help: "Only guests who came before this day (UTC)." },
    update: { help: "Bring lists that are there up to date: comments, order and all other keys stay." },
    "name-lists": { help: "Name the lists in guests:lists of the stack's config." },
  },
  ends: [exitStatus.fine, exitStatus.failed, exitStatus.usage],
  async run(line) {
    const options = importOptions(line);
    const tenant = await signIn(options);
    try {
      await importGuests(tenant, options);
    } finally {
      await tenant.close();
    }
    return exitStatus.fine;
  },
};

/** What is imported, and how. */
export interface ImportOptions extends StackPlace, ListStyle {
  /** An absolute path. */
  out: string;
  groups: boolean;
  update: boolean;
  nameLists: boolean;
  /** Whether a guest is wanted; beside the group. */
  isWanted: (guest: TenantGuest) => boolean;
  group?: string;
}

/** @throws Stop where an option has a value that it cannot have */
export function importOptions(line: CommandLine): ImportOptions {
  const { values, flags } = line;
  const domains = values.domain?.split(",").map((domain) => addressDomain(`guest@${domain.trim()}`));
  const state = oneOf(values, "state", ["pending", "accepted"]);
  const [after, before] = [dayOf(values, "invited-after"), dayOf(values, "invited-before")];
  const format = oneOf(values, "format", ["yaml", "csv"]) ?? "yaml";
  if (format === "csv" && flags.has("groups")) {
    throw new Stop("A CSV file has no comments for --groups: leave it out, or write YAML.", exitStatus.usage);
  }
  return {
    ...stackPlace(line),
    out: path.resolve(values.out ?? ""),
    existing: oneOf(values, "existing", terms.existing.unwrap().options) ?? "adopt",
    format,
    profile: flags.has("profile"),
    groups: flags.has("groups"),
    update: flags.has("update"),
    nameLists: flags.has("name-lists"),
    isWanted: ({ user, address }) => {
      const day = user.createdDateTime.slice(0, 10);
      const isPending = user.externalUserState === "PendingAcceptance";
      return (
        (domains?.includes(addressDomain(address)) ?? true) &&
        (state === undefined || (state === "pending") === isPending) &&
        (after === undefined || day >= after) &&
        (before === undefined || day < before)
      );
    },
    ...(values.group !== undefined && { group: values.group }),
  };
}

function oneOf<Word extends string>(
  values: CommandLine["values"],
  option: string,
  words: readonly Word[],
): Word | undefined {
  const value = values[option];
  const word = words.find((one) => one === value);
  if (value === undefined || word !== undefined) return word;
  throw new Stop(`--${option} takes ${words.join(", ")}, not ${shown(value)}.`, exitStatus.usage);
}

function dayOf(values: CommandLine["values"], option: string): string | undefined {
  const value = values[option];
  const day = value === undefined ? undefined : calendarDay(value);
  if (value === undefined || day !== undefined) return day;
  throw new Stop(`--${option} takes a real day, as in 2027-03-31, not ${shown(value)}.`, exitStatus.usage);
}

/**
 * Writes the lists, and says what they hold.
 *
 * @param tenant signed in to the stack's tenant
 */
export async function importGuests(tenant: TenantReader, options: ImportOptions): Promise<void> {
  const lists = new StackLists(options, { isNew: true });
  const users = await readTenantGuests(tenant);
  const { guests, leftOut } = listable(users);
  const known = knownAddresses(users);
  const members = options.group === undefined ? undefined : await membersOf(tenant, options.group);
  const wanted = guests.filter((guest) => options.isWanted(guest) && (members?.has(guest.user.id) ?? true));
  const groups = options.groups ? await groupsOf(tenant, wanted) : undefined;

  const fileOf = (address: string) => path.join(options.out, `${addressDomain(address)}.${options.format}`);
  const elsewhere = new Map<string, string>();
  for (const [file, addresses] of lists.addresses()) {
    for (const address of addresses) if (file !== fileOf(address)) elsewhere.set(address, file);
  }
  const moving = lists.formerAddresses();
  const fresh = wanted.filter(({ address }) => !elsewhere.has(address) && !moving.has(address));
  const onlyPlain = lists.setting("engine") === "azuread";
  const partners = [...Map.groupBy(fresh, ({ address }) => addressDomain(address))]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([domain, these]): PartnerList => {
      const listed = these.map((guest) => listedGuest(guest, options, onlyPlain, groups));
      return { domain, file: fileOf(these[0]?.address ?? ""), guests: listed };
    });

  const sketch = path.join(options.out, "CODEOWNERS");
  const found = [...partners.map(({ file }) => file), sketch].filter((file) => existsSync(file));
  if (found.length > 0 && !options.update) {
    const names = found.slice(0, 5).map((file) => lists.nameOf(file));
    const more = found.length > 5 ? ` and ${found.length - 5} more` : "";
    const remedy = "say --update to bring them up to date, or name another folder with --out";
    throw new Stop(`There is ${names.join(", ")}${more} already: ${remedy}. Nothing was written.`, exitStatus.failed);
  }
  const ownRedirect = lists.setting("redirectUrl") === undefined;
  const written = partners.map((partner) => {
    const text = existsSync(partner.file)
      ? updatedList(partner, lists.nameOf(partner.file))
      : newList(partner, options, ownRedirect, schemaLine(partner.file, lists.files));
    return { ...partner, text, strangers: checkedAddresses(lists.nameOf(partner.file), text, known) };
  });

  if (written.length > 0) mkdirSync(options.out, { recursive: true });
  for (const { file, text } of written) writeFileSync(file, text);
  if (written.length > 0) writeFileSync(sketch, codeowners(sketch, partners, lists.files.root));
  if (options.nameLists) {
    lists.name(partners.map(({ file }) => file));
    lists.write();
  }

  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? "" : "s"}`;
  const total = partners.reduce((sum, partner) => sum + partner.guests.length, 0);
  say(`${count(total, "guest")} of ${count(partners.length, "partner domain")}, existing: ${options.existing}.`);
  for (const { file, guests: these } of partners) say(`  ${lists.nameOf(file)}  ${count(these.length, "guest")}`);
  const there = (guests: readonly TenantGuest[], where: string) => {
    if (guests.length > 0) say(`${count(guests.length, "guest")} on ${where} already: left there.`);
  };
  there(
    wanted.filter(({ address }) => elsewhere.has(address) && !moving.has(address)),
    "other lists of the stack",
  );
  there(
    wanted.filter(({ address }) => moving.has(address)),
    "a list with a new address",
  );
  for (const { who, why } of leftOut) say(`Left out: ${who}: ${why}.`);
  for (const { file, strangers } of written) {
    if (strangers.length === 0) continue;
    say(
      `${lists.nameOf(file)}: not in the tenant, so an apply would invite and mail them. Check the spelling: ${strangers.join(", ")}`,
    );
  }
  if (written.length === 0) return;
  say(`Who answers for which list: ${lists.nameOf(sketch)}, a sketch by their sponsors.`);
  const unnamed = partners.map(({ file }) => file).filter((file) => !lists.addresses().has(file));
  if (unnamed.length > 0) {
    say(`Name the lists in the stack's config (or import with --name-lists --update):\n  guests:lists:`);
    for (const file of unnamed) say(`    - ${lists.pathInConfig(file)}`);
  }
}
