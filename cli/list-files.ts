/** The guest lists of a stack as they stand in its files: found, changed, and held against the rules of the preview. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { csvTable } from "../components/config/csv-list-file.ts";
import type { Refusal } from "../components/config/declared-guests.ts";
import type { ListFile } from "../components/config/list-rules.ts";
import {
  configValues,
  declaredInProject,
  listFile,
  type ProjectFiles,
  projectFiles,
} from "../components/config/project-files.ts";
import { readYaml } from "../components/config/yaml-source.ts";
import { type Problem, report } from "../components/problem.ts";
import { addressDomain, canonicalAddress } from "../model/email-address.ts";
import { namespace } from "../model/names.ts";
import { exitStatus, type StackPlace, Stop } from "./command-line.ts";
import { changedCsv, csvAddresses } from "./csv-edits.ts";
import { itemLines, YamlEdits } from "./yaml-edits.ts";

/** A guest in the words of a list. */
export type GuestValues = Readonly<Record<string, unknown>> & { email: string };

/** One place in which guests are written. */
interface Source {
  /** An absolute path. */
  file: string;
  /** The way to the guests, where it is YAML. */
  way?: readonly string[];
  /** The guests' canonical addresses, in their order. */
  addresses: string[];
  /** The addresses that they had before (`formerly`), canonical. */
  former: string[];
}

/** A guest of a source who gets other values. */
interface Changed {
  address: string;
  index: number;
  values: Readonly<Record<string, string>>;
}

/** What stands in the place of a value that is encrypted. */
const encrypted = "encrypted";

/** The lists of one stack, changed in memory until they are written. */
export class StackLists {
  readonly files: ProjectFiles;
  readonly #stack: string;
  readonly #config: string;
  readonly #before = new Map<string, string>();
  readonly #texts = new Map<string, string>();

