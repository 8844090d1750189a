import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { localFolder, nodeProgram, repository } from "./toolchain.ts";

/** A local tenant that this checkout started in the background, as kept in .local/tenant.json. */
export type TenantProcess = { pid: number; port: number; startedAt: string };

const DEFAULT_PORT = 8443;
const READY_WITHIN_MS = 30_000;
const STOPPED_WITHIN_MS = 10_000;
const POLL_EVERY_MS = 50;

const dataFolder = path.join(localFolder, "tenant");
const pidFile = path.join(localFolder, "tenant.json");
/** What the tenant prints. */
export const tenantLog = path.join(localFolder, "tenant.log");
const tenantProgram = path.join(repository, "tenant", "main.ts");

/**
 * The port the local tenant is to listen on: `TENANT_PORT`, else 8443.
 * @throws Error when `TENANT_PORT` is no port
 */
function tenantPort(): number {
  const { TENANT_PORT } = process.env;
  if (!TENANT_PORT) return DEFAULT_PORT;
  const port = Number(TENANT_PORT);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`TENANT_PORT is "${TENANT_PORT}"; expected a port between 1 and 65535, e.g. TENANT_PORT=9443.`);
}

/** The environment variables that point at the tenant, as it wrote them; none before its first start. */
export function tenantEnvironment(): Record<string, string> {
  try {
    return JSON.parse(readFileSync(path.join(dataFolder, "environment.json"), "utf8"));
  } catch {
    return {};
  }
}

/** The pages of the tenant, as it wrote them at its last start. */
export type TenantLinks = { start: string; directory: string; myApps: string; inbox?: string };

/** Where the tenant's pages are; undefined before its first start. */
export function tenantLinks(): TenantLinks | undefined {
  try {
    return JSON.parse(readFileSync(path.join(dataFolder, "links.json"), "utf8"));
  } catch {
    return undefined;
  }
}

