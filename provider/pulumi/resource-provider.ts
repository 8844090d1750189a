import type { ComponentResourceOptions, Inputs, Output } from "@pulumi/pulumi";
import type { z } from "zod";
import { findingsOf, valueAt } from "../../model/findings.ts";
import type { Deadline } from "../deadline.ts";

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

/** Takes the marks off secrets: the engine sends them to this provider in the clear. */
export function withoutSecretMarks(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(withoutSecretMarks);
  if (typeof value !== "object" || value === null) return value;
  if (value[signatureKey] === secretSignature) return withoutSecretMarks(value.value ?? null);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withoutSecretMarks(part)]));
}

/**
 * Properties with marks on those that are secrets in others: an output is as secret as the input of its name. The engine
 * does the same for providers that it does not tell what is secret.
 *
 * @param properties properties without marks, or with some
 * @param known properties as the engine sent them
 */
export function withSecretMarks(properties: Properties, known: PropertyValue): Properties {
  if (!isMap(known)) return properties;
  const marked = Object.entries(known).flatMap(([name, other]): [string, PropertyValue][] => {
    const own = properties[name];
    if (own === undefined || isSecret(own)) return [];
    if (isMap(own) && isMap(other)) return [[name, withSecretMarks(own, other)]];
    return holdsSecret(other) ? [[name, secret(own)]] : [];
  });
  return { ...properties, ...Object.fromEntries(marked) };
}

function isSecret(value: PropertyValue): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && value[signatureKey] !== undefined;
}

function isMap(value: PropertyValue): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isSecret(value);
}

function holdsSecret(value: PropertyValue): boolean {
  if (typeof value !== "object" || value === null) return false;
  return isSecret(value) || Object.values(value).some(holdsSecret);
}

/** An input that is not acceptable: its path within the inputs, and the rule in words. */
export interface CheckFailure {
  property: string;
  reason: string;
}

export interface CheckResult {
  inputs: Properties;
  failures: CheckFailure[];
}

/** How one property differs; `replace` means that the resource cannot be changed in place. */
export type PropertyChange = "add" | "update" | "delete" | "replace";

interface OperationRequest {
  urn: string;
  deadline: Deadline;
}

export interface CreateRequest extends OperationRequest {
  inputs: Properties;
}

export interface UpdateRequest extends OperationRequest {
  id: string;
  oldInputs: Properties;
  newInputs: Properties;
  outputs: Properties;
}

/** A resource as the state has it. */
export interface RecordedResource {
  id: string;
  inputs: Properties;
  outputs: Properties;
}

/** Asks to read or to delete a resource. */
export type RecordedRequest = OperationRequest & RecordedResource;

/**
 * The operations of one resource type, free of gRPC. Every operation rejects with an `Error` whose message is meant for
 * people; a resource that exists although its operation failed is reported with {@link InitializationError}.
 */
export interface Resource {
  /** @param olds the inputs of the last operation; `undefined` for a new resource */
  check(urn: string, news: Properties, olds: Properties | undefined): CheckResult;
  /**
   * The properties that differ, by path; none means that nothing is to be done.
   *
   * @param state the resource that is compared
   */
  diff(
    oldInputs: Properties,
    newInputs: Properties,
    state?: { urn: string; id: string; outputs: Properties },
  ): Map<string, PropertyChange>;
  /** What a preview may tell of the outputs before the operation has run; it asks and changes nothing. */
  preview(inputs: Properties, outputs: Properties | undefined): Properties;
  create(request: CreateRequest): Promise<{ id: string; outputs: Properties }>;
  /** `undefined` where the resource is gone. An import has no inputs and no outputs. */
  read(request: RecordedRequest): Promise<RecordedResource | undefined>;
  update(request: UpdateRequest): Promise<Properties>;
  delete(request: RecordedRequest): Promise<void>;
}

/**
 * Makes a component and its resources in this process, in the run that asks for it.
 *
 * @param name the component's name
 * @param inputs what the program gave it; parts may be outputs
 * @param options its options
 * @returns its URN, and what the program learns of it
 */
export type Component = (
  name: string,
  inputs: Inputs,
  options: ComponentResourceOptions,
) => Promise<{ urn: Output<string>; state: Inputs }>;

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

/** A Pulumi provider: its configuration, and its resources by type token. */
export interface ResourceProvider {
  readonly version: string;
  readonly resources: Readonly<Record<string, Resource>>;
  /** The components of the package by type token, for a provider that has any. */
  readonly components?: Readonly<Record<string, Component>>;
  /** The package schema, as JSON text. */
  schema(): string;
  checkConfig(config: Properties): CheckResult;
  configure(config: Properties): void;
  /** The functions of the package by token, for a provider that has any; what they reject with is meant for people. */
  readonly functions?: Readonly<Record<string, (args: Properties) => Promise<Properties>>>;
  close(): Promise<void>;
}

/** The resource exists and is to be kept in the state, but the operation did not complete: the next `up` goes on. */
export class InitializationError extends Error implements RecordedResource {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;

  constructor(message: string, resource: RecordedResource) {
    super(message);
    this.id = resource.id;
    this.inputs = resource.inputs;
    this.outputs = resource.outputs;
  }
}

/**
 * Puts what a schema found wrong into the engine's form: the rule, then what to do.
 *
 * @param error what the schema found
 * @param inputs what was checked; parts of it that a preview does not know yet are not judged
 * @param schema the schema, for the names that are known
 */
export function schemaFailures(error: z.ZodError, inputs: Properties, schema: z.ZodType): CheckFailure[] {
  return findingsOf(error, inputs, schema)
    .filter(({ path }) => !isUnknown(valueAt(inputs, path) as PropertyValue | undefined))
    .map(({ path, rule, remedy, unknownKey }) => {
      const property = propertyPath(path);
      return { property, reason: unknownKey ? `"${property}" is not a property: ${remedy}` : `${rule}: ${remedy}` };
    });
}

/** Pulumi's notation of a path, such as `message.body` or `sponsors[1]`. */
function propertyPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : `${index > 0 ? "." : ""}${String(part)}`))
    .join("");
}
