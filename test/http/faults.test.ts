import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { invitation, standingClock, startTestTenant, type TestTenant } from "./tenant-client.ts";

let tenant: TestTenant;
let clock: ReturnType<typeof standingClock>;
async function start(options: Parameters<typeof startTestTenant>[0] = {}) {
  clock = standingClock();
  tenant = await startTestTenant({ now: clock.now, ...options });
  return tenant;
}
afterEach(() => tenant.remove());

const post = (address: string) => tenant.graph("POST", "/invitations", invitation(address));
const isGuest = (address: string) => tenant.guests().some(({ mail }) => mail === address);

describe("a fault", () => {
  beforeEach(() => start());

  it("answers with its status and Retry-After, as often as it says and where it fits", async () => {
    tenant.faults.set([
      { match: { method: "POST", path: "/v1.0/invitations" }, action: { status: 429, retryAfter: 3 }, count: 2 },
    ]);
    expect((await tenant.graph("GET", "/users")).status).toBe(200);
    const refused = await post("ana@fabrikam.example");
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("3");
    expect(refused.body.error.code).toBe("TooManyRequests");
    expect((await post("ana@fabrikam.example")).status).toBe(429);
    expect(isGuest("ana@fabrikam.example")).toBe(false);
    expect((await post("ana@fabrikam.example")).status).toBe(201);
  });

  it("cuts the connection before the work is done", async () => {
    tenant.faults.set([{ match: { path: "/v1.0/invitations" }, action: { reset: "before" }, count: 1 }]);
    await expect(post("ana@fabrikam.example")).rejects.toThrow();
    expect(isGuest("ana@fabrikam.example")).toBe(false);
    expect(tenant.requests().at(-1)).toMatchObject({ path: "/v1.0/invitations", status: 0 });
  });

  it("cuts the connection after the work is done: the guest is there and the answer is lost", async () => {
    tenant.faults.set([{ match: { path: "/v1.0/invitations" }, action: { reset: "after" }, count: 1 }]);
    await expect(post("ana@fabrikam.example")).rejects.toThrow();
    expect(isGuest("ana@fabrikam.example")).toBe(true);
  });

  it("answers an error after the work is done", async () => {
    tenant.faults.set([{ action: { status: 504, when: "after" }, match: { body: "ANA@" } }]);
    expect((await post("bo@fabrikam.example")).status).toBe(201);
    expect((await post("ana@fabrikam.example")).status).toBe(504);
    expect(isGuest("ana@fabrikam.example")).toBe(true);
  });

  it("forgets the work that it says is done", async () => {
    tenant.faults.set([{ match: { method: "POST", path: "/v1.0/" }, action: { forget: true } }]);
    const { status, body } = await post("ana@fabrikam.example");
    expect(status).toBe(201);
    expect((await tenant.graph("GET", `/users/${body.invitedUser.id}`)).status).toBe(404);
    expect(tenant.mails()).toEqual([]);
  });

  it("fits by pattern and by application", async () => {
    const app = tenant.environment.ARM_CLIENT_ID ?? "";
    tenant.faults.set([{ match: { path: "/users\\/[^/?]+$/", app }, action: { status: 503 } }]);
    expect((await tenant.graph("GET", "/users/nobody")).status).toBe(503);
    expect((await tenant.graph("GET", "/users")).status).toBe(200);
    expect((await tenant.graphAs("User.Read.All")("GET", "/users/nobody")).status).toBe(404);
  });

  it("of no probability never happens", async () => {
    tenant.faults.set([{ match: {}, action: { status: 500 }, probability: 0 }]);
    expect((await tenant.graph("GET", "/users")).status).toBe(200);
  });

  it("that is malformed is refused with what is wrong", () => {
    expect(() => tenant.faults.set([{ match: {}, action: { status: 200 } }])).toThrow(/400/);
  });
});

