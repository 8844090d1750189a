/**
 * `npm run generate` writes everything that follows from a description that stands elsewhere: the provider's schema, the
 * SDKs, the editors' schemas, and the reference pages. With `--check` it writes nothing and fails when a file is out of date.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { invitationInputs } from "../../model/invitation.ts";
import { messageParts } from "../../model/message.ts";
import { guestInvitationsToken, invitationToken, onResource } from "../../model/names.ts";
import { editorSchemas } from "./editor-schemas.ts";
import { generatedNote } from "./package-spec.ts";
import { referencePage } from "./reference.ts";
import { sdkText } from "./sdk.ts";
import { isGoSdkCurrent, refreshGoSdk, schemaJson } from "./sdks.ts";

const repository = path.join(import.meta.dirname, "..", "..");

/** Each file that follows from the model, by its path from the repository's root, as it must read. */
function filesOfModel(): Record<string, string> {
  return {
    "provider/schema.json": schemaJson(),
    "components/generated/sdk.ts": formatted("components/generated/sdk.ts", sdkText()),
    "policies/guests/invitation-properties.ts": formatted(
      "policies/guests/invitation-properties.ts",
      policyProperties(),
    ),
    "policies/guests/azure-scope.ts": policyAzureScope(),
    "docs/reference.md": referencePage(),
    ...editorSchemas(),
  };
}

/** The text of `policies/guests/invitation-properties.ts`. */
function policyProperties(): string {
  const list = (names: readonly string[]) => names.map((name) => JSON.stringify(name)).join(", ");
  return `// ${generatedNote}

/** The type token of the resource that stands for one guest. */
export const invitationToken = ${JSON.stringify(invitationToken)};

/** The type token of the component that lists guests. */
export const guestInvitationsToken = ${JSON.stringify(guestInvitationsToken)};

/** The inputs of an invitation. */
export const invitationProperties = [${list(Object.keys(invitationInputs.shape))}] as const;
export type InvitationProperty = (typeof invitationProperties)[number];

/** The parts of an invitation's message. */
export type MessageProperty = ${Object.keys(onResource(messageParts))
    .map((name) => JSON.stringify(name))
    .join(" | ")};
`;
}

/** The text of `policies/guests/azure-scope.ts`: the model's file, word for word. */
function policyAzureScope(): string {
  const file = path.join(repository, "model", "azure-scope.ts");
  return `// ${generatedNote}\n${readFileSync(file, "utf8").replaceAll("\r\n", "\n")}`;
}

/** Each file that follows from the policies. They read a file of the model's, so they are loaded once that is written. */
async function filesOfPolicies(): Promise<Record<string, string>> {
  const { policyDocs, policySettings } = await import("./policy-docs.ts");
  const settingsFile = "cli/comment/policy-settings.generated.ts";
  return { "docs/policies.md": policyDocs(), [settingsFile]: formatted(settingsFile, policySettings()) };
}

/** Each generated file, by its path from the repository's root, as it must read. */
export async function generatedFiles(): Promise<Record<string, string>> {
  return { ...filesOfModel(), ...(await filesOfPolicies()) };
}

/** The paths of the files that do not read as they must. */
export function staleFiles(files: Readonly<Record<string, string>>): string[] {
  return Object.entries(files).flatMap(([file, text]) => {
    const full = path.join(repository, file);
    return existsSync(full) && readFileSync(full, "utf8").replaceAll("\r\n", "\n") === text ? [] : [file];
  });
}

/** TypeScript as the formatter of this repository writes it. */
function formatted(file: string, text: string): string {
  const biome = path.join(repository, "node_modules", "@biomejs", "biome", "bin", "biome");
  const options = { input: text, cwd: repository, encoding: "utf8" } as const;
  return execFileSync(process.execPath, [biome, "format", `--stdin-file-path=${file}`], options);
}

function write(files: Readonly<Record<string, string>>): void {
  for (const file of staleFiles(files)) {
    const full = path.join(repository, file);
    mkdirSync(path.dirname(full), { recursive: true });
    writeFileSync(full, files[file] ?? "");
    console.log(`${file} written`);
  }
}

if (import.meta.main) {
  if (process.argv.includes("--check")) {
    const stale = [...staleFiles(await generatedFiles()), ...(isGoSdkCurrent() ? [] : ["sdk/go"])];
    for (const file of stale) console.error(`${file} is out of date: run "npm run generate" and commit it`);
    process.exitCode = stale.length > 0 ? 1 : 0;
  } else {
    write(filesOfModel());
    write(await filesOfPolicies());
    refreshGoSdk();
  }
}
