/**
 * The package for programs in other languages: `provider/schema.json`, and the SDKs that are made of it.
 *
 * `npm run generate:sdks` writes the SDKs for other languages to `sdk/`, made of that schema. `sdk/go` is checked
 * in, because a Go program fetches it from the repository; the others are packages, made when they are published. It
 * makes those that it can make on this machine, and says which those are.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { guestInvitationsToken, packageName, packageVersion, pluginDownloadURL } from "../../model/names.ts";
import { builtSdkGenerator, ensureSdkGenerator } from "../setup/languages.mjs";
import { localFolder, pulumiProgram, repository, toolchainEnvironment } from "../toolchain.ts";
import {
  type ComponentSpec,
  componentSpec,
  type EnumSpec,
  generatedNote,
  type ObjectSpec,
  type PackageSpec,
  type PropertySpec,
  packageSpec,
  type TypeSpec,
  withoutPlain,
} from "./package-spec.ts";

const home = "https://github.com/guests-as-code/guests-as-code";

/** The folder of the Go SDK from the repository's root; in Go, a package's name is where it stands. */
const goFolder = "sdk/go/entraguests";

/** What each language calls the package, and how it is packed there. */
const language = {
  // The metaschema lets nothing else hold a note.
  $comment: generatedNote,
  nodejs: { packageName: "@guests-as-code/entra-guests", respectSchemaVersion: true },
  python: { packageName: "entra_guests", respectSchemaVersion: true, pyproject: { enabled: true } },
  go: {
    importBasePath: `github.com/guests-as-code/guests-as-code/${goFolder}`,
    rootPackageName: "entraguests",
    generateResourceContainerTypes: true,
    // What the component takes as plain values has no input types otherwise.
    generateExtraInputTypes: true,
    respectSchemaVersion: true,
  },
  csharp: {
    rootNamespace: "GuestsAsCode",
    namespaces: { [packageName]: "EntraGuests" },
    packageReferences: { Pulumi: "3.*" },
    respectSchemaVersion: true,
  },
  java: {
    basePackage: "io.github.guestsascode",
    buildFiles: "gradle",
    dependencies: { "com.pulumi:pulumi": "1.13.0" },
  },
};

/** The text of `provider/schema.json`. */
export function schemaJson(): string {
  const { spec } = packageSpec();
  const component = componentSpec();
  const types = { ...reachableTypes(spec.types, spec.resources), ...typesOfComponent(spec, component) };
  const schema = {
    language,
    name: packageName,
    version: packageVersion,
    displayName: "Entra guests",
    publisher: "guests-as-code",
    description: "Guest invitations (B2B collaboration) in a Microsoft Entra tenant, changed in place and never lost.",
    keywords: ["pulumi", "entra", "azuread", "guests", "b2b", "kind/native", "category/cloud"],
    license: "Apache-2.0",
    homepage: home,
    repository: home,
    pluginDownloadURL,
    meta: { moduleFormat: "(.*)", supportPack: true },
    config: { variables: spec.settings },
    provider: {
      description:
        "Signs in to a Microsoft Entra tenant with the settings and ARM_* variables that the azuread and azure-native providers take.",
      inputProperties: spec.settings,
    },
    types: inOrder(types),
    resources: {
      ...spec.resources,
      [guestInvitationsToken]: {
        ...component.resource,
        inputProperties: asArguments(component.resource.inputProperties, component.types),
      },
    },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** The types that only the component uses, plain where it needs values. */
function typesOfComponent(spec: PackageSpec, { resource, types }: ComponentSpec): PackageSpec["types"] {
  const ofResources = reachableTypes(spec.types, spec.resources);
  const entries = Object.entries(types).filter(([token]) => !(token in ofResources));
  return Object.fromEntries(
    entries.map(([token, type]) => {
      if ("enum" in type || isOutputOnly(token, resource)) return [token, type];
      const { plain, ...rest } = type;
      const all = Object.entries(type.properties);
      const properties = plain
        ? Object.fromEntries(all.map(([name, property]) => [name, throughoutPlain(property)]))
        : asArguments(type.properties, types);
      return [token, { ...rest, properties }];
    }),
  );
}

/** Whether the component only tells this type and takes it nowhere. */
function isOutputOnly(token: string, { properties }: ComponentSpec["resource"]): boolean {
  return JSON.stringify(properties).includes(`"#/types/${token}"`);
}

/**
 * Properties as the component takes them: what steers it is plain throughout, and an object is never an output as a
 * whole, because defaults are merged part by part.
 */
function asArguments(
  properties: Readonly<Record<string, PropertySpec>>,
  types: PackageSpec["types"],
): Record<string, PropertySpec> {
  const isObject = ({ $ref = "" }: TypeSpec) => types[$ref.replace("#/types/", "")]?.type === "object";
  const withPlainObjects = <Spec extends TypeSpec>(spec: Spec): Spec => ({
    ...spec,
    ...(isObject(spec) && { plain: true }),
    ...(spec.oneOf && { oneOf: spec.oneOf.map(withPlainObjects) }),
  });
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [
      name,
      property.plain ? throughoutPlain(property) : withPlainObjects(property),
    ]),
  );
}

function throughoutPlain<Spec extends TypeSpec>(spec: Spec): Spec {
  return {
    ...spec,
    plain: true,
    ...(spec.items && { items: throughoutPlain(spec.items) }),
    ...(spec.additionalProperties && { additionalProperties: throughoutPlain(spec.additionalProperties) }),
    ...(spec.oneOf && { oneOf: spec.oneOf.map(throughoutPlain) }),
  };
}

/** The named types that some part of the schema uses, those used by other types among them. */
function reachableTypes(all: PackageSpec["types"], part: unknown): PackageSpec["types"] {
  const reached = new Set<string>();
  const visit = (one: unknown): void => {
    for (const [, token = ""] of JSON.stringify(one).matchAll(/"#\/types\/([^"]+)"/g)) {
      if (reached.has(token)) continue;
      reached.add(token);
      visit(all[token]);
    }
  };
  visit(part);
  return Object.fromEntries(
    [...reached].map((token) => {
      const type = all[token] as ObjectSpec | EnumSpec;
      return [token, "enum" in type ? type : withoutPlain(type)];
    }),
  );
}

function inOrder<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
}

const schemaFile = path.join(repository, "provider", "schema.json");
const sdks = path.join(repository, "sdk");

/** Of which schema the checked-in SDK was made: cheap to compare where no generator can run. */
const digestFile = path.join(sdks, "go", "schema.sha256");

function schemaDigest(): string {
  const text = readFileSync(schemaFile, "utf8").replaceAll("\r\n", "\n");
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
  run(generator, [schemaFile, folder]);
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
  if (existsSync(host))
    run(pulumiProgram(), ["package", "gen-sdk", schemaFile, "--language", language, "--out", folder]);
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
