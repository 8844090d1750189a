import { accessSettings, ownAccess } from "../../model/access.ts";
import { canonicalAddress } from "../../model/email-address.ts";
import { type Path, valueAt } from "../../model/findings.ts";
import type { Guest } from "../../model/guest.ts";
import { mailRules, saidOfMail, templateProblem } from "../../model/message.ts";
import { namespace } from "../../model/names.ts";
import { accessProblems } from "../access/guest-access.ts";
import { azureadProblems } from "../backends/azuread.ts";
import { withDefaults } from "../defaults.ts";
import type { AccessProfiles, GuestArgs, GuestDefaults } from "../generated/sdk.ts";
import { type At, type Place, type Problem, placeText, secretShown, shown } from "../problem.ts";

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
  /** Where one of the guest's values is or would be. */
  at(property: string): At;
}

/** What one place (the stack config, or one list file) says. */
export interface ListSource {
  entries: Entry[];
  problems: Problem[];
  /** The guests; empty when there are problems. */
  guests: Guest[];
}

/**
 * The guests of a list document as written: whatever stands in the list.
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
  return rows.map((row, index) => {
    const own = typeof row === "object" && row !== null ? row : {};
    return {
      values: { ...defaults, ...own },
      own: own as Record<string, unknown>,
      shared: defaults as Record<string, unknown>,
      secret,
      at: (property) => at([...list, index, property]),
    };
  });
}

/** A problem with a file as a whole, or with its form. */
export function fileProblem(place: Place, rule: string, remedy: string, path = "", value?: unknown): Problem {
  const problem: Problem = { path, place, rule, remedy };
  return value === undefined ? problem : { ...problem, value: shown(value) };
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
 */
export function wrongAccess(entries: readonly Entry[], document: unknown, configPlace: PlaceOf): Problem[] {
  const settings = accessSettings.safeParse(document);
  if (!settings.success) return [];
  const { accessProfiles = {}, ...defaults } = settings.data;
  return [
    ...accessProblems(defaults, accessProfiles).map((problem) =>
      accessProblem(problem, configPlace([problem.property])),
    ),
    ...Object.entries(accessProfiles).flatMap(([name, access]) =>
      accessProblems(access, {}).map((problem) =>
        accessProblem(problem, configPlace(["accessProfiles", name, problem.property])),
      ),
    ),
    ...entries.flatMap((entry) => problemsOfEntry(entry, accessProfiles)),
  ];
}

function problemsOfEntry({ own, secret, at }: Entry, profiles: AccessProfiles): Problem[] {
  const access = ownAccess.safeParse(own);
  if (!access.success) return [];
  const problems = accessProblems(access.data, profiles);
  return problems.map((problem) => {
    const known = accessProblem(problem, at(problem.property));
    return secret ? { ...known, value: secretShown } : known;
  });
}

function accessProblem({ value, rule, remedy }: ReturnType<typeof accessProblems>[number], at: At): Problem {
  return { ...at, value: shown(value), rule, remedy };
}

/** No address twice, in whatever letter case, over the list and its files. */
export function addressesListedTwice(entries: readonly Entry[]): Problem[] {
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

/** Each guest needs a redirect URL, their own or a default. */
export function withoutRedirectUrl(entries: readonly Entry[], document: unknown): Problem[] {
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

/** What the chosen backend cannot do, said once where it is asked for: at the guest, or at the default. */
export function beyondBackend(
  entries: readonly Entry[],
  document: Record<string, unknown>,
  configPlace: PlaceOf,
): Problem[] {
  if (document.engine !== "azuread") return [];
  const found = entries.flatMap((entry) =>
    azureadProblems({ ...document, ...entry.values } as unknown as GuestArgs).map(({ property, rule, remedy }) => {
      const isOwn = entry.values[property] !== undefined;
      return { ...(isOwn ? entry.at(property) : configPlace([property])), rule, remedy };
    }),
  );
  return onceEach(found);
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
): Problem[] {
  const nobody: Entry = { values: {}, own: {}, shared: {}, secret: false, at: (property) => configPlace([property]) };
  const all = mailPart(document);
  const found = (entries.length > 0 ? entries : [nobody]).flatMap((entry) => {
    const guest = withDefaults(mailPart(entry.own), mailPart(entry.shared), all.mailFrom);
    const said = saidOfMail(withDefaults(guest, all));
    return mailRules
      .filter(({ breaks }) => breaks(said))
      .map(({ property, rule, remedy }) => {
        const key = property === "cc" ? "message" : property;
        const at = entry.values[key] === undefined ? configPlace([key]) : entry.at(key);
        return { ...at, path: property === "cc" ? `${at.path}.cc` : at.path, rule, remedy };
      });
  });
  return onceEach(found);
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
): Problem[] {
  const named = [
    { path: document.mailTemplate, at: configPlace(["mailTemplate"]), secret: isSecret },
    ...entries.map(({ values, at, secret }) => ({ path: values.mailTemplate, at: at("mailTemplate"), secret })),
  ];
  const problems = new Map<string, { rule: string; remedy: string } | undefined>();
  const found = named.flatMap(({ path, at, secret }): Problem[] => {
    if (typeof path !== "string") return [];
    if (!problems.has(path)) problems.set(path, templateFileProblem(read(path)));
    const problem = problems.get(path);
    if (problem === undefined) return [];
    if (secret) return [{ ...at, value: secretShown, rule: "the template can't be used", remedy: "look at the file" }];
    return [{ ...at, value: shown(path), ...problem }];
  });
  return onceEach(found);
}

/** What is wrong with a template's file, or `undefined`. */
export function templateFileProblem(file: ListFile): { rule: string; remedy: string } | undefined {
  if ("rule" in file) return file;
  const rule = templateProblem(file.text);
  return rule === undefined ? undefined : { rule, remedy: `correct ${file.name}` };
}

function onceEach(problems: readonly Problem[]): Problem[] {
  return [
    ...new Map(
      problems.map((problem) => [`${problem.place?.file} ${problem.place?.line} ${problem.path}`, problem]),
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

function whereabouts(at: At | undefined): string {
  if (at === undefined) return "another guest";
  return at.place === undefined ? at.path : `${at.path} at ${placeText(at.place)}`;
}
