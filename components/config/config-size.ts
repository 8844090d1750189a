/**
 * How much a stack's config may hold: Pulumi hands it to the program in one environment variable, and systems limit
 * those. Beyond the limit the program does not even start, and Pulumi says no more than "Unknown error".
 */
import { isMap, isScalar, isSeq, type Node } from "yaml";
import { projectFiles, stackFile } from "./project-files.ts";
import { mapEntries, readYaml, type YamlSource } from "./yaml-source.ts";

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
  const config = source.follow(["config"])?.value;
  if (!isMap(config)) return 0;
  const values = [...mapEntries(config, source.resolved)].map(([key, { value }]) => {
    const plain = plainValue(value, source);
    return [key, typeof plain === "object" ? JSON.stringify(plain) : String(plain ?? "")];
  });
  return Buffer.byteLength(`${variable}=${JSON.stringify(Object.fromEntries(values))}\0`);
}

/** A value as Pulumi hands it over; of a secret, something of its length. */
function plainValue(node: Node | undefined, source: YamlSource): unknown {
  const written = source.resolved(node);
  if (isSeq(written)) return written.items.map((item) => plainValue(item as Node, source));
  if (!isMap(written)) return isScalar(written) ? written.value : null;
  const entries = [...mapEntries(written, source.resolved)];
  const [[key, { value }] = ["", {}], ...others] = entries as [string, { value?: Node }][];
  if (key === "secure" && others.length === 0 && isScalar(value)) return "x".repeat(secretLength(String(value.value)));
  return Object.fromEntries(entries.map(([part, entry]) => [part, plainValue(entry.value, source)]));
}

/** The ciphertext is in base64, with a tag of 16 bytes, and may have a version and a nonce before it. */
function secretLength(secure: string): number {
  const ciphertext = secure.split(":").at(-1) ?? "";
  return Math.max(0, Math.floor((ciphertext.length * 3) / 4) - 18);
}
