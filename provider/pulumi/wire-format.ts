import structProto from "google-protobuf/google/protobuf/struct_pb.js";

/** A value as it crosses the engine's wire: JSON, plus the two marks below. */
export type PropertyValue = null | boolean | number | string | PropertyValue[] | { [name: string]: PropertyValue };
export type Properties = Record<string, PropertyValue>;

/** Stands for a value that is not known during a preview (Pulumi's wire format, `UnknownStringValue`). */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The key and the value that mark an object as a secret (Pulumi's wire format, `SigKey` and `SecretSig`). */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** True where the value, or a part of it, is not known yet. */
export function isUnknown(value: PropertyValue | undefined): boolean {
  if (value === unknownValue) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(isUnknown);
}

/** Marks a value so that the engine encrypts it in the state and hides it in its output. */
export function secret(value: PropertyValue): PropertyValue {
  return { [signatureKey]: secretSignature, value };
}

/** Reads properties off the wire; secrets, which the engine sends in the clear to this provider, are unwrapped. */
export function fromStruct(struct: structProto.Struct | undefined): Properties {
  return struct === undefined ? {} : (unwrap(struct.toJavaScript() as PropertyValue) as Properties);
}

/** Puts properties on the wire; those that are `undefined` are left out. */
export function toStruct(properties: Record<string, PropertyValue | undefined>): structProto.Struct {
  return structProto.Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)));
}

function unwrap(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(unwrap);
  if (typeof value !== "object" || value === null) return value;
  if (value[signatureKey] === secretSignature) return unwrap(value.value ?? null);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, unwrap(part)]));
}
