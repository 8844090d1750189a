import { existsSync, readFileSync } from "node:fs";
import { remembered } from "./remembered.ts";

/** Where the pack's own lists live; they are published with it. */
const lists = new URL("../lists/", import.meta.url);

/**
 * Reads a list of domains that lies in the pack.
 *
 * A pack published to Pulumi Cloud runs from a folder of its own, so a list can only be one of its own files.
 *
 * @param name the file's name in `lists/`, without its ending
 * @returns one entry a line; empty lines and everything after a `#` left out
 * @throws where there is no such list, in words for the person who named it
 */
export const listFile = remembered((name: string): string[] => {
  if (!/^[\w-]+$/.test(name))
    throw new Error(`"${name}" is no name of a list: it has letters, digits, "-" and "_" only`);
  const file = new URL(`${name}.txt`, lists);
  if (!existsSync(file)) throw new Error(`there is no list "${name}": the pack has no file lists/${name}.txt`);
  const lines = readFileSync(file, "utf8").split(/\r?\n/);
  return lines.map((line) => line.replace(/#.*/, "").trim()).filter((line) => line !== "");
});
