import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { startTenant, type Tenant } from "../tenant/index.ts";
import { makeThrowAwayProject } from "../tools/throw-away-project.ts";
import { repository } from "../tools/toolchain.ts";

/** A stack to measure, in a temporary folder that goes with it. */
export interface MeasuredStack {
  stack: Stack;
  /** Only for stacks of guests. */
  tenant?: Tenant;
  /** Sets how many resources the stack has, and how their names begin. */
  resize(count: number, prefix: string): void;
  /** Sets what the config says of all guests beside page and message; only for stacks of guests. */
  give?(defaults: object): void;
  /** How many bytes the state takes in the backend, a folder. */
  stateBytes(): number;
  /** Runs a command of `guests` on the stack. */
  guests?(...args: string[]): Promise<void>;
  close(): Promise<void>;
}

const stackName = "bench";

/** A stack of guests on a local tenant: what is measured. */
export async function guestStack(): Promise<MeasuredStack> {
  const folder = temporaryFolder();
  const tenant = await startTenant({ dataDir: path.join(folder, "tenant") });
  const { stack, configure, writeFile, storedState } = await makeThrowAwayProject(folder, {
    stackName,
    program: path.join(repository, "stacks"),
    provider: { name: "entra-guests", path: path.join(repository, "provider") },
    environment: tenant.environment,
  });
  let defaults = {};
  let guests: { email: string }[] = [];
  const write = () => {
    // A stack config of several thousand guests is too long for the program's environment.
    writeFile("guests.yaml", JSON.stringify(guests));
    configure({
      "guests:redirectUrl": "https://myapps.microsoft.com",
      "guests:message": { body: "Welcome." },
      ...defaults,
      ...(guests.length <= 1000 ? { "guests:invitations": guests } : { "guests:lists": ["guests.yaml"] }),
    });
  };
  return {
    stack,
    tenant,
    give(given) {
      defaults = given;
      write();
    },
    resize(count, prefix) {
      guests = Array.from({ length: count }, (_, number) => ({ email: `${prefix}-guest${number}@fabrikam.example` }));
      write();
    },
    stateBytes: () => Buffer.byteLength(storedState()),
    guests: (...args) => runGuests(stack, folder, args),
    async close() {
      await tenant.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A stack of resources that do nothing: what it is measured against. */
export async function trivialStack(): Promise<MeasuredStack> {
  const folder = temporaryFolder();
  const { stack, configure, storedState } = await makeThrowAwayProject(folder, {
    stackName,
    program: path.join(repository, "bench", "trivial"),
    provider: { name: "trivial", path: path.join(repository, "bench", "trivial", "provider") },
    environment: {},
  });
  return {
    stack,
    stateBytes: () => Buffer.byteLength(storedState()),
    resize: (count, prefix) => configure({ "bench:count": count, "bench:prefix": prefix }),
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The command as a user runs it, with the policy pack, and without what it prints. */
async function runGuests({ workspace }: Stack, folder: string, [command = "", ...args]: string[]): Promise<void> {
  const where = ["--stack", stackName, "--cwd", workspace.workDir, "--out", path.join(folder, "out")];
  const policies = ["--policy-config", path.join(repository, "policies", "guests.local.json")];
  const cli = path.join(repository, "cli", "main.ts");
  const child = spawn(process.execPath, [cli, command, ...where, ...policies, ...args], {
    env: { ...process.env, ...workspace.envVars },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  if (status !== 0)
    throw new Error(`guests ${command} ended with status ${status}:\n${stdout}\n${stderr}`.slice(-3000));
}

function temporaryFolder(): string {
  return mkdtempSync(path.join(tmpdir(), "guests-bench-"));
}