describe("the control routes", () => {
  beforeEach(() => start());
  const control = (method: string, path: string, body?: unknown, token = tenant.controlToken) =>
    tenant.send(method, `/_tenant${path}`, body === undefined ? undefined : JSON.stringify(body), {
      authorization: `Bearer ${token}`,
    });

  it("set, show and clear the faults", async () => {
    const faults = [{ match: { path: "/v1.0/users" }, action: { status: 500 }, count: 3 }];
    expect((await control("PUT", "/faults", { faults })).status).toBe(200);
    expect((await tenant.graph("GET", "/users")).status).toBe(500);
    expect((await control("GET", "/faults")).body.faults).toEqual([{ ...faults[0], left: 2 }]);
    expect((await control("DELETE", "/faults")).status).toBe(204);
    expect((await tenant.graph("GET", "/users")).status).toBe(200);
  });

  it("explain a malformed fault", async () => {
    const { status, body } = await control("PUT", "/faults", { faults: [{ action: { status: "429" } }] });
    expect(status).toBe(400);
    expect(body.error).toContain("faults[0].action.status");
  });

  it("show and clear the log", async () => {
    await tenant.graph("GET", "/users");
    const paths = (await control("GET", "/requests")).body.requests.map(({ path }: { path: string }) => path);
    expect(paths).toContain("/v1.0/users");
    await control("DELETE", "/requests");
    expect((await control("GET", "/requests")).body.requests).toHaveLength(1);
  });

  it("accept an invitation for a guest", async () => {
    await tenant.invite("ana@fabrikam.example");
    expect((await control("POST", "/accept", { email: "ana@fabrikam.example" })).status).toBe(200);
    expect(tenant.guests()[0]?.externalUserState).toBe("Accepted");
    expect((await control("POST", "/accept", { email: "nobody@fabrikam.example" })).status).toBe(404);
  });

  it("open to nobody without the control token, but for the health", async () => {
    expect((await control("GET", "/requests", undefined, "wrong")).status).toBe(401);
    expect((await tenant.send("DELETE", "/_tenant/faults")).status).toBe(401);
    expect((await tenant.send("GET", "/_tenant/health")).body).toMatchObject({ status: "ok", url: tenant.url });
  });
});

describe("replication lag", () => {
  beforeEach(() => start({ replicationLagSeconds: 10 }));
  const read = (id: string) => tenant.graph("GET", `/users/${id}?$select=displayName`);

  it("hides a new guest from every kind of read until it is over", async () => {
    const id = await tenant.invite("ana@fabrikam.example");
    const reads = [
      async () => (await read(id)).status === 200,
      async () => (await tenant.graph("GET", "/users?$filter=mail eq 'ana@fabrikam.example'")).body.value.length === 1,
      async () => (await tenant.graph("POST", "/directoryObjects/getByIds", { ids: [id] })).body.value.length === 1,
    ];
    clock.forward(9.9);
    for (const sees of reads) expect(await sees()).toBe(false);
    clock.forward(0.1);
    for (const sees of reads) expect(await sees()).toBe(true);
  });

  it("shows each state in turn", async () => {
    // Writes find the guest at once here: otherwise the first of them would wait as long as a read.
    tenant.rehearse({ writeLagSeconds: 0 });
    const id = await tenant.invite("ana@fabrikam.example", { invitedUserDisplayName: "One" });
    clock.forward(4);
    await tenant.graph("PATCH", `/users/${id}`, { displayName: "Two" });
    clock.forward(4);
    await tenant.graph("DELETE", `/users/${id}`);
    clock.forward(2);
    expect((await read(id)).body.displayName).toBe("One");
    clock.forward(4);
    expect((await read(id)).body.displayName).toBe("Two");
    expect((await tenant.graph("GET", `/directory/deletedItems/${id}`)).status).toBe(404);
    clock.forward(4);
    expect((await read(id)).status).toBe(404);
    expect((await tenant.graph("GET", `/directory/deletedItems/${id}`)).status).toBe(200);
  });

  it("finds a guest by the address that a read still shows, live and deleted", async () => {
    tenant.rehearse({ writeLagSeconds: 0 });
    const id = await tenant.invite("ana@fabrikam.example");
    const live = "/users";
    const deleted = "/directory/deletedItems/microsoft.graph.user";
    const foundBy = async (address: string, path: string) =>
      (await tenant.graph("GET", `${path}?$filter=mail eq '${address}'`)).body.value.map(
        (user: { id: string }) => user.id,
      );
    clock.forward(10);
    await tenant.graph("PATCH", `/users/${id}`, { mail: "ana@new.example" });
    expect([await foundBy("ana@fabrikam.example", live), await foundBy("ana@new.example", live)]).toEqual([[id], []]);
    clock.forward(10);
    expect([await foundBy("ana@fabrikam.example", live), await foundBy("ana@new.example", live)]).toEqual([[], [id]]);
    await tenant.graph("DELETE", `/users/${id}`);
    expect([await foundBy("ana@new.example", live), await foundBy("ana@new.example", deleted)]).toEqual([[id], []]);
    clock.forward(10);
    expect([await foundBy("ana@new.example", live), await foundBy("ana@new.example", deleted)]).toEqual([[], [id]]);
  });

  it("does not hide the members that were there from the start, nor a guest from a second invitation", async () => {
    expect((await tenant.graph("GET", "/users")).body.value).toHaveLength(tenant.users().length);
    expect(tenant.users().length).toBeGreaterThan(1);
    const id = await tenant.invite("ana@fabrikam.example");
    expect(await tenant.invite("ana@fabrikam.example")).toBe(id);
  });
});

