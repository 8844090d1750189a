import { readFileSync } from "node:fs";
import path from "node:path";
import { guestListToken, invitationToken, packageVersion } from "../model/names.ts";
import { Claims } from "./guest/claims.ts";
import type { Context } from "./guest/context.ts";
import { FreshLookUps } from "./guest/fresh-look-ups.ts";
import { guestListResource } from "./guest/guest-list-resource.ts";
import { invitationResource } from "./guest/invitation-resource.ts";
import type { Replication } from "./guest/replication.ts";
import { GraphClient } from "./microsoft/graph-client.ts";
import { configurationFailures, readConfiguration, replicationTime } from "./microsoft/sign-in-configuration.ts";
import { Session } from "./microsoft/sign-in-session.ts";
import {
  type CheckResult,
  type Engine,
  isUnknown,
  type Properties,
  type Resource,
  type ResourceProvider,
} from "./pulumi/resource-provider.ts";

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
    const known = Object.fromEntries(Object.entries(config).filter(([, value]) => !isUnknown(value)));
    return { inputs: config, failures: configurationFailures(known) };
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
