import { RedemptionRefused, type RefusalReason, ticketDays } from "../../domain/redeem-invitation.ts";
import { PageError } from "./page-error.ts";

/** Runs a step of the redemption; where the invitation is not good, the guest learns why and what to do. */
export function orRefusal<T>(organisation: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof RedemptionRefused)) throw error;
    const [status, title, text] = pages[error.reason];
    throw new PageError(status, title, text.replaceAll("{organisation}", organisation));
  }
}

const pages: Record<RefusalReason, [status: 403 | 404 | 410, title: string, text: string]> = {
  unknown: [
    404,
    "This link does not lead to an invitation",
    "It may have been cut or changed on its way. Open it straight from the mail. If that does not help, ask {organisation} to invite you again.",
  ],
  "guest-gone": [
    410,
    "This invitation has been withdrawn",
    "{organisation} has removed the guest whom it was for. Ask the person who invited you for a new one.",
  ],
  superseded: [
    410,
    "A newer invitation has taken the place of this one",
    "{organisation} has invited you anew since. Open the link in its latest mail, or ask for one.",
  ],
  expired: [
    410,
    "This invitation has expired",
    `An invitation is good for ${ticketDays} days. Ask {organisation} to send it again.`,
  ],
  disabled: [
    403,
    "Your guest account is blocked",
    "{organisation} has blocked it, so the invitation cannot be accepted. Ask the person who invited you.",
  ],
};
