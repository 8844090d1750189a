// Pulumi's Node language host for machines that build their toolchain (docs/toolchain.md): the official one comes only
// with the official CLI, and its last version among the Go modules is too old for today's CLI. This one runs programs,
// providers and policy packs through the SDK they have installed. Whatever it does not serve (other
// code generation) answers UNIMPLEMENTED, which the CLI understands.
//
// Pulumi starts it as `pulumi-language-nodejs ENGINE_ADDRESS` and reads a port from the first line of stdout.
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import grpc from "@grpc/grpc-js";
import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";

/** Pulumi's own limit for one gRPC message, instead of gRPC's 4 MB: a stack's configuration is one message. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;
const PARENT_CHECK_EVERY_MS = 500;
const CHILD_ENDS_WITHIN_MS = 2_000;
/** The status of a program that has already told the user what is wrong; the SDK's own choice. */
const PROGRAM_HAS_EXPLAINED_ITSELF = 32;

const [engineAddress = ""] = process.argv.slice(2).filter((arg) => !arg.startsWith("-"));
const server = new grpc.Server({ "grpc.max_receive_message_length": MAX_MESSAGE_BYTES });
server.addService(languageGrpc.LanguageRuntimeService, {
  about,
  generateProgram,
  getPluginInfo,
  getRequiredPackages,
  installDependencies,
  run: runProgram,
  runPlugin,
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});

const children = new Set<ChildProcess>();
const end = () => void endChildren().then(() => process.exit());
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
// A CLI that was killed sends no signal; its children are handed to another parent.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) end();
}, PARENT_CHECK_EVERY_MS).unref();
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

/** Serves `pulumi about`. */
function about(_call: unknown, respond: grpc.sendUnaryData<language.AboutResponse>): void {
  const answer = new language.AboutResponse();
  answer.setExecutable(process.execPath);
  answer.setVersion(process.version);
  respond(null, answer);
}

/**
 * Answers `pulumi import`, which prints a program for what it has imported: this language host writes none. A comment with
 * Pulumi's own notation takes its place, because the CLI drops diagnostics and counts an error as a failed import.
 */
function generateProgram(
  call: grpc.ServerUnaryCall<language.GenerateProgramRequest, language.GenerateProgramResponse>,
  respond: grpc.sendUnaryData<language.GenerateProgramResponse>,
): void {
  const sources = [...call.request.getSourceMap().entries()].map(([, text]) => text);
  const text = [
    "The import is done. This machine's Pulumi writes no TypeScript (docs/toolchain.md): a list already declares its guests and",
    "their access; declare anything else yourself. In Pulumi's own notation, this was imported:",
    "",
    ...sources.join("\n").trimEnd().split("\n"),
  ];
  const answer = new language.GenerateProgramResponse();
  const comment = text.map((line) => `// ${line}`.trimEnd()).join("\n");
  answer.getSourceMap().set("index.ts", Buffer.from(`${comment}\n`));
  respond(null, answer);
}

/** Names no version of its own: the language host is part of this project. */
function getPluginInfo(_call: unknown, respond: grpc.sendUnaryData<plugin.PluginInfo>): void {
  respond(null, new plugin.PluginInfo());
}

/**
 * Names the packages that the program's package.json names and whose plugins come from a server of their own: Pulumi
 * would look for them on its own download site. It finds its own plugins when the first resource asks for one, so
 * providers that a stack never uses are not downloaded.
 */
function getRequiredPackages(
  call: grpc.ServerUnaryCall<language.GetRequiredPackagesRequest, language.GetRequiredPackagesResponse>,
  respond: grpc.sendUnaryData<language.GetRequiredPackagesResponse>,
): void {
  const answer = new language.GetRequiredPackagesResponse();
  for (const { name, version, server } of namedPlugins(call.request.getInfo()?.getProgramDirectory() || ".")) {
    const dependency = new plugin.PackageDependency();
    dependency.setKind("resource");
    dependency.setName(name);
    dependency.setVersion(version);
    dependency.setServer(server);
    answer.addPackages(dependency);
  }
  respond(null, answer);
}

/** The field `pulumi` of a package.json, as far as it says where its plugin comes from. */
interface NamedPlugin {
  name: string;
  version: string;
  server: string;
}

