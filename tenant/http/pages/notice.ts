import { html } from "hono/html";
import type { Markup } from "./page-layout.ts";
import type { PageRequest } from "./route.ts";

/** What a button has done, told on the page that follows. Fixed texts: the address of a page can say nothing else. */
const texts = {
  deleted: "The user is in the recycle bin, and can be restored for 30 days.",
  resent: "One invitation mail was sent again.",
  restored: "The user is back, as they were.",
  purged: "The user is gone for good.",
} as const;

/** The address of a page that says what was done. */
export function afterwards(path: string, done: keyof typeof texts): string {
  return `${path}?done=${done}`;
}

export function notice(c: PageRequest): Markup | undefined {
  const done = c.req.query("done") ?? "";
  return Object.hasOwn(texts, done)
    ? html`<p class="notice" role="status">${texts[done as keyof typeof texts]}</p>`
    : undefined;
}
