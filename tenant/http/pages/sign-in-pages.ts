import { html } from "hono/html";
import type { SignInAttempt } from "../../domain/browser-sessions.ts";
import { type Verdict, validMinutes } from "../../domain/guest-sign-in.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { sendCode } from "./begin.ts";
import { form } from "./form.ts";
import { PageError } from "./page-error.ts";
import { show } from "./page-layout.ts";
import type { PageRequest } from "./route.ts";
import { steps } from "./steps.ts";

type Refusal = Exclude<Verdict, "right">;

/** Asks for the code, again where the last one was refused. */
export function codePage(tenant: TenantContext, c: PageRequest, refused?: Refusal): Response | Promise<Response> {
  const attempt = attemptOf(c);
  const again = c.req.query("sent") === "again" && refused === undefined;
  const body = html`
    ${attempt.invitationId !== undefined && steps("sign-in")}
    <h1>Enter the code</h1>
    ${
      attempt.invitationId !== undefined
        ? html`<p class="lead">A code is on its way to <bdi class="address">${attempt.address}</bdi>.</p>`
        : html`<p class="lead">If <bdi class="address">${attempt.address}</bdi> is a guest of ${tenant.settings.organisation}, a code is on its way there.</p>`
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
        tenant.mailer
          ? html`<p>Mail of the local tenant arrives in its own <a href="${tenant.mailer.inboxUrl}" target="_blank" rel="noopener">inbox (opens a new tab)</a>.</p>`
          : html`<p>This local tenant was started without an inbox, so no mail arrives.</p>`
      }
    </div>`;
  const title = refused ? "Problem: the code" : "Enter the code";
  return show(tenant, c, { title, body, shape: "card" }, refused ? statusOf(refused) : 200);
}

function problemOf(verdict: Refusal): string {
  if (verdict.refused === "expired") return "This code is not good any more. Ask for another one below.";
  if (verdict.refused === "used-up") return "That was too often wrong, so the code is dead. Ask for another one below.";
  const tries = verdict.triesLeft === 1 ? "one more try" : `${verdict.triesLeft} more tries`;
  return `This is not the code in the newest mail. You have ${tries}.`;
}

function statusOf({ refused }: Refusal): 400 | 403 | 410 {
  return refused === "wrong" ? 400 : refused === "expired" ? 410 : 403;
}

export function takeCode(tenant: TenantContext, c: PageRequest): Response | Promise<Response> {
  const { address, userId, invitationId } = attemptOf(c);
  const verdict = tenant.passcodes.verify(address, c.var.form.get("code") ?? "");
  if (verdict !== "right") return codePage(tenant, c, verdict);
  if (userId === undefined) throw new PageError(403, "Sign in again", "No guest has this address.");
  c.var.browser.signIn({ userId, address, ...(invitationId !== undefined && { invitationId }) });
  return c.redirect(invitationId === undefined ? "/myapps" : "/redeem/review", 303);
}

export async function sendAgain(tenant: TenantContext, c: PageRequest): Promise<Response> {
  const { address, userId } = attemptOf(c);
  if (userId !== undefined) await sendCode(tenant, address);
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
