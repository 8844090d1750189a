import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Permission } from "../../tenant/index.ts";
import { permissions } from "../../tenant/store/application-store.ts";
import { startTestTenant, type TestTenant } from "./tenant-client.ts";

/** What the tenant does not do it refuses, on every route that it has: whatever passes in silence makes a rehearsal wrong. */
const tenant: TestTenant = await startTestTenant();
afterAll(() => tenant.remove());

let graph: TestTenant["graph"];
let ids: Record<string, string>;
beforeAll(async () => {
  graph = tenant.graphAs(...(permissions as readonly Permission[]));
  const user = await tenant.invite("ana@fabrikam.example");
  const bin = await tenant.invite("bo@fabrikam.example");
  await tenant.graph("DELETE", `/users/${bin}`);
  const [group] = (await graph("GET", "/groups")).body.value;
  const [application] = (await graph("GET", "/servicePrincipals")).body.value;
  const mailbox = tenant.users().find(({ mail }) => mail === "invitations@contoso.example")?.id ?? "";
  const message = (await graph("POST", `/users/${mailbox}/messages`, { subject: "Hi" })).body.id;
  ids = { user, bin, group: group.id, application: application.id, mailbox, message };
});

/** A path of the router with ids that are there. */
function filled(path: string): string {
  const mail = /messages|mailfolders|sendmail/.test(path);
  const owner = path.startsWith("/groups")
    ? ids.group
    : path.startsWith("/serviceprincipals")
      ? ids.application
      : path.startsWith("/directory/deleteditems")
        ? ids.bin
        : path.startsWith("/organization")
          ? tenant.tenantId
          : mail
            ? ids.mailbox
            : ids.user;
  return path
    .replace(":id", owner ?? "")
    .replace(":message", ids.message ?? "")
    .replace(":folder", "drafts")
    .replace(/:(sponsor|member|owner|assignment)/, ids.user ?? "");
}

const graphRoutes = tenant
  .routes()
  .filter(({ path }) => path.startsWith("/v1.0/"))
  .map(({ method, path }) => [method, path.replace("/v1.0", "")] as const);

describe("[A18] [official table 10] every route of Graph", () => {
  it("is in the list that the walk takes from the router", () => {
    expect(graphRoutes.length).toBeGreaterThan(50);
    expect(graphRoutes).toContainEqual(["PATCH", "/users/:id"]);
  });

  it.each(graphRoutes)("%s %s refuses an unknown query option", async (method, path) => {
    for (const query of ["$tpo=1", "$apply=aggregate($count as n)", "nonsense=1"]) {
      const answer = await graph(method, `${filled(path)}?${encodeURI(query)}`, method === "GET" ? undefined : {});
      expect(answer.status, query).toBe(400);
      expect(answer.body.error, query).toMatchObject({ code: expect.any(String), innerError: expect.any(Object) });
      expect(answer.body.error.message, query).toContain("local tenant");
    }
  });

  it.each(graphRoutes.filter(([method]) => method === "GET"))(
    "%s %s selects and expands nothing unknown",
    async (_, path) => {
      for (const query of ["$select=id,nonsense", "$expand=nonsense", "$filter=nonsense eq 'x'"]) {
        const answer = await graph("GET", `${filled(path)}?${encodeURI(query)}`, undefined, {
          ConsistencyLevel: "eventual",
        });
        // One object has nothing to filter.
        expect(answer.status, query).toBe(400);
      }
    },
  );

  it.each(graphRoutes.filter(([method]) => method !== "GET"))(
    "%s %s refuses an unknown property",
    async (method, path) => {
      const answer = await graph(method, filled(path), { nonsense: 1 });
      expect([answer.status, answer.body.error.message]).toEqual([400, expect.stringContaining("nonsense")]);
    },
  );

  it.each(graphRoutes.filter(([method]) => method !== "GET"))(
    "%s %s refuses a condition that it cannot keep",
    async (method, path) => {
      const answer = await graph(method, filled(path), {}, { "if-match": 'W/"1"' });
      expect([answer.status, answer.body.error.code]).toEqual([501, "NotImplemented"]);
    },
  );
});

