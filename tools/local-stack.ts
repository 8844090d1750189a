import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { LOCAL_STACK } from "./pulumi-arguments.ts";
import { accessPlugins } from "./stand-ins.ts";
import { localFolder, pulumiProgram, repository, toolchainEnvironment } from "./toolchain.ts";

/** Where stack `local` keeps its state and its login, apart from the user's own Pulumi. */
const stateFolder = path.join(localFolder, "state");

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
    // The packages in node_modules name plugins of several hundred megabytes, and stand-ins do for the local stack.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    ...accessPlugins({ ...env, ...toolchain }),
    PULUMI_BACKEND_URL: pathToFileURL(stateFolder).href,
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
