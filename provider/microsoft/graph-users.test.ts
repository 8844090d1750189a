import { describe, expect, it } from "vitest";
import type { z } from "zod";
import type { Deadline } from "../deadline.ts";
import { GraphClient, type GraphWrite } from "./graph-client.ts";
import { sendInvitation, untilNextLook, usersWithAddress } from "./graph-users.ts";
import type { Session } from "./sign-in-session.ts";

const deadline = {} as Deadline;

/** Graph that knows nobody and invites everybody; what was asked is kept. */
function emptyGraph() {
  const reads: string[] = [];
  const bodies: unknown[] = [];
  const graph = {
    async readAll<Item>(path: string, _shape: z.ZodType<Item>): Promise<Item[]> {
      reads.push(decodeURIComponent(path));
      return [];
    },
    async write({ body }: GraphWrite) {
      bodies.push(JSON.parse(JSON.stringify(body)));
      return { body: { inviteRedeemUrl: "https://x", invitedUser: { id: "1" } }, date: undefined };
    },
  };
  return { graph: graph as unknown as GraphClient, reads, bodies };
}

describe("[B] looking a guest up", () => {
  it("asks for both spellings of smtp: among the proxy addresses", async () => {
    const { graph, reads } = emptyGraph();
    await usersWithAddress(graph, "Ana@fabrikam.example", deadline);
    expect(reads).toHaveLength(1);
    expect(reads[0]).toContain("proxyAddresses/any(proxy:proxy eq 'smtp:ana@fabrikam.example')");
    expect(reads[0]).toContain("proxyAddresses/any(proxy:proxy eq 'SMTP:ana@fabrikam.example')");
  });

  it("asks so for each spelling of an international domain", async () => {
    const { graph, reads } = emptyGraph();
    await usersWithAddress(graph, "ana@bücher.example", deadline);
    for (const domain of ["bücher.example", "xn--bcher-kva.example"]) {
      for (const prefix of ["smtp", "SMTP"]) expect(reads[0]).toContain(`'${prefix}:ana@${domain}'`);
    }
  });
});

it("[B] sponsors of an invitation carry their id and nothing else", async () => {
  const { graph, bodies } = emptyGraph();
  await sendInvitation(graph, { invitedUserSponsors: [{ id: "7" }] }, false, deadline);
  expect(bodies).toEqual([{ invitedUserSponsors: [{ id: "7" }] }]);
});

it.each([1, 2, 3, 10])("[4] look %i of all who wait is at the same moment", (look) => {
  const clock = { now: () => 1_000_123, wait: async () => {} };
  const pause = untilNextLook(look, { clock });
  expect((clock.now() + pause) % 500).toBe(0);
  expect(pause).toBeGreaterThan(0);
  expect(pause).toBeLessThanOrEqual(5_500);
});

describe("[A7] a cloud", () => {
  const isSovereign = (graph: string) =>
    new GraphClient({ cloud: async () => ({ graph }) } as unknown as Session).isSovereign(deadline);

  it.each([
    "https://graph.microsoft.us",
    "https://dod-graph.microsoft.us",
    "https://microsoftgraph.chinacloudapi.cn",
    "https://graph.svc.sovcloud-api.fr",
  ])("%s has no sponsors at the invitation", async (graph) => {
    expect(await isSovereign(graph)).toBe(true);
  });

  it("of everybody else has them", async () => {
    expect(await isSovereign("https://graph.microsoft.com")).toBe(false);
  });
});
