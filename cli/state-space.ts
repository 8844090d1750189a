/**
 * Free space for a state that is kept in a folder. Pulumi writes the whole state after each guest; on a full disk it cuts
 * the state and its backup off, when guests have been mailed already.
 */
import { existsSync, statfsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { exitStatus, type RunOptions, Stop } from "./command-line.ts";
import { projectOf } from "./comment/comment-marker.ts";
import { backendUrl } from "./pulumi-run.ts";

const mebibyte = 1024 * 1024;
/** What a run needs however small the list is: locks, history, temporary files. */
const leastBytes = 32 * mebibyte;
/** A guest's part of the state, a generous measure: docs/scale.md tells 2.1 KB without access. */
const bytesAGuest = 8 * 1024;
/** The state, its backup, the two that replace them, and the history's copy. */
const copies = 5;

/**
 * Refuses a run whose state might not fit on its disk.
 *
 * @param guests how many guests the stack holds afterwards, as far as it is known
 * @param freeBytes measures the free space of a folder, in bytes
 * @throws Stop that names the folder, what is free and what is needed; nothing was sent then
 */
export function refuseWithoutSpace(options: RunOptions, guests = 0, freeBytes = freeBytesOf): void {
  const folder = stateFolder(backendUrl(options), options.project);
  const free = folder === undefined ? undefined : freeBytes(folder);
  const needed = leastBytes + copies * Math.max(storedBytes(folder, options), guests * bytesAGuest);
  if (free === undefined || free >= needed) return;
  throw new Stop(
    `The state is kept in ${folder}, where ${megabytes(free)} are free; this run may need ${megabytes(needed)}. ` +
      "A full disk would cut the state off after guests were mailed.\n" +
      "Nothing was sent. Free some space and run this again.",
    exitStatus.failed,
  );
}

/**
 * The folder of a `file://` backend.
 *
 * @param project the folder that a relative path starts from
 * @returns `undefined` for any other backend
 */
export function stateFolder(url: string | undefined, project: string): string | undefined {
  const [, written = ""] = /^file:\/\/([^?]*)/i.exec(url ?? "") ?? [];
  if (written === "") return undefined;
  if (/^~(?:[/\\]|$)/.test(written)) return path.join(homedir(), written.slice(1));
  if (!written.startsWith("/")) return path.resolve(project, written);
  try {
    return fileURLToPath(`file://${written}`);
  } catch {
    return written;
  }
}

function storedBytes(folder: string | undefined, { stack, project }: RunOptions): number {
  const name = stack.split("/").at(-1) ?? stack;
  const state = path.join(folder ?? "", ".pulumi", "stacks", projectOf(project), `${name}.json`);
  return Math.max(0, ...[state, `${state}.gz`].filter((file) => existsSync(file)).map((file) => statSync(file).size));
}

function freeBytesOf(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    // Pulumi itself says what is wrong with the folder.
    return undefined;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / mebibyte).toFixed(bytes < 10 * mebibyte ? 1 : 0)} MB`;
}
