import { getCookie, setCookie } from "hono/cookie";
import type { BrowserSession } from "../../domain/browser-sessions.ts";
import { comparable, type User } from "../../store/user.ts";
import type { TenantContext } from "../../tenant-context.ts";
import type { PageRequest } from "./route.ts";

/** The browser that asks: its cookie, and what the tenant knows of it. */
export class Browser {
  readonly #tenant: TenantContext;
  readonly #c: PageRequest;
  #key: string | undefined;

  constructor(tenant: TenantContext, c: PageRequest) {
    this.#tenant = tenant;
    this.#c = c;
    this.#key = getCookie(c, this.#cookie, "host");
  }

  get session(): BrowserSession {
    return this.#key === undefined ? {} : this.#tenant.browserSessions.read(this.#key);
  }

  /** Goes into every form, and comes back with it. */
  get formToken(): string {
    return this.#tenant.browserSessions.formToken(this.#keyOrNew());
  }

  isFormToken(token: string): boolean {
    return this.#key !== undefined && this.#tenant.browserSessions.isFormToken(this.#key, token);
  }

  /** Whether this guest is signed in, as the owner of this address: a reset can give a guest another one. */
  isSignedInAs(guest: User, address: string): boolean {
    const { session } = this;
    return (
      session.userId === guest.id &&
      session.address !== undefined &&
      comparable(session.address) === comparable(address)
    );
  }

  remember(session: BrowserSession): void {
    this.#tenant.browserSessions.write(this.#keyOrNew(), session);
  }

  /** Signs a guest in, under a new key: one that somebody else has planted before is worth nothing then. */
  signIn(session: BrowserSession & { userId: string; address: string }): void {
    this.signOut();
    this.remember(session);
  }

  signOut(): void {
    if (this.#key !== undefined) this.#tenant.browserSessions.forget(this.#key);
    this.#key = undefined;
    this.#keyOrNew();
  }

  #keyOrNew(): string {
    if (this.#key !== undefined) return this.#key;
    this.#key = this.#tenant.browserSessions.newKey();
    // Lax, because the links in the mails come from another site; every change asks for the form's token besides.
    const options = { prefix: "host", path: "/", secure: true, httpOnly: true, sameSite: "Lax" } as const;
    setCookie(this.#c, this.#cookie, this.#key, options);
    return this.#key;
  }

  /** Cookies are shared by all ports of a host: two tenants of one machine need two names. */
  get #cookie(): string {
    return `tenant-${new URL(this.#tenant.url).port}`;
  }
}