describe("throttling", () => {
  beforeEach(() => start({ throttling: true }));

  it("takes 150 invitations in 5 seconds, all applications together, and says when the next one may come", async () => {
    for (let i = 0; i < 150; i++) expect((await post(`g${i}@fabrikam.example`)).status).toBe(201);
    clock.forward(2);
    const other = tenant.graphAs("User.Invite.All");
    const refused = await other("POST", "/invitations", invitation("late@fabrikam.example"));
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("3");
    expect((await tenant.graph("GET", "/users?$top=1")).status).toBe(200);
    clock.forward(3);
    expect((await other("POST", "/invitations", invitation("late@fabrikam.example"))).status).toBe(201);
  });

  it("counts resource units, tells when they run out, and refuses them inside a batch, too", async () => {
    const [group] = (await tenant.graph("GET", "/groups")).body.value;
    const url = `/groups/${group.id}/members`;
    const requests = Array.from({ length: 20 }, (_, index) => ({ id: `${index}`, method: "GET", url }));
    type Part = { status: number; headers: Record<string, string> };
    const parts: Part[] = [];
    // Each costs 3 of 3,500 units.
    for (let batch = 0; batch < 60; batch++) {
      parts.push(...(await tenant.graph("POST", "/$batch", { requests })).body.responses);
    }
    const header = ({ headers }: Part, name: string) =>
      Object.entries(headers).find(([one]) => one.toLowerCase() === name)?.[1];
    expect(parts[0]).toMatchObject({ status: 200 });
    expect(header(parts[0] as Part, "x-ms-resource-unit")).toBe("3");
    expect(header(parts[0] as Part, "x-ms-throttle-limit-percentage")).toBeUndefined();
    expect(header(parts[1_000] as Part, "x-ms-throttle-limit-percentage")).toBe("0.86");
    const refused = parts.find(({ status }) => status === 429) as Part;
    expect(parts.indexOf(refused)).toBe(1_166);
    expect(header(refused, "retry-after")).toBe("10");
    expect(header(refused, "x-ms-throttle-information")).toBe("ResourceUnitLimitExceeded");
    expect(header(refused, "x-ms-throttle-scope")).toMatch(/^Tenant_Application\/ReadWrite\//);
  });
});
