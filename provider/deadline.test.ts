import { describe, expect, it } from "vitest";
import { backOff, type Deadline, retryAfterMilliseconds, TransientError, withRetries } from "./deadline.ts";

/** A deadline by a clock that only waiting moves, and the waits so far. */
function deadlineIn(milliseconds: number): Deadline & { waits: number[] } {
  const waits: number[] = [];
  let now = Date.parse("2026-11-24T08:00:00Z");
  const clock = {
    now: () => now,
    async wait(time: number) {
      waits.push(time);
      now += time;
    },
  };
  return { at: now + milliseconds, signal: new AbortController().signal, clock, waits };
}

/** An attempt that fails so many times before it succeeds. */
function failing(times: number, error: Error) {
  const attempt = Object.assign(
    async () => {
      if (++attempt.tries <= times) throw error;
      return "done";
    },
    { tries: 0 },
  );
  return attempt;
}

describe("waiting out a failure", () => {
  it("reads Retry-After as seconds and as a date", () => {
    const now = Date.parse("2026-11-24T08:00:00Z");
    expect(retryAfterMilliseconds("2", now)).toBe(2000);
    expect(retryAfterMilliseconds("Tue, 24 Nov 2026 08:00:05 GMT", now)).toBe(5000);
    expect(retryAfterMilliseconds("Tue, 24 Nov 2026 07:00:00 GMT", now)).toBe(0);
    expect(retryAfterMilliseconds(undefined, now)).toBeUndefined();
    expect(retryAfterMilliseconds("soon", now)).toBeUndefined();
  });

  it("waits longer from try to try, up to half a minute, and never in step with others", () => {
    const earliest = [1, 2, 3, 4].map((tries) => backOff(tries, () => 0));
    const latest = [1, 2, 3, 4].map((tries) => backOff(tries, () => 1));
    expect(earliest).toEqual([250, 500, 1000, 2000]);
    expect(latest).toEqual([500, 1000, 2000, 4000]);
    expect(backOff(40, () => 1)).toBe(30_000);
  });

  it("waits as long as the server asks and then succeeds", async () => {
    const deadline = deadlineIn(300_000);
    const attempt = failing(2, new TransientError("busy", { retryAfter: 60_000 }));
    expect(await withRetries(attempt, deadline)).toBe("done");
    expect(deadline.waits).toEqual([60_000, 60_000]);
  });

  it.each([0, -5_000])(
    "[M3] never comes back sooner than by itself, whatever the server asks (%i ms)",
    async (retryAfter) => {
      const deadline = deadlineIn(25_000);
      const attempt = failing(Number.POSITIVE_INFINITY, new TransientError("busy", { retryAfter }));
      await expect(withRetries(attempt, deadline)).rejects.toThrow("busy");
      expect(attempt.tries).toBeLessThan(12);
      expect(Math.min(...deadline.waits)).toBeGreaterThanOrEqual(250);
    },
  );

  it("tries until the deadline where the server does not say how long, and then gives its last words", async () => {
    const deadline = deadlineIn(60_000);
    const attempt = failing(Number.POSITIVE_INFINITY, new TransientError("busy"));
    await expect(withRetries(attempt, deadline)).rejects.toThrow("busy");
    expect(attempt.tries).toBe(deadline.waits.length + 1);
    expect(deadline.waits.length).toBeGreaterThan(5);
    expect(deadline.clock.now()).toBeLessThan(deadline.at);
  });

  it("gives up at once where the wait would pass the deadline, with the server's own words", async () => {
    const deadline = deadlineIn(1_000);
    const attempt = failing(1, new TransientError("busy for long", { retryAfter: 3_600_000 }));
    await expect(withRetries(attempt, deadline)).rejects.toThrow("busy for long");
    expect(deadline.waits).toEqual([]);
  });

  it("does not go on once the run is cancelled", async () => {
    const attempt = failing(1, new TransientError("busy"));
    const deadline = { ...deadlineIn(60_000), signal: AbortSignal.abort() };
    await expect(withRetries(attempt, deadline)).rejects.toThrow("busy");
    expect(attempt.tries).toBe(1);
  });

  it("tries a refusal only once", async () => {
    const attempt = failing(1, new Error("no"));
    await expect(withRetries(attempt, deadlineIn(1_000))).rejects.toThrow("no");
    expect(attempt.tries).toBe(1);
  });
});
