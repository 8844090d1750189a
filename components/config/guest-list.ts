import { canonicalAddress } from "../../model/email-address.ts";
import type { AccessProfiles } from "../access/access.ts";
import { azureadProblems } from "../engines/azuread-limits.ts";
import type { EngineName } from "../engines/engine.ts";
import type { GuestArgs, GuestDefaults } from "../guest.ts";
import type { RemovalLimit } from "../guest-list.ts";
import { type Place, type Problem, placeText, secretShown, shown } from "../problem.ts";
import { wrongAccess } from "./access-problems.ts";
import { csvGuestList } from "./csv-list.ts";
import { type Guest, settingsSchema } from "./guest-list-schema.ts";
import { type Entry, entriesOf, type GuestSource } from "./guest-source.ts";
import { type Path, pathText, valueAt } from "./path-text.ts";
import { type SchemaProblem, schemaProblems } from "./schema-problems.ts";
import { yamlGuestList } from "./yaml-list.ts";
import { type FindPlace, yamlPlaces } from "./yaml-places.ts";

/** What the core needs from the outside: nothing in it asks Pulumi or the disk. */
export interface GuestListInput {
  /** The values under `guests:` as Pulumi hands them over: text, and objects and lists as JSON. */
  values: Readonly<Record<string, string>>;
  /** The keys (without `guests:`) whose values are secret or hold a secret. */
  secretKeys: ReadonlySet<string>;
  /** The stack's config file, to name lines; absent when it cannot be read. */
  stackFile?: { name: string; text: string };
  /** Reads a list file, given as it stands in `guests:lists`. */
  readList(path: string): ListFile;
}

/** A list file's name for error messages and what it holds, or why it is not read. */
export type ListFile = { name: string; text: string } | { rule: string; remedy: string };

export interface DeclaredGuests {
  defaults: GuestDefaults;
  /** What holds for the list as a whole. */
  settings: {
    engine?: EngineName;
    removalLimit?: RemovalLimit;
    allowRemoval?: boolean;
    expiryNotice?: number;
    accessProfiles?: AccessProfiles;
  };
  /** The guests of the stack config. */
  invitations: Guest[];
  /** The guests of the list files, with the defaults of their file filled in. */
  listed: Guest[];
}

/** The namespace of the stack config. */
export const namespace = "guests";

/**
 * Reads and checks a whole guest list.
 *
 * @param input the stack config and the way to the list files
 * @returns the list, or everything that is wrong with it
 */
export function guestList(input: GuestListInput): { list: DeclaredGuests } | { problems: Problem[] } {
  const document = settingsOf(input.values);
  const place = stackPlaces(input.stackFile, document);
  const result = settingsSchema.safeParse(document);
  const found = result.success ? [] : schemaProblems(result.error, document, settingsSchema);
  const sources = listSources(document, input, place);
  const entries = [...configEntries(document, input, place), ...sources.flatMap((source) => source.entries)];

  const problems = [
    ...found.map((problem) => inStackConfig(problem, input.secretKeys, place)),
    ...sources.flatMap((source) => source.problems),
    ...addressesListedTwice(entries),
    ...withoutRedirectUrl(entries, document),
    ...beyondEngine(entries, document, place),
    ...wrongAccess(entries, document, (steps) => configPlace(steps, place)),
  ];
  if (problems.length > 0 || !result.success) return { problems };
  const { invitations = [], lists: _, engine, removalLimit, allowRemoval, ...rest } = result.data;
  const { accessProfiles, expiryNotice, ...defaults } = rest;
  const settings = {
    ...(engine !== undefined && { engine }),
    ...(removalLimit !== undefined && { removalLimit }),
    ...(allowRemoval !== undefined && { allowRemoval }),
    ...(accessProfiles !== undefined && { accessProfiles }),
    ...(expiryNotice !== undefined && { expiryNotice }),
  };
  const listed = sources.flatMap((source) => source.guests);
  return { list: { defaults, invitations, listed, settings } };
}

/** Which keys Pulumi hands over as JSON, and which as `true` or `false`. */
const jsonKeys = [
  ...["removalLimit", "message", "sponsors", "invitations", "lists", "expiryNotice"],
  ...["groups", "apps", "azure", "profiles", "accessProfiles"],
];
const booleanKeys = ["allowRemoval", "sendInvitation", "accountEnabled"];

function settingsOf(values: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([key, text]) => [key, settingOf(key, text)]));
}

