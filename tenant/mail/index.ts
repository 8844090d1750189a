import type { RecordedMail } from "../directory/mails.ts";
import type { PasscodeMail, TenantContext } from "../tenant-context.ts";
import { type InboxOptions, openInbox } from "./inbox.ts";
import { Outbox } from "./outbox.ts";
import { passcodeMessage } from "./passcode-message.ts";
import { connect } from "./smtp.ts";

/** Sends the tenant's mail, over SMTP, to an inbox that catches all of it. */
export interface Mailer {
  /** The web page of the inbox. */
  inboxUrl: string;
  /** Sends the invitation mails that are recorded and not sent yet. Nobody has to wait for it; it does not fail. */
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

/**
 * Opens the inbox of a tenant, and sends what an earlier run has not come to send.
 *
 * @param tenant its mails, its settings and its clock
 * @param dataDir the tenant's data folder; the inbox keeps its mail in a folder of it
 * @throws where a port is taken, in words for the person who started the tenant
 */
export async function openMailer(
  tenant: Pick<TenantContext, "mails" | "settings" | "now">,
  dataDir: string,
  options: InboxOptions,
): Promise<Mailer> {
  const inbox = await openInbox(dataDir, options);
  const smtp = connect(inbox.smtpPort, tenant.settings);
  const outbox = new Outbox(tenant, smtp);
  await inbox.forget(interruptedMessages(tenant.mails.unsent(), smtp.messageIdOf));
  void outbox.send();
  return {
    inboxUrl: inbox.url,
    sendInvitations: () => outbox.send(),
    passcode: (mail) => smtp.send(passcodeMessage(mail)),
    async close() {
      await outbox.close();
      smtp.close();
      await inbox.close();
    },
  };
}

/** The messages that may be in the inbox, whole or in part, although the run that sent them did not see them arrive. */
function interruptedMessages(unsent: RecordedMail[], messageIdOf: (number: number) => string): Set<string> {
  return new Set(unsent.map(({ number }) => messageIdOf(number)));
}
