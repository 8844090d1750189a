import { html } from "hono/html";
import {
  guestWithAddress,
  type SignInAttempt,
  sendPasscode,
  type Verdict,
  validMinutes,
} from "../../domain/guest-sign-in.ts";
import { recordSignIn } from "../../domain/redeem-invitation.ts";
import { form, type Markup, said, show, steps } from "./page-layout.ts";
import {
  duration,
  type GuestWording,
  PageError,
  type PageRequest,
  type PageRoute,
  plain,
  type Site,
  wordsOf,
} from "./page-request.ts";

/** Signing in as the owner of an address, by a code that arrives there; and out. */
export function signInRoutes(site: Site): PageRoute[] {
  return [
    { method: "GET", path: "/sign-in", handle: (c) => addressPage(site, c) },
    { method: "POST", path: "/sign-in", handle: (c) => takeAddress(site, c) },
    { method: "GET", path: "/sign-in/code", handle: (c) => codePage(site, c) },
    { method: "POST", path: "/sign-in/code", handle: (c) => takeCode(site, c) },
    { method: "POST", path: "/sign-in/code/new", handle: (c) => sendAgain(site, c) },
    { method: "POST", path: "/sign-out", handle: (c) => signOut(c) },
  ];
}

/** Asks for the address to sign in with. */
function addressPage(site: Site, c: PageRequest): Response | Promise<Response> {
  const words = wordsOf(c);
  const body = html`
    <h1>${said(words.signInTo, { organisation: site.store.settings.organisation })}</h1>
    <p class="lead">${words.useAddress}</p>
    ${form(
      c,
      "/sign-in",
      {},
      html`<label for="address">${words.addressLabel}</label>
      <input id="address" name="address" type="email" autocomplete="email" required maxlength="254" autofocus>
      <p class="actions"><button class="button">${words.sendCode}</button></p>`,
    )}`;
  return show(site, c, { title: words.signIn, body, shape: "card" });
}

/** Sends a code to the guest of the address. Everybody gets the same answer: it tells nobody who is a guest. */
function takeAddress(site: Site, c: PageRequest): Promise<Response> {
  const address = (c.var.form.get("address") ?? "").trim().slice(0, 254);
  if (!address.includes("@")) {
    const words = wordsOf(c);
    throw new PageError(400, words.badAddressTitle, words.badAddress, {
      links: [{ text: words.tryAgain, href: "/sign-in" }],
    });
  }
  const guest = guestWithAddress(site.store, address);
  // The code goes to the address that the directory has, not to the one that was typed in.
  return beginSignIn(site, c, guest ? { address, sendTo: guest.mail ?? address, userId: guest.id } : { address });
}

/**
 * Remembers who is to sign in, and sends them a code.
 *
 * @throws PageError 429 after too many codes, 502 where the mail cannot be sent
 */
export async function beginSignIn(site: Site, c: PageRequest, attempt: SignInAttempt): Promise<Response> {
  c.var.browser.remember({ ...c.var.browser.session, signIn: attempt });
  await sendCode(site, wordsOf(c), attempt);
  return c.redirect("/sign-in/code", 303);
}

/**
 * Sends a new code; the one before it is dead. Where an address was typed in, nothing tells whether a guest has it: not
 * the limit, not the time, not a mail server that fails.
 *
 * @throws PageError 429 or 502
 */
async function sendCode(site: Site, words: GuestWording, attempt: SignInAttempt): Promise<void> {
  const to = attempt.address;
  const sending = deliverCode(site, words, attempt);
  const tooMany =
    attempt.invitationId === undefined ? await Promise.race([sending.catch(() => undefined), soon()]) : await sending;
  if (tooMany === undefined) return;
  const time = duration(words, Math.ceil(tooMany.retryAfterSeconds / 60), "minute");
  throw new PageError(429, words.tooManyTitle, plain(words.tooMany, { address: to, time }), {
    links: [{ text: words.enterCode, href: "/sign-in/code" }],
    headers: { "Retry-After": String(tooMany.retryAfterSeconds) },
  });
}

/** After what is told at once, the limit, and before what takes its time, the mail. */
function soon(): Promise<undefined> {
  return new Promise((resolve) => setImmediate(resolve, undefined));
}

async function deliverCode(
  { signIn, store }: Site,
  words: GuestWording,
  { address, userId, sendTo = address }: SignInAttempt,
): Promise<{ retryAfterSeconds: number } | undefined> {
  const to = userId === undefined ? undefined : sendTo;
  try {
    return await sendPasscode(signIn, store.settings.organisation, address, to);
  } catch (error) {
    console.error(`The code for ${to} could not be mailed: ${error instanceof Error ? error.message : error}`);
    throw new PageError(502, words.notSentTitle, words.notSent);
  }
}

