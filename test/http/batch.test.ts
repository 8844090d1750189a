import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { invitation, startTestTenant, type TestTenant } from "./tenant-client.ts";

let tenant: TestTenant;
beforeAll(async () => {
  tenant = await startTestTenant();
});
afterAll(() => tenant.remove());

const json = { "Content-Type": "application/json" };
const batch = (requests: unknown[], graph = tenant.graph) => graph("POST", "/$batch", { requests });
const invite = (id: string, address: string, more = {}) => ({
  id,
  method: "POST",
  url: "/invitations",
  headers: json,
  body: invitation(address),
  ...more,
});

describe("a batch", () => {
  it("answers each request by its id, with status, headers and body of its own", async () => {
    const { status, body } = await batch([
      invite("1", "ana@fabrikam.example"),
      { id: "2", method: "GET", url: "/users/nobody" },
      { id: "3", method: "GET", url: "users?$filter=mail eq 'ana@fabrikam.example'&$select=id" },
    ]);
    expect(status).toBe(200);
    const [one, two, three] = body.responses;
    expect(one).toMatchObject({ id: "1", status: 201, body: { invitedUserEmailAddress: "ana@fabrikam.example" } });
    expect(two).toMatchObject({ id: "2", status: 404, body: { error: { code: "Request_ResourceNotFound" } } });
    expect(three.body.value).toEqual([{ id: one.body.invitedUser.id }]);
    expect(one.headers["request-id"]).not.toBe(two.headers["request-id"]);
  });

  it("is in the log with each request that it holds", async () => {
    tenant.clearRequests();
    await batch([{ id: "1", method: "GET", url: "/users" }]);
    const [whole, part] = tenant.requests().filter(({ path }) => path.startsWith("/v1.0"));
    expect(whole).toMatchObject({ method: "POST", path: "/v1.0/$batch", status: 200 });
    expect(part).toMatchObject({ method: "GET", path: "/v1.0/users", status: 200, batch: whole?.number });
  });

  it("does not run what depends on a failure", async () => {
    const { body } = await batch([
      { id: "a", method: "GET", url: "/users/nobody" },
      invite("b", "dependent@fabrikam.example", { dependsOn: ["a"] }),
      invite("c", "further@fabrikam.example", { dependsOn: ["b"] }),
    ]);
    expect(body.responses.map(({ status }: { status: number }) => status)).toEqual([404, 424, 424]);
    expect(tenant.guests().some(({ mail }) => /dependent|further/.test(mail ?? ""))).toBe(false);
  });

  it("gives no request more than the caller may", async () => {
    const requests = [{ id: "1", method: "GET", url: "/users" }, invite("2", "bo@fabrikam.example")];
    const { body } = await batch(requests, tenant.graphAs("User.Invite.All"));
    expect(body.responses.map(({ status }: { status: number }) => status)).toEqual([403, 201]);
  });

  it("throttles a request inside a batch that is answered 200", async () => {
    tenant.faults.set([{ match: { body: "cy@" }, action: { status: 429, retryAfter: 7 }, count: 1 }]);
    const requests = [invite("1", "di@fabrikam.example"), invite("2", "cy@fabrikam.example")];
    const { status, body } = await batch(requests);
    expect(status).toBe(200);
    expect(body.responses).toMatchObject([{ status: 201 }, { status: 429, headers: { "Retry-After": "7" } }]);
  });

  it.each([
    ["more than twenty requests", Array.from({ length: 21 }, (_, i) => ({ id: `${i}`, method: "GET", url: "/users" }))],
    ["none", []],
    ["one id twice", [1, 2].map(() => ({ id: "1", method: "GET", url: "/users" }))],
    ["a dependency that is not there", [{ id: "1", method: "GET", url: "/users", dependsOn: ["0"] }]],
    ["no method", [{ id: "1", url: "/users" }]],
    ["a batch", [{ id: "1", method: "POST", url: "/$batch", body: {} }]],
  ])("with %s is refused whole", async (_, requests) => {
    expect((await batch(requests)).status).toBe(400);
  });

  it("needs a token", async () => {
    expect((await tenant.send("POST", "/v1.0/$batch", '{"requests":[]}')).status).toBe(401);
  });
});
