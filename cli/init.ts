/**
 * The command `init`, and `npm create guests-as-code`: makes a guest repository out of `examples/guest-repository`. What it
 * makes holds data and settings only, so an update of the project is a version number. It needs no package.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { packageVersion } from "../model/names.ts";
import { type Command, type CommandLine, exitStatus, Stop } from "./command-line.ts";
import { say } from "./log-lines.ts";

/** What the repository is made for. */
interface Answers {
  folder: string;
  /** The organisation's own domain. */
  domain: string;
  /** The domain of the first partner. */
  partner: string;
  stack: string;
  pipelines: (keyof typeof pipelineFiles)[];
}

/** The files of each code host; everything else is for all of them. */
const pipelineFiles = {
  github: [".github/"],
  azure: ["azure-pipelines.yml", "azure/"],
  gitlab: [".gitlab-ci.yml", ".gitlab/"],
} as const;

const usual: Answers = {
  folder: "my-guests",
  domain: "contoso.example",
  partner: "fabrikam.example",
  stack: "prod",
  pipelines: ["github", "azure", "gitlab"],
};

const isDomain = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/;
const domainRule = "a domain, such as contoso.com, in lower case";

/** What may be asked, and what an answer must be. */
const questions = {
  folder: { ask: "Folder", is: /^[^\0]+$/, rule: "the path of a folder" },
  domain: { ask: "Your organisation's domain", is: isDomain, rule: domainRule },
  partner: { ask: "A partner's domain, for the first list", is: isDomain, rule: domainRule },
  stack: {
    ask: "Name of the first stack",
    is: /^[a-z][a-z0-9-]{0,39}$/,
    rule: "letters, digits and hyphens, in lower case",
  },
  pipelines: {
    ask: "Pipelines for (github, azure, gitlab)",
    is: /^(github|azure|gitlab)(,(github|azure|gitlab))*$/,
    rule: "one or more of github, azure and gitlab, with commas between them",
  },
} as const;

type Question = keyof typeof questions;

export const initCommand: Command = {
  options: {
    domain: { value: "DOMAIN", help: `Your organisation's own domain; ${usual.domain} unless given.` },
    partner: { value: "DOMAIN", help: `The domain of a first partner; ${usual.partner} unless given.` },
    stack: { value: "NAME", help: `The name of the first stack; ${usual.stack} unless given.` },
    pipelines: { value: "LIST", help: "github, azure, gitlab, or some of them with commas; all unless given." },
    yes: { help: "Ask nothing. Nothing is asked where there is no terminal, either." },
    "no-install": { help: "Write the files only, and leave npm install to you." },
  },
  takes: "[FOLDER]",
  ends: [exitStatus.fine, exitStatus.failed, exitStatus.usage],
  async run(line) {
    const answers = await answersOf(line);
    const folder = path.resolve(answers.folder);
    refuseUnlessEmpty(folder);
    const files = filesOf(answers);
    for (const [file, text] of files) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), text);
    }
    say(`Made ${files.size} files in ${folder}.`);
    const installed = line.flags.has("no-install") || install(folder);
    say(nextSteps(answers, installed && !line.flags.has("no-install")));
    return installed ? exitStatus.fine : exitStatus.failed;
  },
};

/** Takes what options say, asks for the rest at a terminal, and takes what is usual elsewhere. */
async function answersOf({ values, flags, rest }: CommandLine): Promise<Answers> {
  const given: Partial<Record<Question, string | undefined>> = { ...values, folder: rest[0] };
  for (const name of Object.keys(questions) as Question[]) {
    const answer = given[name];
    if (answer !== undefined && !questions[name].is.test(answer)) throw wrongAnswer(name, answer);
  }
  if (given.partner === (given.domain ?? usual.domain)) {
    throw new Stop("--partner is your own domain; guests come from outside.", exitStatus.usage);
  }
  if (rest.length > 1) throw new Stop(`One folder is made at a time, not ${rest.length}.`, exitStatus.usage);
  const asks = process.stdin.isTTY && process.stdout.isTTY && !flags.has("yes");
  const terminal = asks ? createInterface({ input: process.stdin, output: process.stdout }) : undefined;
  const answers: Record<Question, string> = { ...usual, pipelines: usual.pipelines.join() };
  try {
    for (const name of Object.keys(questions) as Question[]) {
      answers[name] = given[name] ?? (terminal ? await asked(terminal, name, answers[name]) : answers[name]);
    }
  } finally {
    terminal?.close();
  }
  return { ...answers, pipelines: answers.pipelines.split(",") as Answers["pipelines"] };
}

