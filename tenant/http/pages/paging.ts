import { html } from "hono/html";
import type { Markup } from "./page-layout.ts";

const pageSize = 25;

/** One page of a list. */
export interface ListPage<T> {
  items: T[];
  /** Counts from 1. */
  number: number;
  pages: number;
}

/** @param asked the number as the address has it; anything else than a page that exists becomes the nearest one */
export function pageOf<T>(all: readonly T[], asked: string | undefined): ListPage<T> {
  const pages = Math.max(1, Math.ceil(all.length / pageSize));
  const number = Math.min(pages, Math.max(1, Math.trunc(Number(asked)) || 1));
  return { items: all.slice((number - 1) * pageSize, number * pageSize), number, pages };
}

/** Links to the pages before and after; nothing where one page is all. */
export function pageLinks<T>(
  { number, pages }: ListPage<T>,
  path: string,
  query: Record<string, string> = {},
): Markup | undefined {
  if (pages === 1) return undefined;
  const link = (page: number, text: string) =>
    page >= 1 && page <= pages
      ? html`<a class="button quiet" href="${path}?${new URLSearchParams({ ...query, page: String(page) })}">${text}</a>`
      : html`<span></span>`;
  return html`<nav class="pages" aria-label="Pages">${link(number - 1, "← Previous")}<span>Page ${number} of ${pages}</span>${link(number + 1, "Next →")}</nav>`;
}
