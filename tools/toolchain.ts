// The programs that run this project, and the environment they run in (docs/toolchain.md).
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { packagedNode } from "./setup/npm-packages.mjs";
import { pulumiIn, rememberedPulumi } from "./setup/pulumi-cli.mjs";

/** The repository's folder. */
export const repository = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** What a checkout keeps for itself: the local tenant, the state of stack `local`, logs. Ignored by Git. */
export const localFolder = path.join(repository, ".local");

/** The Pulumi CLI's program. */
export function pulumiProgram(): string {
  return pulumiIn(toolchain().bin);
}

/** The Node that runs programs, plugins and the tenant. */
export function nodeProgram(): string {
  const packaged = packagedNode(repository);
  return existsSync(packaged) ? packaged : process.execPath;
}

/** The variables that put the project's Node and Pulumi first, to be laid over the environment of a child process. */
export function toolchainEnvironment(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  return {
    ...withFirstOnPath([path.dirname(nodeProgram()), toolchain().bin], env),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The language host built by set-up runs this file; Pulumi's own ignores the variable.
    GUESTS_LANGUAGE_HOST: path.join(repository, "tools", "language-host.ts"),
    // Program, provider, policy pack and language host load the same packages; compiled once, they start faster.
    NODE_COMPILE_CACHE: path.join(localFolder, "compile-cache"),
  };
}

function toolchain() {
  const choice = rememberedPulumi(repository);
  if (choice) return choice;
  throw new Error(
    `${path.join(localFolder, "toolchain.json")} is missing. Run \`npm run setup\`, which chooses a Pulumi CLI.`,
  );
}

/** The programs that take the place of official plugins; see tools/stand-ins/README.md. */
const standInPrograms = path.join(repository, "tools", "stand-ins", "bin");

/**
 * What the environment of a `pulumi` needs beside the toolchain's for the packages `azuread` and `azure-native`: the
 * stand-ins on its `PATH`, or with `GUESTS_OFFICIAL_PLUGINS=true` leave to download the official plugins.
 * @param env what the process has so far
 */
export function accessPlugins(env: NodeJS.ProcessEnv): Record<string, string> {
  if (env.GUESTS_OFFICIAL_PLUGINS === "true") return { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "false" };
  // The packages in node_modules name plugins of several hundred megabytes, and the stand-ins are enough here.
  return { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true", ...withFirstOnPath([standInPrograms], env) };
}

/** The `PATH` with these folders first, under the spelling the system uses: on Windows it is `Path`. */
function withFirstOnPath(folders: readonly string[], env: NodeJS.ProcessEnv): Record<string, string> {
  const key = Object.keys(env).find((name) => name.toUpperCase() === "PATH") ?? "PATH";
  return { [key]: [...folders, env[key]].filter(Boolean).join(path.delimiter) };
}

/** The stack that is meant when nobody names one: without `--stack`, only the local tenant is used. */
export const LOCAL_STACK = "local";

/** Where stack `local` keeps its state and its login, apart from the user's own Pulumi. */
const stateFolder = path.join(localFolder, "state");

/**
 * The URL of a state that Pulumi keeps in a folder. Without `metadata=skip` Pulumi writes a second file beside each, in
 * place: a run that is killed in that moment, or meets a full disk, leaves it empty, and no command can read the state.
 */
export function fileBackend(folder: string): string {
  return `${pathToFileURL(folder).href}?metadata=skip`;
}

/** Variables of the user's real tenants and Pulumi Cloud; none of them may reach the local tenant. */
const NOT_FOR_LOCAL = /^(ARM_|AZURE_|PULUMI_ACCESS_TOKEN$|PULUMI_BACKEND_URL$|PULUMI_CONFIG_PASSPHRASE)/;

/**
 * The whole environment of a `pulumi` that works on stack `local`.
 * @param tenant the variables that point at the local tenant, as it wrote them
 * @param env the user's environment
 */
export function localStackEnvironment(
  tenant: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const toolchain = toolchainEnvironment(env);
  const kept = Object.entries(env).filter(([key]) => !NOT_FOR_LOCAL.test(key.toUpperCase()));
  return {
    ...Object.fromEntries(kept),
    ...toolchain,
    ...accessPlugins({ ...env, ...toolchain }),
    PULUMI_BACKEND_URL: fileBackend(stateFolder),
    // Logging in to the state folder must not log the user out of Pulumi Cloud.
    PULUMI_CREDENTIALS_PATH: stateFolder,
    // The state holds nothing but the local tenant's made-up guests, and its salt is in the committed stack config.
    PULUMI_CONFIG_PASSPHRASE: "local",
    PULUMI_STACK: LOCAL_STACK,
    ...tenant,
  };
}

/**
 * Creates stack `local` when it is not there yet.
 * @param env from {@link localStackEnvironment}
 * @throws Error with Pulumi's own message when it cannot be created
 */
export function ensureLocalStack(env: NodeJS.ProcessEnv): void {
  mkdirSync(stateFolder, { recursive: true });
  const checkpoint = path.join(stateFolder, ".pulumi", "stacks", "guests", `${LOCAL_STACK}.json`);
  if (existsSync(checkpoint) || existsSync(`${checkpoint}.gz`)) return;
  const init = spawnSync(pulumiProgram(), ["stack", "init", LOCAL_STACK, "--non-interactive"], {
    cwd: repository,
    env,
    encoding: "utf8",
  });
  if (init.status !== 0)
    throw new Error(`Stack ${LOCAL_STACK} could not be created: ${init.error ?? init.stderr.trim()}`);
}
