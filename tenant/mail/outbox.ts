import type { RecordedMail } from "../directory/mails.ts";
import type { TenantContext } from "../tenant-context.ts";
import { invitationMessage } from "./invitation-message.ts";
import type { Smtp } from "./smtp.ts";

/**
 * Sends the recorded mails, one after another in the order of the invitations.
 *
 * A mail is recorded in the transaction of its invitation and marked as sent when the server has taken it, so none is
 * lost however the process ends. One that the server refuses stays recorded and is tried again at the next start.
 */
export class Outbox {
  readonly #tenant: Pick<TenantContext, "mails" | "settings" | "now">;
  readonly #smtp: Smtp;
  /** The last mail that was tried in this run. */
  #last = 0;
  #isSending = false;
  #sending = Promise.resolve();
  #closing = false;

  constructor(tenant: Pick<TenantContext, "mails" | "settings" | "now">, smtp: Smtp) {
    this.#tenant = tenant;
    this.#smtp = smtp;
  }

  /** Sends what is not sent yet, mails recorded meanwhile included. Returns when nothing is left to try. */
  send(): Promise<void> {
    if (!this.#isSending) this.#sending = this.#sendAll();
    return this.#sending;
  }

  /** Stops after the mail that is being sent. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) await this.#sendOne(next);
    // At once after the last look: whoever records a mail from now on begins anew.
    this.#isSending = false;
  }

  #next(): RecordedMail | undefined {
    return this.#closing ? undefined : this.#tenant.mails.nextUnsent(this.#last);
  }

  async #sendOne({ number, mail }: RecordedMail): Promise<void> {
    this.#last = number;
    try {
      await this.#smtp.send({ ...invitationMessage(mail, this.#tenant.settings.domain), number });
      this.#tenant.mails.markSent(number, this.#tenant.now());
    } catch (error) {
      console.error(
        `The invitation mail to ${mail.to} was not sent: ${error instanceof Error ? error.message : error}\n` +
          "It is kept, and sent when the local tenant starts again.",
      );
    }
  }
}
