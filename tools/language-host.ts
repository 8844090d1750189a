// Pulumi's Node language host for machines that build their toolchain (docs/toolchain.md): the official one comes only
// with the official CLI, and its last version among the Go modules is too old for today's CLI. This one runs programs,
// providers and policy packs through the SDK they have installed. Whatever it does not serve (code generation) answers
// UNIMPLEMENTED, which the CLI understands.
//
// Pulumi starts it as `pulumi-language-nodejs ENGINE_ADDRESS` and reads a port from the first line of stdout.
import grpc from "@grpc/grpc-js";
import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { endChildren } from "./language-host/child-processes.ts";
import { installDependencies } from "./language-host/install-dependencies.ts";
import { about, getPluginInfo, getRequiredPackages } from "./language-host/introduction.ts";
import { runPlugin } from "./language-host/run-plugin.ts";
import { programRunner } from "./language-host/run-program.ts";

/** Pulumi's own limit for one gRPC message, instead of gRPC's 4 MB: a stack's configuration is one message. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;
const PARENT_CHECK_EVERY_MS = 500;

const [engineAddress = ""] = process.argv.slice(2).filter((arg) => !arg.startsWith("-"));
const server = new grpc.Server({ "grpc.max_receive_message_length": MAX_MESSAGE_BYTES });
server.addService(languageGrpc.LanguageRuntimeService, {
  about,
  getPluginInfo,
  getRequiredPackages,
  installDependencies,
  run: programRunner(engineAddress),
  runPlugin,
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});

const end = () => void endChildren().then(() => process.exit());
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
// A CLI that was killed sends no signal; its children are handed to another parent.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) end();
}, PARENT_CHECK_EVERY_MS).unref();
