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

/** The engine behind its gRPC address. */
export class EngineConnection implements Engine {
  #client: engineServices.EngineClient | undefined;

  /**
   * @param address where the engine listens; nothing where Pulumi asks for the schema only: messages then go nowhere
   * @param whenGone called once that engine cannot be reached any more
   */
  constructor(address: string | undefined, whenGone: () => void) {
    if (address !== undefined) watch(this.connect(address), whenGone);
  }

  /** Talks to the engine at this address from now on: a provider that was started by hand is told it later. */
  connect(address: string): Channel {
    this.#client?.close();
    this.#client = new engineServices.EngineClient(address, grpc.credentials.createInsecure());
    return this.#client.getChannel();
  }

  log(severity: Severity, message: string, urn: string): void {
    const request = new engineProto.LogRequest();
    request.setSeverity(severity === "warning" ? engineProto.LogSeverity.WARNING : engineProto.LogSeverity.INFO);
    request.setMessage(message);
    request.setUrn(urn);
    this.#client?.log(request, () => {
      // A message that the engine did not take is no reason to fail the operation it was about.
    });
  }
}

type Channel = ReturnType<engineServices.EngineClient["getChannel"]>;

/**
 * An engine that was killed tells nobody, and the language host that started this provider may outlive it: a provider
 * that went on inviting would do so beside the next run. A lost connection is tried again once.
 */
function watch(channel: Channel, whenGone: () => void): void {
  const state = channel.getConnectivityState(true);
  if (state === grpc.connectivityState.TRANSIENT_FAILURE) {
    whenGone();
  } else {
    channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, (closed) => {
      if (!closed) watch(channel, whenGone);
    });
  }
}
