import type { Context } from "hono";
import type { RequestVariables, TenantEnv } from "../graph/graph-request.ts";
import type { Browser } from "./page-request.ts";

export interface PageEnv {
  Bindings: TenantEnv["Bindings"];
  Variables: RequestVariables & {
    browser: Browser;
    /** The fields of the form that was sent; empty for a GET. */
    form: URLSearchParams;
  };
}

export type PageRequest = Context<PageEnv>;

/** One page, or what one button of a page does. */
export interface PageRoute {
  method: "GET" | "POST";
  /** In lower case: paths are compared in lower case. */
  path: string;
  handle: (c: PageRequest) => Response | Promise<Response>;
}
