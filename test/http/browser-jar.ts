import { type Dispatcher, request } from "undici";
import type { TestTenant } from "./tenant-client.ts";

/** A page as a browser without script meets it. */
export interface Page {
  status: number;
  headers: Headers;
  html: string;
  /** The text that a reader sees, in one line. */
  text: string;
  /** The value of the first hidden field of this name. */
  field(name: string): string;
}

/** A browser with a cookie jar, which follows no redirect by itself. */
export class TestBrowser {
  readonly #tenant: TestTenant;
  readonly #dispatcher: Dispatcher;
  readonly cookies = new Map<string, string>();

  constructor(tenant: TestTenant, dispatcher: Dispatcher = tenant.dispatcher) {
    this.#tenant = tenant;
    this.#dispatcher = dispatcher;
  }

  async get(address: string, headers: Record<string, string> = {}): Promise<Page> {
    return this.#send("GET", address, undefined, headers);
  }

  /** Sends a form, with the token of the page that it is on. */
  async post(
    address: string,
    page: Pick<Page, "field">,
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Page> {
    return this.#send("POST", address, new URLSearchParams({ token: page.field("token"), ...fields }), headers);
  }

  /** Sends exactly these fields. */
  async postOnly(address: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Page> {
    return this.#send("POST", address, new URLSearchParams(fields), headers);
  }

  async #send(
    method: "GET" | "POST",
    address: string,
    body: URLSearchParams | undefined,
    headers: Record<string, string>,
  ): Promise<Page> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    // Not fetch: it lets nobody choose the Host header.
    const response = await request(new URL(address, this.#tenant.url), {
      dispatcher: this.#dispatcher,
      method,
      headers: {
        accept: "text/html",
        ...(cookie !== "" && { cookie }),
        ...(body && { "content-type": "application/x-www-form-urlencoded" }),
        ...headers,
      },
      ...(body && { body: body.toString() }),
    });
    const received = headersOf(response.headers);
    for (const line of received.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.cookies.set(name, value);
    }
    const html = await response.body.text();
    return {
      status: response.statusCode,
      headers: received,
      html,
      text: textOf(html),
      field: (name) => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? "",
    };
  }
}

function headersOf(received: Record<string, string | string[] | undefined>): Headers {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(received)) {
    for (const value of [values].flat()) headers.append(name, value);
  }
  return headers;
}

function textOf(html: string): string {
  return html
    .replace(/<(title|style)[^>]*>.*?<\/\1>/gs, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

/** Where a redirect leads, as it stands in the answer. */
export function locationOf(page: Page): string | null {
  return page.headers.get("location");
}
