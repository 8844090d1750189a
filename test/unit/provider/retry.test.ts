import { describe, expect, it } from "vitest";
import {
  backOff,
  machineClock,
  retryAfterMilliseconds,
  TransientError,
  withRetries,
} from "../../../provider/deadline.ts";

function deadlineIn(milliseconds: number) {
  return { at: Date.now() + milliseconds, signal: AbortSignal.timeout(milliseconds), clock: machineClock };
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
    let tries = 0;
    const started = performance.now();
    const result = await withRetries(async () => {
      if (++tries === 1) throw new TransientError("busy", { retryAfter: 60 });
      return "done";
    }, deadlineIn(5_000));
    expect(result).toBe("done");
    expect(performance.now() - started).toBeGreaterThanOrEqual(55);
  });

  it("gives up at once where the wait would pass the deadline, with the server's own words", async () => {
    const attempt = () => Promise.reject(new TransientError("busy for long", { retryAfter: 3_600_000 }));
    await expect(withRetries(attempt, deadlineIn(1_000))).rejects.toThrow("busy for long");
  });

  it("tries a refusal only once", async () => {
    let tries = 0;
    const attempt = () => {
      tries++;
      return Promise.reject(new Error("no"));
    };
    await expect(withRetries(attempt, deadlineIn(1_000))).rejects.toThrow("no");
    expect(tries).toBe(1);
  });
});
