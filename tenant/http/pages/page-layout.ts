import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { html, raw } from "hono/html";
import { secureHeaders } from "hono/secure-headers";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Settings } from "../../store/tenant-store.ts";
import {
  english,
  type GuestWording,
  type PageError,
  type PageRequest,
  type PageRoute,
  type Site,
} from "./page-request.ts";

/** Escaped markup, as the `html` tag makes it. */
export type Markup = ReturnType<typeof html>;

/** A text of the wording with what belongs into it, as markup. What is no markup yet is escaped. */
export function said(text: string, values: Readonly<Record<string, string | Markup>> = {}): Markup {
  // The wording itself is no markup, and needs no escaping: a test holds that.
  const pieces = text.split(/\{(\w+)\}/).map((piece, index) => (index % 2 === 0 ? raw(piece) : (values[piece] ?? "")));
  return html`${pieces}`;
}

export interface Page {
  /** Of the window; the organisation's name is added. */
  title: string;
  body: Markup;
  /** `card` for a step that somebody takes, `sheet` for a page to work on, `inbox` for the inbox. */
  shape: "card" | "sheet" | "inbox";
  /** The part of the admin's site that the page belongs to, marked in its navigation. Absent: a page without navigation. */
  part?: Part;
}

type Part = "start" | "directory" | "recycle-bin" | "inbox";

/** Where the pages are. A page gives the addresses of its own site without the host. */
export interface Places {
  /** The tenant's own address; empty on a page of it. */
  tenant: string;
  /** The address of the inbox; absent where the tenant has none. */
  inbox?: string | undefined;
}

/** Answers with a page: a guest's in their language and without a way to the admin's pages. */
export function show(
  { store, inboxUrl }: Pick<Site, "store" | "inboxUrl">,
  c: PageRequest,
  page: Page,
  status: ContentfulStatusCode = 200,
): Response | Promise<Response> {
  return c.html(render(store.settings, page, { tenant: "", inbox: inboxUrl }, c.var.words), status);
}

/** Answers with what went wrong and what to do. */
export function showError(site: Site, c: PageRequest, error: PageError): Response | Promise<Response> {
  for (const [name, value] of Object.entries(error.headers)) c.header(name, value);
  const [first, ...others] = error.message.split("\n");
  const body = html`
    <h1>${error.title}</h1>
    <p class="lead">${first}</p>
    ${others.map((paragraph) => html`<p>${paragraph}</p>`)}
    ${error.links.length > 0 && html`<p class="actions">${error.links.map(({ text, href }) => html`<a class="button quiet" href="${href}">${text}</a>`)}</p>`}`;
  return show(site, c, { title: error.title, body, shape: "card" }, error.status);
}

/**
 * A whole page.
 *
 * @param words those of the guest whose page it is; absent on the admin's pages
 * @param script the path of the page's script; absent where it has none
 */
export function render(
  { organisation }: Pick<Settings, "organisation">,
  { title, body, shape, part }: Page,
  places: Places,
  words?: GuestWording,
  script?: string,
): Markup {
  const { language, skip, rehearsal } = words ?? english;
  const name = html`${monogram(organisation)}<span>${organisation}</span>`;
  return html`<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title} · ${organisation}</title>
    <link rel="icon" href="${iconPath}" type="image/svg+xml">
    <link rel="stylesheet" href="${stylesheetPath}">
    ${script && html`<script src="${script}" defer></script>`}
  </head>
  <body class="${shape}">
    <a class="skip" href="#main">${skip}</a>
    <header class="top">
      ${words ? html`<span class="brand">${name}</span>` : html`<a class="brand" href="${places.tenant}/">${name}</a>`}
      ${part && navigation(part, places)}
    </header>
    <main id="main" tabindex="-1">${body}
    </main>
    <footer class="bottom">
      <p>${rehearsal}</p>
    </footer>
  </body>
</html>`;
}

