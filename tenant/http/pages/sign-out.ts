import { html } from "hono/html";
import { form } from "./form.ts";
import type { Markup } from "./page-layout.ts";
import type { PageRequest } from "./route.ts";

export function signOut(c: PageRequest): Response {
  c.var.browser.signOut();
  return c.redirect("/", 303);
}

/** The button that signs out. */
export function signOutButton(c: PageRequest): Markup {
  return form(c, "/sign-out", {}, html`<button class="button quiet">Sign out</button>`);
}
