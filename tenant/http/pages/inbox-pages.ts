import { once } from "node:events";
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { html } from "hono/html";
import { secureHeaders } from "hono/secure-headers";
import { type CaughtMail, type Inbox, listenOn, type MailAddress } from "../../mail/catch-all-inbox.ts";
import type { Settings } from "../../store/tenant-store.ts";
import { type Markup, type Page, render, staticFiles } from "./page-layout.ts";

/** The inbox in a browser: everybody's mail, on a port of its own. */
export interface InboxPage {
  url: string;
  close(): Promise<void>;
}

/**
 * Opens the page of the inbox on the loopback interface.
 *
 * It has an origin of its own, because mails are markup by others. They are shown in a frame that runs no script, loads
 * nothing, and opens links in a new tab.
 *
 * @param tenantUrl the tenant's own address, asked for with each page: the tenant may listen later
 * @param port 0 takes a free one. Default: 1080, or a free one where that is taken
 * @throws where the port is taken
 */
export async function openInboxPage(
  inbox: Inbox,
  settings: Pick<Settings, "organisation">,
  tenantUrl: () => string,
  port: number | undefined,
): Promise<InboxPage> {
  let url = "";
  const app = inboxRoutes({ inbox, settings, tenantUrl, isHere: (address) => address === url });
  const server = createServer(getRequestListener(app.fetch));
  const actual = await listenOn(server, "the inbox page", {
    wanted: port,
    usual: 1080,
    setting: "TENANT_INBOX_PORT or --inbox-port",
  });
  url = `http://127.0.0.1:${actual}`;
  return {
    url,
    async close() {
      const closed = once(server, "close");
      server.close();
      // Browsers that show the page keep connections open for as long as it is shown.
      server.closeAllConnections();
      await closed;
    },
  };
}

interface InboxSite {
  inbox: Inbox;
  settings: Pick<Settings, "organisation">;
  tenantUrl: () => string;
  /** Whether an address is the page's own, by its number. */
  isHere: (address: string) => boolean;
}

const scriptPath = "/inbox.js";

function inboxRoutes(site: InboxSite): Hono {
  const { inbox, isHere } = site;
  const app = new Hono();
  // Only its own page reads it: a page in another tab could ask for redeem links and codes, by CORS or by a name of its
  // own that leads to 127.0.0.1 (DNS rebinding).
  app.use("*", async (c, next) => {
    const { host = "", origin } = c.req.header();
    const named = (address: string) => isHere(address.toLowerCase().replace("//localhost:", "//127.0.0.1:"));
    if (named(`http://${host}`) && (origin === undefined || named(origin))) return next();
    return c.text("The inbox is open under its own address only.\n", 403);
  });
  app.use("*", async (c, next) => {
    c.header("Cache-Control", "no-store");
    await securityHeaders(c, next);
  });
  app.get("/", (c) => c.html(inboxPage(site, c, undefined)));
  app.get("/mails/:id", (c) => {
    const mail = inbox.find(c.req.param("id"));
    return mail ? c.html(inboxPage(site, c, mail)) : c.html(inboxPage(site, c, "gone"), 404);
  });
  for (const path of ["/mails/:id/html", "/api/email/:id/html"]) {
    app.get(path, (c) => {
      const mail = inbox.find(c.req.param("id") ?? "");
      if (mail?.html === undefined) return c.text("There is no such mail, or it has text only.\n", 404);
      c.header("Content-Security-Policy", framePolicy);
      c.header("X-Frame-Options", "SAMEORIGIN");
      return c.html(inFrame(mail.html));
    });
  }
  app.get("/api/email", (c) => c.json(inbox.mails().map(asJson)));
  app.get("/events", () => events(inbox));
  app.get(scriptPath, (c) => c.body(script, 200, { "Content-Type": "text/javascript; charset=utf-8" }));
  for (const [path, { content, type }] of Object.entries(staticFiles)) {
    app.get(path, (c) => c.body(content, 200, { "Content-Type": type }));
  }
  return app;
}

const securityHeaders = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'self'"],
    scriptSrc: ["'self'"],
    connectSrc: ["'self'"],
    imgSrc: ["'self'"],
    frameSrc: ["'self'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
    baseUri: ["'none'"],
  },
  xFrameOptions: "DENY",
  strictTransportSecurity: false,
  overwrite: false,
});

/**
 * Nothing in a mail runs: the policy of its document allows no script. The sandbox keeps it from leading the page away.
 * It allows scripts only because tools that check for accessibility have to look into the frame.
 */
const framePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'";
const sandbox = "allow-same-origin allow-scripts allow-popups allow-popups-to-escape-sandbox";

