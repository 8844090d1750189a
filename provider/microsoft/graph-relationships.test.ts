import { describe, expect, it } from "vitest";
import type { z } from "zod";
import type { Deadline } from "../deadline.ts";
import { GraphClient, type GraphWrite } from "./graph-client.ts";
import { releaseGrants, sponsorIds } from "./graph-relationships.ts";

const deadline = {} as Deadline;
const [guest, group, app, role] = ["guest", "group", "app", "role"];

/** Graph with these answers by path; what was written is kept. */
function graphWith(answers: Record<string, unknown>) {
  const writes: string[] = [];
  const reads: string[] = [];
  const graph = {
    async read<Body>(path: string, shape: z.ZodType<Body>): Promise<Body> {
      reads.push(path);
      return shape.parse(answers[path]);
    },
    readAll: GraphClient.prototype.readAll,
    objectUrl: async (path: string) => `https://graph.microsoft.com/v1.0${path}`,
    async write({ method, path }: GraphWrite) {
      writes.push(`${method} ${path}`);
      return { body: undefined, date: undefined };
    },
  };
  return { graph: graph as unknown as GraphClient, writes, reads };
}

describe("taking an application from a guest", () => {
  it("[A3] takes the guest's own assignment, also from a second page, and never the group's", async () => {
    const path = `/users/${guest}/appRoleAssignments`;
    const assignment = (id: string, principalId: string) => ({ id, principalId, resourceId: app, appRoleId: role });
    const { graph, writes } = graphWith({
      [`${path}?$top=999`]: {
        value: [assignment("of the group", String(group))],
        "@odata.nextLink": "https://graph.microsoft.com/v1.0/page2",
      },
      "/page2": { value: [assignment("own", String(guest))] },
    });
    const grants = { apps: [{ resourceObjectId: String(app), appRoleId: String(role) }] };
    await releaseGrants(graph, String(guest), grants, deadline);
    expect(writes).toEqual([`DELETE ${path}/own`]);
  });
});

describe("sponsors", () => {
  it("[A8] named by object id, a group's among them, are not looked up", async () => {
    const { graph, reads } = graphWith({});
    const id = "0b1f9851-1bf0-433f-aec3-cb9272f093dc";
    expect(await sponsorIds(graph, [id], deadline)).toEqual([id]);
    expect(reads).toEqual([]);
  });
});