function navigation(current: Part, { tenant, inbox }: Places): Markup {
  const parts: [part: Part, text: string, href: string | undefined][] = [
    ["start", "Start", `${tenant}/`],
    ["inbox", "Inbox", inbox],
    ["directory", "Directory", `${tenant}/directory`],
    ["recycle-bin", "Recycle bin", `${tenant}/directory/deleted`],
  ];
  return html`<nav aria-label="Local tenant">
        <ul>${parts.map(
          ([part, text, href]) =>
            href !== undefined &&
            html`
          <li><a href="${href}"${part === current && html` aria-current="page"`}>${text}</a></li>`,
        )}
        </ul>
      </nav>`;
}

/** The first letter of a name, as a mark to recognise it by. Decoration: the name stands beside it. */
export function monogram(name: string): Markup {
  const [letter = "?"] = name.trim();
  return html`<span class="monogram" aria-hidden="true">${letter.toUpperCase()}</span>`;
}

/**
 * A form that changes something: with the token that `readForm` asks for.
 *
 * @param fields hidden ones
 * @param content the visible fields and the buttons
 */
export function form(c: PageRequest, action: string, fields: Record<string, string>, content: Markup): Markup {
  const hidden = { token: c.var.browser.formToken, ...fields };
  return html`<form method="post" action="${action}">
      ${Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
      ${content}
    </form>`;
}

const allSteps = ["getStarted", "signIn", "review"] as const;

/** Where the guest is on the way from the mail to the organisation. */
export function steps(current: (typeof allSteps)[number], words: GuestWording): Markup {
  const reached = allSteps.indexOf(current);
  return html`<ol class="steps" aria-label="${words.steps}">${allSteps.map(
    (step, index) => html`
      <li class="${index < reached ? "done" : index === reached ? "now" : "next"}"${step === current && html` aria-current="step"`}>${words[step]}${index < reached && html`<span class="unseen"> ${words.stepDone}</span>`}</li>`,
  )}
    </ol>`;
}

const policy = {
  defaultSrc: ["'none'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
};

/** The headers of every page: no script at all, nothing from elsewhere, no frame, and no referrer for where links lead. */
export const securityHeaders = secureHeaders({
  contentSecurityPolicy: policy,
  xFrameOptions: "DENY",
  // It would hold for every port of localhost, and lock out other programs that are developed there.
  strictTransportSecurity: false,
  permissionsPolicy: { camera: [], geolocation: [], microphone: [] },
  overwrite: false,
});

/** Graph takes any absolute URL to redirect to; a browser is sent only to a web page. */
export function isWebAddress(url: string): boolean {
  return ["https:", "http:"].includes(new URL(url).protocol);
}

/** Whether a URL leads to a program on this machine. */
export function isOnThisMachine({ hostname }: URL): boolean {
  return /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

/**
 * The policy of a page whose form leads out of the tenant. Browsers hold the redirects after a form to `form-action`,
 * too, and the page that an invitation leads to may redirect further.
 */
export function policyLeadingTo(url: URL): string {
  const onward = url.protocol === "https:" ? ["https:"] : ["https:", url.origin];
  return Object.entries({ ...policy, formAction: [...policy.formAction, ...onward] })
    .map(([name, sources]) => `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${sources.join(" ")}`)
    .join("; ");
}

const stylesheet = readFileSync(new URL("style.css", import.meta.url), "utf8");
const icon = readFileSync(new URL("icon.svg", import.meta.url), "utf8");

/** The addresses change with the content, so browsers may keep it for good. */
const stylesheetPath = `/pages/${version(stylesheet)}/style.css`;
const iconPath = `/pages/${version(icon)}/icon.svg`;

/** In lower case, because paths are compared so. */
function version(content: string): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 12);
}

/** What every page loads, by its path. */
export const staticFiles: Readonly<Record<string, { content: string; type: string }>> = {
  [stylesheetPath]: { content: stylesheet, type: "text/css; charset=utf-8" },
  [iconPath]: { content: icon, type: "image/svg+xml" },
};

export function staticFileRoutes(): PageRoute[] {
  return Object.entries(staticFiles).map(([path, { content, type }]) => ({
    method: "GET",
    path,
    handle: (c) =>
      c.body(content, 200, { "Content-Type": type, "Cache-Control": "public, max-age=31536000, immutable" }),
  }));
}