/** A mail's markup with links that open in a new tab. */
function inFrame(markup: string): string {
  const base = '<base target="_blank">';
  return /<head\b[^>]*>/i.test(markup)
    ? markup.replace(/<head\b[^>]*>/i, (head) => head + base)
    : markup.replace(/^(\s*<!doctype[^>]*>)?/i, (doctype) => doctype + base);
}

/** What programs read of a mail. */
function asJson({ recipients, receivedAt, html: markup = "", ...mail }: CaughtMail): object {
  const envelope = { to: recipients.map((address) => ({ address })) };
  return { ...mail, envelope, html: markup, time: receivedAt.toISOString() };
}

/** Says each time that the inbox has changed, for as long as a browser listens. */
function events(inbox: Inbox): Response {
  let stop = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const say = (line: string) => controller.enqueue(Buffer.from(`${line}\n\n`));
      say(": listening");
      stop = inbox.onChange(() => say("data: changed"));
    },
    cancel: () => stop(),
  });
  return new Response(body, { headers: { "Content-Type": "text/event-stream", "Cache-Control": "no-store" } });
}

const pageSize = 50;

/** The list beside the mail that is open. A narrow window shows the one or the other. */
function inboxPage(site: InboxSite, c: Context, open: CaughtMail | "gone" | undefined): Markup {
  const search = (c.req.query("q") ?? "").trim();
  const found = site.inbox
    .mails()
    .filter((mail) => matches(mail, search))
    .reverse();
  const pages = Math.max(1, Math.ceil(found.length / pageSize));
  const number = Math.min(pages, Math.max(1, Math.trunc(Number(c.req.query("page"))) || 1));
  const shown = found.slice((number - 1) * pageSize, number * pageSize);
  const at = (path: string, page = number) => {
    const query = new URLSearchParams({ ...(search && { q: search }), ...(page > 1 && { page: String(page) }) });
    return query.size > 0 ? `${path}?${query}` : path;
  };
  const openId = typeof open === "object" ? open.id : undefined;
  const body = html`
    <section class="mails" aria-label="Mails">
      ${open === undefined ? html`<h1>Inbox</h1>` : html`<h2>Inbox</h2>`}
      <form class="search" method="get" action="/" role="search"><label class="unseen" for="q">Address or subject</label><input id="q" name="q" type="search" value="${search}" maxlength="254" placeholder="Address or subject"><button class="button quiet">Search</button></form>
      <div id="mails">
        <p class="count" role="status">${found.length === 1 ? "1 mail" : `${found.length} mails`}${search && html` for “<bdi>${search}</bdi>”. <a href="/">Show all</a>`}</p>
        ${
          shown.length > 0
            ? html`<ol class="letters">${shown.map((mail) => listItem(mail, at(`/mails/${mail.id}`), mail.id === openId))}</ol>`
            : html`<div class="empty"><p><strong>${search ? "Nothing found" : "No mail yet"}</strong></p><p>${search ? "No mail has this in an address or its subject." : "Every mail of the tenant arrives here: invitations, the organisation’s own mail, and sign-in codes."}</p></div>`
        }
        ${pages > 1 && html`<nav class="pages" aria-label="Pages">${number > 1 ? html`<a class="button quiet small" href="${at("/", number - 1)}">← Newer</a>` : html`<span></span>`}<span>${number} of ${pages}</span>${number < pages ? html`<a class="button quiet small" href="${at("/", number + 1)}">Older →</a>` : html`<span></span>`}</nav>`}
      </div>
    </section>
    <section class="reading" aria-label="Mail">${reading(site, c, open, at)}
    </section>`;
  const title = typeof open === "object" ? open.subject || "(no subject)" : "Inbox";
  const panes = html`<div class="${open === undefined ? "panes listing" : "panes"}">${body}</div>`;
  const page: Page = { title, body: panes, shape: "inbox", part: "inbox" };
  return render(site.settings, page, { tenant: site.tenantUrl(), inbox: "/" }, undefined, scriptPath);
}

function matches({ subject, recipients, from, to, cc }: CaughtMail, search: string): boolean {
  const named = [...from, ...to, ...cc].flatMap(({ name, address }) => [name, address]);
  const wanted = search.toLowerCase();
  return [subject, ...recipients, ...named].some((text) => text.toLowerCase().includes(wanted));
}

function listItem(mail: CaughtMail, href: string, isOpen: boolean): Markup {
  const [first = "", ...others] = mail.recipients;
  return html`
          <li><a class="letter-link" href="${href}"${isOpen && html` aria-current="true"`}>
            <span class="whom"><bdi>${first}</bdi>${others.length > 0 && ` +${others.length}`}</span>
            <span class="subject"><bdi>${mail.subject || "(no subject)"}</bdi></span>
            <span class="sender">from <bdi>${mail.from[0]?.name || mail.from[0]?.address}</bdi></span> <time datetime="${mail.receivedAt.toISOString()}">${shortTime(mail.receivedAt)}</time>
          </a></li>`;
}

