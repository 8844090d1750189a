/**
 * Records the state that a version leaves behind: `node test/upgrade/record-state.ts test/upgrade/0.1.0`, with that
 * version's code, before it is released. A recorded state is never recorded again: later versions have to understand it.
 */
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { repository } from "../../tools/toolchain.ts";
import { openRecordedVersion } from "./recorded-version.ts";

const folder = path.resolve(process.argv[2] ?? "");
const file = path.join(folder, "state.json");
if (existsSync(file)) throw new Error(`${file} exists. Delete it to record another one.`);
const { stack, storedState, close } = await openRecordedVersion(folder);
try {
  await stack.up({ onOutput: (text) => process.stdout.write(text) });
  const { version, checkpoint } = JSON.parse(storedState());
  const text = JSON.stringify({ version, deployment: checkpoint.latest }, null, 2);
  // Where the code stood on this machine is nobody's business.
  writeFileSync(file, `${text.replaceAll(repository, "/home/somebody/guests-as-code")}\n`);
} finally {
  await close();
}
