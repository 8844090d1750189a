import type grpc from "@grpc/grpc-js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import { endChild, spawnChild } from "./child-processes.ts";
import { callError, sdkModule } from "./sdk-module.ts";

/**
 * The handler of `InstallDependencies`. A program or plugin that already finds the SDK, as every folder of this project
 * does, needs nothing more; for another one `npm install` runs.
 */
export const installDependencies: grpc.handleServerStreamingCall<
  language.InstallDependenciesRequest,
  language.InstallDependenciesResponse
> = (call) => {
  const folder = call.request.getInfo()?.getProgramDirectory() || call.request.getDirectory();
  if (isInstalled(folder)) {
    call.end();
    return;
  }
  const npm = spawnChild("npm", ["install"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  npm.stdout?.on("data", (bytes: Buffer) => call.write(output((message) => message.setStdout(bytes))));
  npm.stderr?.on("data", (bytes: Buffer) => call.write(output((message) => message.setStderr(bytes))));
  npm.once("error", (error) => call.emit("error", callError("INTERNAL", `npm did not start: ${error.message}`)));
  npm.once("close", (code) => {
    if (code === 0) call.end();
    else call.emit("error", callError("INTERNAL", `\`npm install\` in ${folder} ended with status ${code}`));
  });
  call.once("cancelled", () => void endChild(npm));
};

function isInstalled(folder: string): boolean {
  try {
    return sdkModule(folder, "run") !== "";
  } catch {
    return false;
  }
}

function output(fill: (message: language.InstallDependenciesResponse) => void): language.InstallDependenciesResponse {
  const message = new language.InstallDependenciesResponse();
  fill(message);
  return message;
}
