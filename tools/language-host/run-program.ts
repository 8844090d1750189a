import type grpc from "@grpc/grpc-js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import { endChild, spawnChild } from "./child-processes.ts";
import { callError, sdkModule } from "./sdk-module.ts";

/** The status of a program that has already told the user what is wrong; the SDK's own choice. */
const PROGRAM_HAS_EXPLAINED_ITSELF = 32;

/** The options under `runtime` in Pulumi.yaml. */
type RuntimeOptions = Readonly<Record<string, unknown>>;

/**
 * The handler of `Run`: runs a project's program through the SDK it has installed.
 * @param engineAddress where the program logs to
 */
export function programRunner(engineAddress: string): grpc.handleUnaryCall<language.RunRequest, language.RunResponse> {
  return (call, respond) => {
    const request = call.request;
    const options = request.getInfo()?.getOptions()?.toJavaScript() ?? {};
    let args: string[];
    try {
      const runner = sdkModule(request.getInfo()?.getProgramDirectory() || request.getPwd(), "run");
      args = [...nodeArguments(options), runner, ...programArguments(request, engineAddress)];
    } catch (error) {
      respond(error as grpc.ServiceError);
      return;
    }
    const program = spawnChild("node", args, {
      cwd: request.getPwd(),
      env: { ...process.env, ...programEnvironment(request, options) },
      // The CLI shows what its language host prints as the program's own output.
      stdio: ["ignore", "inherit", "inherit"],
    });
    call.once("cancelled", () => void endChild(program));
    program.once("error", (error) => respond(callError("INTERNAL", `node did not start: ${error.message}`)));
    program.once("exit", (code, signal) => respond(null, programResult(code, signal)));
  };
}

/** The arguments of the SDK's `cmd/run`. */
export function programArguments(request: language.RunRequest, engineAddress: string): string[] {
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
export function programEnvironment(request: language.RunRequest, options: RuntimeOptions): Record<string, string> {
  return {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    ...(options.typescript === false ? {} : { PULUMI_NODEJS_TYPESCRIPT: "true" }),
    ...(typeof options.tsconfig === "string" ? { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig } : {}),
  };
}

function nodeArguments(options: RuntimeOptions): string[] {
  return typeof options.nodeargs === "string" ? options.nodeargs.split(/\s+/).filter(Boolean) : [];
}

function programResult(code: number | null, signal: NodeJS.Signals | null): language.RunResponse {
  const result = new language.RunResponse();
  if (code === PROGRAM_HAS_EXPLAINED_ITSELF) result.setBail(true);
  else if (signal) result.setError(`The program was ended by ${signal}`);
  else if (code !== 0) result.setError(`The program ended with status ${code}`);
  return result;
}
