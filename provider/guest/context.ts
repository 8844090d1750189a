import type { GraphClient } from "../microsoft/graph-client.ts";
import type { Engine } from "../pulumi/resource-provider.ts";
import type { Claims } from "./claims.ts";
import type { FreshLookUps } from "./fresh-look-ups.ts";
import type { Replication } from "./replication.ts";

/** What every operation on guests works with. */
export interface Context {
  graph: GraphClient;
  engine: Engine;
  claims: Claims;
  lookUps: FreshLookUps;
  replication: Replication;
}
