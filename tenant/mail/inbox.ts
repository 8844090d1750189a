import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { adaptInboxPage } from "./inbox-page.ts";

/** Where the inbox listens on 127.0.0.1. */
export interface InboxOptions {
  /** The port for SMTP; 0 takes a free one. Default: 1025, or a free one where that is taken. */
  smtpPort?: number | undefined;
  /** The port of the web page; 0 takes a free one. Default: 1080, or a free one where that is taken. */
  inboxPort?: number | undefined;
}

/** An SMTP server that takes every mail to anybody and shows it on a web page. */
export interface Inbox {
  url: string;
  smtpPort: number;
  /** Removes the messages with these Message-IDs. */
  forget(messageIds: ReadonlySet<string>): Promise<void>;
  close(): Promise<void>;
}

const host = "127.0.0.1";
/** So many mails are kept, on disk and in memory. */
const mostMails = 2000;

/**
 * Starts the inbox: maildev, within this process, on the loopback interface. Its mail survives a restart.
 *
 * @throws where a port that was asked for is taken
 */
export async function openInbox(dataDir: string, options: InboxOptions): Promise<Inbox> {
  const smtp = await portFor("mail (SMTP)", options.smtpPort, 1025, "TENANT_SMTP_PORT or --smtp-port");
  const web = await portFor("the inbox page", options.inboxPort, 1080, "TENANT_INBOX_PORT or --inbox-port");
  const mailDirectory = join(dataDir, "mail");
  // Made here, because redeem links are in it, and maildev would let everybody read it.
  mkdirSync(mailDirectory, { recursive: true, mode: 0o700 });
  // Loaded here, because it takes a second that a tenant without mail need not wait.
  const { MailDev } = await import("maildev");
  const maildev = new MailDev({
    smtp,
    web,
    ip: host,
    webIp: host,
    mailDirectory,
    maxEmails: mostMails,
    silent: true,
  });
  const servers = await maildev.start();
  const fastify = servers.api?.server;
  if (fastify === undefined) throw new Error("The inbox has no web page.");
  const page = fastify.server;
  const { port } = page.address() as AddressInfo;
  const index = await fastify.inject({ url: "/", headers: { accept: "text/html" } });
  adaptInboxPage(page, port, index.body);
  return {
    url: `http://${host}:${port}`,
    smtpPort: servers.smtp.getPort(),
    async forget(messageIds) {
      if (messageIds.size === 0) return;
      for (const { id, headers } of await servers.storage.getAll()) {
        if (messageIds.has(String(headers["message-id"]))) await servers.smtp.deleteEmail(id);
      }
    },
    async close() {
      // Browsers that show the page keep connections open for as long as it is shown.
      page.closeAllConnections();
      await maildev.stop();
    },
  };
}

/** The port to listen on: maildev is given one that is free, because it does not close what it has opened when it fails. */
async function portFor(purpose: string, wanted: number | undefined, usual: number, setting: string): Promise<number> {
  const port = wanted ?? usual;
  if (port === 0) return 0;
  const problem = await problemWith(port);
  if (problem === undefined) return port;
  if (wanted === undefined) return 0;
  throw new Error(
    `The local tenant cannot listen on ${host}:${port} for ${purpose}: ${problem}. Choose another port with ${setting} (0 takes a free one).`,
  );
}

/** Why nobody can listen on the port; nothing where it is free. */
async function problemWith(port: number): Promise<string | undefined> {
  const probe = createServer();
  try {
    const listening = once(probe, "listening");
    probe.listen(port, host);
    await listening;
    const closed = once(probe, "close");
    probe.close();
    await closed;
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "EADDRINUSE" ? "another program uses that port" : message;
  }
}
