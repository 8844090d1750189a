import { createRequire } from "node:module";
import path from "node:path";
import grpc from "@grpc/grpc-js";

/**
 * Finds a command of the SDK that a program or plugin has installed.
 * @param folder the program's folder
 * @param command e.g. `run-plugin`
 * @returns the path of its module
 * @throws a FAILED_PRECONDITION gRPC error when the SDK is not installed there
 */
export function sdkModule(folder: string, command: "run" | "run-plugin" | "run-policy-pack"): string {
  try {
    return createRequire(path.join(folder, "package.json")).resolve(`@pulumi/pulumi/cmd/${command}`);
  } catch {
    throw callError("FAILED_PRECONDITION", `@pulumi/pulumi is not installed for ${folder}. Run \`npm install\` there.`);
  }
}

/** An error that reaches the user of the CLI with its status and its words. */
export function callError(status: keyof typeof grpc.status, details: string): grpc.ServiceError {
  return Object.assign(new Error(details), { code: grpc.status[status], details, metadata: new grpc.Metadata() });
}
