import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { html } from "hono/html";
import { secureHeaders } from "hono/secure-headers";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Settings } from "../../store/tenant-store.ts";
import type { PageError, PageRequest, PageRoute, Site } from "./page-request.ts";

/** Escaped markup, as the `html` tag makes it. */
export type Markup = ReturnType<typeof html>;

export interface Page {
  /** Of the window; the organisation's name is added. */
  title: string;
  body: Markup;
  /** `card` for a step that somebody takes, `sheet` for a page to work on. */
  shape: "card" | "sheet";
  /** The part of the site that the page belongs to, marked in its navigation. Absent: a page without navigation. */
  part?: Part;
}

type Part = "start" | "directory" | "recycle-bin" | "my-apps";

const parts: { part: Part; text: string; href: string }[] = [
  { part: "start", text: "Start", href: "/" },
  { part: "directory", text: "Directory", href: "/directory" },
  { part: "recycle-bin", text: "Recycle bin", href: "/directory/deleted" },
  { part: "my-apps", text: "My Apps", href: "/myapps" },
];

/** Answers with a page. */
export function show(
  { store }: Site,
  c: PageRequest,
  page: Page,
  status: ContentfulStatusCode = 200,
): Response | Promise<Response> {
  return c.html(render(store.settings, page), status);
}

/** Answers with what went wrong and what to do. */
export function showError(site: Site, c: PageRequest, error: PageError): Response | Promise<Response> {
  for (const [name, value] of Object.entries(error.headers)) c.header(name, value);
  const body = html`
    <h1>${error.title}</h1>
    <p class="lead">${error.message}</p>
    ${error.links.length > 0 && html`<p class="actions">${error.links.map(({ text, href }) => html`<a class="button quiet" href="${href}">${text}</a>`)}</p>`}`;
  return show(site, c, { title: error.title, body, shape: "card" }, error.status);
}

function render({ organisation }: Settings, { title, body, shape, part }: Page): Markup {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title} · ${organisation}</title>
    <link rel="icon" href="${iconPath}" type="image/svg+xml">
    <link rel="stylesheet" href="${stylesheetPath}">
  </head>
  <body class="${shape}">
    <a class="skip" href="#main">Skip to the content</a>
    <header class="top">
      <a class="brand" href="/">${monogram(organisation)}<span>${organisation}</span></a>
      ${part && navigation(part)}
    </header>
    <main id="main" tabindex="-1">${body}
    </main>
    <footer class="bottom">
      <p>A local tenant, for rehearsals on this machine. Nothing here reaches Microsoft.</p>
    </footer>
  </body>
</html>`;
}

function navigation(current: Part): Markup {
  return html`<nav aria-label="Local tenant">
        <ul>${parts.map(
          ({ part, text, href }) => html`
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

const allSteps = [
  { step: "get-started", text: "Get started" },
  { step: "sign-in", text: "Sign in" },
  { step: "review", text: "Review permissions" },
] as const;

/** Where the guest is on the way from the mail to the organisation. */
export function steps(current: (typeof allSteps)[number]["step"]): Markup {
  const reached = allSteps.findIndex(({ step }) => step === current);
  return html`<ol class="steps" aria-label="Steps">${allSteps.map(
    ({ step, text }, index) => html`
      <li class="${index < reached ? "done" : index === reached ? "now" : "next"}"${step === current && html` aria-current="step"`}>${text}${index < reached && html`<span class="unseen"> (done)</span>`}</li>`,
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

export function staticFileRoutes(): PageRoute[] {
  const answer = (c: PageRequest, content: string, type: string) =>
    c.body(content, 200, { "Content-Type": type, "Cache-Control": "public, max-age=31536000, immutable" });
  return [
    { method: "GET", path: stylesheetPath, handle: (c) => answer(c, stylesheet, "text/css; charset=utf-8") },
    { method: "GET", path: iconPath, handle: (c) => answer(c, icon, "image/svg+xml") },
  ];
}
