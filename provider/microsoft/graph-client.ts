import { randomUUID } from "node:crypto";
import DataLoader from "dataloader";
import { request as httpRequest } from "undici";
import { z } from "zod";
import { type Deadline, latestOf, withRetries } from "../deadline.ts";
import { errorOf, GraphError, type GraphResponse, GraphUnavailable, notGraphs } from "./graph-errors.ts";
import { type Costs, costsOf, GraphPace, type Pace, sumOf } from "./graph-pace.ts";
import { connections, lastingProblem, proxyNotice, textOf } from "./sign-in-configuration.ts";
import type { Session } from "./sign-in-session.ts";

export interface GraphWrite {
  method: "POST" | "PATCH" | "DELETE";
  /** Below the version, such as `/invitations`. */
  path: string;
  body?: unknown;
  /**
   * True where doing it twice is the same as doing it once: a failure is then simply tried again. Otherwise a failure
   * that leaves open whether the write took place is thrown as {@link OutcomeUnknown}.
   */
  repeatable: boolean;
  /** The status with which Graph says that it is done (Microsoft's reference page of the request). */
  done: 200 | 201 | 202 | 204;
}

/** The statuses that come without a body. */
const emptyAnswers: ReadonlySet<number> = new Set([202, 204]);

/** Graph's limit of requests in one `$batch` (Microsoft's page "Combine multiple requests"). */
const batchLimit = 20;

/** How long a read waits for others to share its batch, in milliseconds. */
const gatherFor = 4;

/** How often a repeatable write may meet an answer that is not Graph's, before that counts as final. */
const strangersBelieved = 4;

/** How long one HTTP request may take before it is given up and tried again, in milliseconds. */
const longestAttempt = 60_000;

/**
 * Microsoft Graph v1.0 over HTTPS. Connections are kept alive, all requests share one token, reads are gathered into
 * `$batch`, and failures that may pass are waited out until the operation's deadline. No more is sent than Graph's limits allow.
 */
export class GraphClient {
  readonly #session: Session;
  readonly #attemptTimeout: number;
  /** How fast requests are sent; mails of a mailbox ask for their turn themselves. */
  readonly pace: Pace;
  readonly #dispatcher = connections({ keepAliveTimeout: 30_000, connections: 64 });
  readonly #reads: DataLoader<GatheredRead, GraphResponse>;
  #clockDifference: number | undefined;