function settingOf(key: string, text: string): unknown {
  if (booleanKeys.includes(key) && /^(?:true|false)$/.test(text)) return text === "true";
  const isJson = jsonKeys.includes(key) || (key === "redirectUrl" && text.startsWith("{"));
  if (!isJson) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The project bears the namespace's name, so that Pulumi also takes keys without it. */
function stackPlaces(file: GuestListInput["stackFile"], document: unknown): FindPlace {
  if (file === undefined) return () => undefined;
  return yamlPlaces(file.name, file.text, document, ([key, ...rest]) => [
    ["config", `${namespace}:${String(key)}`, ...rest],
    ["config", key ?? "", ...rest],
  ]);
}

function configPath(steps: Path): string {
  return steps.length === 0 ? namespace : `${namespace}:${pathText(steps)}`;
}

function inStackConfig(problem: SchemaProblem, secretKeys: ReadonlySet<string>, findPlace: FindPlace): Problem {
  const { steps, atKey, value, rule, remedy } = problem;
  const place = findPlace(steps, atKey);
  const known: Problem = { path: configPath(steps), rule, remedy, ...(place && { place }) };
  if (value === undefined) return known;
  if (!secretKeys.has(String(steps[0]))) return { ...known, value };
  // The contract's words may quote a part of the value.
  return { ...known, value: secretShown, rule: rule.replaceAll(/"[^"]*"/g, '"…"') };
}

function configEntries(document: unknown, { secretKeys }: GuestListInput, findPlace: FindPlace): Entry[] {
  const at = (steps: Path) => configPlace(steps, findPlace);
  return entriesOf(document, ["invitations"], {}, secretKeys.has("invitations"), at);
}

function configPlace(steps: Path, findPlace: FindPlace): { path: string; place?: Place } {
  const place = findPlace(steps);
  return { path: configPath(steps), ...(place && { place }) };
}

function listSources(document: unknown, input: GuestListInput, findPlace: FindPlace): GuestSource[] {
  const lists = valueAt(document, ["lists"]);
  if (!Array.isArray(lists)) return [];
  return lists.flatMap((path: unknown, index): GuestSource[] => {
    if (typeof path !== "string") return [];
    const steps = ["lists", index];
    const refuse = (rule: string, remedy: string): GuestSource[] => {
      const problem = { steps, path: "", value: shown(path), rule, remedy };
      return [{ entries: [], guests: [], problems: [inStackConfig(problem, input.secretKeys, findPlace)] }];
    };
    if (lists.indexOf(path) < index) return refuse("the file is listed twice", "keep one of the two");
    const isCsv = /\.csv$/i.test(path);
    if (!isCsv && !/\.ya?ml$/i.test(path)) {
      return refuse("a list file ends in .csv, .yaml or .yml", "rename the file after what it holds");
    }
    const file = input.readList(path);
    if ("rule" in file) return refuse(file.rule, file.remedy);
    return [isCsv ? csvGuestList(file.name, file.text) : yamlGuestList(file.name, file.text)];
  });
}

function addressesListedTwice(entries: readonly Entry[]): Problem[] {
  const written = entries.filter((entry) => emailOf(entry).trim() !== "");
  const groups = Map.groupBy(written, (entry) => canonicalAddress(emailOf(entry)));
  return [...groups.values()].flatMap(([first, ...again]) =>
    again.map((entry) => ({
      ...entry.at("email"),
      ...shownEmail(entry),
      rule: `no address twice (letter case does not count): ${whereabouts(first?.at("email"))} has it too`,
      remedy: "keep one of the two",
    })),
  );
}

function withoutRedirectUrl(entries: readonly Entry[], document: unknown): Problem[] {
  if (valueAt(document, ["redirectUrl"]) !== undefined) return [];
  return entries
    .filter(({ values }) => values.redirectUrl === undefined)
    .map((entry) => ({
      ...entry.at("redirectUrl"),
      ...shownEmail(entry),
      rule: "each guest needs a redirect URL, and neither this guest nor the list has one",
      remedy: `add redirectUrl to the guest, or ${namespace}:redirectUrl for all of them`,
    }));
}

/** What the chosen engine cannot do, said once where it is asked for: at the guest, or at the default. */
function beyondEngine(entries: readonly Entry[], document: Record<string, unknown>, findPlace: FindPlace): Problem[] {
  if (document.engine !== "azuread") return [];
  const found = entries.flatMap((entry) =>
    azureadProblems({ ...document, ...entry.values } as unknown as GuestArgs).map(({ property, rule, remedy }) => {
      const isOwn = entry.values[property] !== undefined;
      return { ...(isOwn ? entry.at(property) : configPlace([property], findPlace)), rule, remedy };
    }),
  );
  return [
    ...new Map(
      found.map((problem) => [`${problem.place?.file} ${problem.place?.line} ${problem.path}`, problem]),
    ).values(),
  ];
}

function emailOf({ values: { email } }: Entry): string {
  return typeof email === "string" ? email : "";
}

function shownEmail(entry: Entry): { value?: string } {
  const email = emailOf(entry);
  if (email === "") return {};
  return { value: entry.secret ? secretShown : shown(email) };
}

function whereabouts(at: { path: string; place?: Place } | undefined): string {
  if (at === undefined) return "another guest";
  return at.place === undefined ? at.path : `${at.path} at ${placeText(at.place)}`;
}
