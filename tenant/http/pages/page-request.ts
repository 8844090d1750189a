import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { BrowserSession, BrowserSessions, GuestSignIn } from "../../domain/guest-sign-in.ts";
import type { Inviting } from "../../domain/invite-guest.ts";
import { comparable } from "../../store/described-types.ts";
import type { User } from "../../store/object-types.ts";
import type { Seed } from "../../store/seed.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { RequestVariables, TenantEnv } from "../request-log.ts";
import wordings from "./guest-wording.json" with { type: "json" };

/** What the pages are made from. */
export interface Site {
  store: TenantStore;
  /** The tenant's own address, without a slash at the end. */
  url: string;
  inviting: Inviting;
  signIn: GuestSignIn;
  /** The page of the inbox. Absent: the tenant was started without one. */
  inboxUrl: string | undefined;
  /** What guests are told beside their invitation. */
  forGuests: Seed["forGuests"];
}

export interface PageEnv {
  Bindings: TenantEnv["Bindings"];
  Variables: RequestVariables & {
    browser: Browser;
    /** The fields of the form that was sent; empty for a GET. */
    form: URLSearchParams;
    /** What the page says to its guest. Absent: it is a page of the admin, in English. */
    words?: GuestWording;
  };
}

export type PageRequest = Context<PageEnv>;

/** One page, or what one button of a page does. */
export interface PageRoute {
  method: "GET" | "POST";
  /** In lower case: paths are compared in lower case. */
  path: string;
  /** Whose page it is. Default: the admin's. */
  of?: "guest";
  handle: (c: PageRequest) => Response | Promise<Response>;
}

/** What the guest's pages say in one language. `{…}` stands for what the page puts in. */
export type GuestWording = (typeof wordings)[number];

export const english = wordings.find(({ language }) => language === "en") as GuestWording;

/**
 * The words for a guest: in their preferred language, or else in the first that their browser asks for.
 *
 * @param preferred `preferredLanguage` in the directory, a BCP 47 tag
 * @param accepted the header Accept-Language
 * @returns English where there are no words in any of them
 */
function guestWording(preferred: string | null | undefined, accepted = ""): GuestWording {
  const weighed = accepted.split(",").map((range) => {
    const [tag = "", ...parameters] = range.trim().split(/\s*;\s*/);
    const weight = parameters.find((parameter) => /^q=/i.test(parameter))?.slice(2);
    return { tag, weight: weight === undefined ? 1 : Number(weight) };
  });
  const asked = weighed.filter(({ weight }) => weight > 0).sort((one, other) => other.weight - one.weight);
  for (const tag of [preferred ?? "", ...asked.map(({ tag }) => tag)]) {
    const [base] = tag.toLowerCase().split(/[-_]/);
    const found = wordings.find(({ language }) => language === base);
    if (found) return found;
  }
  return english;
}

/**
 * The words of a guest's page.
 *
 * @param guest whom the page is for, as far as it is known
 */
export function wordsFor(c: PageRequest, guest?: Pick<User, "preferredLanguage">): GuestWording {
  const words = guestWording(guest?.preferredLanguage, c.req.header("accept-language"));
  c.set("words", words);
  return words;
}

/** The words of the page that answers this request. */
export function wordsOf(c: PageRequest): GuestWording {
  return c.var.words ?? english;
}

/** An answer other than success, in words for the person in front of the browser. */
export class PageError extends Error {
  override name = "PageError";
  readonly status: ContentfulStatusCode;
  readonly title: string;
  /** What they can do about it. */
  readonly links: readonly PageLink[];
  readonly headers: Record<string, string>;

  /** @param text what has happened and what to do, a sentence or two */
  constructor(
    status: ContentfulStatusCode,
    title: string,
    text: string,
    { links = [], headers = {} }: { links?: readonly PageLink[]; headers?: Record<string, string> } = {},
  ) {
    super(text);
    this.status = status;
    this.title = title;
    this.links = links;
    this.headers = headers;
  }
}

export interface PageLink {
  text: string;
  href: string;
}

/** The browser that asks: its cookie, and what the tenant knows of it. */
export class Browser {
  readonly #sessions: BrowserSessions;
  readonly #c: PageRequest;
  /** Cookies are shared by all ports of a host: two tenants on one machine need two names. */
  readonly #cookie: string;
  #key: string | undefined;

