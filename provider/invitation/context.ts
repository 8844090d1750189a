import type { GraphClient } from "../graph/client.ts";
import type { Engine } from "../grpc/engine.ts";
import type { Claims } from "./claims.ts";

/** What every operation on an invitation works with. */
export interface Context {
  graph: GraphClient;
  engine: Engine;
  claims: Claims;
}