  /**
   * @param isNew whether the stack may have no config file yet
   * @throws Stop where it has none, and has to
   */
  constructor({ stack, project }: StackPlace, { isNew = false } = {}) {
    this.files = projectFiles(project, project);
    this.#stack = stack.split("/").at(-1) ?? stack;
    this.#config = path.join(this.files.stackConfigs, `Pulumi.${this.#stack}.yaml`);
    if (!existsSync(this.#config) && !isNew) {
      const remedy = `name one that has a config file with --stack, and the project's folder with --cwd.`;
      throw new Stop(
        `There is no ${this.nameOf(this.#config)} for stack "${this.#stack}": ${remedy}`,
        exitStatus.failed,
      );
    }
  }

  /** A file as people name it: from the folder in which they are. */
  nameOf(file: string): string {
    return path.relative(process.cwd(), file) || file;
  }

  /** The canonical addresses of all guests, by the file in which they are written. */
  addresses(): Map<string, readonly string[]> {
    return new Map(this.#sources().map(({ file, addresses }) => [file, addresses]));
  }

  /** The addresses that guests of the lists had before, canonical: whoever has one in the tenant is on a list already. */
  formerAddresses(): Set<string> {
    return new Set(this.#sources().flatMap(({ former }) => former));
  }

  /** A setting of the stack's file: `undefined` where it is not there, or encrypted as a whole. */
  setting(key: string): unknown {
    return new YamlEdits(this.#text(this.#config)).value(["config", `${namespace}:${key}`]);
  }

  /**
   * Adds a guest.
   *
   * @param list the list file, as a path from the working directory or as the stack's config names it; without it,
   *   where most guests of that domain are
   * @returns the file in which the guest stands then
   * @throws Stop where the file can't take the guest
   */
  add(guest: GuestValues, list?: string): string {
    const file = list === undefined ? this.#fileFor(addressDomain(guest.email)) : this.#fileNamed(list);
    if (/\.csv$/i.test(file)) {
      const text = this.#texts.has(file) || existsSync(file) ? this.#text(file) : `${Object.keys(guest).join(",")}\n`;
      this.#change(file, this.#accepted(changedCsv(this.nameOf(file), text, { add: [guest] })).text);
    } else if (file !== this.#config && !this.#texts.has(file) && !existsSync(file)) {
      this.#change(file, this.#newList(file, itemLines([{ value: guest }], 0)));
    } else {
      const edits = this.#yaml(file);
      edits.append(this.#wayIn(file, edits), [{ value: guest }]);
      this.#change(file, edits.toString());
    }
    if (file !== this.#config) this.name([file]);
    return file;
  }

  /**
   * Takes a guest off the lists, wherever they stand.
   *
   * @returns the files in which they stood; none where they are on no list
   */
  remove(address: string): string[] {
    const who = canonicalAddress(address);
    return this.#sources().flatMap(({ file, way, addresses }) => {
      if (!addresses.includes(who)) return [];
      if (way === undefined) {
        const change = changedCsv(this.nameOf(file), this.#text(file), { remove: new Set([who]) });
        this.#change(file, this.#accepted(change).text);
      } else {
        const edits = this.#yaml(file);
        for (const [index, one] of addresses.entries()) if (one === who) edits.remove(way, index);
        this.#change(file, edits.toString());
      }
      return [file];
    });
  }

  /**
   * Gives guests other values, wherever they stand.
   *
   * @param changes the values by canonical address
   * @returns the files that say so now, by address; none where a file can't, such as a CSV without a column for it
   */
  set(changes: ReadonlyMap<string, Readonly<Record<string, string>>>): Map<string, string[]> {
    const written = new Map([...changes.keys()].map((address): [string, string[]] => [address, []]));
    for (const { file, way, addresses } of this.#sources()) {
      const here = addresses.flatMap((address, index) => {
        const values = changes.get(address);
        return values === undefined ? [] : [{ address, index, values }];
      });
      const text = way === undefined ? this.#csvWith(file, here) : this.#yamlWith(file, way, here);
      if (text === undefined || text === this.#text(file)) continue;
      this.#change(file, text);
      for (const { address } of here) written.get(address)?.push(file);
    }
    return written;
  }

  #yamlWith(file: string, way: readonly string[], here: readonly Changed[]): string {
    const edits = this.#yaml(file);
    for (const { index, values } of here) {
      for (const [key, value] of Object.entries(values)) edits.set([...way, index], key, value);
    }
    return edits.toString();
  }

  /** `undefined` where the file has no column for some value. */
  #csvWith(file: string, here: readonly Changed[]): string | undefined {
    const { columns } = this.#accepted(csvTable(this.nameOf(file), this.#text(file)));
    const known = new Set(columns.map(({ steps }) => steps.join(".")));
    if (here.some(({ values }) => Object.keys(values).some((key) => !known.has(key)))) return undefined;
    const set = new Map(here.map(({ address, values }) => [address, values]));
    const change = changedCsv(this.nameOf(file), this.#text(file), { set });
    return "text" in change ? change.text : undefined;
  }

  /** The files that differ from the disk, with their text as it was and as it would be. */
  changes(): { file: string; before: string; after: string }[] {
    return [...this.#texts].flatMap(([file, after]) => {
      const before = this.#before.get(file) ?? "";
      return before === after ? [] : [{ file, before, after }];
    });
  }

  /** Names list files in the stack's config, those that it does not name yet. */
  name(files: readonly string[]): void {
    const known = new Set(this.#lists().map((list) => path.resolve(this.files.stackConfigs, list)));
    const added = files.filter((file) => !known.has(file)).map((file) => this.pathInConfig(file));
    const edits = this.#yaml(this.#config);
    edits.append(
      ["config", `${namespace}:lists`],
      added.map((value) => ({ value })),
    );
    if (added.length > 0) this.#change(this.#config, edits.toString());
  }

  /** A list file as the stack's config names it. */
  pathInConfig(file: string): string {
    return path.relative(this.files.stackConfigs, file).split(path.sep).join("/");
  }

  /**
   * Writes the changed files.
   *
   * @throws Stop in the words of the preview, and nothing is written, where the change breaks a rule
   */
  write(): void {
    const now = this.#declared(this.#texts);
    const before = countByKind(this.#declared(this.#before));
    const after = countByKind(now);
    // What was wrong before is for the preview to say; a change is refused for what it breaks itself.
    const broken = now.problems.filter(
      (problem) => (after.get(kindOf(problem)) ?? 0) > (before.get(kindOf(problem)) ?? 0),
    );
    if (broken.length > 0) throw this.#refusal(broken);
    for (const [file, text] of this.#texts) {
      if (this.#before.get(file) === text) continue;
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }

  #refusal(problems: Problem[]): Stop {
    const words = report(`the guest list of stack "${this.#stack}"`, problems);
    return new Stop(`${words}\n\nNothing was written.`, exitStatus.failed);
  }

  #accepted<Result extends object>(result: Result | { problem: Problem }): Exclude<Result, { problem: Problem }> {
    if ("problem" in result) throw this.#refusal([result.problem]);
    return result as Exclude<Result, { problem: Problem }>;
  }

  #text(file: string): string {
    const known = this.#texts.get(file);
    if (known !== undefined) return known;
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    if (existsSync(file)) this.#before.set(file, text);
    return text;
  }

  #change(file: string, text: string): void {
    if (existsSync(file)) this.#text(file);
    this.#texts.set(file, text);
  }

  /** A YAML file that can be changed: one that the program would read. */
  #yaml(file: string): YamlEdits {
    const text = this.#text(file);
    this.#accepted(readYaml(this.nameOf(file), text, file !== this.#config));
    return new YamlEdits(text);
  }

  #lists(): string[] {
    const lists = this.setting("lists");
    return Array.isArray(lists) ? lists.filter((list) => typeof list === "string") : [];
  }

  #sources(): Source[] {
    const files = [this.#config, ...this.#lists().map((list) => path.resolve(this.files.stackConfigs, list))];
    return files.flatMap((file): Source[] => {
      if (!this.#texts.has(file) && !existsSync(file)) return [];
      if (!/\.csv$/i.test(file)) {
        const edits = this.#yaml(file);
        const way = this.#wayIn(file, edits);
        const value = edits.value(way);
        const guests = Array.isArray(value) ? value : [];
        return [{ file, way, addresses: guests.map(addressOf), former: guests.flatMap(formerOf) }];
      }
      const { guests } = this.#accepted(csvAddresses(this.nameOf(file), this.#text(file)));
      return [{ file, addresses: guests.map(addressOf), former: guests.flatMap(formerOf) }];
    });
  }

  /** The way to the guests of a YAML file: a list file may be just the list. */
  #wayIn(file: string, edits: YamlEdits): string[] {
    if (file === this.#config) return ["config", `${namespace}:invitations`];
    const value = edits.value([]);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? ["invitations"] : [];
  }

  /** Where most guests of a domain are; else a file of their own beside the other lists, else the stack's config. */
  #fileFor(domain: string): string {
    const counted = this.#sources().map(({ file, addresses }) => {
      return { file, count: addresses.filter((address) => addressDomain(address) === domain).length };
    });
    const [most] = counted.toSorted((one, other) => other.count - one.count);
    if (most !== undefined && most.count > 0) return most.file;
    const [first] = this.#lists();
    if (first === undefined) return this.#config;
    return path.resolve(this.files.stackConfigs, path.dirname(first), `${domain || "guests"}.yaml`);
  }

