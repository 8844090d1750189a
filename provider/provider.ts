import { readFileSync } from "node:fs";
import path from "node:path";
import { packageVersion } from "../contract/names.ts";
import { GraphClient } from "./graph/client.ts";
import type { Engine } from "./grpc/engine.ts";
import { isUnknown, type Properties } from "./grpc/properties.ts";
import type { CheckResult, PropertyChange, ReadResult, ResourceProvider } from "./grpc/resource-provider.ts";
import { checkInvitation } from "./invitation/check.ts";
import { Claims } from "./invitation/claims.ts";
import type { Context } from "./invitation/context.ts";
import { createInvitation } from "./invitation/create.ts";
import { deleteInvitation } from "./invitation/delete.ts";
import { diffInvitation } from "./invitation/diff.ts";
import { previewOutputs } from "./invitation/outputs.ts";
import { readInvitation } from "./invitation/read.ts";
import { updateInvitation } from "./invitation/update.ts";
import { configurationFailures, readConfiguration } from "./sign-in/configuration.ts";
import { Session } from "./sign-in/session.ts";

type RequestOf<Operation extends "create" | "read" | "update" | "delete"> = Parameters<ResourceProvider[Operation]>[0];

/** The provider of `entra-guests:index:Invitation`: one session with Graph, and the operations on the one resource. */
export class EntraGuestsProvider implements ResourceProvider {
  readonly version = packageVersion;
  readonly #engine: Engine;
  readonly #claims = new Claims();
  #graph: GraphClient | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  schema(): string {
    return readFileSync(path.join(import.meta.dirname, "schema.json"), "utf8");
  }

  checkConfig(config: Properties): CheckResult {
    return { inputs: config, failures: configurationFailures(config) };
  }

  configure(config: Properties): void {
    this.#graph = new GraphClient(new Session(readConfiguration(config, process.env)));
  }

  check(urn: string, news: Properties): CheckResult {
    const address = news.userEmailAddress;
    if (typeof address === "string" && !isUnknown(address)) this.#claims.declare(urn, address);
    return checkInvitation(news);
  }

  diff(oldInputs: Properties, newInputs: Properties): Map<string, PropertyChange> {
    return diffInvitation(oldInputs, newInputs);
  }

  preview(inputs: Properties, before: Properties | undefined): Properties {
    return previewOutputs(inputs, before);
  }

  create(request: RequestOf<"create">): Promise<{ id: string; outputs: Properties }> {
    return createInvitation(this.#context(), request);
  }

  read(request: RequestOf<"read">): Promise<ReadResult | undefined> {
    return readInvitation(this.#context(), request);
  }

  update(request: RequestOf<"update">): Promise<Properties> {
    return updateInvitation(this.#context(), request);
  }

  delete(request: RequestOf<"delete">): Promise<void> {
    return deleteInvitation(this.#context(), request);
  }

  async close(): Promise<void> {
    await this.#graph?.close();
  }

  #context(): Context {
    if (this.#graph === undefined)
      throw new Error("The engine asked for an operation before it configured the provider.");
    return { graph: this.#graph, engine: this.#engine, claims: this.#claims };
  }
}
