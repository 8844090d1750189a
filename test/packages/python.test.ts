import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, it } from "vitest";
import { writeGoAndPython } from "../../tools/generate/sdks.ts";
import { ensurePython, ensureSdkGenerator } from "../../tools/setup/languages.mjs";
import { repository } from "../../tools/toolchain.ts";
import { type ExampleProject, openExample, succeeded } from "./example-project.ts";
import { walkThrough } from "./walk-through.ts";

let project: ExampleProject;
let python: string;
const made = mkdtempSync(path.join(tmpdir(), "guests-as-code-python-"));
const installed = path.join(made, "installed");

beforeAll(async () => {
  writeGoAndPython(await ensureSdkGenerator(repository), made);
  python = await ensurePython(repository);
  project = await openExample(path.join(repository, "examples", "python"));
  const pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target", installed];
  await succeeded(project.run(python, [...pip, path.join(made, "python")]));
});
afterAll(async () => {
  await project?.close();
  rmSync(made, { recursive: true, force: true });
});

it("a Python program invites guests, keeps them through a change, is stopped by the guard, and cleans up", async () => {
  const runner = path.join(import.meta.dirname, "inline", "inline.py");
  await walkThrough({
    project,
    source: "__main__.py",
    pulumi: (command) => project.run(python, [runner, command, project.folder], { PYTHONPATH: installed }),
  });
});
