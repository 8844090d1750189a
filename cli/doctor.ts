/** The command `doctor`: whether all is there that a stack needs, line by line, and what to do about the rest. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { projectFiles, stackFile } from "../components/config/project-files.ts";
import { type Pipeline, registrationCommands } from "./app-registration.ts";
import {
  type Command,
  type CommandLine,
  type ExitStatus,
  exitStatus,
  placeOptions,
  policyConfigOf,
  type StackPlace,
  Stop,
  shortName,
  stackOptions,
  stackPlace,
} from "./command-line.ts";
import { policyLevels } from "./comment/policy-changes.ts";
import { type ListUses, readDeclaredList, usesOf } from "./declared-list.ts";
import { say, wrapped } from "./log-lines.ts";
import { backendUrl, policyPack, type StackConfig, secretsProblem, stackConfig } from "./pulumi-run.ts";
import { signInEnvironment, signInWith } from "./signed-in.ts";
import { stateFolder } from "./state-space.ts";
import { type CheckLine, tenantLines } from "./tenant-check.ts";

/** Looks at the stack, its policies and its tenant; or prints how to register the application. Changes nothing. */
export const doctorCommand: Command = {
  options: {
    ...placeOptions,
    "policy-config": stackOptions["policy-config"],
    json: { help: "Print the lines as JSON." },
    setup: { help: "Print the Azure CLI commands that register the application for this list, and do nothing else." },
    github: { value: "ORG/REPO", help: "With --setup: let this repository's pipelines sign in." },
    gitlab: { value: "GROUP/PROJECT", help: "With --setup: this project's; its whole URL, for a GitLab of your own." },
    "azure-devops": { value: "ORG/PROJECT/CONNECTION", help: "With --setup: this service connection's." },
  },
  ends: [exitStatus.fine, exitStatus.failed, exitStatus.usage],
  async run(line) {
    if (line.flags.has("setup")) return printSetup(line);
    const place = stackPlace(line);
    const lines = await look(place, policyConfigOf(line));
    const missing = lines.filter(({ state }) => state === "missing").length;
    if (line.flags.has("json")) say(JSON.stringify({ stack: place.stack, missing, lines }, undefined, 2));
    else
      say(
        asText(lines)
          .split("\n")
          .flatMap((one) => wrapped(one))
          .join("\n"),
        { marked: true },
      );
    return missing === 0 ? exitStatus.fine : exitStatus.failed;
  },
};

function printSetup(line: CommandLine): ExitStatus {
  const place = stackPlace(line);
  const config = stackConfig(place);
  const list = readDeclaredList(place, config, signInEnvironment(place));
  if ("report" in list) throw new Stop(list.report, exitStatus.failed);
  const systems: Pipeline["system"][] = ["github", "gitlab", "azure-devops"];
  const pipelines = systems.flatMap((system) => {
    const name = line.values[system];
    return name === undefined ? [] : [{ system, name }];
  });
  say(registrationCommands(place.stack, usesOf(list.list, config), pipelines));
  return exitStatus.fine;
}

async function look(place: StackPlace, policyConfig: string): Promise<CheckLine[]> {
  let config: StackConfig;
  let environment: NodeJS.ProcessEnv;
  try {
    environment = signInEnvironment(place);
    config = stackConfig(place);
  } catch (error) {
    const todo =
      "Log in to the stack's backend (pulumi login, or PULUMI_BACKEND_URL), and make the stack once: pulumi stack init.";
    return [{ about: "Stack", state: "missing", says: wordsOf(error), todo }, policyLine(policyConfig)];
  }
  const list = readDeclaredList(place, config, environment);
  const uses = "list" in list ? usesOf(list.list, config) : undefined;
  const before = [
    backendLine(place, backendUrl(place)),
    secretsLine(place, process.env, secretsProblem(place)),
    policyLine(policyConfig),
    listLine(place, "report" in list ? list.report : usesOf(list.list, config)),
  ];
  try {
    const signedIn = await signInWith(config, environment);
    try {
      return [...before, ...(await tenantLines(signedIn, uses))];
    } finally {
      await signedIn.close();
    }
  } catch (error) {
    const todo =
      "Correct the sign-in (docs/doctor.md) and run this again. Permissions, mailbox, groups and applications were not checked.";
    return [...before, { about: "Sign-in", state: "missing", says: wordsOf(error), todo }];
  }
}

/** @param url where the state is kept; `undefined` where nobody can tell */
export function backendLine({ stack, project }: StackPlace, url: string | undefined): CheckLine {
  const about = "Backend";
  if (url === undefined) return { about, state: "not known", says: "pulumi about does not tell." };
  const folder = stateFolder(url, project);
  if (folder === undefined) return { about, state: "fine", says: `${url.replace(/\/\/[^/@]*@/, "//")}.` };
  const says = `the folder ${folder} of this machine.`;
  if (stack === "local") return { about, state: "fine", says };
  const todo = "A pipeline needs a backend that all its machines reach: docs/pipelines.md, State.";
  return { about, state: "note", says, todo };
}

