import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  LocalWorkspace,
  type OutputMap,
  PulumiCommand,
  type Stack,
  type UpdateSummary,
} from "@pulumi/pulumi/automation/index.js";
import { stringify } from "yaml";
import { signatureKey } from "../cli/comment/engine-events.ts";
import { accessPlugins, fileBackend, pulumiProgram, repository, toolchainEnvironment } from "./toolchain.ts";

/** What a throw-away project is made of. */
export interface ProjectParts {
  stackName: string;
  /** The program's folder, which holds an index.ts. */
  program: string;
  /** The plugin that serves the program's resources. */
  provider: { name: string; path: string };
  /** Variables that the engine and its plugins find beside those of the toolchain. */
  environment: Readonly<Record<string, string>>;
}

/** A Pulumi project for tests and benchmarks: one stack and its state, in a temporary folder. */
export interface ThrowAwayProject {
  stack: Stack;
  /** Writes the stack config, keys with their namespace; takes effect at the next operation. */
  configure(config: object): void;
  /** Writes a file beside the stack config. */
  writeFile(name: string, content: string): void;
  /** The state as the backend keeps it, in which secrets are encrypted. */
  storedState(): string;
}

/** The salt of the passphrase "local". Without it, Pulumi would make one and write it into the stack config. */
const encryptionsalt = "v1:Zsjpwvd1VMY=:v1:PLA4TRnGw2hI9OiP:5Eu3bE/6S6CI4MZlHR9wevt8jyiqvw==";

/**
 * Makes a project with an empty stack that the real Pulumi CLI works on. Puts the toolchain into this process's own
 * environment, where the Automation API looks for the CLI.
 * @param folder an existing folder, the caller's to remove
 * @throws Error when set-up has not run, or with Pulumi's own message when the stack cannot be created
 */
export async function makeThrowAwayProject(folder: string, parts: ProjectParts): Promise<ThrowAwayProject> {
  const [project, state] = [path.join(folder, "project"), path.join(folder, "state")];
  const configs = path.join(project, "stacks");
  mkdirSync(configs, { recursive: true });
  mkdirSync(state);
  // Node resolves the links, so the program that runs is the repository's own.
  symlinkSync(parts.program, path.join(project, "program"), "junction");
  symlinkSync(path.join(repository, "node_modules"), path.join(project, "node_modules"), "junction");
  const definition = {
    name: "guests",
    main: "program/index.ts",
    stackConfigDir: "stacks",
    runtime: { name: "nodejs", options: { typescript: false } },
    plugins: { providers: [parts.provider] },
  };
  writeFileSync(path.join(project, "Pulumi.yaml"), stringify(definition));
  const writeFile = (name: string, content: string) => writeFileSync(path.join(configs, name), content);
  const configure = (config: object) =>
    writeFile(`Pulumi.${parts.stackName}.yaml`, stringify({ encryptionsalt, config }));
  configure({});

  Object.assign(process.env, toolchainEnvironment());
  const stack = await LocalWorkspace.createStack(
    { stackName: parts.stackName, workDir: project },
    {
      pulumiCommand: await PulumiCommand.get({ skipVersionCheck: true }),
      envVars: {
        ...toolchainEnvironment(),
        PULUMI_BACKEND_URL: fileBackend(state),
        PULUMI_CONFIG_PASSPHRASE: "local",
        ...accessPlugins(process.env),
        ...parts.environment,
      },
    },
  );
  const storedState = () =>
    readFileSync(path.join(state, ".pulumi", "stacks", "guests", `${parts.stackName}.json`), "utf8");
  readFromBackend(stack, storedState, path.join(state, ".pulumi", "history", "guests", parts.stackName));
  return { stack, configure, writeFile, storedState };
}

/**
 * Lets a stack read its outputs and its last update from the files of its backend. After each operation the Automation
 * API would start the CLI three more times to ask for them, which takes longer than a small operation itself.
 */
function readFromBackend(stack: Stack, storedState: () => string, historyFolder: string): void {
  stack.outputs = async (): Promise<OutputMap> => {
    const { checkpoint } = JSON.parse(storedState());
    const resources: StoredResource[] = checkpoint.latest?.resources ?? [];
    const outputs = Object.entries(resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {});
    let revealed: Record<string, unknown> | undefined;
    const reveal = () => {
      revealed ??= JSON.parse(
        execFileSync(pulumiProgram(), ["stack", "output", "--json", "--show-secrets", "--stack", stack.name], {
          cwd: stack.workspace.workDir,
          env: { ...process.env, ...stack.workspace.envVars },
          encoding: "utf8",
        }),
      ) as Record<string, unknown>;
      return revealed;
    };
    return Object.fromEntries(
      outputs.map(([name, stored]) => {
        // The state has a secret in cipher: the CLI is asked when a test looks at it.
        if (!JSON.stringify(stored).includes(signatureKey)) return [name, { value: stored, secret: false }];
        const output = {
          secret: true,
          get value() {
            return reveal()[name];
          },
        };
        return [name, output];
      }),
    );
  };
  stack.info = async () => {
    // The names hold the time in nanoseconds, each with as many digits.
    const last = readdirSync(historyFolder)
      .filter((name) => name.endsWith(".history.json"))
      .sort()
      .at(-1);
    if (last === undefined) return undefined;
    const { startTime, endTime, ...update } = JSON.parse(readFileSync(path.join(historyFolder, last), "utf8"));
    const time = (seconds: number) => new Date(seconds * 1000);
    return { ...update, startTime: time(startTime), endTime: time(endTime) } as UpdateSummary;
  };
}

interface StoredResource {
  type: string;
  outputs?: Record<string, unknown>;
}