function namedPlugins(folder: string): NamedPlugin[] {
  const programFolder = path.resolve(folder);
  const own = nearest("package.json", programFolder);
  if (own === undefined) return [];
  const { dependencies, devDependencies } = JSON.parse(readFileSync(own, "utf8"));
  return Object.keys({ ...dependencies, ...devDependencies }).flatMap((name) => {
    const installed = nearest(path.join("node_modules", name, "package.json"), programFolder);
    if (installed === undefined) return [];
    const { version, pulumi } = JSON.parse(readFileSync(installed, "utf8"));
    return pulumi?.resource && pulumi.name && pulumi.server ? [{ version, ...pulumi }] : [];
  });
}

/** Looks for a file in a folder and in those around it. */
function nearest(file: string, folder: string): string | undefined {
  const found = path.join(folder, file);
  if (existsSync(found)) return found;
  return folder === path.dirname(folder) ? undefined : nearest(file, path.dirname(folder));
}

/**
 * Runs `npm install` for a program or plugin that does not find the SDK yet. Every folder of this project finds it.
 */
function installDependencies(
  call: grpc.ServerWritableStream<language.InstallDependenciesRequest, language.InstallDependenciesResponse>,
): void {
  const folder = call.request.getInfo()?.getProgramDirectory() || call.request.getDirectory();
  if (hasSdk(folder)) {
    call.end();
    return;
  }
  const npm = spawnChild("npm", ["install"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const send = (fill: (message: language.InstallDependenciesResponse) => void) => {
    const message = new language.InstallDependenciesResponse();
    fill(message);
    call.write(message);
  };
  npm.stdout?.on("data", (bytes: Buffer) => send((message) => message.setStdout(bytes)));
  npm.stderr?.on("data", (bytes: Buffer) => send((message) => message.setStderr(bytes)));
  npm.once("error", (error) => call.emit("error", callError("INTERNAL", `npm did not start: ${error.message}`)));
  npm.once("close", (code) => {
    if (code === 0) call.end();
    else call.emit("error", callError("INTERNAL", `\`npm install\` in ${folder} ended with status ${code}`));
  });
  call.once("cancelled", () => void endChild(npm));
}

/** Runs a project's program through the SDK it has installed. */
function runProgram(
  call: grpc.ServerUnaryCall<language.RunRequest, language.RunResponse>,
  respond: grpc.sendUnaryData<language.RunResponse>,
): void {
  const request = call.request;
  const options = request.getInfo()?.getOptions()?.toJavaScript() ?? {};
  let args: string[];
  try {
    const runner = sdkModule(request.getInfo()?.getProgramDirectory() || request.getPwd(), "run");
    args = [...nodeArguments(options), runner, ...programArguments(request)];
  } catch (error) {
    respond(error as grpc.ServiceError);
    return;
  }
  let program: ChildProcess;
  try {
    program = spawnChild(process.execPath, args, {
      cwd: request.getPwd(),
      env: { ...process.env, ...programEnvironment(request, options) },
      // The CLI shows what its language host prints as the program's own output.
      stdio: ["ignore", "inherit", "inherit"],
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "E2BIG" ? "the stack's config is too long for it. Put guests into list files" : message;
    respond(callError("INTERNAL", `node did not start: ${why}`));
    return;
  }
  call.once("cancelled", () => void endChild(program));
  program.once("error", (error) => respond(callError("INTERNAL", `node did not start: ${error.message}`)));
  program.once("exit", (code, signal) => respond(null, programResult(code, signal)));
}

/** The options under `runtime` in Pulumi.yaml. */
type RuntimeOptions = Readonly<Record<string, unknown>>;

function nodeArguments(options: RuntimeOptions): string[] {
  return typeof options.nodeargs === "string" ? options.nodeargs.split(/\s+/).filter(Boolean) : [];
}

/** The arguments of the SDK's `cmd/run`. */
function programArguments(request: language.RunRequest): string[] {
  const flags = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": request.getInfo()?.getRootDirectory(),
    stack: request.getStack(),
    pwd: request.getPwd(),
    parallel: String(request.getParallel()),
  };
  const given = Object.entries(flags).flatMap(([name, value]) => (value ? [`--${name}`, value] : []));
  const dryRun = request.getDryrun() ? ["--dry-run"] : [];
  return [...given, ...dryRun, request.getInfo()?.getEntryPoint() || ".", ...request.getArgsList()];
}

/** The variables from which the SDK reads the stack's configuration and the runtime options. */
function programEnvironment(request: language.RunRequest, options: RuntimeOptions): Record<string, string> {
  return {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    ...(options.typescript === false ? {} : { PULUMI_NODEJS_TYPESCRIPT: "true" }),
    ...(typeof options.tsconfig === "string" ? { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig } : {}),
  };
}

function programResult(code: number | null, signal: NodeJS.Signals | null): language.RunResponse {
  const result = new language.RunResponse();
  if (code === PROGRAM_HAS_EXPLAINED_ITSELF) result.setBail(true);
  else if (signal) result.setError(`The program was ended by ${signal}`);
  else if (code !== 0) result.setError(`The program ended with status ${code}`);
  return result;
}

/**
 * Runs a provider (a folder with PulumiPlugin.yaml) or a policy pack through the SDK it has installed, and streams what
 * it prints until its exit status.
 */
function runPlugin(call: grpc.ServerWritableStream<language.RunPluginRequest, language.RunPluginResponse>): void {
  let command: { args: string[]; cwd: string };
  try {
    command = pluginCommand(call.request);
  } catch (error) {
    call.emit("error", error);
    return;
  }
  const child = spawnChild(process.execPath, command.args, {
    cwd: command.cwd,
    env: { ...process.env, ...variables(call.request.getEnvList()) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const send = (fill: (message: language.RunPluginResponse) => void) => {
    const message = new language.RunPluginResponse();
    fill(message);
    call.write(message);
  };
  child.stdout?.on("data", (bytes: Buffer) => send((message) => message.setStdout(bytes)));
  child.stderr?.on("data", (bytes: Buffer) => send((message) => message.setStderr(bytes)));
  child.once("error", (error) => call.emit("error", callError("INTERNAL", `node did not start: ${error.message}`)));
  // `close` comes after the last output, `exit` may come before it.
  child.once("close", (code) => {
    send((message) => message.setExitcode(code ?? 1));
    call.end();
  });
  call.once("cancelled", () => void endChild(child));
}

/**
 * What `node` is started with to run a plugin.
 * @throws a gRPC error when the plugin's folder has no SDK
 */
function pluginCommand(request: language.RunPluginRequest): { args: string[]; cwd: string } {
  const folder = request.getInfo()?.getProgramDirectory() || request.getProgram();
  const args = request.getArgsList();
  // A policy pack takes the engine's address before its folder and works in that folder; a provider the other way round.
  if (request.getKind() === "analyzer") {
    return { args: [sdkModule(folder, "run-policy-pack"), ...args, folder], cwd: folder };
  }
  const { typescript } = (request.getInfo()?.getOptions()?.toJavaScript() ?? {}) as RuntimeOptions;
  // The SDK's runner compiles TypeScript and loads half the SDK for it, a second at every start. A plugin that says that it
  // needs no compiler starts without the runner.
  const runner = typescript === false ? [] : [sdkModule(folder, "run-plugin")];
  return { args: [...runner, folder, ...args], cwd: request.getPwd() };
}

/** @param list `NAME=value` each */
function variables(list: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    list.map((entry) => {
      const end = entry.indexOf("=");
      return [entry.slice(0, end), entry.slice(end + 1)];
    }),
  );
}

function hasSdk(folder: string): boolean {
  try {
    return sdkModule(folder, "run") !== "";
  } catch {
    return false;
  }
}

/**
 * Finds a command of the SDK that a program or plugin has installed.
 * @param folder the program's folder
 * @param command e.g. `run-plugin`
 * @returns the path of its module
 * @throws a FAILED_PRECONDITION gRPC error when the SDK is not installed there
 */
function sdkModule(folder: string, command: "run" | "run-plugin" | "run-policy-pack"): string {
  try {
    return createRequire(path.join(folder, "package.json")).resolve(`@pulumi/pulumi/cmd/${command}`);
  } catch {
    throw callError("FAILED_PRECONDITION", `@pulumi/pulumi is not installed for ${folder}. Run \`npm install\` there.`);
  }
}

/** An error that reaches the user of the CLI with its status and its words. */
function callError(status: keyof typeof grpc.status, details: string): grpc.ServiceError {
  return Object.assign(new Error(details), { code: grpc.status[status], details, metadata: new grpc.Metadata() });
}

/** Starts a process that ends with this one at the latest. */
function spawnChild(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(program, args, options);
  children.add(child);
  const forget = () => children.delete(child);
  child.once("exit", forget).once("error", forget);
  return child;
}

/** Asks a process to end, and kills it when it does not. Resolves when it is gone. */
async function endChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const impatience = setTimeout(() => child.kill("SIGKILL"), CHILD_ENDS_WITHIN_MS);
  await exited;
  clearTimeout(impatience);
}

/** Ends every process that is still running. */
async function endChildren(): Promise<void> {
  await Promise.all([...children].map(endChild));
}
