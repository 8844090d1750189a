/**
 * Receives the events of a Pulumi run over loopback, so that Pulumi writes none of them to a disk: its event log holds
 * secrets in plain. `--event-log tcp://…` is how the Automation API receives them as well, on every platform.
 */

import grpc from "@grpc/grpc-js";
import eventsGrpc from "@pulumi/pulumi/proto/events_grpc_pb.js";
import type { EventRequest } from "@pulumi/pulumi/proto/events_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { type EngineEvent, eventReader } from "./comment/engine-events.ts";

/** The events of one run. */
export interface EventStream {
  /** What Pulumi takes for `--event-log`. */
  address: string;
  /** Ends when Pulumi has ended; gives the events, in their order. */
  close(): EngineEvent[];
}

/** Pulumi's own limit for one gRPC message, instead of gRPC's 4 MB: an event holds all of a resource. */
const maxMessageBytes = 400 * 1024 * 1024;

/** Opens a port for the events of a run. */
export async function receiveEvents(): Promise<EventStream> {
  const events: EngineEvent[] = [];
  const read = eventReader();
  const server = new grpc.Server({ "grpc.max_receive_message_length": maxMessageBytes });
  server.addService(eventsGrpc.EventsService, {
    streamEvents(call: grpc.ServerReadableStream<EventRequest, empty.Empty>, answer: grpc.sendUnaryData<empty.Empty>) {
      call.on("data", (request: EventRequest) => {
        const event = read(request.getEvent());
        if (event !== undefined) events.push(event);
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
