import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { cacheName, fillCache } from "./cache.mjs";
import { SetupFailure, startProgress } from "./step.mjs";

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

/**
 * A program and the Go module that holds it.
 * @typedef {object} GoProgram
 * @property {string} step what building it is called, e.g. "Building the Pulumi CLI from its Go modules"
 * @property {string} title what it is called while it is built, e.g. "the Pulumi CLI 3.259.0"
 * @property {string} module the folder with go.mod, go.sum and perhaps Go files
 * @property {string} package the package to build, e.g. "."
 * @property {string} program the program's name
 * @property {string} [flags] flags of the linker beside those that leave out debugging symbols
 * @property {string} [instead] what the user can do without Go, as a sentence's end: "put … on PATH"
 */

/**
 * Builds a program into the `bin` of a folder in the cache.
 * @param {GoProgram} program
 * @param {string} unfinished the folder in the cache that is being filled
 */
export async function buildGoProgram(program, unfinished) {
  requireGo(program);
  // A copy, because Go may write beside go.mod, and set-up changes nothing in the repository.
  const folder = path.join(unfinished, "module");
  mkdirSync(folder);
  for (const file of readdirSync(program.module))
    copyFileSync(path.join(program.module, file), path.join(folder, file));

  let downloads = 0;
  const listing = startProgress("Downloading the Go modules");
  const list = ["list", "-mod=readonly", "-deps", program.package];
  const packages = await go(program, folder, list, listing, () => `${++downloads}`);
  listing.end(`${packages.length} packages`);

  let compiled = 0;
  const building = startProgress(`Building ${program.title}`);
  const flags = ["-s -w", program.flags].filter(Boolean).join(" ");
  const out = path.join(unfinished, "bin", program.program);
  const build = ["build", "-v", "-mod=readonly", "-ldflags", flags, "-o", out, program.package];
  await go(program, folder, build, building, () => `${++compiled} of at most ${packages.length} packages`);
  building.end("done");
}

/**
 * The Go version that a module asks for.
 * @param {string} module the folder with go.mod
 */
function goVersion(module) {
  return /^go (\S+)$/m.exec(readFileSync(path.join(module, "go.mod"), "utf8"))?.[1];
}

/** @param {GoProgram} program */
function requireGo({ step, module, instead }) {
  if (spawnSync("go", ["version"]).status === 0) return;
  const install = `install Go ${goVersion(module)} or newer (https://go.dev/dl)`;
  throw new SetupFailure(
    step,
    "there is no Go on this machine (`go version` does not run)",
    instead === undefined
      ? `${install.replace("install", "Install")}. Then run the same command again.`
      : `Either ${install}, or ${instead}.\nThen run the same command again.`,
  );
}

/**
 * Runs Go and returns the lines it printed to stdout; each line on stderr moves the progress on.
 * @param {GoProgram} program
 * @param {string} folder
 * @param {string[]} args
 * @param {import("./step.mjs").Progress} progress
 * @param {() => string} describe
 * @returns {Promise<string[]>}
 */
async function go(program, folder, args, progress, describe) {
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
  throw goFailure(program, messages);
}

/**
 * @param {Pick<GoProgram, "step" | "instead">} program
 * @param {string[]} messages what Go wrote to stderr
 * @returns {SetupFailure}
 */
export function goFailure({ step, instead }, messages) {
  const text = messages.join("\n");
  const said = messages
    .filter((line) => line.includes(" "))
    .slice(-5)
    .join("\n  ");
  const reason = `Go said\n  ${said || messages.at(-1) || "nothing"}`;
  if (/no space left on device/i.test(text)) {
    const remedy = "Free about 4 GB of disk (Go's caches included) and run the same command again.";
    return new SetupFailure(step, reason, remedy);
  }
  if (/permission denied/i.test(text)) {
    return new SetupFailure(
      step,
      reason,
      "Make the folder named there yours to write to and run the same command again.",
    );
  }
  if (/requires go >=|GOTOOLCHAIN/i.test(text)) {
    return new SetupFailure(step, reason, "Install the Go version named there (https://go.dev/dl) and try again.");
  }
  if (/dial tcp|no such host|i\/o timeout|connection refused|proxyconnect|TLS handshake/i.test(text)) {
    const remedy =
      "The Go module proxy is not reachable. Set GOPROXY to one that is (`go env GOPROXY` shows the present one)" +
      `${instead === undefined ? "" : `, or\n${instead}`}. Then run the same command again.`;
    return new SetupFailure(step, reason, remedy);
  }
  return new SetupFailure(step, reason, "Run the same command again; finished parts are not built twice.");
}
