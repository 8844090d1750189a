import { createTransport } from "nodemailer";
import type { RecordedMail } from "../store/invitation-store.ts";
import type { Settings, TenantStore } from "../store/tenant-store.ts";
import { type InboxOptions, openInbox } from "./catch-all-inbox.ts";
import { type ComposedMail, invitationMail, type PasscodeMail, passcodeMail } from "./compose-mail.ts";

/** Sends the tenant's mail, over SMTP, to an inbox that catches all of it. */
export interface Mailer {
  /** The web page of the inbox. */
  inboxUrl: string;
  /** Sends the recorded invitation mails that are still to be sent. Nobody has to wait for it, and it does not fail. */
  sendInvitations(): Promise<void>;
  /**
   * Sends a passcode; returns once the inbox has it.
   *
   * @throws where the SMTP server refuses it
   */
  passcode(mail: PasscodeMail): Promise<void>;
  /** Lets a mail that is being sent arrive, then closes the inbox. */
  close(): Promise<void>;
}

/** What the mailer takes from the tenant: the recorded mails, who sends them, and the clock. */
type MailSource = Pick<TenantStore, "mails" | "settings" | "now">;

/**
 * Opens the inbox of a tenant, and sends what an earlier run could not send.
 *
 * @param dataDir the tenant's data folder; the inbox keeps its mail in a folder of it
 * @throws where a port is taken, in words for the person who started the tenant
 */
export async function openMailer(source: MailSource, dataDir: string, options: InboxOptions): Promise<Mailer> {
  const inbox = await openInbox(dataDir, options);
  const smtp = connect(inbox.smtpPort, source.settings);
  const outbox = new Outbox(source, smtp);
  // A run that was cut short may have sent these without noting it: the inbox would show them twice.
  await inbox.forget(new Set(source.mails.unsent().map(({ number }) => smtp.messageIdOf(number))));
  void outbox.send();
  return {
    inboxUrl: inbox.url,
    sendInvitations: () => outbox.send(),
    passcode: (mail) => smtp.send(passcodeMail(mail)),
    async close() {
      await outbox.close();
      smtp.close();
      await inbox.close();
    },
  };
}

/**
 * Sends the recorded mails, one after another in the order of the invitations.
 *
 * A mail is recorded in the transaction of its invitation and marked as sent when the server has taken it, so none is
 * lost however the process ends. A mail that the server refuses stays recorded and is tried again at the next start.
 */
class Outbox {
  readonly #source: MailSource;
  readonly #smtp: Smtp;
  /** The last mail that was tried in this run. */
  #last = 0;
  #isSending = false;
  #sending = Promise.resolve();
  #closing = false;

  constructor(source: MailSource, smtp: Smtp) {
    this.#source = source;
    this.#smtp = smtp;
  }

  /** Sends every unsent mail, those recorded meanwhile included. Returns when nothing is left to try. */
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
    // At once after the last look: a mail that is recorded from now on starts a new round.
    this.#isSending = false;
  }

  #next(): RecordedMail | undefined {
    return this.#closing ? undefined : this.#source.mails.nextUnsent(this.#last);
  }

  async #sendOne({ number, mail }: RecordedMail): Promise<void> {
    this.#last = number;
    try {
      await this.#smtp.send(invitationMail(mail, this.#source.settings.domain), number);
      this.#source.mails.markSent(number, this.#source.now());
    } catch (error) {
      console.error(
        `The invitation mail to ${mail.to} was not sent: ${error instanceof Error ? error.message : error}\n` +
          "It is kept, and sent when the local tenant starts again.",
      );
    }
  }
}

interface Smtp {
  /**
   * @param number the number of a recorded mail; it makes the Message-ID, by which copies of a mail are known as one
   * @throws where the server cannot be reached or refuses the mail
   */
  send(mail: ComposedMail, number?: number): Promise<void>;
  messageIdOf(number: number): string;
  close(): void;
}

/** Longer than the inbox on this machine ever takes. */
const timeoutMs = 20_000;

/**
 * A connection to the SMTP server of the inbox. It is opened with the first mail and kept.
 *
 * @param port on 127.0.0.1
 */
function connect(port: number, { organisation, domain, tenantId }: Settings): Smtp {
  const transport = createTransport({
    pool: true,
    maxConnections: 1,
    host: "127.0.0.1",
    port,
    // On the loopback interface, to a server without a certificate.
    ignoreTLS: true,
    // A mail holds text only; nothing in it may make this process open a file or a URL.
    disableFileAccess: true,
    disableUrlAccess: true,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  });
  const messageIdOf = (number: number) => `<invitation-${number}.${tenantId}@${domain}>`;
  return {
    messageIdOf,
    async send({ to, cc = [], subject, language, text, html, date }, number) {
      await transport.sendMail({
        // As objects: from a plain string, nodemailer would read names and further addresses.
        to: { name: "", address: to },
        cc: cc.map((address) => ({ name: "", address })),
        from: { name: organisation, address: `invitations@${domain}` },
        subject,
        text,
        html,
        ...(date && { date }),
        ...(number !== undefined && { messageId: messageIdOf(number) }),
        headers: { "Content-Language": language, "Auto-Submitted": "auto-generated" },
      });
    },
    close: () => transport.close(),
  };
}
