import type { Deadline } from "../pulumi/resource-provider.ts";

/** A failure that may pass: the same request is worth sending again. */
export class TransientError extends Error {
  /** How long the server asked to wait, in milliseconds. */
  readonly retryAfter: number | undefined;

  constructor(message: string, options: { retryAfter?: number | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.retryAfter = options.retryAfter;
  }
}

/** The first wait and the longest, in milliseconds, where the server does not say how long. */
const firstWait = 500;
const longestWait = 30_000;

/**
 * Calls `attempt` until it succeeds, fails for good, or the deadline would pass before the next try.
 *
 * Waits as long as the server asks (Graph's throttling guidance: honour `Retry-After`), else exponentially longer
 * with jitter, so that many guests that failed together do not come back together.
 *
 * @throws the last error of `attempt`
 */
export async function withRetries<Result>(attempt: () => Promise<Result>, deadline: Deadline): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      const pause = error.retryAfter ?? backOff(tries);
      if (deadline.clock.now() + pause >= deadline.at || deadline.signal.aborted) throw error;
      await deadline.clock.wait(pause, deadline.signal);
    }
  }
}

/** The wait before the try after `tries` tries, in milliseconds. */
export function backOff(tries: number, random: () => number = Math.random): number {
  const ceiling = Math.min(longestWait, firstWait * 2 ** (tries - 1));
  return ceiling / 2 + (random() * ceiling) / 2;
}

/**
 * Reads a `Retry-After` header (RFC 9110, 10.2.3): seconds or a date.
 *
 * @returns milliseconds to wait, or `undefined` where there is no header that says so
 */
export function retryAfterMilliseconds(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined || header.trim() === "") return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
