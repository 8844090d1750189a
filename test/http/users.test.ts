import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestTenant, type TestTenant } from "./tenant-client.ts";

/** The members of the organisation, and its shared mailbox, as `tenant/seed.yaml` has them. */
const members = ["Mira Holt", "Jonas Berg", "Mona Lind", "Kim Larsen", "Contoso invitations"];

let tenant: TestTenant;
let ana: string;
let bo: string;
beforeAll(async () => {
  tenant = await startTestTenant();
  ana = await tenant.invite("ana@fabrikam.example", { invitedUserDisplayName: "Ana" });
  bo = await tenant.invite("bo@northwind.example", { invitedUserDisplayName: "Bo O'Neil" });
  tenant.accept("bo@northwind.example");
});
afterAll(() => tenant.remove());

const eventual = { consistencylevel: "eventual" };

/** The display names that a filter finds, or the error's code. */
async function find(filter: string, more = "", headers: Record<string, string> = {}) {
  const query = `$filter=${encodeURIComponent(filter)}${more}`;
  const { status, body } = await tenant.graph("GET", `/users?${query}`, undefined, headers);
  return status === 200 ? body.value.map((user: { displayName: string }) => user.displayName) : body.error.code;
}

describe("reading a user", () => {
  it("answers Graph's default properties and no others", async () => {
    const { status, body } = await tenant.graph("GET", `/users/${ana}`);
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual([
      "@odata.context",
      "businessPhones",
      "displayName",
      "givenName",
      "id",
      "jobTitle",
      "mail",
      "mobilePhone",
      "officeLocation",
      "preferredLanguage",
      "surname",
      "userPrincipalName",
    ]);
  });

  it("answers what is selected", async () => {
    const { body } = await tenant.graph("GET", `/users/${ana}?$select=id,externalUserState`);
    expect(body).toMatchObject({ id: ana, externalUserState: "PendingAcceptance" });
    expect(body).not.toHaveProperty("displayName");
  });

  it("refuses to select what is no property", async () => {
    expect((await tenant.graph("GET", `/users/${ana}?$select=shoeSize`)).body.error.message).toContain("shoeSize");
  });

  it("finds them by user principal name, with its # encoded", async () => {
    const name = encodeURIComponent("Ana_fabrikam.example#EXT#@contoso.onmicrosoft.com");
    expect((await tenant.graph("GET", `/users/${name}`)).body.id).toBe(ana);
  });

  it("finds them by the key in parentheses, in the beta version, and with the tenant in the path", async () => {
    const authorization = `Bearer ${(await tenant.token()).body.access_token}`;
    for (const path of [`/v1.0/users('${ana}')`, `/beta/users/${ana}`, `/v1.0/${tenant.tenantId}/users/${ana}`]) {
      expect((await tenant.send("GET", path, undefined, { authorization })).body.id).toBe(ana);
    }
  });

  it("names its type where full metadata is asked for", async () => {
    const accept = "application/json; odata.metadata=full";
    const { body } = await tenant.graph("GET", `/users/${ana}`, undefined, { accept });
    expect(body["@odata.type"]).toBe("#microsoft.graph.user");
  });

  it("answers 404 with Graph's code where there is nobody", async () => {
    const { status, body } = await tenant.graph("GET", "/users/nobody@contoso.example");
    expect(status).toBe(404);
    expect(body.error.code).toBe("Request_ResourceNotFound");
  });
});

describe("a filter", () => {
  it.each([
    ["mail eq 'ANA@fabrikam.example'", ["Ana"]],
    ["mail in ('ana@fabrikam.example', 'bo@northwind.example')", ["Ana", "Bo O'Neil"]],
    ["otherMails/any(m:m eq 'ana@fabrikam.example')", ["Ana"]],
    ["otherMails/any(m: startswith(m,'bo@'))", ["Bo O'Neil"]],
    ["proxyAddresses/any(p:p eq 'smtp:ana@fabrikam.example' or p eq 'smtp:nobody')", ["Ana"]],
    ["userPrincipalName eq 'ana_fabrikam.example#EXT#@contoso.onmicrosoft.com'", ["Ana"]],
    ["userType eq 'Guest' and externalUserState eq 'Accepted'", ["Bo O'Neil"]],
    ["displayName eq 'Bo O''Neil'", ["Bo O'Neil"]],
    ["startsWith(displayName,'an') or startswith(mail,'bo')", ["Ana", "Bo O'Neil"]],
    ["(userType eq 'Member' or displayName eq 'Ana') and creationType eq 'Invitation'", ["Ana"]],
    ["userType eq 'Member' or displayName eq 'Ana' and mail eq 'nobody'", members],
    ["accountEnabled eq false", ["Contoso invitations"]],
    ["createdDateTime ge 2020-01-01T00:00:00Z and userType eq 'Guest'", ["Ana", "Bo O'Neil"]],
  ])("%s finds %j", async (filter, names) => {
    expect(await find(filter)).toEqual(names);
  });

  it.each([
    ["not(userType eq 'Guest')", members],
    ["userType ne 'Member'", ["Ana", "Bo O'Neil"]],
    ["creationType eq null", members],
    ["endswith(mail,'@northwind.example')", ["Bo O'Neil"]],
    ["companyName eq 'Fabrikam'", []],
  ])("%s is an advanced query", async (filter, names) => {
    expect(await find(filter)).toBe("Request_UnsupportedQuery");
    expect(await find(filter, "&$count=true")).toBe("Request_UnsupportedQuery");
    expect(await find(filter, "&$count=true", eventual)).toEqual(names);
  });

  it.each([
    ["identities/any(i:i eq 'x')", "Request_UnsupportedQuery"],
    ["otherMails eq 'x'", "Request_UnsupportedQuery"],
    ["contains(mail,'x')", "Request_UnsupportedQuery"],
    ["shoeSize eq '44'", "BadRequest"],
    ["mail eq 'x", "BadRequest"],
    ["mail is 'x'", "BadRequest"],
    ["mail eq 5", "BadRequest"],
    ["(mail eq 'x'", "BadRequest"],
    ["mail eq 'x' mail eq 'y'", "BadRequest"],
  ])("%s is refused with %s", async (filter, code) => {
    expect(await find(filter)).toBe(code);
  });

  it("of more than fifteen branches is refused, as Graph does", async () => {
    const mails = (count: number) =>
      `mail in (${Array.from({ length: count }, (_, i) => `'g${i}@x.example'`).join(",")})`;
    expect(await find(mails(15))).toEqual([]);
    expect(await find(mails(16))).toBe("Request_UnsupportedQuery");
  });
});

