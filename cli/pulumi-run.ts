/** Runs of the Pulumi CLI, and the events that they report. */
import { type ChildProcess, type StdioOptions, spawn, spawnSync } from "node:child_process";
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  type WriteStream,
  writeFileSync,
} from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import grpc from "@grpc/grpc-js";
import eventsGrpc from "@pulumi/pulumi/proto/events_grpc_pb.js";
import type { EventRequest } from "@pulumi/pulumi/proto/events_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { z } from "zod";
import { checkout, exitStatus, type RunOptions, type StackPlace, Stop, shortName } from "./command-line.ts";
import { type EngineEvent, eventReader, type ResourceState } from "./comment/engine-events.ts";
import { complain, showLines } from "./log-lines.ts";
import { type ApplyProgress, showRun } from "./run-progress.ts";

/** How a run of the Pulumi CLI ended. */
export interface PulumiRun {
  /** Pulumi's own exit status. */
  status: number;
  events: EngineEvent[];
  /** The file with Pulumi's own output, an absolute path; absent where it was shown instead. */
  log?: string;
}

/** How a run is shown. */
export interface ShownRun {
  /** What the run does, such as `Preview`; the stack's name follows. */
  title?: string;
  /** How far it is, where its preview has told how much there is to do. */
  progress?: ApplyProgress;
  /** Where its lines go; stdout unless given. */
  display?: NodeJS.WritableStream;
}

const ownPack = path.join(checkout, "policies", "guests");

/** The folder of the policy pack: the checkout's own, else the installed one. */
export const policyPack = existsSync(path.join(ownPack, "PulumiPolicy.yaml"))
  ? ownPack
  : path.join(checkout, "node_modules", "@guests-as-code", "policies");

/** The policy pack and the stack's settings for it. */
export function policyFlags({ policyConfig }: RunOptions): string[] {
  return ["--policy-pack", policyPack, "--policy-pack-config", policyConfig];
}

/**
 * Runs the Pulumi CLI on a stack, shows how far it is, and keeps what its events say, without secrets, in the folder for
 * reports. Pulumi's own output, a line or more for each resource, goes to a file there; with `verbose` it is shown. When
 * Pulumi stops before the engine starts (no such stack, not logged in), there are no events.
 *
 * @param command `preview`, `up`, `refresh` or `destroy`
 * @param flags further flags of Pulumi's
 */
export async function runPulumi(
  options: RunOptions,
  command: keyof typeof titles,
  flags: readonly string[],
  { title = titles[command], progress, display = process.stdout }: ShownRun = {},
): Promise<PulumiRun> {
  const log = options.verbose ? undefined : path.join(options.out, `${command}.log`);
  const file = log === undefined ? undefined : logFile(log);
  const shown = showRun({ title: `${title} of stack ${shortName(options.stack)}`, progress }, display);
  const stream = await receiveEvents(shown.see);
  const where = ["--cwd", options.project, "--stack", options.stack];
  // The outputs would name each guest again, with the redeem URLs. Colours are escapes, and a name may hold them, too.
  const how = ["--non-interactive", "--color", "never", "--suppress-outputs", "--event-log", stream.address];
  const [program, ...first] = pulumi();
  const args = [...first, command, ...where, ...how, ...flags];
  const env = pulumiEnvironment(options.environment ?? process.env);
  const running = runInForeground(program, args, { cwd: options.project, env, output: file ?? display });
  const status = await running.catch((error: NodeJS.ErrnoException) => {
    shown.end(false);
    throw notStarted(error, options);
  });
  shown.end(status === 0);
  const events = stream.close();
  keepFile(
    path.join(options.out, `${command}.events.jsonl`),
    events.map((event) => `${JSON.stringify(event)}\n`).join(""),
  );
  if (log === undefined) return { status, events };
  await new Promise<void>((resolve) => file?.end(resolve));
  if (status !== 0 && !events.some(tellsWhy)) complain(lastLines(log));
  return { status, events, log };
}

const titles = { preview: "Preview", up: "Apply", refresh: "Refresh", destroy: "Destroy" } as const;

function logFile(file: string): WriteStream {
  keepFile(file, "");
  // A full disk must not stop a run half-way.
  return createWriteStream(file, { flags: "a" }).on("error", () => {});
}

/** Whether an event says why a run failed, so that a report can. */
function tellsWhy({ diagnosticEvent, policyEvent }: EngineEvent): boolean {
  return diagnosticEvent?.severity === "error" || policyEvent?.enforcementLevel === "mandatory";
}

const mostLastLines = 40;

function lastLines(file: string): string {
  return readFileSync(file, "utf8").trimEnd().split("\n").slice(-mostLastLines).join("\n");
}

