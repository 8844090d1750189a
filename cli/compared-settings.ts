/** The policies' settings: whether they name policies that exist, and what a pull request changes in them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { nearestName, quoted } from "../model/findings.ts";
import {
  listChanges,
  type SettingChange,
  type SettingsComparison,
  type SettingsFile,
  settingChanges,
} from "./comment/policy-changes.ts";
import { policyDefaults } from "./comment/policy-settings.generated.ts";
import { baseCommit, changedSince, fileAt, namesAt, repositoryPath } from "./git-checkout.ts";

/** What is compared. */
export interface ComparedSettings {
  /** The settings of the stack, an absolute path. */
  policyConfig: string;
  /** The policy pack's folder. */
  pack: string;
  /** The commit to compare with; found by what the pipeline says where it is not given. */
  base?: string;
}

/**
 * Compares the settings of all stacks, and says which files of the pack differ.
 *
 * @param environment the process's, in which a pipeline names the target of the pull request
 */
export function compareSettings(
  { policyConfig, pack, base: given }: ComparedSettings,
  environment: NodeJS.ProcessEnv = process.env,
): SettingsComparison {
  const folder = path.dirname(policyConfig);
  const base = baseCommit(folder, given, environment);
  if ("missing" in base) return { base, files: [], pack: [] };
  const { commit } = base;

  const own = path.basename(policyConfig);
  const others = [...new Set([...namesAt(commit, folder), ...readdirSync(folder)])].filter((name) => name !== own);
  const settings = [own, ...others.filter((name) => /^guests\..+\.json$/.test(name)).sort()];
  const files = settings.map((name) => changesOfFile(commit, folder, name, name === own));

  const inPack = existsSync(pack) ? changedSince(commit, pack) : [];
  const isList = (file: string) => /^lists\/[^/]+\.txt$/.test(file);
  const config = parsed(textNow(policyConfig) ?? "");
  const lists = inPack.filter(isList).map((file) => changesOfList(commit, pack, file, config));
  const judges = inPack.filter((file) => !isList(file) && !/\.test\.ts$|\.md$/.test(file));
  return {
    base,
    files: [...files, ...lists].filter(({ changes }) => changes.length > 0),
    pack: judges.map((file) => repositoryPath(pack, file)),
  };
}

function changesOfFile(commit: string, folder: string, name: string, own: boolean): SettingsFile {
  const [before, after] = [fileAt(commit, folder, name), textNow(path.join(folder, name))];
  const file = repositoryPath(folder, name);
  return { file, own, isNew: before === undefined, changes: changesBetween(before, after) };
}

function changesBetween(before: string | undefined, after: string | undefined): SettingChange[] {
  const [was, is] = [before, after].map((text) => parsed(text ?? ""));
  if (was !== unreadable && is !== unreadable) return settingChanges(was, is);
  if (before === after) return [];
  const words = (value: unknown) => (value === unreadable ? "(no JSON)" : "(settings)");
  const difference = { before: words(was), after: words(is) };
  return [{ change: "changed", policy: "", setting: "", about: "The whole file", difference }];
}

function changesOfList(commit: string, pack: string, file: string, config: unknown): SettingsFile {
  const [before, after] = [fileAt(commit, pack, file), textNow(path.join(pack, file))];
  const changes = listChanges(path.basename(file, ".txt"), before ?? "", after ?? "", config);
  return { file: repositoryPath(pack, file), own: true, isNew: before === undefined, changes };
}

/**
 * What names a policy that the pack lacks. The pack finds such a name as well; but where no level stands beside it, the
 * engine stops before it asks the pack, with `invalid enforcement level ""` and without the name.
 *
 * @param policyConfig the settings of the stack
 * @returns one sentence for all such names, or `undefined`
 */
export function unknownPolicies(policyConfig: string): string | undefined {
  const config = parsed(textNow(policyConfig) ?? "");
  if (typeof config !== "object" || config === null) return undefined;
  const known = Object.keys(policyDefaults);
  const unknown = Object.keys(config).filter((name) => name !== "all" && !known.includes(name));
  if (unknown.length === 0) return undefined;
  const told = unknown.map((name) => {
    const near = nearestName(name, known);
    return `${quoted([name])} is no policy${near === undefined ? "" : `, did you mean ${quoted([near])}?`}`;
  });
  return `${policyConfig}: ${told.join("; ")}. The policies are ${known.join(", ")}.`;
}

function textNow(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

const unreadable = Symbol("no JSON");

/** Pulumi takes an empty file for one without settings. */
function parsed(text: string): unknown {
  try {
    return text.trim() === "" ? {} : JSON.parse(text);
  } catch {
    return unreadable;
  }
}
