/**
 * What a pull request changes in the policies' settings, and which changes make a policy looser. Whoever proposes a guest
 * may propose the setting that lets the guest in, so a reviewer sees both.
 */
import { policyDefaults } from "./policy-settings.generated.ts";

/** One changed setting of one policy. */
export interface SettingChange {
  change: "loosened" | "changed" | "tightened";
  policy: string;
  /** The setting's name; `level` for whether a broken rule is advice, or stops the apply. */
  setting: string;
  /** What the setting is, in words; empty for one that nobody here knows. */
  about: string;
  /** The entries of a list, or the values as JSON. */
  difference: { added: string[]; removed: string[] } | { before: string; after: string };
}

/** The same for a file. */
export interface SettingsFile {
  /** Its path in the repository. */
  file: string;
  /** True for the settings of the stack that is previewed. */
  own: boolean;
  /** True for a file that was not there before: its settings are compared with the pack's own. */
  isNew: boolean;
  /** Loosened ones first. */
  changes: SettingChange[];
}

/** The policies' settings, compared with an earlier commit. */
export interface SettingsComparison {
  /** The commit, or in words why there is none to compare with. */
  base: { commit: string } | { missing: string };
  /** Files with changes, that of the stack first. */
  files: SettingsFile[];
  /** Files of the policy pack itself that differ, by their path in the repository. */
  pack: string[];
}

/** How many settings are looser than before. */
export function loosened({ files }: SettingsComparison): number {
  return files.flatMap(({ changes }) => changes).filter(({ change }) => change === "loosened").length;
}

/** Which change of a value makes a policy looser. A list of words goes from strict to loose. */
type Looser = ListRule | "higher" | boolean | readonly string[];
type ListRule = "longer list" | "shorter list" | "longer or empty list";

/** Each setting of the pack; what the settings are stands in policy-settings.generated.ts. */
const looserBy = byName<Readonly<Record<string, Looser>>>({
  "allowed-domains": {
    allowed: "longer list",
    allowedLists: "longer list",
    denied: "shorter list",
    deniedLists: "shorter list",
    internal: "longer list",
    allowConsumerDomains: true,
  },
  "redirect-url": { hosts: "longer list", allowLoopback: true, schemes: "longer list" },
  "invitation-message": {
    required: false,
    maxLength: "higher",
    hosts: "longer list",
    allowLoopback: true,
    schemes: "longer list",
  },
  "guest-user-type": { internal: "longer list" },
  // While empty, a sponsor's domain is not checked.
  "sponsor-required": { internal: "longer or empty list", groups: "longer or empty list" },
  "expiry-required": { maxDays: "higher" },
  "cc-internal-only": { internal: "longer list" },
  "no-privileged-access": {
    azureRoles: "shorter list",
    widestScope: ["resourceGroup", "subscription", "any"],
    directoryRoles: "shorter list",
    roleAssignableGroups: "shorter list",
    principals: ["everyone", "guests"],
  },
  "guest-limits": { perStack: "higher", perDomain: "higher" },
});
const defaults = byName(policyDefaults);

/** Names come from files that anybody may propose, so they are never looked up in an object: it has inherited ones. */
function byName<Value>(record: Readonly<Record<string, Value>>): ReadonlyMap<string, Value> {
  return new Map(Object.entries(record));
}

function defaultOf(policy: string, setting: string) {
  return byName(defaults.get(policy)?.settings ?? {}).get(setting);
}

function looserOf(policy: string, setting: string): Looser | undefined {
  return byName(looserBy.get(policy) ?? {}).get(setting);
}

/** Whether it is known which change of a setting makes its policy looser. */
export function isClassified(policy: string, setting: string): boolean {
  return looserOf(policy, setting) !== undefined;
}

/** From strict to loose. */
const levels = ["mandatory", "remediate", "advisory", "disabled"];
const aboutLevel = "Whether a broken rule stops the apply (mandatory) or is only told (advisory)";

/** The key that sets the level of every policy, and that of what Pulumi reads for itself. */
const [everyPolicy, environments] = ["all", "environments"];

interface PolicyEntry {
  level: unknown;
  settings: ReadonlyMap<string, unknown>;
}

/**
 * What differs between two configurations of the pack (the files for `--policy-pack-config`).
 *
 * @param before as JSON gives it
 * @param after the same
 * @returns loosened ones first, each group by policy and setting
 */
export function settingChanges(before: unknown, after: unknown): SettingChange[] {
  const [was, is] = [partsOf(before), partsOf(after)];
  const policies = new Set([...defaults.keys(), ...was.keys(), ...is.keys()]);
  for (const key of [everyPolicy, environments]) policies.delete(key);
  const changes = [...policies].flatMap((policy) => policyChanges(policy, entryOf(was, policy), entryOf(is, policy)));
  const environment = valueChange(environments, "environments", was.get(environments), is.get(environments));
  return sortedChanges([...changes, ...environment]);
}

/**
 * How strict each policy of the pack is, by its name.
 *
 * @param config the file for `--policy-pack-config`, as JSON gives it
 */
export function policyLevels(config: unknown): Map<string, { level: string; usual: string }> {
  const parts = partsOf(config);
  const levels = [...defaults].map(([policy, { level: usual }]) => {
    return [policy, { level: String(entryOf(parts, policy).level), usual }] as const;
  });
  return new Map(levels);
}

/**
 * What differs between two lists of domains that settings name (policies/guests/lists).
 *
 * @param name the list's name
 * @param config the stack's configuration, which says whether the list allows or denies
 */