describe("a list", () => {
  it("comes in pages that hold everybody once", async () => {
    const seen: string[] = [];
    let path = "/users?$top=3&$select=id&$filter=userType%20in%20('Guest','Member')";
    for (let pages = 0; path !== ""; pages++) {
      expect(pages).toBeLessThan(3);
      const { body } = await tenant.graph("GET", path);
      seen.push(...body.value.map(({ id }: { id: string }) => id));
      path = (body["@odata.nextLink"] ?? "").replace(`${tenant.url}/v1.0`, "");
    }
    expect(seen.toSorted()).toEqual(
      tenant
        .users()
        .map(({ id }) => id)
        .toSorted(),
    );
  });

  it("is sorted by display name", async () => {
    const { body } = await tenant.graph("GET", "/users?$orderby=displayName desc");
    expect(body.value.map((user: { displayName: string }) => user.displayName)).toEqual([
      ...members.toSorted().reverse(),
      "Bo O'Neil",
      "Ana",
    ]);
  });

  it("is counted in an advanced query", async () => {
    const { body } = await tenant.graph("GET", "/users?$count=true&$top=1", undefined, eventual);
    expect(body["@odata.count"]).toBe(members.length + 2);
    expect(body.value).toHaveLength(1);
  });

  it.each(["0", "1000", "many"])("of %s a page is refused", async (top) => {
    expect((await tenant.graph("GET", `/users?$top=${top}`)).status).toBe(400);
  });
});

describe("changing a user", () => {
  it("answers 204 and changes only what is named", async () => {
    const profile = { jobTitle: "Buyer", department: "Trade", companyName: "Fabrikam", usageLocation: "DK" };
    expect((await tenant.graph("PATCH", `/users/${ana}`, profile)).status).toBe(204);
    expect((await tenant.graph("PATCH", `/users/${ana}`, { companyName: null, "@odata.type": "x" })).status).toBe(204);
    const { body } = await tenant.graph("GET", `/users/${ana}?$select=${Object.keys(profile)},displayName`);
    expect(body).toMatchObject({ ...profile, companyName: null, displayName: "Ana" });
  });

  it.each([
    ["a property that is none", { shoeSize: "44" }],
    ["a read-only property", { createdDateTime: "2020-01-01T00:00:00Z" }],
    ["a country of three letters", { usageLocation: "DNK" }],
    ["an empty text", { jobTitle: "" }],
    ["a text that is too long", { department: "x".repeat(65) }],
    ["no display name", { displayName: null }],
    ["a number for a text", { jobTitle: 5 }],
    ["a type of user that is none", { userType: "Partner" }],
  ])("refuses %s and changes nothing", async (_, changes) => {
    const before = tenant.users();
    const { status, body } = await tenant.graph("PATCH", `/users/${ana}`, { city: "Aarhus", ...changes });
    expect(status).toBe(400);
    expect(body.error.code).toBe("Request_BadRequest");
    expect(tenant.users()).toEqual(before);
  });

  it("makes a member of the organisation", async () => {
    const member = {
      accountEnabled: true,
      displayName: "Lis",
      mailNickname: "lis",
      userPrincipalName: "lis@contoso.example",
      passwordProfile: { password: "a long one" },
    };
    const { status, body } = await tenant.graph("POST", "/users", member);
    expect(status).toBe(201);
    expect((await tenant.graph("POST", "/users", member)).status).toBe(400);
    const elsewhere = { ...member, userPrincipalName: "lis@fabrikam.example" };
    expect((await tenant.graph("POST", "/users", elsewhere)).status).toBe(400);
    expect((await tenant.graph("POST", "/users", { ...member, mailNickname: undefined })).body.error.message).toContain(
      "mailNickname",
    );
    expect(JSON.stringify(tenant.users())).not.toContain("a long one");
    await tenant.graph("DELETE", `/users/${body.id}`);
  });
});