  #fileNamed(list: string): string {
    const inConfig = path.resolve(this.files.stackConfigs, list);
    const file = this.#lists().includes(list) || !existsSync(path.resolve(list)) ? inConfig : path.resolve(list);
    if (!/\.(csv|ya?ml)$/i.test(file)) {
      throw new Stop(`A list file ends in .csv, .yaml or .yml, and ${list} does not.`, exitStatus.usage);
    }
    return file;
  }

  /** The head of a new list file, and its guests. */
  #newList(file: string, guests: string): string {
    return `${schemaLine(file, this.files)}${guests}`;
  }

  /** What the program would make of the files. */
  #declared(texts: ReadonlyMap<string, string>): Refusal {
    const name = path.relative(this.files.root, this.#config).split(path.sep).join("/");
    const isThere = existsSync(this.#config);
    const text = texts.get(this.#config) ?? (isThere ? readFileSync(this.#config, "utf8") : "");
    const source = readYaml(name, text);
    if ("problem" in source) return { problems: [source.problem] };
    const values = configValues(source, () => encrypted);
    // Pulumi ESC may say it.
    if (source.follow(["environment"]) !== undefined)
      values[`${namespace}:redirectUrl`] ??= "https://encrypted.example";
    const config = { values, stackFile: { name, text } };
    const result = declaredInProject(this.files, config, (list) => this.#read(list, texts));
    return "problems" in result ? result : { problems: [] };
  }

  #read(list: string, texts: ReadonlyMap<string, string>): ListFile {
    const file = path.resolve(this.files.stackConfigs, list);
    const read = listFile(this.files, list);
    const text = texts.get(file);
    if (text === undefined) return read;
    if ("name" in read) return { name: read.name, text };
    const isNew = !existsSync(file) && path.relative(this.files.root, file).split(path.sep)[0] !== "..";
    return isNew ? { name: path.relative(this.files.root, file).split(path.sep).join("/"), text } : read;
  }
}

/** The line by which an editor finds the schema of list files; nothing where the project has none. */
export function schemaLine(file: string, { stackConfigs }: ProjectFiles): string {
  const schema = path.join(stackConfigs, "guest-list.schema.json");
  if (!existsSync(schema)) return "";
  const way = path.relative(path.dirname(file), schema).split(path.sep).join("/");
  return `# yaml-language-server: $schema=${way}\n`;
}

function addressOf(guest: unknown): string {
  const { email } = (guest ?? {}) as { email?: unknown };
  return typeof email === "string" ? canonicalAddress(email) : "";
}

function formerOf(guest: unknown): string[] {
  const { formerly = [] } = (guest ?? {}) as { formerly?: unknown };
  const all = (Array.isArray(formerly) ? formerly : [formerly]).filter((one) => typeof one === "string");
  return all.flatMap((one) => (one.trim() === "" ? [] : [canonicalAddress(one.trim())]));
}

/** What a problem is about, without the place in a list: that moves when others come and go. */
function kindOf({ path: way, place, rule }: Problem): string {
  return [place?.file, way.replaceAll(/\[\d+\]/g, "[]"), rule].join("\0");
}

function countByKind({ problems }: Refusal): Map<string, number> {
  const counts = new Map<string, number>();
  for (const problem of problems) counts.set(kindOf(problem), (counts.get(kindOf(problem)) ?? 0) + 1);
  return counts;
}
