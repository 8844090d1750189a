import { createTransport } from "nodemailer";
import type { Settings } from "../directory/settings.ts";

/** One message, ready to be sent. */
export interface Message {
  /** Addresses alone: a name would come from outside, and nobody needs it here. */
  to: string;
  cc?: readonly string[];
  subject: string;
  /** The language that it is written in, a BCP 47 tag. */
  language: string;
  text: string;
  html: string;
  /** When it was written. Default: now. */
  date?: Date;
  /** The number of a recorded mail; it makes the Message-ID, so that a copy of the same mail is known as one. */
  number?: number;
}

export interface Smtp {
  /** @throws where the server cannot be reached or refuses the message */
  send(message: Message): Promise<void>;
  messageIdOf(number: number): string;
  close(): void;
}

/** Longer than the inbox on this machine ever takes. */
const timeoutMs = 20_000;

/**
 * A connection to the SMTP server of the inbox. It is opened with the first message and kept.
 *
 * @param port on 127.0.0.1
 */
export function connect(port: number, { organisation, domain, tenantId }: Settings): Smtp {
  const transport = createTransport({
    pool: true,
    maxConnections: 1,
    host: "127.0.0.1",
    port,
    // On the loopback interface, to a server without a certificate.
    ignoreTLS: true,
    // A message holds text only; nothing in it may make this process open a file or a URL.
    disableFileAccess: true,
    disableUrlAccess: true,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  });
  const messageIdOf = (number: number) => `<invitation-${number}.${tenantId}@${domain}>`;
  return {
    messageIdOf,
    async send({ number, language, to, cc = [], ...message }) {
      await transport.sendMail({
        ...message,
        // As objects: from a plain string, nodemailer would read names and further addresses.
        to: { name: "", address: to },
        cc: cc.map((address) => ({ name: "", address })),
        from: { name: organisation, address: `invitations@${domain}` },
        ...(number !== undefined && { messageId: messageIdOf(number) }),
        headers: { "Content-Language": language, "Auto-Submitted": "auto-generated" },
      });
    },
    close: () => transport.close(),
  };
}
