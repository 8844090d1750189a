import { createHash, createHmac, randomBytes, randomInt, timingSafeEqual } from "node:crypto";
import type { PasscodeMail } from "../mail/compose-mail.ts";
import { comparable } from "../store/described-types.ts";
import type { User } from "../store/object-types.ts";
import type { TenantStore } from "../store/tenant-store.ts";
import { isInvited } from "../store/user-store.ts";

/** What signing in by a code takes: the codes, the browsers, and a way to deliver a code. */
export interface GuestSignIn {
  passcodes: Passcodes;
  browsers: BrowserSessions;
  /** Returns once the mail is delivered. @throws where it cannot be */
  deliver(mail: PasscodeMail): Promise<void>;
}

/** The guest who may sign in with an address. */
export function guestWithAddress({ users }: TenantStore, address: string): User | undefined {
  return users.currentByAddress(address).find((user) => isInvited(user) && user.accountEnabled);
}

/**
 * Mails a new code; the one before it is dead.
 *
 * @param address what was typed in: the code is good for it
 * @param to where the code goes. Absent: nobody may sign in with the address, and everything else is the same
 * @returns how long to wait, where too many codes were sent
 * @throws where the mail cannot be delivered
 */
export async function sendPasscode(
  { passcodes, deliver }: GuestSignIn,
  organisation: string,
  address: string,
  to: string | undefined,
): Promise<{ retryAfterSeconds: number } | undefined> {
  const issued = passcodes.issue(address);
  if ("retryAfterSeconds" in issued) return issued;
  if (to !== undefined) await deliver({ to, code: issued.code, organisation, validMinutes });
  return undefined;
}

/** Entra's one-time passcodes are good for 30 minutes ("Email one-time passcode authentication"). */
export const validMinutes = 30;
/** After this many wrong codes the code is dead, and the guest has to ask for another. */
const mostWrongCodes = 5;
/** How many codes one address gets in the time below. A right code starts the count again. */
const mostCodes = 5;
const countedMs = 10 * 60 * 1000;

interface IssuedCode {
  codeHash: Buffer;
  expiresAt: number;
  wrong: number;
  /** When codes were sent, in milliseconds. */
  sentAt: number[];
}

/** What came of asking for a code. */
type Issued = { code: string } | { retryAfterSeconds: number };

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
  readonly #records = new Map<string, IssuedCode>();

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

/** Entra signs a guest out 24 hours after a one-time passcode ("Email one-time passcode authentication"). */
const sessionMs = 24 * 60 * 60 * 1000;
/** More browsers than any rehearsal has; the oldest session makes room. */
const mostSessions = 5000;

/** A sign-in under way: who is to prove, by a code in their inbox, that an address is theirs. */
export interface SignInAttempt {
  /** As it was typed in. */
  address: string;
  /** The address that the directory has, to which the code goes. Absent: the same. */
  sendTo?: string;
  /** Absent: no guest who may sign in has this address, and no code was sent. */
  userId?: string;
  /** The invitation that the sign-in is for. Absent: the sign-in is for My Apps. */
  invitationId?: string;
}

/** What the tenant knows of one browser. */
export interface BrowserSession {
  /** The guest who is signed in, by object id, and the address that they have proved to be theirs. */
  userId?: string;
  address?: string;
  signIn?: SignInAttempt;
  /** The invitation that the guest is redeeming. */
  invitationId?: string;
  /** The guest whom an admin has deleted last in this browser. */
  deletedId?: string;
}

/**
 * The browsers that have a sign-in or a redemption under way, in memory: a tenant that starts again knows none.
 *
 * A browser is known by a random key in its cookie; only a hash of the key is kept here.
 */
export class BrowserSessions {
  readonly #now: () => Date;
  readonly #formKey = randomBytes(32);
  readonly #sessions = new Map<string, { session: BrowserSession; expiresAt: number }>();

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** An unguessable key for a browser that has none yet. */
  newKey(): string {
    return randomBytes(32).toString("base64url");
  }

  /** What is known of the browser; empty for one without a session, and for one whose session is over. */
  read(key: string): BrowserSession {
    const known = this.#sessions.get(hash(key));
    return known !== undefined && this.#now().getTime() < known.expiresAt ? known.session : {};
  }

  /** Replaces what is known of the browser; how long that lasts counts from the first time. */
  write(key: string, session: BrowserSession): void {
    const now = this.#now().getTime();
    const known = this.#sessions.get(hash(key));
    this.#makeRoom();
    const expiresAt = known !== undefined && now < known.expiresAt ? known.expiresAt : now + sessionMs;
    this.#sessions.set(hash(key), { session, expiresAt });
  }

  forget(key: string): void {
    this.#sessions.delete(hash(key));
  }

  /** Proof that a form was made for this browser by this tenant: other sites can neither read nor guess it. */
  formToken(key: string): string {
    return createHmac("sha256", this.#formKey).update(key).digest("base64url");
  }

  isFormToken(key: string, token: string): boolean {
    const [given, right] = [Buffer.from(token), Buffer.from(this.formToken(key))];
    return given.length === right.length && timingSafeEqual(given, right);
  }

  #makeRoom(): void {
    const now = this.#now().getTime();
    if (this.#sessions.size < mostSessions) return;
    for (const [key, { expiresAt }] of this.#sessions) if (now >= expiresAt) this.#sessions.delete(key);
    const [oldest] = this.#sessions.keys();
    if (oldest !== undefined && this.#sessions.size >= mostSessions) this.#sessions.delete(oldest);
  }
}

function hash(key: string): string {
  return createHash("sha256").update(key).digest("base64url");
}
