import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { Agent, request as httpRequest } from "undici";
import { startTenant, type Tenant, type TenantOptions } from "../../tenant/index.ts";
import { makeThrowAwayProject } from "../../tools/throw-away-project.ts";
import { pulumiProgram, repository } from "../../tools/toolchain.ts";

/** Whether every case runs (`npm run test:all`), or of many that are alike the few that tell most. */
export const isWhole = process.env.FIRE === "all";

/** The part of a stack config below `guests:`. */
export type GuestConfig = Record<string, unknown>;

/** A project of its own in a temporary folder, a tenant of its own, and the real Pulumi CLI between them. */
export interface ThrowAwayStack {
  tenant: Tenant;
  stack: Stack;
  /** Writes the stack config; takes effect at the next operation. */
  configure(guests: GuestConfig): void;
  /** Writes a file beside the stack config. */
  writeFile(name: string, content: string): void;
  /** Puts a program in the place of this repository's own. */
  writeProgram(text: string): void;
  /** Graph, as an administrator with every permission would use it. */
  graph(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<GraphAnswer>;
  /** Starts the CLI in a process group of its own, so that a test can kill all of it. */
  startPulumi(args: string[], environment?: Record<string, string>): ChildProcess;
  /** The state as the backend keeps it, in which secrets are encrypted. */
  storedState(): string;
  /** Object ids by address, as the tenant has them. */
  guestIds(): Record<string, string>;
  /** The requests that changed something since the log was cleared, as `METHOD path`. */
  writes(): string[];
  close(): Promise<void>;
}

interface GraphAnswer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever Graph answers
  body: any;
}

const stackName = "test";

/** Programs and plugins of a test live for a second or two. With room for young objects, too, they take a tenth less time. */
const quickStart = [
  "--max-semi-space-size=64",
  `--require=${JSON.stringify(path.join(repository, "test", "support", "without-closures.cjs"))}`,
];

/**
 * Starts a tenant and creates a stack that points at it.
 *
 * @param options the tenant's, where a test needs a special one
 */
export async function openStack(options: Partial<TenantOptions> = {}): Promise<ThrowAwayStack> {
  const folder = mkdtempSync(path.join(tmpdir(), "guests-as-code-"));
  const tenant = await startTenant({ dataDir: path.join(folder, "tenant"), ...options });
  const { stack, configure, writeFile, storedState } = await makeThrowAwayProject(folder, {
    stackName,
    program: path.join(repository, "stacks"),
    provider: { name: "entra-guests", path: path.join(repository, "provider") },
    environment: { ...tenant.environment, NODE_OPTIONS: [process.env.NODE_OPTIONS, ...quickStart].join(" ") },
  });
  const administrator = graphClient(tenant);

  return {
    tenant,
    stack,
    configure: (guests) =>
      configure(Object.fromEntries(Object.entries(guests).map(([key, value]) => [`guests:${key}`, value]))),
    writeFile,
    writeProgram(text) {
      const program = path.join(folder, "project", "program");
      rmSync(program, { recursive: true });
      mkdirSync(program);
      writeFileSync(path.join(program, "index.ts"), text);
    },
    graph: administrator.request,
    startPulumi: (args, environment = {}) =>
      spawn(pulumiProgram(), [...args, "--stack", stackName, "--non-interactive"], {
        cwd: stack.workspace.workDir,
        env: { ...process.env, ...stack.workspace.envVars, ...environment },
        stdio: ["ignore", "pipe", "pipe"],
        detached: true,
      }),
    storedState,
    guestIds: () => Object.fromEntries(tenant.guests().map(({ mail, id }) => [mail, id])),
    writes: () =>
      tenant
        .requests()
        .filter(({ method, path }) => method !== "GET" && /^\/(v1\.0|beta)\//.test(path) && !path.endsWith("/$batch"))
        .map(({ method, path }) => `${method} ${path}`),
    async close() {
      await administrator.close();
      await tenant.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What Pulumi printed when an operation failed. The operation has to fail. */
export async function failureOf(operation: Promise<unknown>): Promise<string> {
  const outcome = await operation.then(
    () => undefined,
    (error: Error) => error.message,
  );
  if (outcome === undefined) throw new Error("The operation succeeded, and was expected to fail.");
  return outcome;
}

function graphClient(tenant: Tenant) {
  const { clientId, clientSecret } = tenant.registerApp({
    displayName: "Administrator",
    permissions: ["User.ReadWrite.All", "User.Invite.All", "User.DeleteRestore.All", "Directory.ReadWrite.All"],
  });
  const dispatcher = new Agent({ connect: { ca: readFileSync(tenant.caFile) } });
  let token: Promise<string> | undefined;

  async function requestToken(): Promise<string> {
    const { body } = await httpRequest(`${tenant.url}/${tenant.tenantId}/oauth2/v2.0/token`, {
      method: "POST",
      dispatcher,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: clientId,
        client_secret: clientSecret,
        scope: `${tenant.url}/.default`,
      }).toString(),
    });
    return ((await body.json()) as { access_token: string }).access_token;
  }

  return {
    async request(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<GraphAnswer> {
      token ??= requestToken();
      const answer = await httpRequest(`${tenant.url}/v1.0${path}`, {
        method,
        dispatcher,
        headers: { authorization: `Bearer ${await token}`, "content-type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.body.text();
      return { status: answer.statusCode, body: text === "" ? undefined : JSON.parse(text) };
    },
    close: () => dispatcher.close(),
  };
}
