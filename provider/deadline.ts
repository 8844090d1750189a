import { setTimeout as wait } from "node:timers/promises";

/** The time by which operations wait and give up. Tests hand in one that can be turned forward. */
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
