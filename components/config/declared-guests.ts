import { type Finding, findingsOf, type Path, valueAt } from "../../model/findings.ts";
import { type Guest, guestDefaults } from "../../model/guest.ts";
import { listSettings, settingsSchema } from "../../model/guest-list.ts";
import { namespace } from "../../model/names.ts";
import { formsOf, shown } from "../../model/property.ts";
import { lookUpNote } from "../access/guest-access.ts";
import type { GuestDefaults, ListSettings } from "../generated/sdk.ts";
import { type At, asProblem, firstOf, type Problem, pathText, secretShown, together } from "../problem.ts";
import { csvListFile } from "./csv-list-file.ts";
import {
  addressesListedTwice,
  beyondBackend,
  checkedGuests,
  entriesOf,
  formerAddressesTaken,
  type ListFile,
  type ListSource,
  unreadable,
  withoutRedirectUrl,
  wrongAccess,
  wrongMails,
  wrongTemplates,
} from "./list-rules.ts";
import {
  nearlyOurKeys,
  plainSecrets,
  type StackConfigFile,
  secretAddresses,
  stackConfigFile,
} from "./stack-config-file.ts";
import { yamlListFile } from "./yaml-list-file.ts";

/** What the core needs from the outside: nothing in it asks Pulumi or the disk. */
export interface GuestListInput {
  /** The values under `guests:` as Pulumi hands them over: text, and objects and lists as JSON. */
  values: Readonly<Record<string, string>>;
  /** The keys (without `guests:`) whose values are secret or hold a secret. */
  secretKeys: ReadonlySet<string>;
  /** The stack's config file, to name lines; absent when it cannot be read. */
  stackFile?: { name: string; text: string };
  /** The keys of other namespaces, with the namespace: some are nearly ours. */
  otherKeys?: readonly string[];
  /** The project's name; keys without a namespace belong to it. */
  project?: string;
  /** Reads a list file, given as it stands in `guests:lists`. */
  readList(path: string): ListFile;
  /** Reads a mail's template, given as it stands in `guests:mailTemplate`. Without it, templates are not looked at. */
  readTemplate?(path: string): ListFile;
}

export interface DeclaredGuests {
  defaults: GuestDefaults;
  /** What holds for the list as a whole. */
  settings: ListSettings;
  /** The guests of the stack config. */
  invitations: Guest[];
  /** The guests of the list files, with the defaults of their file filled in. */
  listed: Guest[];
}

/** A list that is right. */
export interface Accepted {
  list: DeclaredGuests;
  /** What somebody should know although it is no error. */
  warnings?: string[];
  /** Where a guest's value is written, or would be; the guests of the stack config come first, then those of the files. */
  placeOf(guest: number, property: string): At;
}

/** What is wrong with a list, as a report tells it. */
export interface Refusal {
  /** The first problems. */
  problems: Problem[];
  /** How many there are beside them. */
  more?: number;
  /** What a report ends with. */
  note?: string;
}

/**
 * Reads and checks all that a stack declares about its guests.
 *
 * @param input the stack config and the way to the list files
 * @returns the guests and what should be known about the list, or everything that is wrong
 */
export function declaredGuests(input: GuestListInput): Accepted | Refusal {
  const document = settingsOf(input.values);
  const file = stackConfigFile(input.stackFile, document);
  const at = (steps: Path, atKey = false): At => {
    const place = file.place(steps, atKey);
    return { path: configPath(steps), ...(place && { place }) };
  };
  const ignored = ignoredKeys(input, file);
  const settings = checkedSettings(document, input, file, ignored, at);
  const sources = listSources(document, input, at);
  const own = entriesOf(document, ["invitations"], {}, input.secretKeys.has("invitations"), at);
  const entries = [...own, ...sources.flatMap((source) => source.entries)];
  const lists = [own, ...sources.map((source) => source.entries)];

  const { problems, more } = together([
    { problems: ignored, more: 0 },
    settings,
    firstOf(secretAddresses(input.secretKeys, document, file, at)),
    ...sources,
    addressesListedTwice(entries),
    formerAddressesTaken(entries),
    // What stands under a wrong namespace is missing here, and each guest would tell so.
    ...(ignored.length > 0 ? [] : [withoutRedirectUrl(lists, document)]),
    wrongAccess(entries, document, at, ignored.length === 0),
    beyondBackend(entries, document, at),
    wrongMails(entries, document, at),
    ...(input.readTemplate
      ? [wrongTemplates(entries, document, at, input.secretKeys.has("mailTemplate"), input.readTemplate)]
      : []),
  ]);
  const note = lookUpNote([document, ...entries.map(({ values }) => values)], document.accessProfiles);
  if (problems.length > 0) return { problems, ...(more > 0 && { more }), ...(note !== undefined && { note }) };
  const warnings = [
    ...plainSecrets(input.secretKeys, document, file),
    ...sources.flatMap((source) => source.warnings ?? []),
  ];
  const list: DeclaredGuests = {
    defaults: settings.defaults,
    settings: settings.settings,
    invitations: settings.guests,
    listed: sources.flatMap((source) => source.guests),
  };
  const placeOf = (guest: number, property: string) => entries[guest]?.at(property) ?? { path: configPath([]) };
  return { list, ...(warnings.length > 0 && { warnings }), placeOf };
}