/**
 * Makes an empty stack.
 *
 * @throws Stop with Pulumi's own words
 */
export function initStack({ project, stack, environment = process.env }: RunOptions): void {
  const [program, ...first] = pulumi();
  const args = [...first, "stack", "init", stack, "--non-interactive", "--cwd", project];
  const env = pulumiEnvironment(environment);
  const { status, error, stderr } = spawnSync(program, args, { cwd: project, env, encoding: "utf8" });
  if (error !== undefined) throw notStarted(error, { project, stack });
  if (status !== 0) throw new Stop(`Stack ${stack} could not be made: ${stderr.trim()}`, exitStatus.failed);
}

/** The stack that `npm run pulumi` gives a backend of its own. */
export const localStack = "local";

/** Where the stack's state is kept, such as `file:///var/guests` or `azblob://state`; `undefined` where nobody can tell. */
export function backendUrl(place: StackPlace): string | undefined {
  const { PULUMI_BACKEND_URL } = process.env;
  if (PULUMI_BACKEND_URL && place.stack !== localStack) return PULUMI_BACKEND_URL;
  try {
    return JSON.parse(askPulumi(place, ["about", "--json"])).backend?.url;
  } catch {
    return undefined;
  }
}

/** A stack's config by key, such as `guests:redirectUrl`. */
export type StackConfig = Readonly<Record<string, ConfigValue>>;

const configValue = z.object({
  /** As text; JSON where it is an object or a list. */
  value: z.string().optional(),
  objectValue: z.unknown().optional(),
  secret: z.boolean().default(false),
});
type ConfigValue = z.infer<typeof configValue>;

/**
 * The whole config of a stack, secrets decrypted.
 *
 * @throws Stop with Pulumi's own words, as when there is no such stack
 */
export function stackConfig(place: StackPlace): StackConfig {
  const text = askPulumi(place, ["config", "--json", "--show-secrets"]);
  return z.record(z.string(), configValue).parse(JSON.parse(text));
}

/**
 * The resources of a stack's state, secrets still encrypted.
 *
 * @throws Stop with Pulumi's own words
 */
export function stateOf(place: StackPlace): ResourceState[] {
  const { deployment } = JSON.parse(askPulumi(place, ["stack", "export"]));
  return deployment?.resources ?? [];
}

/** Why the secrets of a stack's state cannot be read, in Pulumi's words; `undefined` where they can. */
export function secretsProblem(place: StackPlace): string | undefined {
  try {
    askPulumi(place, ["stack", "output", "--json", "--show-secrets"]);
    return undefined;
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return error.message;
  }
}

/**
 * What a Pulumi command that changes nothing prints. It is given back, and shown to nobody.
 *
 * @throws Stop with Pulumi's own words
 */
function askPulumi(place: StackPlace, command: readonly string[]): string {
  const [program, ...first] = pulumi();
  const where = ["--non-interactive", "--color", "never", "--cwd", place.project, "--stack", place.stack];
  const { status, stdout, stderr, error } = spawnSync(program, [...first, ...command, ...where], {
    cwd: place.project,
    env: pulumiEnvironment(process.env),
    encoding: "utf8",
    maxBuffer: Infinity,
  });
  if (error !== undefined) throw notStarted(error, place);
  if (status !== 0)
    throw new Stop(stderr.trim() || `pulumi ${command[0]} ended with status ${status}.`, exitStatus.failed);
  return stdout;
}

function notStarted(error: NodeJS.ErrnoException, { project }: StackPlace): Error {
  if (error.code !== "ENOENT") return error;
  const missing = existsSync(project)
    ? "The Pulumi CLI is not on the PATH. Install it: https://www.pulumi.com/docs/install/"
    : `There is no folder ${project}. Name the Pulumi project's folder with --cwd.`;
  return new Stop(missing, exitStatus.failed);
}

/**
 * The variables that point at the local tenant, for stack `local` of a checkout that is set up; `undefined` elsewhere.
 * Starts the tenant unless it runs.
 */
export function localTenantVariables({ stack }: StackPlace): Record<string, string> | undefined {
  if (stack !== localStack || !isSetUp()) return undefined;
  const program = path.join(checkout, "tools", "tenant-process.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "environment"], { encoding: "utf8" });
  if (status !== 0) throw new Stop(stderr.trim(), exitStatus.failed);
  return z.record(z.string(), z.string()).parse(JSON.parse(stdout));
}

/** Variables with which Pulumi writes secrets in plain to a file or to its display. */
const tellingVariables = [
  ...["PULUMI_OPTION_VERBOSE", "PULUMI_OPTION_LOGFLOW", "PULUMI_OPTION_DEBUG", "PULUMI_OPTION_SHOW_SECRETS"],
  ...["PULUMI_OPTION_TRACING", "PULUMI_OPTION_OTEL_TRACES", "PULUMI_DEBUG_GRPC"],
];

function pulumiEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !tellingVariables.includes(name.toUpperCase()));
  return {
    ...Object.fromEntries(kept),
    // `--event-log` is hidden behind this variable; the Automation API sets it too.
    PULUMI_DEBUG_COMMANDS: "true",
    // A refresh compares state and tenant; the preview after it runs the program.
    PULUMI_RUN_PROGRAM: environment.PULUMI_RUN_PROGRAM ?? "false",
  };
}