type WrongCode = Exclude<Verdict, "right">;

/** Asks for the code, again where the last one was refused. */
function codePage(site: Site, c: PageRequest, refused?: WrongCode): Response | Promise<Response> {
  const attempt = attemptOf(c);
  const words = wordsOf(c);
  const again = c.req.query("sent") === "again" && refused === undefined;
  const isRedeeming = attempt.invitationId !== undefined;
  const names = {
    organisation: site.store.settings.organisation,
    address: html`<bdi class="address">${attempt.address}</bdi>`,
  };
  const inbox = html`<a href="${site.inboxUrl}" target="_blank" rel="noopener">${words.inboxLink}</a>`;
  const body = html`
    ${isRedeeming && steps("signIn", words)}
    <h1>${words.enterCode}</h1>
    <p class="lead">${said(isRedeeming ? words.codeSent : words.codeSentIfGuest, names)}</p>
    ${again && html`<p class="notice" role="status">${words.codeSentAgain}</p>`}
    ${refused && html`<p class="notice bad" id="problem" role="alert">${problemOf(words, refused)}</p>`}
    ${form(
      c,
      "/sign-in/code",
      {},
      html`<label for="code">${words.codeLabel}</label>
      <p class="hint" id="code-hint">${said(words.codeHint, { time: duration(words, validMinutes, "minute") })}</p>
      <input class="code" id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required maxlength="20" autofocus
        aria-describedby="code-hint${refused && " problem"}"${refused && html` aria-invalid="true"`}>
      <p class="actions"><button class="button">${words.signIn}</button></p>`,
    )}
    <div class="aside">
      ${form(c, "/sign-in/code/new", {}, html`<p>${words.nothingThere} <button class="link">${words.sendAnother}</button></p>`)}
      <p>${site.inboxUrl ? said(words.inboxText, { inbox }) : words.noInbox}</p>
    </div>`;
  const title = refused ? words.codeProblem : words.enterCode;
  return show(site, c, { title, body, shape: "card" }, refused ? statusOf(refused) : 200);
}

function problemOf(words: GuestWording, verdict: WrongCode): string {
  if (verdict.refused === "expired") return words.codeExpired;
  if (verdict.refused === "used-up") return words.codeUsedUp;
  if (verdict.triesLeft === 1) return words.codeWrongOnce;
  return plain(words.codeWrong, { count: String(verdict.triesLeft) });
}

function statusOf({ refused }: WrongCode): 400 | 403 | 410 {
  return refused === "wrong" ? 400 : refused === "expired" ? 410 : 403;
}

function takeCode(site: Site, c: PageRequest): Response | Promise<Response> {
  const { address, sendTo = address, userId, invitationId } = attemptOf(c);
  const verdict = site.signIn.passcodes.verify(address, c.var.form.get("code") ?? "");
  if (verdict !== "right") return codePage(site, c, verdict);
  if (userId === undefined) throw new PageError(403, wordsOf(c).signInAgainTitle, wordsOf(c).noGuest);
  // A guest who redeems signs in by accepting.
  if (invitationId === undefined) recordSignIn(site.store, userId);
  c.var.browser.signIn({ userId, address: sendTo, ...(invitationId !== undefined && { invitationId }) });
  return c.redirect(invitationId === undefined ? "/myapps" : "/redeem/review", 303);
}

async function sendAgain(site: Site, c: PageRequest): Promise<Response> {
  await sendCode(site, wordsOf(c), attemptOf(c));
  return c.redirect("/sign-in/code?sent=again", 303);
}

/** @throws PageError 400 where nobody has begun to sign in */
function attemptOf(c: PageRequest): SignInAttempt {
  const { signIn } = c.var.browser.session;
  if (signIn !== undefined) return signIn;
  const words = wordsOf(c);
  throw new PageError(400, words.signInAgainTitle, words.signInAgain, {
    links: [{ text: words.signInToMyApps, href: "/sign-in" }],
  });
}

function signOut(c: PageRequest): Response {
  c.var.browser.signOut();
  return c.redirect("/sign-in", 303);
}

/** The button that signs out. */
export function signOutButton(c: PageRequest): Markup {
  return form(c, "/sign-out", {}, html`<button class="button quiet">${wordsOf(c).signOut}</button>`);
}
