import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { standingClock, startTestTenant, type TestTenant } from "./tenant-client.ts";

let clock: ReturnType<typeof standingClock>;
let tenant: TestTenant;
let ana: string;
beforeEach(async () => {
  clock = standingClock();
  tenant = await startTestTenant({ now: clock.now, tokenLifetimeSeconds: 40 * 86_400 });
  ana = await tenant.invite("ana@fabrikam.example");
  await tenant.graph("PATCH", `/users/${ana}`, { department: "Trade" });
});
afterEach(() => tenant.remove());

const bin = "/directory/deletedItems";
const listed = async (query = "") => (await tenant.graph("GET", `${bin}/microsoft.graph.user${query}`)).body.value;

describe("a deleted user", () => {
  it("is gone from the users and waits in the recycle bin, where they are found by address", async () => {
    expect((await tenant.graph("DELETE", `/users/${ana}`)).status).toBe(204);
    expect((await tenant.graph("GET", `/users/${ana}`)).status).toBe(404);
    expect((await tenant.graph("DELETE", `/users/${ana}`)).body.error.code).toBe("Request_ResourceNotFound");
    expect((await tenant.graph("PATCH", `/users/${ana}`, { city: "Aarhus" })).status).toBe(404);
    expect((await tenant.graph("GET", "/users?$filter=userType eq 'Guest'")).body.value).toEqual([]);
    const query = "?$filter=mail eq 'ana@fabrikam.example'&$select=id,deletedDateTime,userPrincipalName";
    expect(await listed(query)).toEqual([
      {
        id: ana,
        deletedDateTime: clock.now().toISOString(),
        userPrincipalName: `${ana.replaceAll("-", "")}ana_fabrikam.example#EXT#@contoso.onmicrosoft.com`,
      },
    ]);
    expect((await tenant.graph("GET", `${bin}/${ana}`)).body).toMatchObject({
      "@odata.type": "#microsoft.graph.user",
      id: ana,
    });
  });

  it("comes back as the same object with all they had", async () => {
    await tenant.graph("DELETE", `/users/${ana}`);
    const { status, body } = await tenant.graph("POST", `${bin}/${ana}/restore`);
    expect(status).toBe(200);
    expect(body.id).toBe(ana);
    const { body: user } = await tenant.graph("GET", `/users/${ana}?$select=department,userPrincipalName`);
    expect(user).toMatchObject({
      department: "Trade",
      userPrincipalName: "ana_fabrikam.example#EXT#@contoso.onmicrosoft.com",
    });
    expect(await listed()).toEqual([]);
    expect((await tenant.graph("POST", `${bin}/${ana}/restore`)).status).toBe(404);
  });

  it("who is purged never comes back", async () => {
    await tenant.graph("DELETE", `/users/${ana}`);
    expect((await tenant.graph("DELETE", `${bin}/${ana}`)).status).toBe(204);
    expect((await tenant.graph("GET", `${bin}/${ana}`)).status).toBe(404);
    expect((await tenant.graph("POST", `${bin}/${ana}/restore`)).status).toBe(404);
  });

  it("is kept for thirty days and not for one more", async () => {
    await tenant.graph("DELETE", `/users/${ana}`);
    clock.forward(30 * 86_400);
    expect(await listed()).toHaveLength(1);
    clock.forward(60);
    expect(await listed()).toEqual([]);
    expect((await tenant.graph("POST", `${bin}/${ana}/restore`)).status).toBe(404);
  });
});

describe("a live user", () => {
  it("is not in the recycle bin and cannot be purged", async () => {
    expect((await tenant.graph("GET", `${bin}/${ana}`)).status).toBe(404);
    expect((await tenant.graph("DELETE", `${bin}/${ana}`)).status).toBe(404);
    expect((await tenant.graph("GET", `/users/${ana}`)).status).toBe(200);
  });
});
