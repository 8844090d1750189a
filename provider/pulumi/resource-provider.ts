import type { Deadline } from "../deadline.ts";
import type { Properties } from "./wire-format.ts";

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

export interface ResourceRequest {
  urn: string;
  deadline: Deadline;
}

export interface ReadResult {
  id: string;
  inputs: Properties;
  outputs: Properties;
}

/**
 * The operations of one resource type, free of gRPC. Every operation rejects with an `Error` whose message is meant for
 * people; a resource that exists although its operation failed is reported with {@link InitializationError}.
 */
export interface Resource {
  /** @param olds the inputs of the last operation; `undefined` for a new resource */
  check(urn: string, news: Properties, olds: Properties | undefined): CheckResult;
  /** The properties that differ, by path; none means that nothing is to be done. */
  diff(oldInputs: Properties, newInputs: Properties): Map<string, PropertyChange>;
  /** What a preview may tell of the outputs before the operation has run; it asks and changes nothing. */
  preview(inputs: Properties, outputs: Properties | undefined): Properties;
  create(request: ResourceRequest & { inputs: Properties }): Promise<{ id: string; outputs: Properties }>;
  /** `undefined` where the resource is gone. */
  read(
    request: ResourceRequest & { id: string; inputs: Properties; outputs: Properties },
  ): Promise<ReadResult | undefined>;
  update(
    request: ResourceRequest & { id: string; oldInputs: Properties; newInputs: Properties; outputs: Properties },
  ): Promise<Properties>;
  delete(request: ResourceRequest & { id: string; inputs: Properties; outputs: Properties }): Promise<void>;
}

/** A Pulumi provider: its configuration, and its resources by type token. */
export interface ResourceProvider {
  readonly version: string;
  readonly resources: Readonly<Record<string, Resource>>;
  /** The package schema, as JSON text. */
  schema(): string;
  checkConfig(config: Properties): CheckResult;
  configure(config: Properties): void;
  /** The functions of the package by token, for a provider that has any; what they reject with is meant for people. */
  readonly functions?: Readonly<Record<string, (args: Properties) => Promise<Properties>>>;
  close(): Promise<void>;
}

/** The resource exists and is to be kept in the state, but the operation did not complete: the next `up` goes on. */
export class InitializationError extends Error {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;

  constructor(message: string, resource: { id: string; inputs: Properties; outputs: Properties }) {
    super(message);
    this.id = resource.id;
    this.inputs = resource.inputs;
    this.outputs = resource.outputs;
  }
}
