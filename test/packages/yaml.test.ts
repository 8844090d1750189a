import path from "node:path";
import { afterAll, beforeAll, it } from "vitest";
import { ensureYamlHost } from "../../tools/setup/languages.mjs";
import { repository } from "../../tools/toolchain.ts";
import { type ExampleProject, openExample } from "./example-project.ts";
import { walkThrough } from "./walk-through.ts";

let project: ExampleProject;
beforeAll(async () => {
  project = await openExample(path.join(repository, "examples", "yaml"), [await ensureYamlHost(repository)]);
});
afterAll(() => project?.close());

it("a YAML program invites guests, keeps them through a change, is stopped by the guard, and cleans up", async () => {
  const noQuestions = { preview: [], up: ["--yes", "--skip-preview"], destroy: ["--yes", "--skip-preview"] };
  await walkThrough({
    project,
    source: "Pulumi.yaml",
    pulumi: (command) => project.pulumi(command, ...noQuestions[command]),
  });
});