function reading(
  { inbox }: InboxSite,
  c: Context,
  open: CaughtMail | "gone" | undefined,
  at: (path: string) => string,
): Markup {
  if (open === undefined) return html`<p class="empty">Choose a mail to read it.</p>`;
  const back = html`<p class="crumb"><a href="${at("/")}">← All mails</a></p>`;
  if (open === "gone")
    return html`${back}<h1>This mail is gone</h1><p class="lead">The inbox keeps the newest mails only.</p>`;
  const { id, subject, from, to, cc, receivedAt, recipients } = open;
  const inHeaders = new Set([...to, ...cc].map(({ address }) => address));
  const hidden = recipients.filter((address) => !inHeaders.has(address)).map((address) => ({ name: "", address }));
  const facts: [string, readonly MailAddress[]][] = [
    ["From", from],
    ["To", to],
    ["Cc", cc],
    ["Bcc", hidden],
  ];
  const views = (Object.keys(viewNames) as View[]).filter((view) => view !== "html" || open.html !== undefined);
  const current = views.find((view) => view === c.req.query("view")) ?? views[0] ?? "text";
  return html`${back}
      <h1><bdi>${subject || "(no subject)"}</bdi></h1>
      <dl class="headers">${facts.map(([term, addresses]) => addresses.length > 0 && html`<div><dt>${term}</dt><dd>${addresses.map(fullAddress)}</dd></div>`)}
        <div><dt>Received</dt><dd><time datetime="${receivedAt.toISOString()}">${longTime.format(receivedAt)}</time></dd></div>
      </dl>
      <ul class="views" aria-label="Views of the mail">${views.map((view) => html`<li><a class="view" href="${viewOf(at(`/mails/${id}`), view)}"${view === current && html` aria-current="true"`}>${viewNames[view]}</a></li>`)}</ul>
      ${content(inbox, open, current)}`;
}

const viewNames = { html: "Mail", text: "As text", source: "Source" };
type View = keyof typeof viewNames;

function viewOf(address: string, view: View): string {
  return view === "html" ? address : `${address}${address.includes("?") ? "&" : "?"}view=${view}`;
}

function content(inbox: Inbox, mail: CaughtMail, view: View): Markup {
  if (view === "html") {
    return html`<iframe class="letter" title="Mail" sandbox="${sandbox}" src="/mails/${mail.id}/html"></iframe>`;
  }
  return view === "text"
    ? html`<pre class="letter text" dir="auto" tabindex="0">${linked(mail.text)}</pre>`
    : html`<pre class="letter" tabindex="0">${inbox.source(mail)}</pre>`;
}

/** A text with its web addresses as links. */
function linked(text: string): Markup[] {
  return text
    .split(/(https?:\/\/[^\s<>"]+)/)
    .map((piece, index) =>
      index % 2 === 0
        ? html`${piece}`
        : html`<a href="${piece}" target="_blank" rel="noopener noreferrer">${piece}</a>`,
    );
}

function fullAddress({ name, address }: MailAddress): Markup {
  return html`<span>${name && html`<bdi>${name}</bdi> `}<bdi class="address">${address}</bdi></span>`;
}

// In the time of this machine, whose person reads the inbox.
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const longTime = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

function shortTime(at: Date): string {
  return at.toDateString() === new Date().toDateString() ? clock.format(at) : day.format(at);
}

/** Keeps the list up to date, and makes the frame as high as its mail. The page works without it. */
const script = `const frame = document.querySelector("iframe.letter");
function fit() {
  const root = frame.contentDocument?.documentElement;
  if (!root) return;
  frame.style.height = "0";
  frame.style.height = root.scrollHeight + frame.offsetHeight - frame.clientHeight + "px";
}
if (frame) {
  frame.addEventListener("load", fit);
  addEventListener("resize", fit);
  if (frame.contentDocument?.readyState === "complete") fit();
}

async function update() {
  const answer = await fetch(location.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [mails, fresh] = [document.getElementById("mails"), page.getElementById("mails")];
  if (!fresh || mails.innerHTML === fresh.innerHTML) return;
  const focused = mails.contains(document.activeElement) ? document.activeElement.getAttribute("href") : undefined;
  mails.replaceChildren(...fresh.childNodes);
  if (focused) mails.querySelector('a[href="' + CSS.escape(focused) + '"]')?.focus();
}
let source;
// A browser keeps few connections to one host: tabs in the background give theirs back.
function listen() {
  source?.close();
  if (document.visibilityState === "hidden") return;
  source = new EventSource("/events");
  source.onopen = source.onmessage = () => void update().catch(() => {});
}
document.addEventListener("visibilitychange", listen);
addEventListener("pagehide", () => source?.close());
listen();
`;
