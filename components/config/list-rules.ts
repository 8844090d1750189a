import { accessSettings, ownAccess } from "../../model/access.ts";
import { canonicalAddress } from "../../model/email-address.ts";
import { type Finding, findingsOf, isMisspelt, type Path, valueAt } from "../../model/findings.ts";
import { formerAddresses, type Guest, guestSchema } from "../../model/guest.ts";
import { settingsSchema } from "../../model/guest-list.ts";
import { mailRules, saidOfMail, templateProblem } from "../../model/message.ts";
import { namespace } from "../../model/names.ts";
import { shown } from "../../model/property.ts";
import { accessProblems } from "../access/guest-access.ts";
import { azureadProblems } from "../backends/azuread-limits.ts";
import { withDefaults } from "../defaults.ts";
import type { AccessProfiles, GuestArgs, GuestDefaults } from "../generated/sdk.ts";
import {
  type At,
  asProblem,
  firstOf,
  mostKept,
  type Problem,
  type Problems,
  placeText,
  secretShown,
} from "../problem.ts";

/** A file's name for error messages and what it holds, or why it is not read. */
export type ListFile = { name: string; text: string } | { rule: string; remedy: string };

/** A guest as written, right or wrong, for the rules that look at the whole list. */
export interface Entry {
  /** The values as written, those of the list file's defaults among them. */
  values: Readonly<Record<string, unknown>>;
  /** The values as written, those of the guest alone. */
  own: Readonly<Record<string, unknown>>;
  /** The values as written, those of the list file for all its guests. */
  shared: Readonly<Record<string, unknown>>;
  /** Whether the values must not be printed. */
  secret: boolean;
  /** Where one of the guest's values is or would be, given the way to it from the guest. */
  at(...steps: Path): At;
  /** The same of the values that the list file says for all. */
  atShared(...steps: Path): At;
}

/** What one place (the stack config, or one list file) says. */
export interface ListSource extends Problems {
  entries: Entry[];
  /** The guests; empty when there are problems. */
  guests: Guest[];
  /** What somebody should know although it is no error. */
  warnings?: string[];
}

/** A list file that cannot be read. */
export function unreadable(problem: Problem): ListSource {
  return { entries: [], guests: [], problems: [problem], more: 0 };
}

/**
 * The guests of a list document as written: whatever maps stand in the list.
 *
 * @param document the document
 * @param list the way to the list in it
 * @param defaults what the document says for all of them
 * @param secret whether the values must not be printed
 * @param at finds the place of a value
 */
export function entriesOf(
  document: unknown,
  list: Path,
  defaults: object,
  secret: boolean,
  at: (steps: Path) => At,
): Entry[] {
  const rows = valueAt(document, list);
  if (!Array.isArray(rows)) return [];
  return rows.flatMap((row, index): Entry[] => {
    if (typeof row !== "object" || row === null) return [];
    const values = Object.keys(defaults).length === 0 ? row : { ...defaults, ...row };
    const shared = defaults as Record<string, unknown>;
    const atShared = (...steps: Path) => at(steps);
    return [{ values, own: row, shared, secret, at: (...steps) => at([...list, index, ...steps]), atShared }];
  });
}

/**
 * Holds each guest of a list against the schema, one by one: all findings at once would be too many to keep.
 *
 * @param document what holds the list
 * @param list the way to it
 * @param at finds the place of a value, or of a key
 * @param isTold whether something else has been said about a value already
 * @param problem makes a problem of a finding; where it is left out, of its value as it is
 */
export function checkedGuests(
  document: unknown,
  list: Path,
  at: (path: Path, atKey: boolean) => At,
  isTold: (path: Path) => boolean = () => false,
  problem: (finding: Finding) => Problem = (finding) => asProblem(finding, document, at),
): Problems & { guests: Guest[] } {
  const guests: Guest[] = [];
  let wrong = 0;
  function* found() {
    for (const [index, row] of (valueAt(document, list) as unknown[]).entries()) {
      const result = guestSchema.safeParse(row);
      if (result.success) guests.push(result.data);
      else if (++wrong > mostKept) yield* result.error.issues.map(() => countedOnly);
      else {
        for (const finding of findingsOf(result.error, row, guestSchema)) {
          const path = [...list, index, ...finding.path];
          if (!isTold(path)) yield () => problem({ ...finding, path });
        }
      }
    }
  }
  return { ...firstOf(found()), guests };
}

/** A problem that is only counted is never made. */
function countedOnly(): never {
  throw new Error("a problem that is only counted was asked for");
}

/** Finds the place of a value in the stack config. */
type PlaceOf = (steps: Path) => At;

/**
 * Access that is wrong as it stands, each thing once, where it is written: in the defaults, in a profile, at a guest.
 * What does not even fit the schema is reported by that.
 *
 * @param entries the guests as written
 * @param document the stack config
 * @param configPlace finds the place of a value in the stack config
 * @param areProfilesKnown whether the document has all profiles that somebody wrote down
 */
