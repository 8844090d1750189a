import type { User } from "../../store/user.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { PageError } from "./page-error.ts";
import type { PageRequest } from "./route.ts";

/**
 * The guest who is signed in in this browser, as they are now.
 *
 * @returns `undefined` where nobody is, or where the guest has been removed or has got another address since
 * @throws PageError 403 for a guest who is blocked or has yet to accept
 */
export function signedInGuest(tenant: TenantContext, c: PageRequest): User | undefined {
  const { userId, address = "" } = c.var.browser.session;
  const state = userId === undefined ? undefined : tenant.users.current(userId);
  if (state === undefined || state.deletedDateTime !== null) return undefined;
  if (!c.var.browser.isSignedInAs(state.user, state.user.mail ?? address)) return undefined;
  const { organisation } = tenant.settings;
  if (!state.user.accountEnabled) {
    throw new PageError(
      403,
      "Your guest account is blocked",
      `${organisation} has blocked it. Ask the person who invited you.`,
    );
  }
  if (state.user.externalUserState !== "Accepted") {
    throw new PageError(
      403,
      "Accept your invitation first",
      `${organisation} has invited you, and you have not accepted yet. Open the link in the invitation mail; if it is lost, ask ${organisation} to send it again.`,
    );
  }
  return state.user;
}
