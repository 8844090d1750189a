import { setTimeout as wait } from "node:timers/promises";

/** The time by which operations wait and give up. Tests pass one that they can turn forward. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Waits; rejects with the signal's reason when that fires first. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** The machine's own. */
export const machineClock: Clock = {
  now: () => Date.now(),
  wait: (milliseconds, signal) => wait(milliseconds, undefined, { signal }).catch(() => signal.throwIfAborted()),
};

/** The time that an operation may take, and the sign that it should stop. */
export interface Deadline {
  /** The moment at which to give up, in milliseconds since 1970. */
  at: number;
  /** Fires at that moment, or when the engine cancels the run. */
  signal: AbortSignal;
  /** Measures `at`, and waits. */
  clock: Clock;
}

/** The latest deadline of those who ask together: a caller with less time stops waiting by itself. */
export function latestOf(asked: readonly { deadline: Deadline }[]): Deadline {
  const [first, ...others] = asked.map(({ deadline }) => deadline);
  if (first === undefined) throw new Error("Nobody asks.");
  return others.reduce((latest, one) => (one.at > latest.at ? one : latest), first);
}

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
 * Waits exponentially longer with jitter, so that many guests that failed together do not come back together; and as
 * long as the server asks at least (Graph's throttling guidance: honour `Retry-After`). A server that asks for less, or
 * for a moment that has passed, is not asked sooner.
 *
 * @throws the last error of `attempt`
 */
export async function withRetries<Result>(attempt: () => Promise<Result>, deadline: Deadline): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      const pause = Math.max(error.retryAfter ?? 0, backOff(tries));
      if (deadline.clock.now() + pause >= deadline.at || deadline.signal.aborted) throw error;
      await deadline.clock.wait(pause, deadline.signal);
    }
  }
}

/** The wait before the next try, in milliseconds, after `tries` tries. */
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
