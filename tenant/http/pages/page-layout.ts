import { html } from "hono/html";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { TenantContext } from "../../tenant-context.ts";
import type { PageError } from "./page-error.ts";
import type { PageRequest } from "./route.ts";
import { iconPath, stylesheetPath } from "./static-files.ts";

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

export type Part = "start" | "directory" | "recycle-bin" | "my-apps";

const parts: { part: Part; text: string; href: string }[] = [
  { part: "start", text: "Start", href: "/" },
  { part: "directory", text: "Directory", href: "/directory" },
  { part: "recycle-bin", text: "Recycle bin", href: "/directory/deleted" },
  { part: "my-apps", text: "My Apps", href: "/myapps" },
];

/** Answers with a page. */
export function show(
  tenant: TenantContext,
  c: PageRequest,
  page: Page,
  status: ContentfulStatusCode = 200,
): Response | Promise<Response> {
  return c.html(render(tenant, page), status);
}

/** Answers with what went wrong and what to do. */
export function showError(tenant: TenantContext, c: PageRequest, error: PageError): Response | Promise<Response> {
  for (const [name, value] of Object.entries(error.headers)) c.header(name, value);
  const body = html`
    <h1>${error.title}</h1>
    <p class="lead">${error.message}</p>
    ${error.links.length > 0 && html`<p class="actions">${error.links.map(({ text, href }) => html`<a class="button quiet" href="${href}">${text}</a>`)}</p>`}`;
  return show(tenant, c, { title: error.title, body, shape: "card" }, error.status);
}

function render({ settings }: TenantContext, { title, body, shape, part }: Page): Markup {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title} · ${settings.organisation}</title>
    <link rel="icon" href="${iconPath}" type="image/svg+xml">
    <link rel="stylesheet" href="${stylesheetPath}">
  </head>
  <body class="${shape}">
    <a class="skip" href="#main">Skip to the content</a>
    <header class="top">
      <a class="brand" href="/">${monogram(settings.organisation)}<span>${settings.organisation}</span></a>
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
