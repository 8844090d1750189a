import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import type { ListFile } from "./list-rules.ts";

/** A list file larger than this is no guest list; in bytes. */
const largestFile = 4 * 1024 * 1024;

/** The folders and files of a Pulumi project that guest lists are made of. */
export interface ProjectFiles {
  /** The folder of Pulumi.yaml. */
  root: string;
  /** The folder of the stack configs: `stackConfigDir` of Pulumi.yaml. */
  stackConfigs: string;
}

/**
 * Finds the project.
 *
 * @param rootDirectory what Pulumi says; under an old language host that is nothing, or the word "rootDirectory"
 * @param workingDirectory where to look upward from in that case
 */
export function projectFiles(rootDirectory: string, workingDirectory: string): ProjectFiles {
  const isKnown = path.isAbsolute(rootDirectory) && projectFile(rootDirectory) !== undefined;
  const root = isKnown ? rootDirectory : (folderOfProject(workingDirectory) ?? workingDirectory);
  const project = projectFile(root);
  const settings: unknown = project && parse(readFileSync(project, "utf8"), { logLevel: "silent" });
  const folder = (settings as { stackConfigDir?: unknown } | undefined)?.stackConfigDir;
  return { root, stackConfigs: path.resolve(root, typeof folder === "string" ? folder : ".") };
}

function folderOfProject(start: string): string | undefined {
  if (projectFile(start) !== undefined) return start;
  const parent = path.dirname(start);
  return parent === start ? undefined : folderOfProject(parent);
}

function projectFile(folder: string): string | undefined {
  return ["Pulumi.yaml", "Pulumi.yml"].map((name) => path.join(folder, name)).find((file) => existsSync(file));
}

/** The stack's config file, for line numbers only: Pulumi has read it already, so one that is missing is no error. */
export function stackFile(files: ProjectFiles, stack: string): { name: string; text: string } | undefined {
  const file = path.join(files.stackConfigs, `Pulumi.${stack}.yaml`);
  try {
    return { name: nameOf(files, file), text: readFileSync(file, "utf8") };
  } catch {
    return undefined;
  }
}

/**
 * Reads a file that a list names: a list file, or a mail's template.
 *
 * @param files the project
 * @param listed the path as written, relative to the folder of the stack configs
 * @param kind what the file is, in words
 * @returns the file, or the rule it breaks: no way out of the project, not even through a symbolic link
 */
export function listFile(files: ProjectFiles, listed: string, kind: keyof typeof examples = "a list file"): ListFile {
  const relative = `${kind} is named relative to the folder of the stack configs`;
  const inProject = `copy it into the project and name it as in ${examples[kind]}`;
  if (path.posix.isAbsolute(listed) || path.win32.isAbsolute(listed)) return { rule: relative, remedy: inProject };
  if (listed.includes("\0")) return { rule: "a path holds no NUL character", remedy: "take it out" };

  const file = path.resolve(files.stackConfigs, listed);
  const outside = { rule: `${kind} lies inside the project`, remedy: inProject };
  if (!isInside(files.root, file)) return outside;
  try {
    if (!isInside(realpathSync(files.root), realpathSync(file))) return outside;
    return readText(file, nameOf(files, file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const rule = code === "ENOENT" ? `there is no file ${nameOf(files, file)}` : `the file cannot be read (${code})`;
    return {
      rule,
      remedy: `correct the path; it is relative to ${nameOf(files, files.stackConfigs) || "the project"}`,
    };
  }
}

const examples = { "a list file": "lists/fabrikam.csv", "a template": "mails/welcome.html" } as const;

function readText(file: string, name: string): ListFile {
  const { size } = statSync(file);
  if (!statSync(file).isFile()) return { rule: `${name} is no file`, remedy: "name a .csv or .yaml file" };
  if (size > largestFile) {
    return { rule: `a list file has at most ${largestFile / 1024 / 1024} MiB`, remedy: "split it over several files" };
  }
  try {
    return { name, text: new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file)) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { rule: `${name} is not in UTF-8`, remedy: 'save it as UTF-8 (in Excel: "CSV UTF-8")' };
  }
}

function isInside(folder: string, file: string): boolean {
  const way = path.relative(folder, file);
  return way !== ".." && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}

/** The file as people name it: from the project's folder, with forward slashes everywhere. */
function nameOf({ root }: ProjectFiles, file: string): string {
  return path.relative(root, file).split(path.sep).join("/");
}
