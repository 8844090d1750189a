import { isDeepStrictEqual } from "node:util";
import grpc from "@grpc/grpc-js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import statusProto from "@pulumi/pulumi/proto/status_pb.js";
import anyProto from "google-protobuf/google/protobuf/any_pb.js";
import structProto from "google-protobuf/google/protobuf/struct_pb.js";
import {
  type CheckResult,
  InitializationError,
  type Properties,
  type PropertyChange,
  type PropertyValue,
  withoutSecretMarks,
  withSecretMarks,
} from "./resource-provider.ts";

/** Reads properties off the wire; what the engine marked as a secret is unwrapped. */
export function fromStruct(struct: structProto.Struct | undefined): Properties {
  return struct === undefined ? {} : (withoutSecretMarks(markedProperties(struct)) as Properties);
}

/** Most operations read what the engine sent twice: what it is, and what of it is a secret. */
function markedProperties(struct: structProto.Struct): Properties {
  const properties = read.get(struct) ?? (struct.toJavaScript() as Properties);
  read.set(struct, properties);
  return properties;
}

const read = new WeakMap<structProto.Struct, Properties>();

/**
 * Puts properties on the wire; those that are `undefined` are left out.
 *
 * @param secrets properties from the engine; what is a secret there becomes one here
 */
export function toStruct(
  properties: Record<string, PropertyValue | undefined>,
  secrets?: structProto.Struct,
): structProto.Struct {
  const given = JSON.parse(JSON.stringify(properties)) as Properties;
  if (secrets === undefined) return structProto.Struct.fromJavaScript(given);
  // Most answers repeat what the engine sent.
  if (isDeepStrictEqual(given, fromStruct(secrets))) return secrets;
  return structProto.Struct.fromJavaScript(withSecretMarks(given, markedProperties(secrets)));
}

/**
 * What an operation failed with, fit for the wire.
 *
 * @param secrets the inputs from the engine; what is a secret there becomes one in what the engine is to record
 */
export function withSecretsOf(error: unknown, secrets: structProto.Struct | undefined): unknown {
  if (!(error instanceof InitializationError)) return error;
  const known = secrets === undefined ? {} : markedProperties(secrets);
  const { id, inputs, outputs, message } = error;
  const marked = { inputs: withSecretMarks(inputs, known), outputs: withSecretMarks(outputs, known) };
  return new InitializationError(message, { id, ...marked });
}

/** The answer to a check. */
export function checkResponse(
  { inputs, failures }: CheckResult,
  news: structProto.Struct | undefined,
): providerProto.CheckResponse {
  const response = new providerProto.CheckResponse();
  response.setInputs(toStruct(inputs, news));
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
