import { html } from "hono/html";

/** Escaped markup, as the `html` tag makes it. */
export type Markup = ReturnType<typeof html>;

const font = "font-family: 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/**
 * The frame of a message. Styles stand at the elements, because that is where every mail program reads them; the
 * colours are set throughout, because some programs darken what is not.
 */
export function page(language: string, title: string, body: Markup, footer: string): string {
  return String(html`<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
  </head>
  <body style="margin: 0; padding: 24px 12px; background: #eef1f0; color: #1d2b29; font-size: 16px; line-height: 1.5; ${font}">
    <main style="max-width: 560px; margin: 0 auto; padding: 28px 24px; background: #ffffff; border-radius: 8px; overflow-wrap: anywhere">
${body}
    </main>
    <p style="max-width: 560px; margin: 16px auto 0; font-size: 13px; color: #4d5c59">${footer}</p>
  </body>
</html>`);
}

export function heading(text: string): Markup {
  return html`      <h1 dir="auto" style="margin: 0 0 16px; font-size: 24px; line-height: 1.25">${text}</h1>`;
}

/** Something that was written by somebody else: shown as the text it is, line by line, in its own direction. */
export function quotation(text: string): Markup {
  return html`<blockquote dir="auto" style="margin: 0 0 20px; padding: 12px 16px; border-inline-start: 4px solid #0b6b5d; background: #f3f7f6; color: #1d2b29; white-space: pre-wrap; unicode-bidi: plaintext">${text}</blockquote>`;
}
