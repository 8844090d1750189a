import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { startTenant, type Tenant } from "../../tenant/index.ts";
import { makeThrowAwayProject } from "../../tools/throw-away-project.ts";
import { repository } from "../../tools/toolchain.ts";

/** A released version's program and config, run by today's code on a tenant of its own. */
export interface RecordedVersion {
  stack: Stack;
  tenant: Tenant;
  /** The state as the backend keeps it, in which secrets are encrypted. */
  storedState(): string;
  close(): Promise<void>;
}

/**
 * Opens what is kept of a version.
 *
 * @param folder has the version's `index.ts` and `config.json`
 */
export async function openRecordedVersion(folder: string): Promise<RecordedVersion> {
  const temporary = mkdtempSync(path.join(tmpdir(), "upgrade-"));
  const tenant = await startTenant({ dataDir: path.join(temporary, "tenant") });
  const { stack, configure, storedState } = await makeThrowAwayProject(temporary, {
    stackName: "test",
    program: folder,
    provider: { name: "entra-guests", path: path.join(repository, "provider") },
    environment: tenant.environment,
  });
  configure(JSON.parse(readFileSync(path.join(folder, "config.json"), "utf8")));
  return {
    stack,
    tenant,
    storedState,
    async close() {
      await tenant.close();
      rmSync(temporary, { recursive: true, force: true });
    },
  };
}
