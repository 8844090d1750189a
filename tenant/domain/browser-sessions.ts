import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Entra signs a guest out 24 hours after a one-time passcode ("Email one-time passcode authentication"). */
const lifetimeMs = 24 * 60 * 60 * 1000;
/** More browsers than any rehearsal has; the oldest session makes room. */
const mostSessions = 5000;

/** A sign-in under way: who is to prove, by a code in their inbox, that an address is theirs. */
export interface SignInAttempt {
  address: string;
  /** Absent: nobody who may sign in has this address, and no code was sent. */
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
    const expiresAt = known !== undefined && now < known.expiresAt ? known.expiresAt : now + lifetimeMs;
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