export function wrongAccess(
  entries: readonly Entry[],
  document: unknown,
  configPlace: PlaceOf,
  areProfilesKnown: boolean,
): Problems {
  const settings = accessSettings.safeParse(document);
  if (!settings.success) return firstOf([]);
  const { accessProfiles = {}, ...defaults } = settings.data;
  // Where the key of the profiles is misspelt, that is the mistake, and not each name of one.
  const areMissing = !areProfilesKnown || isMisspelt(document, "accessProfiles", Object.keys(settingsSchema.shape));
  type Wrong = ReturnType<typeof accessProblems>[number];
  const isToTell = ({ path: [kind] }: Wrong) => kind !== "profiles" || !areMissing;
  function* found() {
    for (const problem of accessProblems(defaults, accessProfiles).filter(isToTell)) {
      yield () => accessProblem(problem, configPlace(problem.path));
    }
    for (const [name, access] of Object.entries(accessProfiles)) {
      for (const problem of accessProblems(access, {})) {
        yield () => accessProblem(problem, configPlace(["accessProfiles", name, ...problem.path]));
      }
    }
    for (const { shared, atShared } of new Map(entries.map((entry) => [entry.shared, entry])).values()) {
      for (const problem of problemsIn(shared, accessProfiles).filter(isToTell)) {
        yield () => accessProblem(problem, atShared(...problem.path));
      }
    }
    for (const entry of entries) {
      for (const problem of problemsIn(entry.own, accessProfiles).filter(isToTell)) {
        const known = () => accessProblem(problem, entry.at(...problem.path));
        yield entry.secret ? () => ({ ...known(), value: secretShown }) : known;
      }
    }
  }
  return firstOf(found());
}

const accessKeys = Object.keys(ownAccess.shape);

function problemsIn(values: Readonly<Record<string, unknown>>, profiles: AccessProfiles) {
  if (!accessKeys.some((key) => values[key] !== undefined)) return [];
  const access = ownAccess.safeParse(values);
  return access.success ? accessProblems(access.data, profiles) : [];
}

function accessProblem({ value, rule, remedy }: ReturnType<typeof accessProblems>[number], at: At): Problem {
  return { ...at, value: shown(value), rule, remedy };
}

/** No address twice, in whatever spelling, over the list and its files. */
export function addressesListedTwice(entries: readonly Entry[]): Problems {
  const written = entries.filter((entry) => emailOf(entry).trim() !== "");
  const groups = Map.groupBy(written, (entry) => canonicalAddress(emailOf(entry)));
  function* found() {
    for (const [first, ...again] of groups.values()) {
      for (const entry of again) {
        yield () => ({
          ...entry.at("email"),
          ...shownEmail(entry),
          rule: `no address twice (letter case does not count): ${whereabouts(first?.at("email"))} has it too`,
          remedy: "keep one of the two",
        });
      }
    }
  }
  return firstOf(found());
}

/** An earlier address belongs to one guest, who is on the list under another one: over the list and its files. */
export function formerAddressesTaken(entries: readonly Entry[]): Problems {
  const holders = new Map(entries.map((entry) => [canonicalAddress(emailOf(entry)), entry]));
  const claimed = new Map<string, Entry>();
  function* found() {
    for (const entry of entries) {
      for (const address of formerAddressesOf(entry)) {
        const [holder, other] = [holders.get(address), claimed.get(address)];
        claimed.set(address, other ?? entry);
        const isOwn = canonicalAddress(emailOf(entry)) === address;
        const first = isOwn ? undefined : (holder ?? other);
        if (first === undefined) continue;
        yield () => ({
          ...entry.at("formerly"),
          value: entry.secret ? secretShown : shown(address),
          rule: `an earlier address belongs to one guest only: ${whereabouts(first.at(holder === undefined ? "formerly" : "email"))} has it too`,
          remedy: "keep it at the guest who had it",
        });
      }
    }
  }
  return firstOf(found());
}

function formerAddressesOf({ own }: Entry): string[] {
  const { formerly } = own;
  const said = Array.isArray(formerly) ? formerly : [formerly];
  return formerAddresses(said.filter((address) => typeof address === "string" && address.trim() !== ""));
}

const guestKeys = Object.keys(guestSchema.shape);

/**
 * Each guest needs a redirect URL, their own or a default. Where nobody of a list has one, that is one mistake.
 *
 * @param lists the guests of the stack config, and those of each list file
 */
export function withoutRedirectUrl(lists: readonly (readonly Entry[])[], document: unknown): Problems {
  if (valueAt(document, ["redirectUrl"]) !== undefined) return firstOf([]);
  if (isMisspelt(document, "redirectUrl", Object.keys(settingsSchema.shape))) return firstOf([]);
  function* found() {
    for (const entries of lists) {
      const without = entries.filter(({ values }) => values.redirectUrl === undefined);
      const told = without.filter(({ values }) => !isMisspelt(values, "redirectUrl", guestKeys));
      const all = told.length > 1 && without.length === entries.length;
      for (const entry of all ? told.slice(0, 1) : told) {
        yield () => ({
          ...entry.at("redirectUrl"),
          ...shownEmail(entry, all ? told.length - 1 : 0),
          rule: "each guest needs a redirect URL, and neither this guest nor the list has one",
          remedy: `add redirectUrl to the guest, or ${namespace}:redirectUrl for all of them`,
        });
      }
    }
  }
  return firstOf(found());
}