async function asked(terminal: { question(text: string): Promise<string> }, name: Question, usually: string) {
  for (;;) {
    const answer = (await terminal.question(`${questions[name].ask} [${usually}]: `)).trim() || usually;
    if (questions[name].is.test(answer)) return answer;
    say(`  ${questions[name].rule} is expected`);
  }
}

function wrongAnswer(name: Question, answer: string): Stop {
  const option = name === "folder" ? "FOLDER" : `--${name}`;
  return new Stop(`${option} is ${JSON.stringify(answer)}; expected: ${questions[name].rule}.`, exitStatus.usage);
}

/** What may lie in the folder already: a fresh clone, and npm's settings. */
const harmlessFiles = [".git", ".gitattributes", ".npmrc", ".DS_Store"];

function refuseUnlessEmpty(folder: string): void {
  const others = existsSync(folder) ? readdirSync(folder).filter((name) => !harmlessFiles.includes(name)) : [];
  if (others.length === 0) return;
  throw new Stop(`${folder} is not empty. Name a new folder.`, exitStatus.usage);
}

/** Where the template is: beside the built command, or in this repository. */
function templateFolder(): string {
  const built = path.join(import.meta.dirname, "template");
  return existsSync(built) ? built : path.join(import.meta.dirname, "..", "examples", "guest-repository");
}

/** Files that a package does not hold under their own name: npm packs no .gitignore, and a program would pass for types. */
const ownNames: Readonly<Record<string, string>> = { gitignore: ".gitignore", "index.ts.txt": "index.ts" };

/** The files of the repository, by their path in it. */
function filesOf(answers: Answers): Map<string, string> {
  const template = templateFolder();
  const skipped = Object.entries(pipelineFiles)
    .filter(([system]) => !answers.pipelines.includes(system as keyof typeof pipelineFiles))
    .flatMap(([, paths]) => paths as readonly string[]);
  const files = readdirSync(template, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(template, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"))
    .filter((file) => !/(^|\/)node_modules\/|^package-lock\.json$/.test(file))
    .filter((file) => !skipped.some((one) => (one.endsWith("/") ? file.startsWith(one) : file === one)))
    .sort();
  return new Map(
    files.map((file) => {
      const text = readFileSync(path.join(template, file), "utf8");
      return [filledIn(ownNames[file] ?? file, answers), filledIn(text, answers)];
    }),
  );
}

/** A text of the template with this repository's names in the place of the example's. */
function filledIn(text: string, { folder, domain, partner, stack }: Answers): string {
  const names: Readonly<Record<string, string>> = {
    "my-guests": projectName(folder),
    "contoso.example": domain,
    "fabrikam.example": partner,
    fabrikam: partner.split(".")[0] ?? partner,
    prod: stack,
    "2035-12-31": dayIn(180),
    "0.1.0": packageVersion,
  };
  // One pass: what one name brings in is no other name.
  const known = Object.keys(names).map((name) => name.replaceAll(".", "\\."));
  return text.replace(new RegExp(`(?<![\\w-])(${known.join("|")})(?![\\w-])`, "g"), (name) => names[name] ?? name);
}

/** The folder's own name as npm and Pulumi take it. */
function projectName(folder: string): string {
  const name = path
    .basename(path.resolve(folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-");
  return name.replace(/^[^a-z]+|-+$/g, "") || usual.folder;
}

/** A day from now on, in UTC. */
function dayIn(days: number): string {
  return new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
}

/** Installs the packages, and so makes the lock file that the pipelines install from. */
function install(folder: string): boolean {
  say("Installing the packages (npm install) …");
  const { status } = spawnSync("npm", ["install", "--no-audit", "--no-fund"], {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit"],
    // On Windows npm is a script, which only a shell starts.
    shell: process.platform === "win32",
  });
  return status === 0;
}

function nextSteps({ folder, domain, stack, pipelines }: Answers, installed: boolean): string {
  const own = domain === usual.domain ? [`  put your own domain in the place of ${domain} (policies/, stacks/)`] : [];
  return [
    "",
    "Next:",
    `  cd ${folder}`,
    ...(installed ? [] : ["  npm install"]),
    "  npm test                 # judges the lists, in seconds",
    "  npx guests rehearse      # the whole walk with a tenant on this machine; needs the Pulumi CLI",
    ...own,
    `  README.md tells how to edit lists; set up stack ${stack} and the pipelines (${pipelines.join(", ")}) by`,
    "  https://github.com/guests-as-code/guests-as-code/blob/main/docs/guest-repository.md",
  ].join("\n");
}
