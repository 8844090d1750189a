import { copyFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, it } from "vitest";
import { repository } from "../../tools/toolchain.ts";
import { type ExampleProject, openExample, succeeded } from "./example-project.ts";
import { walkThrough } from "./walk-through.ts";

let project: ExampleProject;
// Go adds what go.mod and go.sum of the copy lack.
const environment = { GOFLAGS: "-mod=mod -buildvcs=false", GOWORK: "off", CGO_ENABLED: "0" };
const go = (...args: string[]) => succeeded(project.run("go", args, environment));

beforeAll(async () => {
  project = await openExample(path.join(repository, "examples", "go"));
  copyFileSync(path.join(import.meta.dirname, "inline", "inline_test.go"), path.join(project.folder, "inline_test.go"));
  await go(
    "mod",
    "edit",
    "-replace",
    `github.com/guests-as-code/guests-as-code/sdk/go=${path.join(repository, "sdk", "go")}`,
  );
});
afterAll(() => project?.close());

it("a Go program invites guests, keeps them through a change, is stopped by the guard, and cleans up", async () => {
  await walkThrough({
    project,
    source: "main.go",
    async pulumi(command) {
      await go("test", "-c", "-o", "inline");
      return project.run("./inline", ["-test.run=TestCommand"], { GUESTS_COMMAND: command });
    },
  });
});
