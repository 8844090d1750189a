import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { cacheName, fillCache } from "./cache.mjs";
import { buildGoProgram } from "./go-programs.mjs";
import { SetupFailure } from "./step.mjs";

const STEP = "Building the Pulumi CLI from its Go modules";

/** @param {string} version */
const buildName = (version) => cacheName("pulumi", version, "modules");

/**
 * The folder of a CLI built earlier, by this clone or another one.
 * @param {string} cache the cache directory
 * @param {string} version the CLI's version
 */
export function builtFromModules(cache, version) {
  const bin = path.join(cache, buildName(version), "bin");
  return existsSync(bin) ? bin : undefined;
}

/**
 * Builds the CLI into the cache and puts the project's language host beside it, for machines that reach package
 * registries only.
 * @param {string} cache the cache directory
 * @param {string} root the repository's folder
 * @param {string} version the CLI's version
 * @returns {Promise<string>} the folder that holds the programs
 */
export async function buildFromModules(cache, root, version) {
  if (process.platform === "win32") {
    throw new SetupFailure(
      STEP,
      "it is not offered on Windows",
      `Install the Pulumi CLI ${version} or newer (https://www.pulumi.com/docs/install) and run the same command again.`,
    );
  }
  console.log("Building Pulumi from its Go modules instead: about 5 minutes on two cores, once for this user.");
  const cli = {
    step: STEP,
    title: `the Pulumi CLI ${version}`,
    module: path.join(root, "tools", "pulumi-cli"),
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    program: "pulumi",
    flags: `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${version}`,
    instead: `put the Pulumi CLI ${version} or newer on PATH (https://www.pulumi.com/docs/install)`,
  };
  const folder = await fillCache(cache, buildName(version), async (unfinished) => {
    await buildGoProgram(cli, unfinished);
    writeFileSync(path.join(unfinished, "bin", "pulumi-language-nodejs"), LANGUAGE_HOST, { mode: 0o755 });
  });
  return path.join(folder, "bin");
}

/**
 * Pulumi finds its language host by this program's name. It starts the host of the clone that started Pulumi, because
 * the cache outlives any clone and holds no npm packages.
 */
const LANGUAGE_HOST = `#!/bin/sh
: "\${GUESTS_LANGUAGE_HOST:?is not set. Start Pulumi with: npm run pulumi -- ARGUMENTS}"
exec node "$GUESTS_LANGUAGE_HOST" "$@"
`;
