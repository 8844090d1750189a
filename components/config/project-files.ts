import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { isMap, isScalar, isSeq, type Node, parse } from "yaml";
import type { Path } from "../../model/findings.ts";
import { namespace } from "../../model/names.ts";
import { type Accepted, declaredGuests, type Refusal } from "./declared-guests.ts";
import type { ListFile } from "./list-rules.ts";
import { mapEntries, readYaml, type YamlSource } from "./yaml-source.ts";

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

/** The names of the stacks that have a config file, sorted. */
export function stacksOf({ stackConfigs }: ProjectFiles): string[] {
  const names = existsSync(stackConfigs) ? readdirSync(stackConfigs) : [];
  return names.flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []).sort();
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

/** A stack's config by key, with the namespace, as Pulumi or its file tells it. */
export interface ConfigAsRead {
  /** Text; objects and lists as JSON. */
  values: Readonly<Record<string, string>>;
  /** The keys whose values are secret or hold a secret. */
  secretKeys?: ReadonlySet<string>;
  /** The stack's file, to name lines. */
  stackFile: { name: string; text: string } | undefined;
  /** The project's name, where it is known. */
  project?: string;
}

/**
 * Reads and checks what a stack's config declares about its guests, with the list files and templates that it names.
 *
 * @param files the project
 * @param readList reads a list file from elsewhere than the disk
 */
export function declaredInProject(
  files: ProjectFiles,
  { values, secretKeys = new Set(), stackFile: file, project }: ConfigAsRead,
  readList = (listed: string) => listFile(files, listed),
): Accepted | Refusal {
  const prefix = `${namespace}:`;
  const own = Object.entries(values).filter(([key]) => key.startsWith(prefix));
  const secret = [...secretKeys].filter((key) => key.startsWith(prefix));
  return declaredGuests({
    values: Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value])),
    secretKeys: new Set(secret.map((key) => key.slice(prefix.length))),
    otherKeys: Object.keys(values).filter((key) => !key.startsWith(prefix)),
    ...(project !== undefined && { project }),
    ...(file && { stackFile: file }),
    readList,
    readTemplate: (listed) => listFile(files, listed, "a template"),
  });
}

/** The variable in which Pulumi's language hosts hand over the config. */
const variable = "PULUMI_CONFIG";

/**
 * The largest variable, with its name and the end mark, in bytes.
 *
 * Sources: Linux `execve(2)` (`MAX_ARG_STRLEN`, 32 pages), Windows `SetEnvironmentVariable`, macOS `sysctl kern.argmax`
 * (for all variables and arguments together; so a quarter is left for the others).
 */
function largestVariable(platform: NodeJS.Platform): number {
  if (platform === "win32") return 32_767;
  return platform === "darwin" ? 768 * 1024 : 128 * 1024;
}

/**
 * Says that a stack's config is too large for its program, before anything starts.
 *
 * @param folder the folder of Pulumi.yaml, or one below it
 * @param stack the stack's name, without an organisation
 * @param platform where the program will run
 * @returns what is wrong and what to do, or `undefined`; also where there is no such file
 */
export function configSizeProblem(
  folder: string,
  stack: string,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  const file = stackFile(projectFiles(folder, folder), stack);
  if (file === undefined) return undefined;
  const [size, most] = [configSize(file), largestVariable(platform)];
  if (size <= most) return undefined;
  const kilobytes = (bytes: number) => `${Math.ceil(bytes / 1024)} KiB`;
  return (
    `${file.name} is too large: its config takes ${kilobytes(size)} of the program's environment, which has room for ${kilobytes(most)}. ` +
    "Nothing was started. Move the guests into list files (guests:lists), which may hold 4 MiB each."
  );
}

/** The size of the variable in bytes; 0 for a file that cannot be read as YAML, of which Pulumi says so. */
function configSize({ name, text }: { name: string; text: string }): number {
  const source = readYaml(name, text, false);
  if ("problem" in source) return 0;
  const values = configValues(source, (secure) => "x".repeat(secretLength(secure)));
  return Buffer.byteLength(`${variable}=${JSON.stringify(values)}\0`);
}

/**
 * The config of a stack's file as Pulumi hands it over: text, and objects and lists as JSON.
 *
 * @param standIn what takes the place of an encrypted value, given the ciphertext and the way to it
 */
export function configValues(
  source: YamlSource,
  standIn: (secure: string, way: Path) => string,
): Record<string, string> {
  const config = source.follow(["config"])?.value;
  if (!isMap(config)) return {};
  const values = [...mapEntries(config, source.resolved)].map(([key, { value }]) => {
    const plain = plainValue(value, source, [key], standIn);
    return [key, typeof plain === "object" ? JSON.stringify(plain) : String(plain ?? "")];
  });
  return Object.fromEntries(values);
}

function plainValue(
  node: Node | undefined,
  source: YamlSource,
  way: Path,
  standIn: (secure: string, way: Path) => string,
): unknown {
  const written = source.resolved(node);
  const part = (key: string | number, value: Node | undefined) => plainValue(value, source, [...way, key], standIn);
  if (isSeq(written)) return written.items.map((item, index) => part(index, item as Node));
  if (!isMap(written)) return isScalar(written) ? written.value : null;
  const entries = [...mapEntries(written, source.resolved)];
  const [[key, { value }] = ["", {}], ...others] = entries as [string, { value?: Node }][];
  if (key === "secure" && others.length === 0 && isScalar(value)) return standIn(String(value.value), way);
  return Object.fromEntries(entries.map(([name, entry]) => [name, part(name, entry.value)]));
}

/** The ciphertext is in base64, with a tag of 16 bytes, and may have a version and a nonce before it. */
function secretLength(secure: string): number {
  const ciphertext = secure.split(":").at(-1) ?? "";
  return Math.max(0, Math.floor((ciphertext.length * 3) / 4) - 18);
}
