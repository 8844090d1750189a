/** Makes the release that the package tests install, and a registry on loopback that has it. Runs once before all files. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { releaseFolder } from "../../tools/release/main.ts";
import { nodeProgram, repository } from "../../tools/toolchain.ts";
import { openRegistry } from "./registry.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The address of the registry on loopback. */
    registry: string;
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  // While you write a test: GUESTS_KEEP_RELEASE=true takes what an earlier run has left in dist/release.
  if (process.env.GUESTS_KEEP_RELEASE !== "true") {
    const program = path.join(repository, "tools", "release", "main.ts");
    execFileSync(nodeProgram(), [program, "--packages", "--plugin"], { cwd: repository, stdio: "inherit" });
  }
  const folder = mkdtempSync(path.join(tmpdir(), "registry-"));
  const registry = await openRegistry(folder, releaseFolder);
  project.provide("registry", registry.url);
  return async () => {
    await registry.close();
    rmSync(folder, { recursive: true, force: true });
  };
}
