/**
 * `npm run generate` writes everything that follows from a description that stands elsewhere: the provider's schema, the
 * SDK, the editors' schemas, and the reference pages. With `--check` it writes nothing and fails when a file is out of date.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { editorSchemas } from "./editor-schemas.ts";
import { schemaJson } from "./package-spec.ts";
import { referencePage } from "./reference.ts";
import { sdkText } from "./sdk.ts";

const repository = path.join(import.meta.dirname, "..", "..");

/** Each generated file, by its path from the repository's root, as it must read. */
export function generatedFiles(): Record<string, string> {
  return {
    "provider/schema.json": schemaJson(),
    "components/generated/sdk.ts": formatted(sdkText()),
    "docs/reference.md": referencePage(),
    ...editorSchemas(),
  };
}

/** The paths of the files that do not read as they must. */
export function staleFiles(files = generatedFiles()): string[] {
  return Object.entries(files).flatMap(([file, text]) => {
    const full = path.join(repository, file);
    return existsSync(full) && readFileSync(full, "utf8").replaceAll("\r\n", "\n") === text ? [] : [file];
  });
}

/** TypeScript as the formatter of this repository writes it. */
function formatted(text: string): string {
  const biome = path.join(repository, "node_modules", "@biomejs", "biome", "bin", "biome");
  const options = { input: text, cwd: repository, encoding: "utf8" } as const;
  return execFileSync(process.execPath, [biome, "format", "--stdin-file-path=components/generated/sdk.ts"], options);
}

if (import.meta.main) {
  const files = generatedFiles();
  for (const file of staleFiles(files)) {
    if (process.argv.includes("--check")) {
      console.error(`${file} is out of date: run "npm run generate" and commit it`);
      process.exitCode = 1;
    } else {
      const full = path.join(repository, file);
      mkdirSync(path.dirname(full), { recursive: true });
      writeFileSync(full, files[file] ?? "");
      console.log(`${file} written`);
    }
  }
}
