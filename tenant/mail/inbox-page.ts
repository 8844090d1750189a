import { readFileSync } from "node:fs";
import type { Server as HttpServer, IncomingMessage, ServerResponse } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Duplex } from "node:stream";

const linkScript = readFileSync(new URL("inbox-links.js", import.meta.url), "utf8");
const linkScriptPath = "/inbox-links.js";

/**
 * Stands before maildev's page, and changes two things about it:
 *
 * - It is shown and answers to nobody but itself. maildev answers every site that asks (CORS), and any name that leads
 *   to 127.0.0.1 (DNS rebinding): a page open in another tab could read redeem links and passcodes.
 * - Links in a mail open (`inbox-links.js`).
 *
 * @param server maildev's, listening
 * @param index maildev's page
 */
export function adaptInboxPage(server: HttpServer | HttpsServer, port: number, index: string): void {
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
