import grpc from "@grpc/grpc-js";
import engineServices from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineProto from "@pulumi/pulumi/proto/engine_pb.js";

export type Severity = "info" | "warning";

/** What the provider asks of the engine: to show a line beside the resource that it is about. */
export interface Engine {
  /**
   * Shows a message to the person who runs Pulumi.
   *
   * @param severity how much it matters; errors are not logged but thrown
   * @param message one plain sentence or two, without secrets
   * @param urn the resource that it is about
   */
  log(severity: Severity, message: string, urn: string): void;
}

/** Connects to the engine at `address`; without one (Pulumi asks for the schema only) messages go nowhere. */
export function connectEngine(address: string | undefined): Engine {
  if (address === undefined || address === "") return { log: () => {} };
  const client = new engineServices.EngineClient(address, grpc.credentials.createInsecure());
  return {
    log(severity, message, urn) {
      const request = new engineProto.LogRequest();
      request.setSeverity(severity === "warning" ? engineProto.LogSeverity.WARNING : engineProto.LogSeverity.INFO);
      request.setMessage(message);
      request.setUrn(urn);
      client.log(request, () => {
        // A message that the engine did not take is no reason to fail the operation it was about.
      });
    },
  };
}
