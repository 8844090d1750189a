import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { packagedNode } from "./setup/npm-packages.mjs";
import { pulumiIn, rememberedPulumi } from "./setup/pulumi-cli.mjs";

/** The repository's folder. */
export const repository = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** What a checkout keeps for itself: the local tenant, the state of stack `local`, logs. Ignored by Git. */
export const localFolder = path.join(repository, ".local");

/** The variables that put the project's Node and Pulumi first, to be laid over the environment of a child process. */
export function toolchainEnvironment(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const { bin } = toolchain();
  // Windows spells it `Path`, and a second spelling would win or lose by chance.
  const pathKey = Object.keys(env).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
  const folders = [path.dirname(nodeProgram()), bin, env[pathKey]].filter((folder) => folder);
  return {
    [pathKey]: folders.join(path.delimiter),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The language host built by set-up runs this file; Pulumi's own ignores the variable.
    GUESTS_LANGUAGE_HOST: path.join(repository, "tools", "language-host.ts"),
    // Program, provider, policy pack and language host load the same packages; compiled once, they start faster.
    NODE_COMPILE_CACHE: path.join(localFolder, "compile-cache"),
  };
}

/** The Pulumi CLI's program. */
export function pulumiProgram(): string {
  return pulumiIn(toolchain().bin);
}

/** The Node that runs programs, plugins and the tenant. */
export function nodeProgram(): string {
  const packaged = packagedNode(repository);
  return existsSync(packaged) ? packaged : process.execPath;
}

function toolchain() {
  const choice = rememberedPulumi(repository);
  if (choice) return choice;
  throw new Error(
    `${path.join(localFolder, "toolchain.json")} is missing. Run \`npm run setup\`, which chooses a Pulumi CLI.`,
  );
}