export function listChanges(name: string, before: string, after: string, config: unknown): SettingChange[] {
  const { settings } = entryOf(partsOf(config), "allowed-domains");
  const names = (setting: string) => textsOf(settings.get(setting))?.map(canonical).includes(canonical(name)) ?? false;
  const difference = listDifference(entriesOf(before), entriesOf(after));
  if (isSame(difference)) return [];
  const allows = names("allowedLists") && difference.added.length > 0;
  const noLongerDenies = names("deniedLists") && difference.removed.length > 0;
  const isUsed = names("allowedLists") || names("deniedLists");
  const change = allows || noLongerDenies ? "loosened" : isUsed ? "tightened" : "changed";
  return [{ change, policy: "allowed-domains", setting: name, about: "A list of domains", difference }];
}

function entriesOf(list: string): string[] {
  return list.split(/\r?\n/).flatMap((line) => line.replace(/#.*/, "").trim() || []);
}

function policyChanges(policy: string, before: PolicyEntry, after: PolicyEntry): SettingChange[] {
  const names = new Set([...before.settings.keys(), ...after.settings.keys()]);
  const level = valueChange(policy, "level", before.level, after.level);
  // Where nothing but "disabled" is left, that says it all.
  if (after.level === "disabled" && after.settings.size === 0) return level;
  return [...level, ...[...names].flatMap((name) => settingChange(policy, name, before, after))];
}

function settingChange(policy: string, name: string, before: PolicyEntry, after: PolicyEntry): SettingChange[] {
  const unset = defaultOf(policy, name)?.unset;
  return valueChange(policy, name, before.settings.get(name) ?? unset, after.settings.get(name) ?? unset);
}

function valueChange(policy: string, setting: string, before: unknown, after: unknown): SettingChange[] {
  const [was, is] = [textsOf(before), textsOf(after)];
  const difference =
    was !== undefined && is !== undefined ? listDifference(was, is) : { before: shown(before), after: shown(after) };
  if (isSame(difference)) return [];
  const about = setting === "level" ? aboutLevel : (defaultOf(policy, setting)?.about ?? "");
  return [{ change: changeOf(policy, setting, before, after), policy, setting, about, difference }];
}

function changeOf(policy: string, setting: string, before: unknown, after: unknown): SettingChange["change"] {
  const looser = setting === "level" ? levels : looserOf(policy, setting);
  if (looser === "longer list" || looser === "shorter list" || looser === "longer or empty list") {
    return listChange(looser, before, after);
  }
  // A policy that is not of this pack is as strict as can be until it is disabled.
  const [was, is] = [before, after].map((value) => rankOf(looser, setting === "level" ? (value ?? levels[0]) : value));
  if (was === undefined || is === undefined || was === is) return "changed";
  return is > was ? "loosened" : "tightened";
}

function listChange(looser: ListRule, before: unknown, after: unknown): SettingChange["change"] {
  const [was, is] = [textsOf(before), textsOf(after)];
  if (was === undefined || is === undefined) return "changed";
  if (looser === "longer or empty list" && was.length * is.length === 0)
    return is.length === 0 ? "loosened" : "tightened";
  const { added, removed } = listDifference(was, is);
  // One entry that lets more in weighs more than any number that let in less.
  return (looser === "shorter list" ? removed : added).length > 0 ? "loosened" : "tightened";
}

/** How loose a value is, as a number; `undefined` where nobody knows. */
function rankOf(looser: Exclude<Looser, ListRule> | undefined, value: unknown): number | undefined {
  if (typeof looser === "boolean") return typeof value === "boolean" ? Number(value === looser) : undefined;
  if (looser === "higher") return typeof value === "number" ? value : undefined;
  const rank = looser?.indexOf(String(value)) ?? -1;
  return rank < 0 ? undefined : rank;
}

function listDifference(before: readonly string[], after: readonly string[]): { added: string[]; removed: string[] } {
  const [was, is] = [new Set(before.map(canonical)), new Set(after.map(canonical))];
  return {
    added: after.filter((entry) => !was.has(canonical(entry))),
    removed: before.filter((entry) => !is.has(canonical(entry))),
  };
}

/** Domains, hosts, roles and ids are the same in any case. */
function canonical(entry: string): string {
  return entry.trim().toLowerCase();
}

function isSame(difference: SettingChange["difference"]): boolean {
  if ("before" in difference) return difference.before === difference.after;
  return difference.added.length === 0 && difference.removed.length === 0;
}

const ranks = ["loosened", "changed", "tightened"];

function sortedChanges(changes: SettingChange[]): SettingChange[] {
  const key = ({ change, policy, setting }: SettingChange) => `${ranks.indexOf(change)}\n${policy}\n${setting}`;
  return changes.sort((one, other) => (key(one) < key(other) ? -1 : 1));
}

/** A policy's level and settings: the file says them as a level alone, or as an object. */
function entryOf(config: ReadonlyMap<string, unknown>, policy: string): PolicyEntry {
  const level = levelIn(config.get(policy)) ?? levelIn(config.get(everyPolicy)) ?? defaults.get(policy)?.level;
  const settings = [...partsOf(config.get(policy))].filter(([name]) => name !== levelKey);
  return { level, settings: new Map(settings) };
}

const levelKey = "enforcementLevel";

function levelIn(entry: unknown): unknown {
  return typeof entry === "string" ? entry : partsOf(entry).get(levelKey);
}

function partsOf(value: unknown): ReadonlyMap<string, unknown> {
  const hasParts = typeof value === "object" && value !== null && !Array.isArray(value);
  return byName(hasParts ? (value as Record<string, unknown>) : {});
}

function textsOf(value: unknown): string[] | undefined {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string") ? value : undefined;
}

function shown(value: unknown): string {
  if (value === undefined) return "(not set)";
  return typeof value === "string" ? value : JSON.stringify(value);
}
