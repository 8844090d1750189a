/**
 * One pace for several processes: the stacks of one `guests apply --all` share the limits of their tenant. The command
 * keeps the limits and answers on loopback; each provider asks it for a turn. Nothing is kept in a file: whoever dies
 * takes its place in the queue along, and where the command dies, each provider keeps a pace of its own.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { Agent, request as httpRequest } from "undici";
import { z } from "zod";
import { type Deadline, machineClock, TransientError } from "../deadline.ts";
import {
  type Answered,
  type Costs,
  GraphPace,
  Limits,
  type Pace,
  type PaceScope,
  paceOfMailsAlone,
} from "./graph-pace.ts";
import type { Configuration } from "./sign-in-configuration.ts";

/** The variable that names the address where the pace is kept; `none` for a local tenant that has no limits. */
export const paceVariable = "ENTRA_GUESTS_PACE";

/** The pace of who signs in so: shared where the environment says with whom, else of its own. */
export function paceOf({ tenantId, clientId }: Configuration, environment: NodeJS.ProcessEnv): Pace {
  const scope = { tenant: tenantId ?? "", application: clientId ?? "" };
  const address = environment[paceVariable] ?? "";
  if (address.startsWith("http:")) return new SharedPace(address, scope);
  const own = new GraphPace(new Limits(), scope);
  return address === "none" ? paceOfMailsAlone(own) : own;
}

const costs = z.record(z.string(), z.number().min(0));
const scope = z.object({ tenant: z.string(), application: z.string() });
const turnRequest = z.object({ scope, costs, timeLeft: z.number() });
const answeredRequest = z.object({
  scope,
  costs,
  status: z.int(),
  headers: z.record(z.string(), z.string()),
});

/** A pace that is shared on loopback. */
export interface PaceServer {
  /** For {@link paceVariable}. Nobody who does not know it can take a turn. */
  address: string;
  close(): Promise<void>;
}

/** Keeps the limits of all tenants for other processes of this machine, until it is closed. */
export async function servePace(): Promise<PaceServer> {
  const limits = new Limits();
  const paces = new Map<string, GraphPace>();
  const paceFor = (one: PaceScope) => {
    const key = JSON.stringify(one);
    const pace = paces.get(key) ?? new GraphPace(limits, one);
    paces.set(key, pace);
    return pace;
  };
  const path = `/${randomUUID()}`;
  const server = createServer((request, response) => {
    answer(paceFor, path, request, response).catch((error: Error) => end(response, 500, error.message));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}${path}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  paceFor: (scope: PaceScope) => GraphPace,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await text(request);
  if (request.url === `${path}/answered`) {
    const { scope, costs, ...answered } = answeredRequest.parse(JSON.parse(body));
    paceFor(scope).answered(answered, costs, { clock: machineClock });
    return end(response, 204);
  }
  if (request.url !== `${path}/turn`) return end(response, 404);
  const { scope, costs, timeLeft } = turnRequest.parse(JSON.parse(body));
  // Who is gone takes no turn.
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const deadline = { at: Date.now() + timeLeft, signal: gone.signal, clock: machineClock };
  try {
    await paceFor(scope).turn(costs, deadline);
    end(response, 204);
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
    end(response, 409, error.message);
  }
}

function end(response: ServerResponse, status: number, message = ""): void {
  if (!response.writableEnded) response.writeHead(status, { "content-type": "text/plain" }).end(message);
}

/** What answers tell of limits. */
const tellingHeaders = [
  ...["retry-after", "x-ms-resource-unit", "x-ms-throttle-limit-percentage"],
  ...["x-ms-throttle-scope", "x-ms-throttle-information"],
];

/** The pace that another process keeps; one of its own where nobody answers. */
export class SharedPace implements Pace {
  readonly #address: string;
  readonly #scope: PaceScope;
  readonly #own: GraphPace;
  readonly #dispatcher = new Agent({ keepAliveTimeout: 10_000 });

  constructor(address: string, scope: PaceScope) {
    this.#address = address;
    this.#scope = scope;
    this.#own = new GraphPace(new Limits(), scope);
  }

  async turn(costs: Costs, deadline: Deadline): Promise<void> {
    if (Object.keys(costs).length === 0) return;
    const { at, clock, signal } = deadline;
    const body = { scope: this.#scope, costs, timeLeft: at - clock.now() };
    const answered = await this.#ask("turn", body, signal).catch(() => {
      signal.throwIfAborted();
      return undefined;
    });
    if (answered?.status === 204) return;
    if (answered?.status === 409) throw new TransientError(answered.message);
    await this.#own.turn(costs, deadline);
  }

  answered(answer: Answered, costs: Costs, deadline: Pick<Deadline, "clock">): void {
    const known = tellingHeaders.flatMap((name) => {
      const value = answer.headers[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    if (Object.keys(costs).length === 0 || (known.length === 0 && answer.status !== 429)) return;
    this.#own.answered(answer, costs, deadline);
    const body = { scope: this.#scope, costs, status: answer.status, headers: Object.fromEntries(known) };
    // Who does not hear of it meets the limit itself.
    this.#ask("answered", body).catch(() => {});
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  async #ask(what: string, body: object, signal?: AbortSignal): Promise<{ status: number; message: string }> {
    const { statusCode, body: said } = await httpRequest(`${this.#address}/${what}`, {
      method: "POST",
      dispatcher: this.#dispatcher,
      headersTimeout: 0,
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });
    return { status: statusCode, message: await said.text() };
  }
}