/** What the chosen backend cannot do, said once where it is asked for: at the guest, or at the default. */
export function beyondBackend(
  entries: readonly Entry[],
  document: Record<string, unknown>,
  configPlace: PlaceOf,
): Problems {
  if (document.engine !== "azuread") return firstOf([]);
  const toldDefaults = new Set<string>();
  function* found() {
    for (const entry of entries) {
      const guest = { ...document, ...entry.values } as unknown as GuestArgs;
      for (const { property, rule, remedy } of azureadProblems(guest)) {
        const isOwn = entry.values[property] !== undefined;
        if (!isOwn && toldDefaults.has(property)) continue;
        if (!isOwn) toldDefaults.add(property);
        yield () => ({ ...(isOwn ? entry.at(property) : configPlace([property])), rule, remedy });
      }
    }
  }
  return firstOf(found());
}

/**
 * What is said of the mails and does not fit whoever sends them, each thing once, where it is written.
 *
 * @param entries the guests as written
 * @param document the stack config
 * @param configPlace finds the place of a value in the stack config
 */
export function wrongMails(
  entries: readonly Entry[],
  document: Record<string, unknown>,
  configPlace: PlaceOf,
): Problems {
  const inConfig = (...steps: Path) => configPlace(steps);
  const nobody: Entry = { values: {}, own: {}, shared: {}, secret: false, at: inConfig, atShared: inConfig };
  const all = mailPart(document);
  const told = new Map<object, Set<string>>();
  function* found() {
    for (const entry of entries.length > 0 ? entries : [nobody]) {
      const guest = withDefaults(mailPart(entry.own), mailPart(entry.shared), all.mailFrom);
      const said = saidOfMail(withDefaults(guest, all));
      const broken = new Map(mailRules.filter(({ breaks }) => breaks(said)).map((one) => [one.property, one]));
      for (const [property, { rule, remedy }] of broken) {
        const way: Path = property === "cc" ? ["message", "cc"] : [property];
        const saidAt = [
          { values: entry.own, at: entry.at },
          { values: entry.shared, at: entry.atShared },
        ].find(({ values }) => valueAt(values, way) !== undefined) ?? { values: document, at: inConfig };
        const toldThere = told.get(saidAt.values) ?? new Set();
        if (toldThere.has(property)) continue;
        told.set(saidAt.values, toldThere.add(property));
        yield () => ({ ...saidAt.at(...way), rule, remedy });
      }
    }
  }
  return firstOf(found());
}

/** What is written about mails; what does not fit the schema is reported by that. */
function mailPart(values: Readonly<Record<string, unknown>>): GuestDefaults {
  const { mailFrom, mailSubject, mailTemplate, message } = values;
  const isMap = typeof message === "object" && message !== null && !Array.isArray(message);
  return { mailFrom, mailSubject, mailTemplate, ...(isMap && { message }) } as GuestDefaults;
}

/**
 * What is wrong with the templates that are named, where they are named.
 *
 * @param entries the guests as written
 * @param document the stack config
 * @param configPlace finds the place of a value in the stack config
 * @param isSecret whether the config's own template must not be named
 * @param read reads a file of the project
 */
export function wrongTemplates(
  entries: readonly Entry[],
  document: Record<string, unknown>,
  configPlace: PlaceOf,
  isSecret: boolean,
  read: (path: string) => ListFile,
): Problems {
  const files = new Map<string, { rule: string; remedy: string } | undefined>();
  const problemOf = (path: string) => {
    if (!files.has(path)) files.set(path, templateFileProblem(read(path)));
    return files.get(path);
  };
  function* found() {
    const own = { values: document, secret: isSecret, at: (property: string) => configPlace([property]) };
    for (const { values, secret, at } of [own, ...entries]) {
      const path = values.mailTemplate;
      const problem = typeof path === "string" ? problemOf(path) : undefined;
      if (problem === undefined) continue;
      const words = { rule: "the template can't be used", remedy: "look at the file" };
      yield () => ({
        ...at("mailTemplate"),
        ...(secret ? { value: secretShown, ...words } : { value: shown(path), ...problem }),
      });
    }
  }
  return firstOf(found());
}

/** What is wrong with a template's file, or `undefined`. */
export function templateFileProblem(file: ListFile): { rule: string; remedy: string } | undefined {
  if ("rule" in file) return file;
  const rule = templateProblem(file.text);
  return rule === undefined ? undefined : { rule, remedy: `correct ${file.name}` };
}

function emailOf({ values: { email } }: Entry): string {
  return typeof email === "string" ? email : "";
}

function shownEmail(entry: Entry, others = 0): { value?: string } {
  const email = emailOf(entry);
  if (email === "") return {};
  const more = others === 0 ? "" : ` (and for ${others} more)`;
  return { value: `${entry.secret ? secretShown : shown(email)}${more}` };
}

function whereabouts(at: At | undefined): string {
  if (at === undefined) return "another guest";
  return at.place === undefined ? at.path : `${at.path} at ${placeText(at.place)}`;
}
