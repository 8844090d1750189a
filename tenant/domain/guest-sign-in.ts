import { createHmac, randomBytes, randomInt, timingSafeEqual } from "node:crypto";
import { comparable } from "../store/user.ts";

/** Entra's one-time passcodes are good for 30 minutes ("Email one-time passcode authentication"). */
export const validMinutes = 30;
/** After so many wrong codes the code is dead and another one has to be asked for. */
const mostWrongCodes = 5;
/** So many codes are sent to one address in the time below; a good code begins the count anew. */
const mostCodes = 5;
const countedMs = 10 * 60 * 1000;

interface Record {
  codeHash: Buffer;
  expiresAt: number;
  wrong: number;
  /** When codes were sent, in milliseconds. */
  sentAt: number[];
}

/** What came of asking for a code. */
export type Issued = { code: string } | { retryAfterSeconds: number };

/** What came of a code that was typed in. */
export type Verdict =
  | "right"
  | { refused: "wrong"; triesLeft: number }
  /** Too many wrong ones: another code has to be asked for. */
  | { refused: "used-up" }
  /** Too old, or used already. */
  | { refused: "expired" };

/**
 * One-time passcodes, one at a time for each address.
 *
 * They are held in memory and as keyed hashes only: a tenant that starts again has none, and nothing on disk tells one.
 */
export class Passcodes {
  readonly #now: () => Date;
  readonly #key = randomBytes(32);
  readonly #records = new Map<string, Record>();

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** A new code of eight digits; the one before it is dead. Or, after too many, how long to wait. */
  issue(address: string): Issued {
    this.#dropOld();
    const now = this.#now().getTime();
    const sentAt = (this.#records.get(comparable(address))?.sentAt ?? []).filter((at) => now - at < countedMs);
    const [oldest] = sentAt;
    if (oldest !== undefined && sentAt.length >= mostCodes) {
      return { retryAfterSeconds: Math.ceil((oldest + countedMs - now) / 1000) };
    }
    const code = String(randomInt(100_000_000)).padStart(8, "0");
    this.#records.set(comparable(address), {
      codeHash: this.#hash(address, code),
      expiresAt: now + validMinutes * 60 * 1000,
      wrong: 0,
      sentAt: [...sentAt, now],
    });
    return { code };
  }

  /** Judges a code. A right one is used up by this; spaces in it do not matter. */
  verify(address: string, code: string): Verdict {
    const record = this.#records.get(comparable(address));
    if (record === undefined || this.#now().getTime() >= record.expiresAt) return { refused: "expired" };
    if (record.wrong >= mostWrongCodes) return { refused: "used-up" };
    if (timingSafeEqual(this.#hash(address, code.replace(/\s/g, "")), record.codeHash)) {
      this.#records.delete(comparable(address));
      return "right";
    }
    record.wrong++;
    const triesLeft = mostWrongCodes - record.wrong;
    return triesLeft > 0 ? { refused: "wrong", triesLeft } : { refused: "used-up" };
  }

  #hash(address: string, code: string): Buffer {
    return createHmac("sha256", this.#key)
      .update(`${comparable(address)}\n${code}`)
      .digest();
  }

  #dropOld(): void {
    const now = this.#now().getTime();
    for (const [address, { expiresAt }] of this.#records) if (now >= expiresAt) this.#records.delete(address);
  }
}
