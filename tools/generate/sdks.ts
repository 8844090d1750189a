/**
 * `npm run generate:sdks` writes the SDKs for other languages to `sdk/`, made of the provider's schema. `sdk/go` is checked
 * in, because a Go program fetches it from the repository; the others are packages, made when they are published. It
 * makes those that it can make on this machine, and says which those are.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { builtSdkGenerator, ensureSdkGenerator } from "../setup/languages.mjs";
import { localFolder, pulumiProgram, repository, toolchainEnvironment } from "../toolchain.ts";

const schema = path.join(repository, "provider", "schema.json");
const sdks = path.join(repository, "sdk");

/** Of which schema the checked-in SDK was made: cheap to compare where no generator can run. */
const digestFile = path.join(sdks, "go", "schema.sha256");

function schemaDigest(): string {
  const text = readFileSync(schema, "utf8").replaceAll("\r\n", "\n");
  return `${createHash("sha256").update(text).digest("hex")}  provider/schema.json\n`;
}

/** Whether the checked-in SDK was made of the present schema. */
export function isGoSdkCurrent(): boolean {
  return existsSync(digestFile) && readFileSync(digestFile, "utf8") === schemaDigest();
}

/**
 * Writes the SDKs for Go and Python below a folder.
 *
 * @param generator the program that writes them
 * @param folder an empty folder; gets `go` and `python`
 */
export function writeGoAndPython(generator: string, folder: string): void {
  run(generator, [schema, folder]);
  writeFileSync(path.join(folder, "go", "schema.sha256"), schemaDigest());
}

/** Brings the checked-in SDK up to date where the generator was built before; says how otherwise. */
export function refreshGoSdk(): void {
  if (isGoSdkCurrent()) return;
  const generator = builtSdkGenerator(repository);
  if (generator === undefined) console.log("sdk/go is out of date: run `npm run generate:sdks`, which needs Go");
  else replaceSdks((folder) => writeGoAndPython(generator, folder));
}

/** The files of a folder by their paths, for a comparison. */
export function filesIn(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const file = path.join(parentPath, name);
      return [path.relative(folder, file).replaceAll("\\", "/"), readFileSync(file, "utf8")];
    }),
  );
}

/** Takes each folder that is written in the place of the one that was there. */
function replaceSdks(write: (folder: string) => void): void {
  const fresh = mkdtempSync(path.join(localFolder, "sdks-"));
  try {
    write(fresh);
    for (const language of readdirSync(fresh)) {
      rmSync(path.join(sdks, language), { recursive: true, force: true });
      renameSync(path.join(fresh, language), path.join(sdks, language));
      console.log(`sdk/${language} written`);
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** The languages whose generators come with the official Pulumi CLI only. */
const ofOfficialCli = ["dotnet", "java"];

function writeByPulumi(language: string, folder: string): void {
  const suffix = process.platform === "win32" ? ".exe" : "";
  const host = path.join(path.dirname(pulumiProgram()), `pulumi-language-${language}${suffix}`);
  if (existsSync(host)) run(pulumiProgram(), ["package", "gen-sdk", schema, "--language", language, "--out", folder]);
  else console.log(`sdk/${language} is left out: there is no ${path.basename(host)} beside Pulumi on this machine`);
}

function run(program: string, args: string[]): void {
  const { status, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    env: { ...process.env, ...toolchainEnvironment() },
  });
  if (status !== 0) throw new Error(`${path.basename(program)} failed: ${error?.message ?? stderr}`);
}

if (import.meta.main) {
  const generator = await ensureSdkGenerator(repository);
  replaceSdks((folder) => {
    writeGoAndPython(generator, folder);
    for (const language of ofOfficialCli) writeByPulumi(language, folder);
  });
}