  /**
   * @param pace shared by all who use the same application's limits
   * @param attemptTimeout how long one HTTP request may take before it is given up, in milliseconds
   */
  constructor(session: Session, pace: Pace = new GraphPace(), attemptTimeout = longestAttempt) {
    this.#session = session;
    this.#attemptTimeout = attemptTimeout;
    this.pace = pace;
    this.#reads = new DataLoader((reads) => this.#readTogether(reads), {
      cache: false,
      maxBatchSize: batchLimit,
      batchScheduleFn: (send) => setTimeout(send, gatherFor),
    });
  }

  /**
   * Reads `path`, together with whatever else is read at the same moment.
   *
   * @param shape what the answer has to be like; another one counts as a failure that may pass
   * @throws GraphError where Graph refused it (404 included), GraphUnavailable where the deadline passed first
   */
  async read<Body>(path: string, shape: z.ZodType<Body>, deadline: Deadline): Promise<Body> {
    return withRetries(async () => {
      const part = await this.#reads.load({ path, deadline });
      if (part.status >= 400) throw errorOf(part);
      const answer = shape.safeParse(part.body);
      if (answer.success) return answer.data;
      throw new GraphUnavailable(
        `Microsoft Graph answered ${path.split("?", 1)[0]} with something else than asked for`,
        {
          mayHaveActed: false,
          cause: answer.error,
        },
      );
    }, deadline);
  }

  /**
   * Reads a list to its last page; a filtered one may begin with an empty page. Errors as for {@link read}.
   *
   * @param path of the list, with its query
   * @param shape what each of its items has to be like
   * @param context what the answer's `@odata.context` has to name, where an empty list has to be Graph's own
   */
  async readAll<Item>(path: string, shape: z.ZodType<Item>, deadline: Deadline, context = ""): Promise<Item[]> {
    const page = pageOf(shape, context);
    const [items, read] = [[] as Item[], new Set<string>()];
    const service = await this.objectUrl("", deadline);
    for (let next: string | undefined = path; next !== undefined; ) {
      const { value, "@odata.nextLink": link }: Page<Item> = await this.read(next, page, deadline);
      for (const item of value) items.push(item);
      // The token goes to Graph only, and no page is read twice.
      if (link !== undefined && (!link.startsWith(`${service}/`) || read.has(link))) {
        const where = URL.canParse(link) ? new URL(link).origin : "a place that is no URL";
        const message = `Microsoft Graph's list ${path.split("?", 1)[0]} goes on at ${where}, which is not its next page`;
        throw new GraphError(message, { status: 200, code: "", requestId: undefined });
      }
      next = link?.slice(service.length);
      read.add(link ?? "");
    }
    return items;
  }

  /**
   * Sends one write. Only Graph's own answer to that request counts as done. Errors as for {@link read}, and
   * {@link OutcomeUnknown}; see {@link GraphWrite.repeatable}.
   *
   * @returns the answer's body, and its date; `undefined` where it has none
   */
  async write(write: GraphWrite, deadline: Deadline): Promise<{ body: unknown; date: Date | undefined }> {
    let strangers = 0;
    const response = await withRetries(async () => {
      try {
        const costs = costsOf(write.method, write.path);
        const answer = await this.#send(write.method, write.path, write.body, costs, deadline);
        if (answer.status === write.done && (answer.body === undefined) === emptyAnswers.has(write.done)) return answer;
        const { message, failure } = notGraphs(answer);
        strangers += 1;
        if (write.repeatable && strangers >= strangersBelieved) throw new GraphError(message, failure);
        throw new GraphUnavailable(message, { mayHaveActed: true });
      } catch (error) {
        if (error instanceof GraphUnavailable && error.mayHaveActed && !write.repeatable)
          throw new OutcomeUnknown(error);
        throw error;
      }
    }, deadline);
    const date = new Date(response.headers.date ?? Number.NaN);
    return { body: response.body, date: Number.isNaN(date.getTime()) ? undefined : date };
  }

  /** The permissions that the token names: an application's roles, or what a person has consented to. */
  async grantedPermissions(deadline: Deadline): Promise<ReadonlySet<string>> {
    const { roles, scp = "" } = await this.#session.claims(deadline);
    return new Set([...roles, ...scp.split(" ").filter(Boolean)]);
  }

  /** Whether this is a sovereign cloud, whose Graph lacks some properties of the global one. */
  async isSovereign(deadline: Deadline): Promise<boolean> {
    const { hostname } = new URL((await this.#session.cloud(deadline)).graph);
    return sovereignClouds.some((suffix) => hostname.endsWith(suffix));
  }

  /** The whole URL of an object, as references between objects ask for. */
  async objectUrl(path: string, deadline: Deadline): Promise<string> {
    const { graph } = await this.#session.cloud(deadline);
    return `${graph}/v1.0${path}`;
  }

  /** How far the server's clock is ahead of this machine's, in milliseconds, to the second; `undefined` before an answer. */
  clockDifference(): number | undefined {
    return this.#clockDifference;
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
    await this.pace.close?.();
  }

  async #readTogether(reads: readonly GatheredRead[]): Promise<(GraphResponse | Error)[]> {
    const [first] = reads;
    if (first === undefined) return [];
    const deadline = latestOf(reads);
    const costs = reads.map(({ path }) => costsOf("GET", path));
    const whole = sumOf(costs);
    if (reads.length === 1)
      return [await this.#send("GET", first.path, undefined, whole, deadline).catch((error) => error)];

    const requests = reads.map(({ path }, index) => ({ id: String(index), method: "GET", url: path }));
    const { body } = await this.#send("POST", "/$batch", { requests }, whole, deadline);
    const answered = batchBody.safeParse(body);
    const parts = new Map(answered.data?.responses.map((part) => [part.id, part]));
    return reads.map((_, index) => {
      const part = parts.get(String(index));
      if (part === undefined) {
        return new GraphUnavailable("Microsoft Graph left a part of a batch unanswered", { mayHaveActed: false });
      }
      const answer = { status: part.status, headers: lowerCaseNames(part.headers), body: part.body };
      this.pace.answered(answer, costs[index] ?? {}, deadline);
      return answer;
    });
  }

  /** One HTTP exchange. Throws for every status of 400 and above, and for redirects: Graph's API never redirects. */
  async #send(
    method: GraphWrite["method"] | "GET",
    path: string,
    body: unknown,
    costs: Costs,
    deadline: Deadline,
  ): Promise<GraphResponse> {
    const { graph } = await this.#session.cloud(deadline);
    const exchange = async () => {
      await this.pace.turn(costs, deadline);
      const token = await this.#session.token(deadline);
      const response = await this.#exchange(`${graph}/v1.0${path}`, method, token, body, deadline);
      this.pace.answered(response, costs, deadline);
      return { response, token };
    };
    const { response, token } = await exchange();
    if (response.status !== 401) return accepted(response);
    // A token may be revoked or end early: ask for a new one, once.
    this.#session.forgetToken(token);
    return accepted((await exchange()).response);
  }

  async #exchange(
    url: string,
    method: string,
    token: string,
    body: unknown,
    deadline: Deadline,
  ): Promise<GraphResponse> {
    const signal = AbortSignal.any([deadline.signal, AbortSignal.timeout(this.#attemptTimeout)]);
    const clientRequestId = randomUUID();
    let sent: Awaited<ReturnType<typeof httpRequest>>;
    let text: string;
    try {
      sent = await httpRequest(url, {
        method: method as "GET",
        dispatcher: this.#dispatcher,
        signal,
        headers: {
          authorization: `Bearer ${token}`,
          accept: "application/json",
          "accept-encoding": "identity",
          "client-request-id": clientRequestId,
          ...(body !== undefined && { "content-type": "application/json" }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      text = await textOf(sent);
    } catch (error) {
      deadline.signal.throwIfAborted();
      const { name, message, code } = error as Error & { code?: string };
      const { host } = new URL(url);
      const problem = lastingProblem(error, host);
      if (problem !== undefined) throw new Error(`Microsoft Graph could not be reached: ${problem}.`, { cause: error });
      const reason = name === "TimeoutError" ? `no answer within ${this.#attemptTimeout / 1000} s` : message;
      throw new GraphUnavailable(
        `Microsoft Graph at ${host} could not be reached${proxyNotice()}: ${reason} (client request id ${clientRequestId})`,
        { mayHaveActed: !neverSent.includes(code ?? "") && !message.startsWith("Proxy response"), cause: error },
      );
    }
    const headers: GraphResponse["headers"] = { "client-request-id": clientRequestId, ...lowerCaseNames(sent.headers) };
    const date = Date.parse(headers.date ?? "");
    if (!Number.isNaN(date)) this.#clockDifference = date - Date.now();
    const response = { status: sent.statusCode, headers };
    return { ...response, body: parseBody(text, response) };
  }
}

interface Page<Item> {
  value: Item[];
  "@odata.nextLink"?: string | undefined;
}

/** Zod compiles each object when it first parses with it, so one is kept for all lists of the same items. */
const pages = new WeakMap<z.ZodType, Map<string, z.ZodType<Page<unknown>>>>();

function pageOf<Item>(shape: z.ZodType<Item>, context: string): z.ZodType<Page<Item>> {
  const known = pages.get(shape) ?? new Map<string, z.ZodType<Page<unknown>>>();
  pages.set(shape, known);
  const page = (known.get(context) as z.ZodType<Page<Item>> | undefined) ?? newPage(shape, context);
  known.set(context, page);
  return page;
}

function newPage<Item>(shape: z.ZodType<Item>, context: string): z.ZodType<Page<Item>> {
  return z.object({
    value: z.array(shape),
    "@odata.nextLink": z.string().optional(),
    "@odata.context": context === "" ? z.unknown().optional() : z.string().includes(context),
  });
}

/** Where Graph of US Government and China lives (Microsoft's page "National cloud deployments"). */
const sovereignClouds = [".microsoft.us", ".chinacloudapi.cn", ".sovcloud-api.fr", ".sovcloud-api.de"];

/** Connection errors after which the server has certainly seen nothing. */
const neverSent = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"];

interface GatheredRead {
  path: string;
  deadline: Deadline;
}

const batchBody = z.object({
  responses: z.array(
    z.object({
      id: z.string(),
      status: z.int(),
      headers: z.record(z.string(), z.string()).default({}),
      body: z.unknown(),
    }),
  ),
});

/** Nobody knows whether a write took place. Not transient: repeating it blindly might do it twice. */
export class OutcomeUnknown extends Error {
  constructor(cause: GraphUnavailable) {
    super(cause.message, { cause });
  }
}

/** @throws GraphError for a redirect, and for every status of 400 and above what it stands for */
function accepted(response: GraphResponse): GraphResponse {
  if (response.status >= 400) throw errorOf(response);
  if (response.status < 300) return response;
  const { message, failure } = notGraphs(response);
  throw new GraphError(message, failure);
}

function parseBody(text: string, { status, headers }: Omit<GraphResponse, "body">): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (status >= 300) return undefined;
    throw new GraphUnavailable(
      `Something that is not Microsoft Graph answered ${status} with ${headers["content-type"] ?? "no content type"} and no ` +
        `valid JSON; is there a proxy in between? (client request id ${headers["client-request-id"]})`,
      { mayHaveActed: true, cause },
    );
  }
}

function lowerCaseNames(headers: Record<string, string | string[] | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value?.toString()]));
}
