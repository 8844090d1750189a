import type { ContentfulStatusCode } from "hono/utils/http-status";

/** An answer other than success, in words for the person in front of the browser. */
export class PageError extends Error {
  override name = "PageError";
  readonly status: ContentfulStatusCode;
  readonly title: string;
  /** What they can do about it. */
  readonly links: readonly PageLink[];
  readonly headers: Record<string, string>;

  /** @param text what has happened and what to do, a sentence or two */
  constructor(
    status: ContentfulStatusCode,
    title: string,
    text: string,
    { links = [], headers = {} }: { links?: readonly PageLink[]; headers?: Record<string, string> } = {},
  ) {
    super(text);
    this.status = status;
    this.title = title;
    this.links = links;
    this.headers = headers;
  }
}

export interface PageLink {
  text: string;
  href: string;
}
