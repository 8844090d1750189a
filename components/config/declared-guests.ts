import { type Finding, findingsOf, type Path, valueAt } from "../../model/findings.ts";
import type { Guest } from "../../model/guest.ts";
import { guestDefaults } from "../../model/guest.ts";
import { listSettings, settingsSchema } from "../../model/guest-list.ts";
import { namespace } from "../../model/names.ts";
import { formsOf } from "../../model/property.ts";
import type { GuestDefaults, ListSettings } from "../generated/sdk.ts";
import { type At, asProblem, type Problem, pathText, secretShown } from "../problem.ts";
import { csvListFile } from "./csv-list-file.ts";
import {
  addressesListedTwice,
  beyondBackend,
  entriesOf,
  type ListFile,
  type ListSource,
  withoutRedirectUrl,
  wrongAccess,
  wrongMails,
  wrongTemplates,
} from "./list-rules.ts";
import { type FindPlace, yamlListFile, yamlPlaces } from "./yaml-list-file.ts";

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

/**
 * Reads and checks all that a stack declares about its guests.
 *
 * @param input the stack config and the way to the list files
 * @returns the guests, or everything that is wrong
 */
export function declaredGuests(input: GuestListInput): { list: DeclaredGuests } | { problems: Problem[] } {
  const document = settingsOf(input.values);
  const findPlace = stackPlaces(input.stackFile, document);
  const at = (steps: Path, atKey = false): At => {
    const place = findPlace(steps, atKey);
    return { path: configPath(steps), ...(place && { place }) };
  };
  const result = settingsSchema.safeParse(document);
  const found = result.success ? [] : findingsOf(result.error, document, settingsSchema);
  const sources = listSources(document, input, at);
  const own = entriesOf(document, ["invitations"], {}, input.secretKeys.has("invitations"), at);
  const entries = [...own, ...sources.flatMap((source) => source.entries)];

  const problems = [
    ...found.map((finding) => inStackConfig(finding, document, input.secretKeys, at)),
    ...sources.flatMap((source) => source.problems),
    ...addressesListedTwice(entries),
    ...withoutRedirectUrl(entries, document),
    ...beyondBackend(entries, document, at),
    ...wrongMails(entries, document, at),
    ...(input.readTemplate
      ? wrongTemplates(entries, document, at, input.secretKeys.has("mailTemplate"), input.readTemplate)
      : []),
    ...wrongAccess(entries, document, at),
  ];
  if (problems.length > 0 || !result.success) return { problems };
  const list: DeclaredGuests = {
    defaults: picked(result.data, guestDefaults),
    settings: picked(result.data, listSettings),
    invitations: result.data.invitations ?? [],
    listed: sources.flatMap((source) => source.guests),
  };
  return { list };
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

function inStackConfig(
  finding: Finding,
  document: unknown,
  secretKeys: ReadonlySet<string>,
  at: (steps: Path, atKey?: boolean) => At,
): Problem {
  const problem = asProblem(finding, document, at);
  if (problem.value === undefined || !secretKeys.has(String(finding.path[0]))) return problem;
  // The model's words may quote a part of the value.
  return { ...problem, value: secretShown, rule: problem.rule.replaceAll(/"[^"]*"/g, '"…"') };
}

function listSources(document: unknown, input: GuestListInput, at: (steps: Path) => At): ListSource[] {
  const lists = valueAt(document, ["lists"]);
  if (!Array.isArray(lists)) return [];
  return lists.flatMap((path: unknown, index): ListSource[] => {
    if (typeof path !== "string") return [];
    const refuse = (rule: string, remedy: string): ListSource[] => {
      const finding = { path: ["lists", index], rule, remedy };
      return [{ entries: [], guests: [], problems: [inStackConfig(finding, document, input.secretKeys, at)] }];
    };
    if (lists.indexOf(path) < index) return refuse("the file is listed twice", "keep one of the two");
    const isCsv = /\.csv$/i.test(path);
    if (!isCsv && !/\.ya?ml$/i.test(path)) {
      return refuse("a list file ends in .csv, .yaml or .yml", "rename the file after what it holds");
    }
    const file = input.readList(path);
    if ("rule" in file) return refuse(file.rule, file.remedy);
    return [
      isCsv ? csvListFile(file.name, file.text) : yamlListFile(file.name, file.text, valueAt(document, ["mailFrom"])),
    ];
  });
}