describe("[A18] something unknown deep in a body", () => {
  const person = { address: "kim@contoso.example", nonsense: 1 };
  const invitation = { invitedUserEmailAddress: "cy@fabrikam.example", inviteRedirectUrl: "https://portal.example" };
  it.each([
    ["POST", "/invitations", { ...invitation, invitedUserMessageInfo: { nonsense: 1 } }],
    ["POST", "/invitations", { ...invitation, invitedUserMessageInfo: { ccRecipients: [{ emailAddress: person }] } }],
    ["POST", "/invitations", { ...invitation, invitedUser: { nonsense: 1 } }],
    ["POST", "/invitations", { ...invitation, invitedUserSponsors: [{ id: "x", nonsense: 1 }] }],
    ["POST", "/users/:mailbox/messages", { toRecipients: [{ emailAddress: person }] }],
    ["POST", "/users/:mailbox/messages", { body: { content: "", nonsense: 1 } }],
    ["POST", "/users/:mailbox/sendMail", { message: { nonsense: 1 } }],
    ["POST", "/$batch", { requests: [{ id: "1", method: "GET", url: "/users", nonsense: 1 }] }],
  ])("%s %s is refused", async (method, path, body) => {
    const answer = await graph(method, path.replace(":mailbox", ids.mailbox ?? ""), body);
    expect([answer.status, answer.body.error.message]).toEqual([400, expect.stringContaining("nonsense")]);
    expect(tenant.guests().some(({ mail }) => mail === "cy@fabrikam.example")).toBe(false);
  });
});

it("[A18] PATCH /users/{id} with nonsense is 400", async () => {
  expect((await graph("PATCH", `/users/${ids.user}`, { nonsense: 1 })).status).toBe(400);
});

it("[A18] an unknown route says that the local tenant does not have it", async () => {
  for (const path of ["/me", "/users/x/calendar", "/groups/x/sites", "/applications"]) {
    const { status, body } = await graph("GET", path);
    expect([status, body.error.message]).toEqual([400, expect.stringContaining("local tenant")]);
  }
});

describe("every other route", () => {
  const control = () => ({ authorization: `Bearer ${tenant.controlToken}`, "content-type": "application/json" });
  const changes = tenant
    .routes()
    .filter(({ path, method }) => path.startsWith("/_tenant/") && ["POST", "PUT", "PATCH"].includes(method))
    .map(({ method, path }) => [method, path] as const);

  it.each(changes)("%s %s refuses an unknown property", async (method, path) => {
    const body = JSON.stringify({ email: "mira@contoso.example", faults: [], nonsense: 1 });
    expect((await tenant.send(method, path, body, control())).status).toBe(400);
  });

  it("of Azure refuses an unknown query parameter and property", async () => {
    const scope = `${tenant.url}/resource-manager/.default`;
    const token = (await tenant.token({ scope })).body.access_token as string;
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const base = `/subscriptions/${tenant.environment.ARM_SUBSCRIPTION_ID}/providers/Microsoft.Authorization`;
    const roles = await tenant.send("GET", `${base}/roleDefinitions?api-version=2022-04-01&$tpo=1`, undefined, headers);
    expect([roles.status, roles.body.error.message]).toEqual([400, expect.stringContaining("$tpo")]);
    const body = JSON.stringify({ properties: { nonsense: 1 } });
    const name = "00000000-0000-4000-8000-000000000000";
    const made = await tenant.send("PUT", `${base}/roleAssignments/${name}?api-version=2022-04-01`, body, headers);
    expect([made.status, made.body.error.message]).toEqual([400, expect.stringContaining("nonsense")]);
  });
});