/**
 * How to start the Pulumi CLI: in a checkout that is set up by `npm run pulumi`'s program, which knows the toolchain and
 * gives stack `local` its tenant; elsewhere the one on the PATH. A pipeline that applies is not set up: it installs no
 * development package.
 */
function pulumi(): [program: string, ...args: string[]] {
  return isSetUp() ? [process.execPath, wrapper] : ["pulumi"];
}

const wrapper = path.join(checkout, "tools", "pulumi.ts");

function isSetUp(): boolean {
  return existsSync(wrapper) && existsSync(path.join(checkout, ".local", "toolchain.json"));
}

/**
 * Runs a program in the foreground: it shares this process's terminal and gets its signals.
 *
 * @param options with `output`, what the program prints is shown there as harmless lines instead (log-lines.ts), and what
 *   it complains of on `errors`
 * @returns its exit status; 128 + the signal's number when a signal ended it, as shells report it
 * @throws Error when it cannot be started
 */
export function runInForeground(
  program: string,
  args: readonly string[],
  {
    output,
    errors = process.stderr,
    ...options
  }: { cwd: string; env: NodeJS.ProcessEnv; output?: NodeJS.WritableStream; errors?: NodeJS.WritableStream },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const stdio: StdioOptions = output !== undefined ? ["inherit", "pipe", "pipe"] : "inherit";
    const child: ChildProcess = spawn(program, args, { ...options, stdio });
    // Nobody may be left to read; that is no reason to stop half-way.
    const shown = Promise.allSettled([
      child.stdout && showLines(child.stdout, output ?? process.stdout),
      child.stderr && showLines(child.stderr, errors),
    ]);
    // On a terminal, Ctrl-C reaches the child without our help, and a second SIGINT makes Pulumi give up half-way.
    const onInterrupt = () => {
      if (!process.stdin.isTTY) child.kill("SIGINT");
    };
    const onTerminate = () => child.kill("SIGTERM");
    process.on("SIGINT", onInterrupt).on("SIGTERM", onTerminate);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      process.off("SIGINT", onInterrupt).off("SIGTERM", onTerminate);
      shown.then(() => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
    });
  });
}

/** The files that a run leaves behind. They name people, so only their owner may read them. */

/** Read and written by their owner only. Windows has no such modes: there the folder's rights hold. */
const ownersOnly = 0o600;

/**
 * Writes a file anew, with its folder. An older file of that name keeps neither its mode nor what it links to.
 *
 * @param file an absolute path
 */
export function keepFile(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  rmSync(file, { force: true });
  writeFileSync(file, text, { mode: ownersOnly, flag: "wx" });
}

/** The events of one run. */
export interface EventStream {
  /** What Pulumi takes for `--event-log`. */
  address: string;
  /** Ends when Pulumi has ended; gives the events, in their order. */
  close(): EngineEvent[];
}

/** Pulumi's own limit for one gRPC message, instead of gRPC's 4 MB: an event holds all of a resource. */
const maxMessageBytes = 400 * 1024 * 1024;

/**
 * Opens a port for the events of a run.
 *
 * @param onEvent hears of each event as it arrives
 */
export async function receiveEvents(onEvent: (event: EngineEvent) => void = () => {}): Promise<EventStream> {
  const events: EngineEvent[] = [];
  const read = eventReader();
  const server = new grpc.Server({ "grpc.max_receive_message_length": maxMessageBytes });
  server.addService(eventsGrpc.EventsService, {
    streamEvents(call: grpc.ServerReadableStream<EventRequest, empty.Empty>, answer: grpc.sendUnaryData<empty.Empty>) {
      call.on("data", (request: EventRequest) => {
        const event = read(request.getEvent());
        if (event === undefined) return;
        events.push(event);
        onEvent(event);
      });
      call.on("end", () => answer(null, new empty.Empty()));
      // Pulumi was killed: what it said before is what there is.
      call.on("error", () => {});
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve(port);
    });
  });
  return {
    address: `tcp://127.0.0.1:${port}`,
    close() {
      server.forceShutdown();
      return events;
    },
  };
}
