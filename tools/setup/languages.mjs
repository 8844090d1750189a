// What the SDKs of other languages and the tests of their programs need beside Node: a generator, Pulumi's language host
// for YAML, and Pulumi's SDK for Python. Each is made once for the user. Programs in Go need Go itself.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { cacheDirectory, cacheName, fillCache, makeCacheDirectory } from "./cache.mjs";
import { sdkVersion } from "./pulumi-cli.mjs";
import { buildGoProgram } from "./pulumi-from-modules.mjs";
import { runQuietly, SetupFailure, startProgress } from "./step.mjs";

/**
 * The program that writes SDKs, where an earlier run has built it.
 * @param {string} root the repository's folder
 * @returns {string | undefined}
 */
export function builtSdkGenerator(root) {
  const program = path.join(cacheDirectory(), generatorName(root), "bin", "sdks");
  return existsSync(program) ? program : undefined;
}

/**
 * The program that writes SDKs; builds it when it is not there yet.
 * @param {string} root the repository's folder
 * @returns {Promise<string>}
 */
export async function ensureSdkGenerator(root) {
  const bin = await ensureGoProgram(generatorName(root), {
    step: "Building the generator of SDKs from its Go modules",
    title: "the generator of SDKs",
    module: generatorModule(root),
    package: ".",
    program: "sdks",
  });
  return path.join(bin, "sdks");
}

/** @param {string} root */
const generatorModule = (root) => path.join(root, "tools", "languages", "sdks");

/**
 * Another generator for other sources, so that several clones may differ.
 * @param {string} root
 */
function generatorName(root) {
  const module = generatorModule(root);
  const sources = readdirSync(module)
    .sort()
    .map((file) => readFileSync(path.join(module, file), "utf8"));
  return cacheName("sdk-generator", shortHash(sources.join("\n")));
}

/** @param {string} text */
function shortHash(text) {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/**
 * The folder with Pulumi's language host for YAML; builds it when it is not there yet. The official CLI brings one along.
 * @param {string} root the repository's folder
 * @returns {Promise<string>}
 */
export function ensureYamlHost(root) {
  const module = path.join(root, "tools", "languages", "yaml");
  const version = versionIn(path.join(module, "go.mod"), "github.com/pulumi/pulumi-yaml");
  return ensureGoProgram(cacheName("pulumi-yaml", version, "modules"), {
    step: "Building Pulumi's language host for YAML from its Go modules",
    title: `Pulumi's language host for YAML ${version}`,
    module,
    package: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
    program: "pulumi-language-yaml",
  });
}

/**
 * @param {string} name the folder's name in the cache
 * @param {import("./pulumi-from-modules.mjs").GoProgram} program
 */
async function ensureGoProgram(name, program) {
  const cache = cacheDirectory();
  makeCacheDirectory(cache);
  const made = path.join(cache, name);
  const folder = existsSync(made)
    ? made
    : await fillCache(cache, name, (unfinished) => buildGoProgram(program, unfinished));
  return path.join(folder, "bin");
}

/**
 * @param {string} goMod
 * @param {string} module
 */
function versionIn(goMod, module) {
  const version = new RegExp(`^\\s*(?:require )?${module} v(\\S+)`, "m").exec(readFileSync(goMod, "utf8"))?.[1];
  if (version === undefined) throw new Error(`${goMod} does not require ${module}`);
  return version;
}

/** What the generated package takes beside Pulumi's SDK, and what installs it: pinned, because pip keeps no lock file. */
const PYTHON_PACKAGES = ["parver==0.5", "setuptools==80.9.0", "wheel==0.45.1"];

const PYTHON_STEP = "Installing Pulumi's SDK for Python";

/**
 * A Python that has Pulumi's SDK of the same version as the one for Node; makes it when it is not there yet.
 * @param {string} root the repository's folder
 * @returns {Promise<string>} the program
 */
export async function ensurePython(root) {
  const version = sdkVersion(root);
  const python = process.platform === "win32" ? "python" : "python3";
  const own = pythonVersion(python);
  const cache = cacheDirectory();
  makeCacheDirectory(cache);
  const packages = [`pulumi==${version}`, ...PYTHON_PACKAGES];
  const name = cacheName("python", own, shortHash(packages.join()), "pulumi", version);
  const made = path.join(cache, name);
  const folder = existsSync(made)
    ? made
    : await fillCache(cache, name, (unfinished) => fillPython(python, unfinished, packages));
  return pythonIn(folder);
}

/** @param {string} folder */
function pythonIn(folder) {
  return process.platform === "win32" ? path.join(folder, "Scripts", "python.exe") : path.join(folder, "bin", "python");
}

/** @param {string} python */
function pythonVersion(python) {
  const { status, stdout } = spawnSync(python, ["-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"], {
    encoding: "utf8",
  });
  if (status === 0 && Number(stdout.split(".")[1]) >= 9) return stdout.trim();
  const found = status === 0 ? `the one here is ${stdout.trim()}` : `\`${python}\` does not run`;
  throw new SetupFailure(
    PYTHON_STEP,
    found,
    "Install Python 3.9 or newer with venv and pip, and run the same command again.",
  );
}

/**
 * @param {string} python
 * @param {string} folder
 * @param {string[]} packages what pip installs, each with its version
 */
async function fillPython(python, folder, packages) {
  const progress = startProgress(PYTHON_STEP);
  const steps = [
    [python, "-m", "venv", folder],
    // The folder gets its final name later, so only the program itself may be used, not the scripts beside it.
    [pythonIn(folder), "-m", "pip", "install", "--quiet", ...packages],
  ];
  for (const [program = "", ...args] of steps) {
    const { status, complaint } = await runQuietly(program, args);
    if (status === 0) continue;
    progress.end("failed");
    throw new SetupFailure(PYTHON_STEP, complaint || `pip ended with status ${status}`, "Run the same command again.");
  }
  progress.end("done");
}
