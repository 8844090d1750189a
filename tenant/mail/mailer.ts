import { createTransport } from "nodemailer";
import type { RecordedMail } from "../store/invitation-store.ts";
import type { Settings, TenantStore } from "../store/tenant-store.ts";
import { type Inbox, type InboxOptions, openInbox } from "./catch-all-inbox.ts";
import { type ComposedMail, invitationMail, mailboxMail, type PasscodeMail, passcodeMail } from "./compose-mail.ts";

/** Sends the tenant's mail, over SMTP, to an inbox that catches all of it. */
export interface Mailer {
  /** Where the mail arrives. */
  inbox: Inbox;
  /** Sends the recorded mails that are still to be sent. Nobody has to wait for it, and it does not fail. */
  sendRecorded(): Promise<void>;
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
  inbox.forget(new Set(source.mails.unsent().map((recorded) => smtp.messageIdOf(recorded))));
  void outbox.send();
  return {
    inbox,
    sendRecorded: () => outbox.send(),
    passcode: (mail) => smtp.send(passcodeMail(mail)),
    async close() {
      await outbox.close();
      smtp.close();
      await inbox.close();
    },
  };
}

/**
 * Sends the recorded mails, one after another in the order in which they were recorded.
 *
 * A mail is recorded in the transaction of its invitation or message and marked as sent when the server has taken it, so none is
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

  async #sendOne(recorded: RecordedMail): Promise<void> {
    const { number, mail } = recorded;
    this.#last = number;
    try {
      const composed = mail.kind === "message" ? mailboxMail(mail) : invitationMail(mail, this.#source.settings.domain);
      await this.#smtp.send(composed, this.#smtp.messageIdOf(recorded));
      this.#source.mails.markSent(number, this.#source.now());
    } catch (error) {
      console.error(
        `The mail to ${mail.to} was not sent: ${error instanceof Error ? error.message : error}\n` +
          "It is kept, and sent when the local tenant starts again.",
      );
    }
  }
}

interface Smtp {
  /**
   * @param messageId of a recorded mail: by it, copies of a mail are known as one
   * @throws where the server cannot be reached or refuses the mail
   */
  send(mail: ComposedMail, messageId?: string): Promise<void>;
  messageIdOf(recorded: RecordedMail): string;
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
  // Microsoft's mail comes from its own address, whoever invites: no mailbox of the tenant sends it.
  const microsoft = { name: organisation, address: "invites@microsoft.example" };
  return {
    messageIdOf: ({ number, mail }) =>
      mail.kind === "message" ? mail.messageId : `<invitation-${number}.${tenantId}@${domain}>`,
    async send(
      { from = microsoft, to, cc = [], bcc = [], replyTo = [], subject, language, text, html, date },
      messageId,
    ) {
      // As objects: from a plain string, nodemailer would read names and further addresses.
      const plain = (addresses: readonly string[]) => addresses.map((address) => ({ name: "", address }));
      await transport.sendMail({
        to: plain([to].flat()),
        cc: plain(cc),
        bcc: plain(bcc),
        ...(replyTo.length > 0 && { replyTo: plain(replyTo) }),
        from,
        subject,
        text,
        ...(html !== undefined && { html }),
        ...(date && { date }),
        ...(messageId !== undefined && { messageId }),
        ...(language !== undefined && {
          headers: { "Content-Language": language, "Auto-Submitted": "auto-generated" },
        }),
      });
    },
    close: () => transport.close(),
  };
}
