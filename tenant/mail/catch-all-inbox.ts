import { once } from "node:events";
import { mkdirSync } from "node:fs";
import type { Server as HttpServer, IncomingMessage, ServerResponse } from "node:http";
import type { Server as HttpsServer } from "node:https";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";

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
/** How many mails are kept, on disk and in memory. */
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
  // Made here: it holds redeem links, and maildev would make it readable for everybody.
  mkdirSync(mailDirectory, { recursive: true, mode: 0o700 });
  // Loaded here, because loading takes a second and not every tenant sends mail.
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

/** A free port to listen on. It is tried here, because a maildev that fails does not close what it has opened. */
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

const linkScriptPath = "/inbox-links.js";
/** maildev shows a mail in a frame whose sandbox lets no link of it open. This opens them from outside, in a new tab. */
const linkScript = `document.addEventListener(
  "load",
  ({ target }) => {
    if (!(target instanceof HTMLIFrameElement)) return;
    target.contentDocument?.addEventListener("click", (event) => {
      const address = event.target.closest("a[href]")?.getAttribute("href") ?? "";
      if (!/^https?:/i.test(address)) return;
      event.preventDefault();
      window.open(address, "_blank", "noopener,noreferrer");
    });
  },
  // A frame's load event does not bubble.
  true,
);
`;

/**
 * Changes two things about maildev's page:
 *
 * - It answers its own page only. maildev itself answers every site that asks (CORS), under any name that leads to
 *   127.0.0.1 (DNS rebinding): a page in another tab could read redeem links and passcodes.
 * - Links in a mail open (`linkScript`).
 *
 * @param server maildev's, listening
 * @param index maildev's page
 */
function adaptInboxPage(server: HttpServer | HttpsServer, port: number, index: string): void {
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  const isAllowed = ({ headers: { host = "", origin } }: IncomingMessage) =>
    hosts.has(host) && (origin === undefined || hosts.has(origin.replace("http://", "")));
  const page = index.replace("</head>", `  <script src="${linkScriptPath}"></script>\n  </head>`);

  const onRequest = server.listeners("request");
  server.removeAllListeners("request");
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url?.replace(/[?#].*$/s, "");
    if (!isAllowed(request)) send(response, 403, "text/plain", `The inbox is open at http://127.0.0.1:${port} only.\n`);
    else if (path === "/") send(response, 200, "text/html", page);
    else if (path === linkScriptPath) send(response, 200, "text/javascript", linkScript);
    else for (const listener of onRequest) listener.call(server, request, response);
  });

  const onUpgrade = server.listeners("upgrade");
  server.removeAllListeners("upgrade");
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (isAllowed(request)) for (const listener of onUpgrade) listener.call(server, request, socket, head);
    else socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
  });
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response
    .writeHead(status, {
      "Content-Type": `${type}; charset=utf-8`,
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
      "X-Frame-Options": "DENY",
    })
    .end(body);
}
