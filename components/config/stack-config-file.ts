/**
 * The stack's config file, read once more: Pulumi hands over values, and only the file knows what was written, where, and
 * what Pulumi left out without a word.
 */
import { isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import type { z } from "zod";
import { calendarDay } from "../../model/calendar-day.ts";
import { isOneSlipAway, nearestName, type Path, valueAt } from "../../model/findings.ts";
import { guestDefaults, guestOwn } from "../../model/guest.ts";
import { listSettings, settingsSchema } from "../../model/guest-list.ts";
import { namespace, packageName } from "../../model/names.ts";
import { namesWhere } from "../../model/property.ts";
import { providerSettings } from "../../model/provider-settings.ts";
import { isAppLink } from "../access/guest-access.ts";
import { type At, type Place, type Problem, pathText, secretShown } from "../problem.ts";
import {
  mapEntries,
  otherThanText,
  readYaml,
  type UnquotedText,
  unquotedTexts,
  type YamlEntry,
  type YamlSource,
} from "./yaml-source.ts";

/** What the file tells about the settings that Pulumi read from it. */
export interface StackConfigFile {
  /**
   * @param steps the way to the value, from the setting on
   * @param atKey the place of its key is meant
   * @returns the place; that of the map or list around it when there is no such value; `undefined` when the file says
   *   something else there, as when Pulumi took another file
   */
  place(steps: Path, atKey?: boolean): Place | undefined;
  /** The place of a key of any namespace. */
  placeOfKey(key: string): Place | undefined;
  /** The texts that need quotes. */
  unquoted(): Iterable<UnquotedText & { place: Place }>;
  /** The ways to the values that are encrypted; those of a setting that is secret as a whole, or unknown here: its own. */
  secrets(setting: string): Path[];
  /** Keys that look like settings of the list and reach nobody. */
  ignored(project: string): Problem[];
}

/**
 * Reads the file.
 *
 * @param file absent when it cannot be read
 * @param document the settings as Pulumi handed them over
 */
export function stackConfigFile(file: { name: string; text: string } | undefined, document: object): StackConfigFile {
  const source = file === undefined ? undefined : readYaml(file.name, file.text, false);
  if (source === undefined || "problem" in source) {
    return {
      place: () => undefined,
      placeOfKey: () => undefined,
      unquoted: () => [],
      secrets: (setting) => [[setting]],
      ignored: () => [],
    };
  }
  // The project may bear the namespace's name; then Pulumi takes keys without it, too.
  const entryOf = ([setting = "", ...rest]: Path) =>
    [`${namespace}:${String(setting)}`, String(setting)]
      .map((key) => source.follow(["config", key, ...rest]))
      .find((entry) => entry?.value !== undefined);

  return {
    place(steps, atKey = false) {
      const written = longestWritten(document, steps);
      const entry = entryOf(written);
      if (entry?.value === undefined || !saysTheSame(entry.value, valueAt(document, written), source)) return undefined;
      return source.placeOf(atKey && written.length === steps.length ? (entry.key ?? entry.value) : entry.value);
    },
    placeOfKey(key) {
      const node = source.follow(["config", key])?.key;
      return node && source.placeOf(node);
    },
    *unquoted() {
      for (const [setting, schema] of Object.entries<z.core.$ZodType>(settingsSchema.shape)) {
        for (const found of unquotedTexts(source, schema, entryOf([setting])?.value, [setting])) {
          if (valueAt(document, found.path) !== undefined) yield { ...found, place: source.placeOf(found.node) };
        }
      }
    },
    secrets(setting) {
      const ways = [...securePaths(entryOf([setting])?.value, [setting], source)];
      const areThere = ways.length > 0 && ways.every((way) => valueAt(document, way) !== undefined);
      return areThere ? ways : [[setting]];
    },
    ignored: (project) => ignoredKeys(source, project),
  };
}

/** The part of the way that leads to something: a missing value is shown where it is missing. */
export function longestWritten(document: unknown, steps: Path): Path {
  return steps.length > 1 && valueAt(document, steps) === undefined
    ? longestWritten(document, steps.slice(0, -1))
    : steps;
}

/** Whether Pulumi can have read this value here: scalars without quotes and secrets arrive as something else. */
function saysTheSame(node: Node, value: unknown, source: YamlSource): boolean {
  const written = source.resolved(node);
  if (isMap(written) && isSecure(written)) return true;
  if (Array.isArray(value)) {
    const items = isSeq(written) ? (written.items as Node[]) : [];
    return items.length === value.length && items.every((item, index) => saysTheSame(item, value[index], source));
  }
  if (typeof value === "object" && value !== null) {
    if (!isMap(written)) return false;
    const entries = mapEntries(written, source.resolved);
    const parts = Object.entries(value);
    const isThere = ([key, part]: [string, unknown]) => {
      const found = entries.get(key)?.value;
      return found !== undefined && saysTheSame(found, part, source);
    };
    return entries.size === parts.length && parts.every(isThere);
  }
  if (!isScalar(written)) return false;
  if (written.value === null || otherThanText(written) !== undefined) return true;
  return asRead(written.value) === asRead(value);
}

/** Pulumi hands top-level scalars over as text and days as midnight. */
function asRead(value: unknown): string {
  return calendarDay(String(value)) ?? String(value);
}

/** What `pulumi config set --secret` leaves in the file: `{secure: v1:…}`. */
function isSecure(map: YAMLMap): boolean {
  const [pair, ...others] = map.items;
  return others.length === 0 && isScalar(pair?.key) && pair.key.value === "secure";
}

function* securePaths(node: Node | undefined, way: Path, source: YamlSource): Generator<Path> {
  const written = source.resolved(node);
  if (isMap(written) && isSecure(written)) yield way;
  else if (isSeq(written)) {
    for (const [index, item] of written.items.entries()) yield* securePaths(item as Node, [...way, index], source);
  } else if (isMap(written)) {
    for (const [key, { value }] of mapEntries(written, source.resolved)) {
      yield* securePaths(value, [...way, key], source);
    }
  }
}

const settings = Object.keys(settingsSchema.shape);

/** What Pulumi reads at the top of a stack's config file. */
const knownSections = ["config", "secretsprovider", "encryptedkey", "encryptionsalt", "environment"];

function ignoredKeys(source: YamlSource, project: string): Problem[] {
  const sections = entriesOf(source, source.root);
  const config = entriesOf(source, source.follow(["config"])?.value);
  const problem = (key: string, { key: node }: YamlEntry, rule: string, remedy: string): Problem => ({
    path: pathText([key]),
    ...(node !== undefined && { place: source.placeOf(node) }),
    rule,
    remedy,
  });
  const outside = [...sections].flatMap(([key, entry]) => {
    if (knownSections.includes(key)) return [];
    if (isSettingKey(key)) {
      return [problem(key, entry, "it does not stand below config:, so Pulumi ignores it", "indent it below config:")];
    }
    const isConfig = nearestName(key, knownSections) === "config";
    return isConfig ? [problem(key, entry, "Pulumi reads no such section, and ignores it", 'write "config"')] : [];
  });
  // Keys without a namespace belong to the project.
  const without = [...config].flatMap(([key, entry]) => {
    if (key.includes(":")) return [];
    if (isOwnName(key) && isMap(source.resolved(entry.value))) {
      const rule = "each setting has a key of its own, with the namespace before it";
      return [problem(key, entry, rule, `write ${namespace}:groups and so on, directly below config:`)];
    }
    if (project === namespace || !settings.includes(key)) return [];
    const rule = `without a namespace, Pulumi takes this for a setting of the project "${project}"`;
    return [problem(key, entry, rule, `write ${namespace}:${key}; or ${project}:${key} where your program reads it`)];
  });
  return [...outside, ...without];
}

function entriesOf(source: YamlSource, node: Node | undefined | null): Map<string, YamlEntry> {
  const map = source.resolved(node ?? undefined);
  return isMap(map) ? mapEntries(map, source.resolved) : new Map();
}

/** `guests:groups`, or `groups` alone. */
function isSettingKey(key: string): boolean {
  const [before = "", after] = key.split(":");
  return after === undefined ? settings.includes(before) : before === namespace || isNearlyOurs(before, after);
}

/**
 * Keys of namespaces that are nearly the list's: what stands under them reaches nobody, and without it guests or their
 * access would go.
 *
 * @param keys all keys of the stack's config, with their namespaces
 * @param project the name of the project, whose own settings are none of ours
 * @param placeOf finds a key in the stack's file
 */
export function nearlyOurKeys(
  keys: readonly string[],
  project: string,
  placeOf: (key: string) => Place | undefined,
): Problem[] {
  return keys.flatMap((key) => {
    const [before = "", after = ""] = key.split(":");
    const isProjects = before === project && !settings.includes(after);
    if (before === namespace || isProjects || !isNearlyOurs(before, after)) return [];
    const place = placeOf(key);
    const setting = settings.includes(after) ? after : (nearestName(after, settings) ?? after);
    const rule = `the namespace "${before}" belongs to nobody here, so this would be ignored`;
    return [{ path: pathText([key]), ...(place && { place }), rule, remedy: `write ${namespace}:${setting}` }];
  });
}

/** Names under which this project goes. */
const ownNames = ["guestsascode", "guestinvitations", "guestlist"];

/** Whether a name that is not the namespace is meant to be it. */
function isOwnName(name: string): boolean {
  const plain = name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
  return name.toLowerCase().startsWith("g")
    ? isOneSlipAway(plain, namespace) || ownNames.includes(plain)
    : ownNames.includes(plain);
}

/** Whether a key is meant to be one of the list, by its namespace, or by its namespace and its setting together. */
function isNearlyOurs(before: string, setting: string): boolean {
  if (before === namespace) return false;
  const isSetting = settings.includes(setting) || nearestName(setting, settings) !== undefined;
  if (before === packageName) return isSetting && !Object.hasOwn(providerSettings, setting);
  if (isOwnName(before)) return true;
  return isSetting && (isOneSlipAway(before.toLowerCase(), namespace) || /guest/i.test(before));
}

/** Properties that are plain values: they steer the program and name resources. Everything else is concealed. */
export const plainProperties: ReadonlySet<string> = new Set([
  ...namesWhere({ ...guestOwn, ...guestDefaults }, (facts) => facts.plain === true),
  ...Object.keys(listSettings),
]);

/** Whether a value is written in plain although it is a secret in the config. */
export function isPlain(property: string, value: unknown): boolean {
  return plainProperties.has(property) || (property === "redirectUrl" && isAppLink(value));
}

/** Addresses that are secrets of their own: whoever made them so must not believe that they are kept. */
export function* secretAddresses(
  secretKeys: ReadonlySet<string>,
  document: object,
  file: StackConfigFile,
  at: (steps: Path) => At,
): Generator<() => Problem> {
  if (!secretKeys.has("invitations")) return;
  for (const way of file.secrets("invitations")) {
    const isAddress = (way.length === 3 && way[2] === "email") || (way.length > 2 && way[2] === "formerly");
    if (!isAddress || valueAt(document, way) === undefined) continue;
    const path = pathText(way);
    yield () => ({
      ...at(way),
      value: secretShown,
      rule: "an address cannot be a secret: it names the guest's resource, so it is written in plain in the state, in URNs and in outputs",
      remedy: `write it in plain: pulumi config set --plaintext --path '${namespace}:${path}' ADDRESS`,
    });
  }
}

/** More places than this make a warning that nobody reads. */
const mostNamed = 20;

/** Says of each secret which of its values are written in plain all the same. */
export function plainSecrets(secretKeys: ReadonlySet<string>, document: object, file: StackConfigFile): string[] {
  const ways = [...secretKeys].flatMap((setting) => file.secrets(setting).flatMap((way) => plainWays(document, way)));
  if (ways.length === 0) return [];
  const named = ways.slice(0, mostNamed).map((way) => `${namespace}:${pathText(way)}`);
  const more = ways.length > mostNamed ? ` and ${ways.length - mostNamed} more` : "";
  return [
    `These secrets are written in plain in the state and in the names of resources, because they name resources or steer the run: ${named.join(", ")}${more}.`,
  ];
}

/** The ways to the values at or below a secret that are written in plain. */
function plainWays(document: object, way: Path): Path[] {
  const value = valueAt(document, way);
  if (value === undefined || value === null) return [];
  // Inside a property, its name decides: `groups[0]`, `invitations[3].message.body`.
  const property = way[0] === "invitations" ? way[2] : way[0];
  if (property !== undefined && property !== "invitations") return isPlain(String(property), value) ? [way] : [];
  return Object.keys(value).flatMap((key) => plainWays(document, [...way, Array.isArray(value) ? Number(key) : key]));
}
