import { readFileSync } from "node:fs";
import path from "node:path";
import { guestListToken, invitationToken, packageVersion } from "../model/names.ts";
import { GraphClient } from "./graph/client.ts";
import type { Engine } from "./grpc/engine.ts";
import type { Properties } from "./grpc/properties.ts";
import type { CheckResult, Resource, ResourceProvider } from "./grpc/resource-provider.ts";
import { guestListResource } from "./guest-list/resource.ts";
import { Claims } from "./invitation/claims.ts";
import type { Context } from "./invitation/context.ts";
import { FreshLookUps } from "./invitation/fresh-look-ups.ts";
import type { Replication } from "./invitation/replication.ts";
import { invitationResource } from "./invitation/resource.ts";
import { configurationFailures, readConfiguration, replicationTime } from "./sign-in/configuration.ts";
import { Session } from "./sign-in/session.ts";

/** The provider: one session with Graph, and the resources that use it. */
export class EntraGuestsProvider implements ResourceProvider {
  readonly version = packageVersion;
  readonly resources: Readonly<Record<string, Resource>>;
  #graph: GraphClient | undefined;
  readonly #replication: Replication = { time: 0, startedAt: Date.now() };

  constructor(engine: Engine) {
    const claims = new Claims();
    const lookUps = new FreshLookUps();
    const context = (): Context => {
      if (this.#graph === undefined)
        throw new Error("The engine asked for an operation before it configured the provider.");
      return { graph: this.#graph, engine, claims, lookUps, replication: this.#replication };
    };
    this.resources = {
      [guestListToken]: guestListResource(context),
      [invitationToken]: invitationResource(context, claims),
    };
  }

  schema(): string {
    return readFileSync(path.join(import.meta.dirname, "schema.json"), "utf8");
  }

  checkConfig(config: Properties): CheckResult {
    return { inputs: config, failures: configurationFailures(config) };
  }

  configure(config: Properties): void {
    const configuration = readConfiguration(config, process.env);
    this.#replication.time = replicationTime(configuration);
    this.#graph = new GraphClient(new Session(configuration));
  }

  async close(): Promise<void> {
    await this.#graph?.close();
  }
}
