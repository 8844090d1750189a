import type grpc from "@grpc/grpc-js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import { endChild, spawnChild } from "./child-processes.ts";
import { callError, sdkModule } from "./sdk-module.ts";

type PluginCall = grpc.ServerWritableStream<language.RunPluginRequest, language.RunPluginResponse>;

/**
 * The handler of `RunPlugin`: runs a provider (a folder with PulumiPlugin.yaml) or a policy pack through the SDK it has
 * installed, and streams what it prints until its exit status.
 */
export function runPlugin(call: PluginCall): void {
  let command: PluginCommand;
  try {
    command = pluginCommand(call.request);
  } catch (error) {
    call.emit("error", error);
    return;
  }
  const plugin = spawnChild("node", command.args, {
    cwd: command.cwd,
    env: { ...process.env, ...variables(call.request.getEnvList()) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  plugin.stdout?.on("data", (bytes: Buffer) => call.write(output((message) => message.setStdout(bytes))));
  plugin.stderr?.on("data", (bytes: Buffer) => call.write(output((message) => message.setStderr(bytes))));
  plugin.once("error", (error) => call.emit("error", callError("INTERNAL", `node did not start: ${error.message}`)));
  // `close` comes after the last output, `exit` may come before it.
  plugin.once("close", (code) => {
    call.write(output((message) => message.setExitcode(code ?? 1)));
    call.end();
  });
  call.once("cancelled", () => void endChild(plugin));
}

export type PluginCommand = { args: string[]; cwd: string };

/**
 * What `node` is started with to run a plugin.
 * @throws a gRPC error when the plugin's folder has no SDK
 */
export function pluginCommand(request: language.RunPluginRequest): PluginCommand {
  const folder = request.getInfo()?.getProgramDirectory() || request.getProgram();
  const args = request.getArgsList();
  // A policy pack takes the engine's address before its folder and works in that folder; a provider the other way round.
  return request.getKind() === "analyzer"
    ? { args: [sdkModule(folder, "run-policy-pack"), ...args, folder], cwd: folder }
    : { args: [sdkModule(folder, "run-plugin"), folder, ...args], cwd: request.getPwd() };
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

function output(fill: (message: language.RunPluginResponse) => void): language.RunPluginResponse {
  const message = new language.RunPluginResponse();
  fill(message);
  return message;
}
