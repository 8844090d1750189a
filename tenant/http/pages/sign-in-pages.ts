import { html } from "hono/html";
import {
  guestWithAddress,
  type SignInAttempt,
  sendPasscode,
  type Verdict,
  validMinutes,
} from "../../domain/guest-sign-in.ts";
import { recordSignIn } from "../../domain/redeem-invitation.ts";
import { form, type Markup, show, steps } from "./page-layout.ts";
import { PageError, type PageRequest, type PageRoute, type Site } from "./page-request.ts";

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
  const { organisation } = site.store.settings;
  const body = html`
    <h1>Sign in to ${organisation}</h1>
    <p class="lead">Use the address at which you were invited. A code will be sent to it.</p>
    ${form(
      c,
      "/sign-in",
      {},
      html`<label for="address">E-mail address</label>
      <input id="address" name="address" type="email" autocomplete="email" required maxlength="254" autofocus>
      <p class="actions"><button class="button">Send the code</button></p>`,
    )}`;
  return show(site, c, { title: "Sign in", body, shape: "card" });
}

/** Sends a code to the guest of the address. Everybody gets the same answer: it tells nobody who is a guest. */
function takeAddress(site: Site, c: PageRequest): Promise<Response> {
  const address = (c.var.form.get("address") ?? "").trim().slice(0, 254);
  if (!address.includes("@")) {
    throw new PageError(400, "That is no e-mail address", "Enter the whole address, such as ana@fabrikam.example.", {
      links: [{ text: "Try again", href: "/sign-in" }],
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
  await sendCode(site, attempt);
  return c.redirect("/sign-in/code", 303);
}

/**
 * Sends a new code; the one before it is dead. Where an address was typed in, nothing tells whether a guest has it: not
 * the limit, not the time, not a mail server that fails.
 *
 * @throws PageError 429 or 502
 */
async function sendCode(site: Site, attempt: SignInAttempt): Promise<void> {
  const to = attempt.address;
  const sending = deliverCode(site, attempt);
  const tooMany =
    attempt.invitationId === undefined ? await Promise.race([sending.catch(() => undefined), soon()]) : await sending;
  if (tooMany === undefined) return;
  const minutes = Math.ceil(tooMany.retryAfterSeconds / 60);
  throw new PageError(
    429,
    "Too many codes",
    `Several codes have been sent to ${to} just now. Use the newest one, or ask for another in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`,
    {
      links: [{ text: "Enter a code", href: "/sign-in/code" }],
      headers: { "Retry-After": String(tooMany.retryAfterSeconds) },
    },
  );
}

/** After what is told at once, the limit, and before what takes its time, the mail. */
function soon(): Promise<undefined> {
  return new Promise((resolve) => setImmediate(resolve, undefined));
}

async function deliverCode(
  { signIn, store }: Site,
  { address, userId, sendTo = address }: SignInAttempt,
): Promise<{ retryAfterSeconds: number } | undefined> {
  const to = userId === undefined ? undefined : sendTo;
  try {
    return await sendPasscode(signIn, store.settings.organisation, address, to);
  } catch (error) {
    console.error(`The code for ${to} could not be mailed: ${error instanceof Error ? error.message : error}`);
    throw new PageError(
      502,
      "The code could not be sent",
      "The mail server of the local tenant did not take it; the tenant's output says why. Go back and try again.",
    );
  }
}

type WrongCode = Exclude<Verdict, "right">;

/** Asks for the code, again where the last one was refused. */
function codePage(site: Site, c: PageRequest, refused?: WrongCode): Response | Promise<Response> {
  const attempt = attemptOf(c);
  const again = c.req.query("sent") === "again" && refused === undefined;
  const body = html`
    ${attempt.invitationId !== undefined && steps("sign-in")}
    <h1>Enter the code</h1>
    ${
      attempt.invitationId !== undefined
        ? html`<p class="lead">A code is on its way to <bdi class="address">${attempt.address}</bdi>.</p>`
        : html`<p class="lead">If <bdi class="address">${attempt.address}</bdi> is a guest of ${site.store.settings.organisation}, a code is on its way there.</p>`
    }
    ${again && html`<p class="notice" role="status">Another code was sent. Only the newest one is good.</p>`}
    ${refused && html`<p class="notice bad" id="problem" role="alert">${problemOf(refused)}</p>`}
    ${form(
      c,
      "/sign-in/code",
      {},
      html`<label for="code">Code from the mail</label>
      <p class="hint" id="code-hint">Eight digits, good for ${validMinutes} minutes.</p>
      <input class="code" id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required maxlength="20" autofocus
        aria-describedby="code-hint${refused && " problem"}"${refused && html` aria-invalid="true"`}>
      <p class="actions"><button class="button">Sign in</button></p>`,
    )}
    <div class="aside">
      ${form(c, "/sign-in/code/new", {}, html`<p>Nothing there? <button class="link">Send another code</button></p>`)}
      ${
        site.inboxUrl
          ? html`<p>Mail of the local tenant arrives in its own <a href="${site.inboxUrl}" target="_blank" rel="noopener">inbox (opens a new tab)</a>.</p>`
          : html`<p>This local tenant was started without an inbox, so no mail arrives.</p>`
      }
    </div>`;
  const title = refused ? "Problem: the code" : "Enter the code";
  return show(site, c, { title, body, shape: "card" }, refused ? statusOf(refused) : 200);
}

function problemOf(verdict: WrongCode): string {
  if (verdict.refused === "expired") return "This code is not good any more. Ask for another one below.";
  if (verdict.refused === "used-up") return "That was too often wrong, so the code is dead. Ask for another one below.";
  const tries = verdict.triesLeft === 1 ? "one more try" : `${verdict.triesLeft} more tries`;
  return `This is not the code in the newest mail. You have ${tries}.`;
}

function statusOf({ refused }: WrongCode): 400 | 403 | 410 {
  return refused === "wrong" ? 400 : refused === "expired" ? 410 : 403;
}

function takeCode(site: Site, c: PageRequest): Response | Promise<Response> {
  const { address, sendTo = address, userId, invitationId } = attemptOf(c);
  const verdict = site.signIn.passcodes.verify(address, c.var.form.get("code") ?? "");
  if (verdict !== "right") return codePage(site, c, verdict);
  if (userId === undefined) throw new PageError(403, "Sign in again", "No guest has this address.");
  // A guest who redeems signs in by accepting.
  if (invitationId === undefined) recordSignIn(site.store, userId);
  c.var.browser.signIn({ userId, address: sendTo, ...(invitationId !== undefined && { invitationId }) });
  return c.redirect(invitationId === undefined ? "/myapps" : "/redeem/review", 303);
}

async function sendAgain(site: Site, c: PageRequest): Promise<Response> {
  await sendCode(site, attemptOf(c));
  return c.redirect("/sign-in/code?sent=again", 303);
}

/** @throws PageError 400 where nobody has begun to sign in */
function attemptOf(c: PageRequest): SignInAttempt {
  const { signIn } = c.var.browser.session;
  if (signIn !== undefined) return signIn;
  throw new PageError(
    400,
    "Sign in again",
    "This browser has no sign-in under way. Open the link in your invitation again, or sign in to My Apps.",
    { links: [{ text: "Sign in to My Apps", href: "/sign-in" }] },
  );
}

function signOut(c: PageRequest): Response {
  c.var.browser.signOut();
  return c.redirect("/", 303);
}

/** The button that signs out. */
export function signOutButton(c: PageRequest): Markup {
  return form(c, "/sign-out", {}, html`<button class="button quiet">Sign out</button>`);
}
