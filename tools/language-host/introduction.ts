import type grpc from "@grpc/grpc-js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";

/** The handler of `GetPluginInfo`. It has no version of its own: it is part of the project. */
export const getPluginInfo: grpc.handleUnaryCall<unknown, plugin.PluginInfo> = (_call, respond) => {
  respond(null, new plugin.PluginInfo());
};

/** The handler of `About`, for `pulumi about`. */
export const about: grpc.handleUnaryCall<language.AboutRequest, language.AboutResponse> = (_call, respond) => {
  const answer = new language.AboutResponse();
  answer.setExecutable(process.execPath);
  answer.setVersion(process.version);
  respond(null, answer);
};

/**
 * The handler of `GetRequiredPackages`. It names none: the packages in node_modules include providers that most stacks
 * never use, and Pulumi loads a plugin when the first resource asks for it.
 */
export const getRequiredPackages: grpc.handleUnaryCall<
  language.GetRequiredPackagesRequest,
  language.GetRequiredPackagesResponse
> = (_call, respond) => {
  respond(null, new language.GetRequiredPackagesResponse());
};
