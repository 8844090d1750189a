/** The files that a run leaves behind. They name people, so only their owner may read them. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Read and written by their owner only. Windows has no such modes: there the folder's rights hold. */
const ownersOnly = 0o600;

/**
 * Writes a file anew, with its folder. An older file of that name keeps neither its mode nor what it links to.
 *
 * @param file an absolute path
 */
export function keepFile(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  rmSync(file, { force: true });
  writeFileSync(file, text, { mode: ownersOnly, flag: "wx" });
}
