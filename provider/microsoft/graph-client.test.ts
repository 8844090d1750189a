import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { machineClock } from "../deadline.ts";
import { GraphClient } from "./graph-client.ts";
import type { Session } from "./sign-in-session.ts";

const row = z.object({ id: z.string() });

describe("a list of several pages", () => {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  /** A client of a server whose pages are made by the number of requests so far. */
  async function open(page: (number: number, url: string) => object) {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(page(asked.length, url)));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const session = {
      cloud: async () => ({ authorityHost: url, graph: url, ownAuthority: true }),
      token: async () => "token",
    } as Partial<Session> as Session;
    const graph = new GraphClient(session);
    closers.push(
      () => graph.close(),
      () => server.close(),
    );
    const deadline = { at: Date.now() + 10_000, signal: AbortSignal.timeout(10_000), clock: machineClock };
    return { asked, read: () => graph.readAll("/users?$top=1", row, deadline) };
  }

  it("is read to its end, past pages that are empty", async () => {
    const next = (url: string, page: number) => ({ "@odata.nextLink": `${url}/v1.0/users?$skiptoken=${page}` });
    const { read, asked } = await open((page, url) =>
      page === 1
        ? { value: [], ...next(url, 2) }
        : page === 2
          ? { value: [{ id: "a" }], ...next(url, 3) }
          : { value: [{ id: "b" }] },
    );
    expect(await read()).toEqual([{ id: "a" }, { id: "b" }]);
    expect(asked).toEqual(["/v1.0/users?$top=1", "/v1.0/users?$skiptoken=2", "/v1.0/users?$skiptoken=3"]);
  });

  it.each([
    ["on another server", () => "https://elsewhere.example/v1.0/users?token=1"],
    ["on a server whose name begins alike", (url: string) => `${url}.elsewhere.example/v1.0/users`],
    ["in circles", (url: string) => `${url}/v1.0/users?$skiptoken=2`],
  ])("is not followed where it goes on %s", async (_, link) => {
    const { read, asked } = await open((_page, url) => ({ value: [{ id: "a" }], "@odata.nextLink": link(url) }));
    await expect(read()).rejects.toThrow(/list \/users goes on at .*, which is not its next page/);
    expect(asked.length).toBeLessThanOrEqual(2);
  });
});