/** The running tenant of this checkout, if any. A pid that now belongs to another program does not count. */
function runningTenant(): TenantProcess | undefined {
  try {
    const known: TenantProcess = JSON.parse(readFileSync(pidFile, "utf8"));
    return isProcess(known.pid, [tenantProgram, dataFolder]) ? known : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Starts the local tenant in the background unless it is running, and waits until it answers.
 * @returns the tenant, and whether this call started it
 * @throws Error when the port is taken, or the tenant ends or stays silent; it names the log
 */
export async function ensureTenant(): Promise<TenantProcess & { started: boolean }> {
  const running = runningTenant();
  // A running tenant keeps its port unless another one is asked for.
  if (running && (!process.env.TENANT_PORT || running.port === tenantPort())) {
    await untilReady(running);
    return { ...running, started: false };
  }
  await stopTenant();
  const tenant = await startTenant(tenantPort());
  return { ...tenant, started: true };
}

/**
 * Stops the tenant this checkout started, and waits for its end.
 * @returns the tenant that was stopped, or nothing when none was running
 * @throws Error when it does not end
 */
export async function stopTenant(): Promise<TenantProcess | undefined> {
  const running = runningTenant();
  if (running) {
    process.kill(running.pid, "SIGTERM");
    for (const deadline = Date.now() + STOPPED_WITHIN_MS; runningTenant(); await delay(POLL_EVERY_MS)) {
      if (Date.now() > deadline)
        throw new Error(`The local tenant (process ${running.pid}) did not end. Its log: ${tenantLog}`);
    }
  }
  rmSync(pidFile, { force: true });
  return running;
}

async function startTenant(port: number): Promise<TenantProcess> {
  await requireFreePort(port);
  mkdirSync(dataFolder, { recursive: true });
  const log = openSync(tenantLog, "w");
  const child = spawn(nodeProgram(), [tenantProgram, "--port", String(port), "--data", dataFolder], {
    cwd: repository,
    detached: true,
    stdio: ["ignore", log, log],
    windowsHide: true,
  });
  if (child.pid === undefined) throw new Error(`The local tenant could not be started with ${nodeProgram()}.`);
  child.unref();
  const tenant = { pid: child.pid, port, startedAt: new Date().toISOString() };
  writeFileSync(pidFile, `${JSON.stringify(tenant, undefined, 2)}\n`);
  await untilReady(tenant, () => child.exitCode ?? child.signalCode);
  return tenant;
}

/** @param ended tells how the process ended, or null while it runs */
async function untilReady(tenant: TenantProcess, ended: () => number | string | null = () => null): Promise<void> {
  for (const deadline = Date.now() + READY_WITHIN_MS; !(await answers(tenant.port)); await delay(POLL_EVERY_MS)) {
    if (ended() !== null) throw new Error(`The local tenant ended (${ended()}). ${lastWords()}`);
    if (Date.now() > deadline)
      throw new Error(`The local tenant gave no answer on port ${tenant.port}. ${lastWords()}`);
  }
}

function lastWords(): string {
  const tail = readFileSync(tenantLog, "utf8").trim().split("\n").slice(-15).join("\n  ");
  return `Its log, ${tenantLog}, ends with\n  ${tail}`;
}

/** Whether the tenant serves the metadata document, the first thing a provider asks for. */
function answers(port: number): Promise<boolean> {
  const { NODE_EXTRA_CA_CERTS: certificate, ARM_METADATA_HOSTNAME: host } = tenantEnvironment();
  // Before its first start, and while another port is still written there, nobody could reach it either.
  if (!certificate || !host?.endsWith(`:${port}`)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const url = `https://${host}/metadata/endpoints?api-version=2022-09-01`;
    const probe = request(url, { ca: readFileSync(certificate), agent: false, timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    probe.once("timeout", () => probe.destroy());
    probe.once("error", () => resolve(false));
    probe.end();
  });
}

function requireFreePort(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      const why = error.code === "EADDRINUSE" ? "another program uses it" : error.message;
      reject(
        new Error(
          `The local tenant cannot listen on 127.0.0.1:${port}: ${why}.\n` +
            `Stop that program, or choose another port, e.g. TENANT_PORT=${port < 65_000 ? port + 1_000 : 9_443} npm start.`,
        ),
      );
    });
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve()));
  });
}

/**
 * Whether a process runs and was started with these arguments: after a restart of the machine its id may belong to another
 * program.
 * @param parts texts that its command line must contain
 */
export function isProcess(pid: number, parts: readonly string[]): boolean {
  const commandLine = commandLineOf(pid);
  return commandLine !== "" && parts.every((part) => commandLine.includes(part));
}

/** The command line of a process; empty when there is no such process. */
function commandLineOf(pid: number): string {
  if (!Number.isInteger(pid) || pid <= 0) return "";
  try {
    switch (process.platform) {
      case "linux":
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      case "win32":
        return ask("powershell.exe", [
          "-NoProfile",
          "-Command",
          `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CommandLine`,
        ]);
      default:
        return ask("ps", ["-ww", "-o", "command=", "-p", String(pid)]);
    }
  } catch {
    return "";
  }
}

function ask(program: string, args: string[]): string {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

// npm stop: stops the local tenant that `npm start` (or `npm run pulumi`) left running in the background.
// With the argument `environment`: starts it unless it runs, and prints the variables that point at it, as JSON.
if (import.meta.main) {
  const tasks: Readonly<Record<string, () => Promise<void>>> = { environment: printEnvironment, "--help": help };
  const task = tasks[process.argv[2] ?? ""] ?? stop;
  await task().catch((error) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}

async function help(): Promise<void> {
  console.log("npm stop\n\nStops the local tenant of this checkout. Its guests are kept for the next `npm start`.");
}

async function printEnvironment(): Promise<void> {
  await ensureTenant();
  console.log(JSON.stringify(tenantEnvironment()));
}

async function stop(): Promise<void> {
  const stopped = await stopTenant();
  console.log(
    stopped
      ? `Stopped the local tenant (process ${stopped.pid}, port ${stopped.port}). Its guests are kept for the next start.`
      : "The local tenant is not running.",
  );
}