describe("sponsors", () => {
  it("are added, listed and removed by reference", async () => {
    const mira = tenant.users().find(({ displayName }) => displayName === "Mira Holt")?.id;
    const reference = { "@odata.id": `https://graph.microsoft.com/v1.0/users/${mira}` };
    const sponsors = `/users/${bo}/sponsors`;
    expect((await tenant.graph("POST", `${sponsors}/$ref`, reference)).status).toBe(204);
    expect((await tenant.graph("POST", `${sponsors}/$ref`, reference)).body.error.message).toContain("already exist");
    expect((await tenant.graph("GET", sponsors)).body.value).toMatchObject([{ id: mira, displayName: "Mira Holt" }]);
    expect((await tenant.graph("DELETE", `${sponsors}/${mira}/$ref`)).status).toBe(204);
    expect((await tenant.graph("DELETE", `${sponsors}/${mira}/$ref`)).status).toBe(404);
    expect((await tenant.graph("GET", sponsors)).body.value).toEqual([]);
  });
});

describe("getByIds", () => {
  const getByIds = (ids: string[], types?: string[]) =>
    tenant.graph("POST", "/directoryObjects/getByIds", { ids, ...(types && { types }) });

  it("answers the objects that are there, whole and with their type, and leaves out the others", async () => {
    const { status, body } = await getByIds([ana, "00000000-0000-4000-8000-000000000000", bo], ["user"]);
    expect(status).toBe(200);
    expect(body.value.map(({ id }: { id: string }) => id)).toEqual([ana, bo]);
    expect(body.value[1]).toMatchObject({ "@odata.type": "#microsoft.graph.user", externalUserState: "Accepted" });
  });

  it("finds no user among groups", async () => {
    expect((await getByIds([ana], ["group"])).body.value).toEqual([]);
  });

  it("tells only type and id of what the caller may not read", async () => {
    const group = (await tenant.graph("GET", "/groups")).body.value[0];
    const usersOnly = tenant.graphAs("User.Read.All");
    const { body } = await usersOnly("POST", "/directoryObjects/getByIds", { ids: [ana, group.id] });
    expect(body.value[0]).toMatchObject({ id: ana, mail: expect.any(String) });
    expect(body.value[1]).toMatchObject({ "@odata.type": "#microsoft.graph.group", id: group.id, displayName: null });
  });

  it("takes a thousand ids and no more", async () => {
    const ids = Array.from({ length: 1001 }, () => crypto.randomUUID());
    expect((await getByIds(ids.slice(1))).status).toBe(200);
    expect((await getByIds(ids)).status).toBe(400);
    expect((await getByIds(["no-guid"])).status).toBe(400);
  });
});

describe("every answer", () => {
  it("carries the ids that a support case would ask for, and they are in the log", async () => {
    const given = { "client-request-id": "7c0f6d1e-0000-4000-8000-000000000000" };
    const { headers, body } = await tenant.graph("GET", "/users/nobody", undefined, given);
    expect(headers.get("client-request-id")).toBe(given["client-request-id"]);
    expect(headers.get("date")).toBeTruthy();
    const requestId = headers.get("request-id");
    expect(body.error.innerError).toMatchObject({
      "request-id": requestId,
      "client-request-id": given["client-request-id"],
    });
    expect(tenant.requests().at(-1)).toMatchObject({
      method: "GET",
      path: "/v1.0/users/nobody",
      status: 404,
      requestId,
      appId: tenant.environment.ARM_CLIENT_ID,
    });
  });

  it("names the part of a path that is not there", async () => {
    const { status, body } = await tenant.graph("GET", "/users/x/shoes");
    expect(status).toBe(400);
    expect(body.error.message).toContain("Resource not found for the segment 'shoes'. (The local tenant");
  });

  it("is Graph's for a path that is badly encoded", async () => {
    expect((await tenant.graph("GET", "/users/%E0%A4%A")).status).toBe(404);
    expect((await tenant.graph("GET", "/shoes/%E0%A4%A")).status).toBe(400);
  });

  it("logs no secret, token or ticket", async () => {
    const { body } = await tenant.token();
    await tenant.send("GET", "/redeem?tenant=x&ticket=TOPSECRET&ver=2.0");
    const log = JSON.stringify(tenant.requests());
    expect(log).toContain("/redeem?tenant=x&ticket=…&ver=2.0");
    for (const secret of ["TOPSECRET", body.access_token, tenant.environment.ARM_CLIENT_SECRET]) {
      expect(log).not.toContain(secret);
    }
  });

  it("describes the organisation", async () => {
    const { body } = await tenant.graph("GET", "/organization");
    expect(body.value).toMatchObject([{ id: tenant.tenantId, displayName: "Contoso", tenantType: "AAD" }]);
    expect(body.value[0].verifiedDomains).toHaveLength(2);
  });
});
