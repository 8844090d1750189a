import grpc from "@grpc/grpc-js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import statusProto from "@pulumi/pulumi/proto/status_pb.js";
import anyProto from "google-protobuf/google/protobuf/any_pb.js";
import type { InitializationError } from "./resource-provider.ts";
import { toStruct } from "./wire-format.ts";

/**
 * The gRPC error that tells the engine to record the resource although its operation failed. It travels in the
 * trailer `grpc-status-details-bin`, where Go's gRPC looks for structured details.
 */
export function initializationFailure(error: InitializationError): Partial<grpc.StatusObject> {
  const detail = new providerProto.ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setInputs(toStruct(error.inputs));
  detail.setProperties(toStruct(error.outputs));
  detail.setReasonsList([error.message]);

  const packed = new anyProto.Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statusProto.Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(error.message);
  status.addDetails(packed);

  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: error.message, metadata };
}
