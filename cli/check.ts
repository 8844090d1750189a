/** The command `check`: judges the lists of all stacks by their files alone, in seconds, without Pulumi's engine. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { configSizeProblem, projectFiles, stacksOf } from "../components/config/project-files.ts";
import { type DeclaredResource, guestListOnDisk } from "../components/config/read-guest-list.ts";
import { readYaml, type YamlSource } from "../components/config/yaml-source.ts";
import { type Place, type Problem, placeText, report } from "../components/problem.ts";
import { type Command, type CommandLine, checkout, type ExitStatus, exitStatus, Stop } from "./command-line.ts";
import { projectOf } from "./comment/comment-marker.ts";
import { say } from "./log-lines.ts";
import { policyPack } from "./pulumi-run.ts";

/** Holds lists and policy settings against their rules. What is right here, a preview may still find wrong in the tenant. */
export const checkCommand: Command = {
  options: {
    stack: { value: "NAME", help: "This stack alone; all that have a config file unless given." },
    cwd: { value: "PROJECT", help: "The folder of the Pulumi project; the one you are in unless given." },
    json: { help: "Print one JSON object instead: a list of stacks with their problems and warnings." },
  },
  ends: [exitStatus.fine, exitStatus.failed, exitStatus.usage, exitStatus.policy],
  async run(line) {
    const results = await checkStacks(line);
    say(line.flags.has("json") ? JSON.stringify({ stacks: results }, null, 2) : textOf(results));
    return statusOf(results);
  },
};

/** What is wrong with one stack. */
interface CheckedStack {
  stack: string;
  /** How many guests it would hold. */
  guests: number;
  /** What is wrong with its list. */
  list: Problem[];
  /** How many problems of the list there are beside them, and what a report ends with. */
  more: number;
  note?: string;
  /** What is wrong with its policies' settings. */
  settings: Problem[];
  /** Mandatory rules that are broken. */
  policies: Problem[];
  warnings: string[];
}

/** The part of the policy pack that is called; it is loaded from where it is installed. */
interface PolicyPack {
  judgeStack?(
    resources: readonly DeclaredResource[],
    settings: unknown,
  ): {
    settings: { path: (string | number)[]; message: string }[];
    violations: { policy: string; level: "advisory" | "mandatory"; resource?: string; message: string }[];
  };
  policies: readonly { name: string; remediationSteps?: string }[];
}

async function checkStacks({ values }: CommandLine): Promise<CheckedStack[]> {
  const project = path.resolve(values.cwd ?? checkout);
  const files = projectFiles(project, project);
  const all = stacksOf(files);
  const stacks = values.stack === undefined ? all : all.filter((stack) => stack === values.stack);
  if (stacks.length === 0) {
    const folder = path.relative(process.cwd(), files.stackConfigs) || ".";
    const known = all.length === 0 ? "" : ` There are ${all.join(", ")}.`;
    throw new Stop(`${folder} has no Pulumi.${values.stack ?? "STACK"}.yaml.${known}`, exitStatus.usage);
  }
  const pack = await loadPack();
  const named = new Set<string>();
  const results = stacks.map((stack): CheckedStack => {
    const tooLarge = configSizeProblem(project, stack);
    const list = guestListOnDisk(files, projectOf(files.root), stack);
    const settings = readSettings(files.root, stack);
    if ("problems" in list) {
      const { problems, more = 0, note } = list;
      const judged = judgedBy(pack, [], settings, settings.problem ? [settings.problem] : []);
      return { stack, guests: 0, list: problems, more, ...(note && { note }), ...judged, warnings: [] };
    }
    for (const file of list.lists) named.add(file);
    const guests = new Set(list.resources.flatMap(({ guest }) => guest ?? [])).size;
    const judged = judgedBy(pack, list.resources, settings, settings.problem ? [settings.problem] : []);
    const wrong =
      tooLarge === undefined ? [] : [{ path: "config", rule: tooLarge, remedy: "move guests into list files" }];
    return { stack, guests, list: wrong, more: 0, ...judged, warnings: [...list.warnings, ...judged.warnings] };
  });
  if (values.stack === undefined && results.every(({ list }) => list.length === 0)) {
    results[0]?.warnings.push(...unnamedFiles(files.root, named), ...settingsOfNobody(files.root, stacks));
  }
  return results;
}

async function loadPack(): Promise<PolicyPack> {
  const door = [path.join(policyPack, "policies.ts"), path.join(policyPack, "dist", "policies.js")].find(existsSync);
  if (door === undefined) {
    throw new Stop("The policy pack is not installed: npm install @guests-as-code/policies", exitStatus.failed);
  }
  return import(pathToFileURL(door).href);
}

/** A stack's policy settings, and the way from each of them to its line. */
interface PolicySettings {
  file: string;
  value?: unknown;
  source?: YamlSource;
  problem?: Problem;
}

