/** One request that the tenant has met. No body, no header, no token, no ticket. */
export interface LoggedRequest {
  /** Counts up from 1 in the order of arrival and is never used twice while the tenant runs. */
  number: number;
  /** When it arrived, ISO 8601. */
  at: string;
  method: string;
  /** Path and query as sent; the value of a redemption `ticket` is left out. */
  path: string;
  /** The answer's status; 0 while it is under way, and for a connection that a fault has cut. */
  status: number;
  /** The application that called, where a token said so. */
  appId?: string;
  /** Graph's `request-id` of the answer. */
  requestId: string;
  /** For a request inside a `$batch`: the number of the batch. */
  batch?: number;
}

/** How many requests are kept; older ones are dropped. */
const kept = 50_000;

/** The numbered list of every request, in memory. */
export class RequestLog {
  #requests: LoggedRequest[] = [];
  #last = 0;

  add(request: Omit<LoggedRequest, "number" | "status">): LoggedRequest {
    const logged: LoggedRequest = {
      ...request,
      path: withoutTicket(request.path),
      number: ++this.#last,
      status: 0,
    };
    this.#requests.push(logged);
    if (this.#requests.length > kept) this.#requests = this.#requests.slice(-kept / 2);
    return logged;
  }

  all(): LoggedRequest[] {
    return this.#requests.map((request) => ({ ...request }));
  }

  clear(): void {
    this.#requests = [];
  }
}

/** The path without the value of a ticket or a code, however its name is written in the query. */
function withoutTicket(path: string): string {
  return path.replace(/([?&])([^=&]*)=[^&]*/g, (parameter, mark: string, name: string) => {
    const decoded = [...new URLSearchParams(name).keys()][0]?.toLowerCase();
    return decoded === "ticket" || decoded === "code" ? `${mark}${name}=…` : parameter;
  });
}
