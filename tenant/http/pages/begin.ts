import type { SignInAttempt } from "../../domain/browser-sessions.ts";
import { validMinutes } from "../../domain/guest-sign-in.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { PageError } from "./page-error.ts";
import type { PageRequest } from "./route.ts";

/**
 * Remembers who is to sign in, and sends them a code.
 *
 * @throws PageError 429 after too many codes, 502 where the mail cannot be sent
 */
export async function beginSignIn(tenant: TenantContext, c: PageRequest, attempt: SignInAttempt): Promise<Response> {
  c.var.browser.remember({ ...c.var.browser.session, signIn: attempt });
  if (attempt.userId !== undefined) await sendCode(tenant, attempt.address);
  return c.redirect("/sign-in/code", 303);
}

/** Sends a new code; the one before it is dead. @throws PageError 429 or 502 */
export async function sendCode(tenant: TenantContext, to: string): Promise<void> {
  const issued = tenant.passcodes.issue(to);
  if ("retryAfterSeconds" in issued) {
    const minutes = Math.ceil(issued.retryAfterSeconds / 60);
    throw new PageError(
      429,
      "Too many codes",
      `Several codes have been sent to ${to} just now. Use the newest one, or ask for another in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`,
      {
        links: [{ text: "Enter a code", href: "/sign-in/code" }],
        headers: { "Retry-After": String(issued.retryAfterSeconds) },
      },
    );
  }
  const mail = { to, code: issued.code, organisation: tenant.settings.organisation, validMinutes };
  try {
    await tenant.onPasscode(mail);
    await tenant.mailer?.passcode(mail);
  } catch (error) {
    console.error(`The code for ${to} could not be mailed: ${error instanceof Error ? error.message : error}`);
    throw new PageError(
      502,
      "The code could not be sent",
      "The mail server of the local tenant did not take it; the tenant's output says why. Go back and try again.",
    );
  }
}
