// The only step between a fresh clone and everything else: npm packages, Node, the Pulumi CLI with its language host,
// with --browser a Chromium, and with --languages what programs in other languages need.
// It runs before `npm start`, `npm test` and the other commands, on whatever Node (18 or newer) started npm, and needs no
// npm package itself. When all is there it prints nothing and takes a few milliseconds.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ensureBrowser } from "./setup/browser.mjs";
import { ensurePython, ensureSdkGenerator, ensureYamlHost } from "./setup/languages.mjs";
import { ensureDependencies, ensureNode } from "./setup/npm-packages.mjs";
import { ensurePulumi } from "./setup/pulumi-cli.mjs";
import { SetupFailure } from "./setup/step.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
try {
  ensureDependencies(root);
  const node = ensureNode(root);
  await ensurePulumi(root, node);
  // Only `npm test` and `npm run screenshots` look at pages.
  if (process.argv.includes("--browser")) await ensureBrowser(root, node);
  if (process.argv.includes("--languages")) {
    await ensureSdkGenerator(root);
    await ensureYamlHost(root);
    await ensurePython(root);
  }
} catch (error) {
  console.error(`\n${describe(error)}`);
  process.exitCode = 1;
}

/** @param {unknown} error */
function describe(error) {
  if (error instanceof SetupFailure) return error.message;
  if (!(error instanceof Error)) return `Set-up failed: ${error}`;
  const code = "code" in error ? error.code : undefined;
  if (code === "ENOSPC")
    return `Set-up failed: the disk is full (${error.message}).\nFree some space and run the same command again.`;
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return `Set-up failed: no permission (${error.message}).\nMake that folder yours to write to and run the same command again.`;
  }
  return `Set-up failed: ${error.stack}`;
}
