import { html } from "hono/html";
import type { Markup } from "./page-layout.ts";
import type { PageRequest } from "./route.ts";

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
