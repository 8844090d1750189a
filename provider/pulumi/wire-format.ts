import grpc from "@grpc/grpc-js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import statusProto from "@pulumi/pulumi/proto/status_pb.js";
import anyProto from "google-protobuf/google/protobuf/any_pb.js";
import structProto from "google-protobuf/google/protobuf/struct_pb.js";
import {
  type CheckResult,
  type InitializationError,
  type Properties,
  type PropertyChange,
  type PropertyValue,
  withoutSecretMarks,
} from "./resource-provider.ts";

/** Reads properties off the wire; what the engine marked as a secret is unwrapped. */
export function fromStruct(struct: structProto.Struct | undefined): Properties {
  return struct === undefined ? {} : (withoutSecretMarks(struct.toJavaScript() as PropertyValue) as Properties);
}

/** Puts properties on the wire; those that are `undefined` are left out. */
export function toStruct(properties: Record<string, PropertyValue | undefined>): structProto.Struct {
  return structProto.Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)));
}

/** The answer to a check. */
export function checkResponse({ inputs, failures }: CheckResult): providerProto.CheckResponse {
  const response = new providerProto.CheckResponse();
  response.setInputs(toStruct(inputs));
  for (const { property, reason } of failures) {
    const failure = new providerProto.CheckFailure();
    failure.setProperty(property);
    failure.setReason(reason);
    response.addFailures(failure);
  }
  return response;
}

/** The answer to a diff; the engine wants each changed property by its whole path and by its first name. */
export function diffResponse(changes: Map<string, PropertyChange>): providerProto.DiffResponse {
  const { DiffResponse, PropertyDiff } = providerProto;
  const kinds = {
    add: PropertyDiff.Kind.ADD,
    update: PropertyDiff.Kind.UPDATE,
    delete: PropertyDiff.Kind.DELETE,
    replace: PropertyDiff.Kind.UPDATE_REPLACE,
  };
  const response = new DiffResponse();
  response.setChanges(changes.size > 0 ? DiffResponse.DiffChanges.DIFF_SOME : DiffResponse.DiffChanges.DIFF_NONE);
  response.setHasdetaileddiff(true);
  for (const [path, change] of changes) {
    const difference = new PropertyDiff();
    difference.setKind(kinds[change]);
    difference.setInputdiff(true);
    response.getDetaileddiffMap().set(path, difference);
    const name = path.split(/[.[]/, 1)[0] ?? path;
    if (!response.getDiffsList().includes(name)) response.addDiffs(name);
    if (change === "replace") response.addReplaces(name);
  }
  return response;
}

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