function readSettings(root: string, stack: string): PolicySettings {
  const file = `policies/guests.${stack}.json`;
  const full = path.join(root, file);
  if (!existsSync(full)) {
    const rule = `each stack has policy settings, and stack "${stack}" has none`;
    const remedy = "copy another stack's file, or remove this stack's config file";
    return { file, problem: { path: "", place: { file }, rule, remedy } };
  }
  const text = readFileSync(full, "utf8");
  try {
    // JSON is YAML, and the YAML reader knows the lines.
    const source = readYaml(file, text, false);
    return { file, value: JSON.parse(text), ...("root" in source && { source }) };
  } catch (error) {
    const { message } = error as Error;
    const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
    const place: Place = { file, ...(line && { line: Number(line) }), ...(column && { column: Number(column) }) };
    const rule = `the file is no JSON: ${message.split(" in JSON")[0]}`;
    return {
      file,
      problem: { path: "", place, rule, remedy: "check the commas, brackets and quotes before that place" },
    };
  }
}

function judgedBy(
  pack: PolicyPack,
  resources: readonly DeclaredResource[],
  { file, value, source }: PolicySettings,
  settings: Problem[],
): Pick<CheckedStack, "settings" | "policies" | "warnings"> {
  if (settings.length > 0) return { settings, policies: [], warnings: [] };
  if (pack.judgeStack === undefined) {
    throw new Stop(
      "This policy pack is older than the command: npm install @guests-as-code/policies",
      exitStatus.failed,
    );
  }
  const judgement = pack.judgeStack(resources, value);
  const remedies = new Map(pack.policies.map(({ name, remediationSteps }) => [name, remediationSteps]));
  const problems = judgement.violations.map(({ policy, level, resource, message }) => {
    const { guest = "", at } = resources.find(({ name }) => name === resource) ?? {};
    const place = at?.place ?? { file };
    const rule = guest === "" ? message : message.replace(`${guest}: `, "");
    const remedy = remedies.get(policy) ?? "look at docs/policies.md";
    const problem: Problem = { path: policy, place, ...(guest && { value: guest }), rule, remedy };
    return { level, problem };
  });
  const placed = (way: (string | number)[]): Place => {
    const entry = way.length > 0 ? source?.follow(way) : undefined;
    const node = entry?.key ?? entry?.value;
    return node && source ? source.placeOf(node) : { file };
  };
  return {
    settings: judgement.settings.map(({ path: way, message }) => ({
      path: way.join("."),
      place: placed(way),
      rule: message,
      remedy: "correct the name or the value; docs/policies.md has each setting",
    })),
    policies: problems.filter(({ level }) => level === "mandatory").map(({ problem }) => problem),
    warnings: problems
      .filter(({ level }) => level === "advisory")
      .map(
        ({ problem }) =>
          `${placeText(problem.place ?? { file })}  ${problem.path}: ${problem.value ?? ""} ${problem.rule}`,
      ),
  };
}

/** List files that lie beside those of the stacks and that no stack names: nobody in them is invited. */
function unnamedFiles(root: string, named: ReadonlySet<string>): string[] {
  const folders = new Set([...named].map((file) => path.posix.dirname(file)));
  return [...folders].flatMap((folder) =>
    readdirSync(path.join(root, folder))
      .filter((name) => /\.(csv|ya?ml)$/i.test(name) && !/^Pulumi\./.test(name))
      .map((name) => path.posix.join(folder, name))
      .filter((file) => !named.has(file))
      .map((file) => `${file}  no stack names this list, so nobody in it is invited (guests:lists)`),
  );
}

/** Policy settings of stacks that have no config file, as after a stack was renamed. */
function settingsOfNobody(root: string, stacks: readonly string[]): string[] {
  const folder = path.join(root, "policies");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.flatMap((name) => {
    const stack = /^guests\.(.+)\.json$/.exec(name)?.[1];
    return stack === undefined || stacks.includes(stack)
      ? []
      : [`policies/${name}  there is no stack "${stack}", so these settings judge nobody`];
  });
}

function statusOf(results: readonly CheckedStack[]): ExitStatus {
  if (results.some(({ list, settings }) => list.length + settings.length > 0)) return exitStatus.failed;
  return results.some(({ policies }) => policies.length > 0) ? exitStatus.policy : exitStatus.fine;
}

function textOf(results: readonly CheckedStack[]): string {
  return results.map(textOfStack).join("\n\n");
}

function textOfStack({ stack, guests, list, more, note, settings, policies, warnings }: CheckedStack): string {
  const parts = [
    ...(list.length > 0 ? [report(`the guest list of stack "${stack}"`, list, more, note)] : []),
    ...(settings.length > 0 ? [report(`the policy settings of stack "${stack}"`, settings)] : []),
    ...(policies.length > 0 ? [report(`the guests of stack "${stack}", judged by the policies`, policies)] : []),
  ];
  const right = `Stack ${stack}: ${guests === 1 ? "1 guest" : `${guests} guests`}, list and policies are right.`;
  const shown = warnings.slice(0, mostWarnings).map((warning) => `  warning  ${warning}`);
  const others = warnings.length - shown.length;
  return [
    ...(parts.length > 0 ? parts : [right]),
    ...(shown.length > 0 ? [shown.join("\n")] : []),
    ...(others > 0 ? [`  … and ${others} more warnings`] : []),
  ].join("\n\n");
}

/** Nobody reads more at once. */
const mostWarnings = 20;