/** Keys that look like settings of the list and reach nobody. */
function ignoredKeys({ otherKeys = [], project = namespace }: GuestListInput, file: StackConfigFile): Problem[] {
  return [...nearlyOurKeys(otherKeys, project, file.placeOfKey), ...file.ignored(project)];
}

/** The settings held against the schema, and what the file shows that the values do not. */
function checkedSettings(
  document: Record<string, unknown>,
  { secretKeys }: GuestListInput,
  file: StackConfigFile,
  ignored: readonly Problem[],
  at: (steps: Path, atKey?: boolean) => At,
) {
  const unquoted = [...file.unquoted()];
  const told = new Set(unquoted.map(({ path }) => JSON.stringify(path)));
  const isTold = (path: Path) => {
    const isIgnoredKey = path.length === 1 && ignored.some((problem) => problem.path === String(path[0]));
    return isIgnoredKey || told.has(JSON.stringify(path));
  };
  const { invitations, ...head } = document;
  const hasGuests = Array.isArray(invitations);
  const result = settingsSchema.safeParse(hasGuests ? head : document);
  const found = result.success ? [] : findingsOf(result.error, document, settingsSchema);
  const guests = hasGuests
    ? checkedGuests(document, ["invitations"], at, isTold, (finding) =>
        inStackConfig(finding, document, secretKeys, at),
      )
    : { ...firstOf([]), guests: [] };
  const asWritten = (unknownKeys: boolean) =>
    found
      .filter(({ path, unknownKey = false }) => !isTold(path) && unknownKeys === (unknownKey && path.length === 1))
      .map((finding) => () => inStackConfig(finding, document, secretKeys, at));
  const problems = together([
    firstOf(
      unquoted.map(({ path, place, written, rule, remedy }) => () => ({
        ...at(path),
        place,
        value: shown(written),
        rule,
        remedy,
      })),
    ),
    firstOf(asWritten(false)),
    guests,
    firstOf(asWritten(true)),
  ]);
  const values = result.success ? result.data : {};
  return {
    ...problems,
    guests: guests.guests,
    defaults: picked(values, guestDefaults) as GuestDefaults,
    settings: picked(values, listSettings) as ListSettings,
  };
}

/** Those of the values that a part of the schema knows. */
function picked<Shape extends object, Values extends Partial<Record<keyof Shape, unknown>>>(
  values: Values,
  shape: Shape,
): Pick<Values, keyof Shape & keyof Values> {
  const entries = Object.keys(shape).map((key) => [key, values[key as keyof Shape]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as never;
}

function settingsOf(values: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([key, text]) => [key, settingOf(key, text)]));
}

/** Pulumi hands everything over as text: what the schema takes as anything else is read as such. */
function settingOf(key: string, text: string): unknown {
  const schema = Object.hasOwn(settingsSchema.shape, key)
    ? settingsSchema.shape[key as keyof typeof settingsSchema.shape]
    : undefined;
  const forms = schema === undefined ? ["string"] : formsOf(schema);
  if (forms.length === 1 && forms[0] === "boolean") return text === "true" || (text === "false" ? false : text);
  const mayBeText = forms.includes("string") || forms.includes("enum");
  if (mayBeText && !(forms.includes("object") && text.startsWith("{"))) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function configPath(steps: Path): string {
  return steps.length === 0 ? namespace : `${namespace}:${pathText(steps)}`;
}

function inStackConfig(
  finding: Finding,
  document: unknown,
  secretKeys: ReadonlySet<string>,
  at: (steps: Path, atKey?: boolean) => At,
): Problem {
  const problem = asProblem(finding, document, at);
  if (problem.value === undefined || !secretKeys.has(String(finding.path[0]))) return problem;
  // The model's words may quote a part of the value.
  const rule = problem.rule.replaceAll(/"[^"]*"/g, '"…"');
  return { ...problem, value: secretShown, rule, remedy: finding.discreetRemedy ?? problem.remedy };
}

function listSources(document: unknown, input: GuestListInput, at: (steps: Path) => At): ListSource[] {
  const lists = valueAt(document, ["lists"]);
  if (!Array.isArray(lists)) return [];
  const known = new Set<string>();
  return lists.flatMap((path: unknown, index): ListSource[] => {
    if (typeof path !== "string") return [];
    const refuse = (rule: string, remedy: string): ListSource[] => {
      const finding = { path: ["lists", index], rule, remedy };
      return [unreadable(inStackConfig(finding, document, input.secretKeys, at))];
    };
    if (lists.indexOf(path) < index) return refuse("the file is listed twice", "keep one of the two");
    const isCsv = /\.csv$/i.test(path);
    if (!isCsv && !/\.ya?ml$/i.test(path)) {
      return refuse("a list file ends in .csv, .yaml or .yml", "rename the file after what it holds");
    }
    const file = input.readList(path);
    if ("rule" in file) return refuse(file.rule, file.remedy);
    // `lists/a.csv` and `./lists/a.csv` are one file.
    if (known.has(file.name)) return refuse("the file is listed twice", "keep one of the two");
    known.add(file.name);
    return [
      isCsv ? csvListFile(file.name, file.text) : yamlListFile(file.name, file.text, valueAt(document, ["mailFrom"])),
    ];
  });
}