  constructor({ signIn, url }: Site, c: PageRequest) {
    this.#sessions = signIn.browsers;
    this.#c = c;
    this.#cookie = `tenant-${new URL(url).port}`;
    this.#key = getCookie(c, this.#cookie, "host");
  }

  get session(): BrowserSession {
    return this.#key === undefined ? {} : this.#sessions.read(this.#key);
  }

  /** Goes into every form, and comes back with it. */
  get formToken(): string {
    return this.#sessions.formToken(this.#keyOrNew());
  }

  isFormToken(token: string): boolean {
    return this.#key !== undefined && this.#sessions.isFormToken(this.#key, token);
  }

  /** Whether this guest is signed in as the owner of this address: a reset can give a guest another one. */
  isSignedInAs(guest: User, address: string): boolean {
    const { session } = this;
    return (
      session.userId === guest.id &&
      session.address !== undefined &&
      comparable(session.address) === comparable(address)
    );
  }

  remember(session: BrowserSession): void {
    this.#sessions.write(this.#keyOrNew(), session);
  }

  /** Signs a guest in, under a new key: an older one may have been planted by somebody else. */
  signIn(session: BrowserSession & { userId: string; address: string }): void {
    this.signOut();
    this.remember(session);
  }

  signOut(): void {
    if (this.#key !== undefined) this.#sessions.forget(this.#key);
    this.#key = undefined;
    this.#keyOrNew();
  }

  #keyOrNew(): string {
    if (this.#key !== undefined) return this.#key;
    this.#key = this.#sessions.newKey();
    // Lax, because the links in the mails come from another site; every change asks for the form's token as well.
    const options = { prefix: "host", path: "/", secure: true, httpOnly: true, sameSite: "Lax" } as const;
    setCookie(this.#c, this.#cookie, this.#key, options);
    return this.#key;
  }
}

/**
 * Pages are served under the names of this machine only. A site elsewhere can make its own name lead to 127.0.0.1 and
 * then read, as its own, what the browser fetches from there (DNS rebinding). The name gives it away.
 *
 * @throws PageError 421
 */
export function assertLocalHost({ url }: Site, c: PageRequest): void {
  const { port } = new URL(url);
  const host = c.req.header("host")?.toLowerCase();
  if (host === `127.0.0.1:${port}` || host === `localhost:${port}`) return;
  throw new PageError(421, "Wrong address", `These pages are served at ${url} only. Open them there.`);
}

/** No form of these pages comes near this. */
const longestForm = 64 * 1024;

/**
 * Reads a form, and refuses one that another site made the browser send. A good form carries the token that this tenant
 * made for this browser, and comes from this tenant as far as the browser says where from. (`Origin` is `null` where
 * the referrer is withheld, as it is here.)
 *
 * @throws PageError 403, or 413 for a form that is too long
 */
export async function readForm(site: Site, c: PageRequest): Promise<URLSearchParams> {
  const from = c.req.header("sec-fetch-site");
  const origin = c.req.header("origin");
  const isFromElsewhere =
    (from !== undefined && from !== "same-origin" && from !== "none") ||
    (origin !== undefined && origin !== "null" && !isOwnOrigin(site, origin));
  const text = await textOf(c);
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(c.req.header("content-type") ?? "");
  const form = new URLSearchParams(isForm ? text : "");
  if (!isFromElsewhere && c.var.browser.isFormToken(form.get("token") ?? "")) return form;
  const words = wordsOf(c);
  const start = { text: words.toStart, href: "/" };
  throw new PageError(403, words.outOfDateTitle, words.outOfDate, { links: c.var.words ? [] : [start] });
}

/** Reads a body no further than a form can be, whatever the request says of its length. @throws PageError 413 */
async function textOf(c: PageRequest): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of c.req.raw.body ?? []) {
    length += piece.length;
    if (length > longestForm) {
      throw new PageError(413, "Too much data", "The form was longer than any of these pages sends.");
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

function isOwnOrigin({ url }: Site, origin: string): boolean {
  const { port } = new URL(url);
  return origin === url || origin === `https://localhost:${port}`;
}

/** A text of the wording with what belongs into it. */
export function plain(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}

/** "30 minutes", "90 days" in the language. */
export function duration({ language }: GuestWording, count: number, unit: "minute" | "day"): string {
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(count);
}
