import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { cacheName, fillCache } from "./cache.mjs";
import { SetupFailure, startProgress } from "./step.mjs";

const STEP = "Building the Pulumi CLI from its Go modules";
const CLI_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";

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
  requireGo(root, version);
  console.log("Building Pulumi from its Go modules instead: about 5 minutes on two cores, once for this user.");
  const folder = await fillCache(cache, buildName(version), async (unfinished) => {
    await buildCli(path.join(root, "tools", "pulumi-cli"), unfinished, version);
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

/**
 * @param {string} root
 * @param {string} version
 */
function requireGo(root, version) {
  if (spawnSync("go", ["version"]).status === 0) return;
  const goMod = readFileSync(path.join(root, "tools", "pulumi-cli", "go.mod"), "utf8");
  throw new SetupFailure(
    STEP,
    "there is no Go on this machine (`go version` does not run)",
    `Either install Go ${/^go (\S+)$/m.exec(goMod)?.[1]} or newer (https://go.dev/dl), or put the Pulumi CLI ${version} or\n` +
      "newer on PATH (https://www.pulumi.com/docs/install). Then run the same command again.",
  );
}

/**
 * @param {string} module the folder with go.mod and go.sum
 * @param {string} unfinished the folder in the cache that is being filled
 * @param {string} version the CLI's version
 */
async function buildCli(module, unfinished, version) {
  // A copy, because Go may write beside go.mod, and set-up changes nothing in the repository.
  const folder = path.join(unfinished, "module");
  mkdirSync(folder);
  for (const file of ["go.mod", "go.sum"]) copyFileSync(path.join(module, file), path.join(folder, file));

  let downloads = 0;
  const listing = startProgress("Downloading the Go modules");
  const packages = await go(folder, ["list", "-mod=readonly", "-deps", CLI_PACKAGE], listing, () => `${++downloads}`);
  listing.end(`${packages.length} packages`);

  let compiled = 0;
  const building = startProgress(`Building the Pulumi CLI ${version}`);
  const flags = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${version}`;
  await go(
    folder,
    ["build", "-v", "-mod=readonly", "-ldflags", flags, "-o", path.join(unfinished, "bin", "pulumi"), CLI_PACKAGE],
    building,
    () => `${++compiled} of at most ${packages.length} packages`,
  );
  building.end("done");
}

/**
 * Runs Go and returns the lines it printed to stdout; each line on stderr moves the progress on.
 * @param {string} folder
 * @param {string[]} args
 * @param {import("./step.mjs").Progress} progress
 * @param {() => string} describe
 * @returns {Promise<string[]>}
 */
async function go(folder, args, progress, describe) {
  const child = spawn("go", args, {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-buildvcs=false" },
  });
  /** @type {string[]} */
  const lines = [];
  /** @type {string[]} */
  const messages = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  createInterface({ input: child.stderr }).on("line", (line) => {
    messages.push(line);
    progress.update(describe());
  });
  const status = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? signal));
  });
  if (status === 0) return lines;
  progress.end("failed");
  throw goFailure(messages);
}

/**
 * @param {string[]} messages what Go wrote to stderr
 * @returns {SetupFailure}
 */
export function goFailure(messages) {
  const text = messages.join("\n");
  const said = messages
    .filter((line) => line.includes(" "))
    .slice(-5)
    .join("\n  ");
  const reason = `Go said\n  ${said || messages.at(-1) || "nothing"}`;
  if (/no space left on device/i.test(text)) {
    return new SetupFailure(
      STEP,
      reason,
      "Free about 4 GB of disk (Go's caches included) and run the same command again.",
    );
  }
  if (/permission denied/i.test(text)) {
    return new SetupFailure(
      STEP,
      reason,
      "Make the folder named there yours to write to and run the same command again.",
    );
  }
  if (/requires go >=|GOTOOLCHAIN/i.test(text)) {
    return new SetupFailure(STEP, reason, "Install the Go version named there (https://go.dev/dl) and try again.");
  }
  if (/dial tcp|no such host|i\/o timeout|connection refused|proxyconnect|TLS handshake/i.test(text)) {
    return new SetupFailure(
      STEP,
      reason,
      "The Go module proxy is not reachable. Set GOPROXY to one that is (`go env GOPROXY` shows the present one), or put\n" +
        "a Pulumi CLI on PATH (https://www.pulumi.com/docs/install). Then run the same command again.",
    );
  }
  return new SetupFailure(STEP, reason, "Run the same command again; finished parts are not built twice.");
}
