import type { Caller } from "../identity/token-service.ts";

/** A request to `Microsoft.Authorization` below a scope, taken apart. */
export interface ArmRequest {
  caller: Caller;
  /** What stands before `/providers/Microsoft.Authorization`, as written; empty for the tenant's root. */
  scope: string;
  /** What stands after the type; empty where the request is about all of them. */
  name: string;
  /** `$filter`, empty where there is none. */
  filter: string;
  /** The parsed body; `undefined` where there is none, or no JSON. */
  body: unknown;
}
