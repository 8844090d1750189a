/**
 * Writes the JSON Schemas of stack configs and list files into `stacks/`.
 *
 * `node tools/generate-schemas.ts` writes them; with `--check` it writes nothing and fails when one is out of date.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { schemaFiles } from "../components/config/json-schemas.ts";

const folder = path.join(import.meta.dirname, "..", "stacks");
const isCheck = process.argv.includes("--check");

const stale = Object.entries(schemaFiles()).filter(([name, text]) => {
  const file = path.join(folder, name);
  return !existsSync(file) || readFileSync(file, "utf8").replaceAll("\r\n", "\n") !== text;
});

for (const [name, text] of stale) {
  if (isCheck) console.error(`stacks/${name} is out of date: run "npm run schema" and commit it`);
  else writeFileSync(path.join(folder, name), text);
}
if (isCheck && stale.length > 0) process.exitCode = 1;
