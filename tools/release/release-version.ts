/**
 * One version for everything that is released: that of the repository's own package.json. `npm version X` changes it there
 * and runs this program, which carries it to every other file and closes the chapter of CHANGELOG.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { runNpm } from "../setup/npm-packages.mjs";
import { repository } from "../toolchain.ts";

interface RootManifest {
  version: string;
  workspaces: string[];
}

const manifest = (): RootManifest => JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8"));

/** The files that name the version and are not generated, as they must read. */
export function versionedFiles({ version, workspaces }: RootManifest = manifest()): Record<string, string> {
  const edit = (file: string, pattern: RegExp): [string, string] => {
    const text = readFileSync(path.join(repository, file), "utf8");
    if (!pattern.test(text)) throw new Error(`${file} names no version.`);
    return [file, text.replaceAll(pattern, `$1${version}$2`)];
  };
  return Object.fromEntries([
    // Both of a package and of the plugin that it names; never the version of a dependency.
    ...workspaces.map((folder) => edit(`${folder}/package.json`, /("version": ")[^"]*(")/g)),
    edit("model/names.ts", /(packageVersion = ")[^"]*(")/g),
  ]);
}

const changelog = path.join(repository, "CHANGELOG.md");

/**
 * What CHANGELOG.md says about a version, without its heading.
 *
 * @throws Error where it says nothing
 */
export function changesOf(version: string, text = readFileSync(changelog, "utf8")): string {
  const heading = version === "Unreleased" ? version : `${version} (`;
  const chapters = text.split(/^## /m);
  const chapter = chapters.find((one) => one.startsWith(heading));
  const changes = chapter?.slice(chapter.indexOf("\n")).trim();
  if (!changes) throw new Error(`CHANGELOG.md says nothing about ${version}.`);
  return changes;
}

/** The changelog with what was not released yet under the heading of a version. */
export function closedChapter(text: string, version: string, day: string): string {
  changesOf("Unreleased", text);
  return text.replace("## Unreleased\n", `## Unreleased\n\n## ${version} (${day})\n`);
}

function carryVersion(): void {
  const { version } = manifest();
  const log = closedChapter(readFileSync(changelog, "utf8"), version, new Date().toISOString().slice(0, 10));
  for (const [file, text] of Object.entries(versionedFiles())) writeFileSync(path.join(repository, file), text);
  writeFileSync(changelog, log);
  runNpm(["install", "--package-lock-only", "--ignore-scripts"], { cwd: repository });
}

if (import.meta.main) carryVersion();