/**
 * @param environment where a passphrase is given
 * @param problem why the state's secrets cannot be read; absent where they can
 */
export function secretsLine(
  { stack, project }: StackPlace,
  environment: NodeJS.ProcessEnv,
  problem: string | undefined,
): CheckLine {
  const about = "Secrets provider";
  const file = stackFile(projectFiles(project, project), shortName(stack));
  const settings = parse(file?.text ?? "", { logLevel: "silent" }) as Record<string, unknown> | null;
  const { secretsprovider, encryptionsalt } = settings ?? {};
  const isPassphrase = encryptionsalt !== undefined || secretsprovider === "passphrase";
  const url = typeof secretsprovider === "string" && secretsprovider !== "default" ? secretsprovider : undefined;
  const name = isPassphrase ? "a passphrase" : (url?.replace(/\?.*/, "") ?? "the backend's own");
  if (problem !== undefined) {
    const hasPassphrase = environment.PULUMI_CONFIG_PASSPHRASE ?? environment.PULUMI_CONFIG_PASSPHRASE_FILE;
    const todo = isPassphrase
      ? `${hasPassphrase === undefined ? "Set" : "Correct"} PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE.`
      : "Give whoever runs this the right to decrypt with it, such as Key Vault Crypto User.";
    return { about, state: "missing", says: `${name}, and the stack's secrets cannot be read: ${problem}`, todo };
  }
  return { about, state: "fine", says: `${name}; it reads the stack's secrets, such as the redeem URLs.` };
}

/** @param file the policies' settings for the stack */
export function policyLine(file: string, pack: string = policyPack): CheckLine {
  const about = "Policies";
  const shown = path.relative(process.cwd(), file) || file;
  if (!existsSync(path.join(pack, "PulumiPolicy.yaml"))) {
    const todo = "Install it: npm install --save-dev @guests-as-code/policies";
    return { about, state: "missing", says: `there is no policy pack in ${pack}.`, todo };
  }
  if (!existsSync(file)) {
    const todo = "Create it with this stack's policy settings, or name another file with --policy-config.";
    return { about, state: "missing", says: `${shown} is missing, and every run needs it.`, todo };
  }
  let config: unknown;
  try {
    config = JSON.parse(readFileSync(file, "utf8").trim() || "{}");
  } catch {
    return {
      about,
      state: "missing",
      says: `${shown} is no JSON.`,
      todo: "Correct it; docs/policies.md has the settings.",
    };
  }
  const levels = [...policyLevels(config)];
  const named = (level: string) => levels.filter(([, policy]) => policy.level === level).map(([policy]) => policy);
  const [mandatory, weaker] = [named("mandatory"), levels.filter(([, { level, usual }]) => isWeaker(level, usual))];
  const says = `mandatory ${list(mandatory)}; advisory ${list(named("advisory"))}; disabled ${list(named("disabled"))}.`;
  if (mandatory.length > 0 && weaker.length === 0) return { about, state: "fine", says };
  const todo =
    weaker.length === 0
      ? "No policy stops an apply: see docs/policies.md."
      : `Weaker than the pack's own: ${weaker.map(([policy]) => policy).join(", ")}. Check that this is intended (${shown}).`;
  return { about, state: "note", says, todo };
}

function isWeaker(level: string, usual: string): boolean {
  const strictness = ["disabled", "advisory", "remediate", "mandatory"];
  return strictness.indexOf(level) < strictness.indexOf(usual);
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}

function listLine({ stack }: StackPlace, read: string | ListUses): CheckLine {
  const about = "List";
  if (typeof read !== "string") {
    return { about, state: "fine", says: `${read.guests} ${read.guests === 1 ? "guest" : "guests"} today.` };
  }
  const [first = ""] = read.split("\n");
  return {
    about,
    state: "missing",
    says: first,
    todo: `Run guests preview --stack ${stack}: it says what is wrong and where.`,
  };
}

function wordsOf(error: unknown): string {
  if (error instanceof Stop) return error.message;
  throw error;
}

const signs: Readonly<Record<CheckLine["state"], string>> = { fine: "✓", missing: "✗", note: "!", "not known": "?" };

/** The lines for people, and how many things are missing. */
export function asText(lines: readonly CheckLine[]): string {
  const missing = lines.filter(({ state }) => state === "missing").length;
  const text = lines.flatMap(({ about, state, says, todo }) => [
    `${signs[state]} ${about}: ${says}`,
    ...(todo === undefined ? [] : [`    ${todo}`]),
  ]);
  const end =
    missing === 0 ? "Nothing is missing." : `${missing} ${missing === 1 ? "thing is" : "things are"} missing.`;
  return [...text, "", end].join("\n");
}
