import { randomUUID, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRemoteJWKSet, customFetch, decodeJwt, exportJWK, generateKeyPair, jwtVerify, SignJWT } from "jose";
import { fetch } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { standingClock, startTestTenant, type TestTenant } from "./tenant-client.ts";

const clock = standingClock();
let tenant: TestTenant;
beforeAll(async () => {
  tenant = await startTestTenant({ now: clock.now, tokenLifetimeSeconds: 600 });
});
afterAll(() => tenant.remove());

describe("the cloud's metadata", () => {
  it("gives every endpoint as a text that is not empty", async () => {
    const { status, body } = await tenant.send("GET", "/metadata/endpoints?api-version=2022-09-01");
    expect(status).toBe(200);
    const { authentication, suffixes, ...rest } = body;
    for (const value of Object.values({ ...rest, ...suffixes })) expect(value).toMatch(/\S/);
    expect(authentication.loginEndpoint).toBe(`${tenant.url}/`);
    expect(body.microsoftGraphResourceId).toBe(`${tenant.url}/`);
    expect(authentication.audiences).toHaveLength(1);
  });

  it("refuses a version that it does not know", async () => {
    expect((await tenant.send("GET", "/metadata/endpoints?api-version=2019-05-01")).status).toBe(400);
  });
});

describe("OpenID discovery", () => {
  it("leads to the keys that verify an access token", async () => {
    const { body } = await tenant.send("GET", `/${tenant.tenantId}/v2.0/.well-known/openid-configuration`);
    expect(body.token_endpoint).toBe(`${tenant.url}/${tenant.tenantId}/oauth2/v2.0/token`);
    const keys = createRemoteJWKSet(new URL(body.jwks_uri), {
      [customFetch]: ((url: string) => fetch(url, { dispatcher: tenant.dispatcher })) as never,
    });
    const token = (await tenant.token()).body.access_token;
    const { payload } = await jwtVerify(token, keys, { currentDate: clock.now() });
    expect(payload.tid).toBe(tenant.tenantId);
  });

  it("refuses a tenant that is not this one", async () => {
    const { status, body } = await tenant.send("GET", `/${randomUUID()}/v2.0/.well-known/openid-configuration`);
    expect(status).toBe(400);
    expect(body.error_codes).toEqual([90002]);
  });
});

describe("a token for an application", () => {
  it("carries what the official providers read from it", async () => {
    const { status, body } = await tenant.token();
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: "Bearer", expires_in: 600 });
    expect(decodeJwt(body.access_token)).toMatchObject({
      aud: tenant.url,
      tid: tenant.tenantId,
      appid: tenant.environment.ARM_CLIENT_ID,
      idtyp: "app",
      oid: expect.stringMatching(/^[\da-f-]{36}$/),
      roles: expect.arrayContaining(["User.Invite.All"]),
      iat: expect.any(Number),
      nbf: expect.any(Number),
      exp: Math.floor(clock.now().getTime() / 1000) + 600,
    });
  });

  it("is granted at the address with two slashes, which the official provider uses", async () => {
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: tenant.environment.ARM_CLIENT_ID ?? "",
      client_secret: tenant.environment.ARM_CLIENT_SECRET ?? "",
      scope: `${tenant.url}//.default`,
    });
    const answer = await tenant.send("POST", `//${tenant.tenantId}/oauth2/v2.0/token`, form.toString());
    expect(answer.status).toBe(200);
    const graph = await tenant.send("GET", "/v1.0/users", undefined, {
      authorization: `Bearer ${answer.body.access_token}`,
    });
    expect(graph.status).toBe(200);
  });

  it("is granted to a client that sends its id and secret by HTTP Basic", async () => {
    const { ARM_CLIENT_ID, ARM_CLIENT_SECRET } = tenant.environment;
    const ask = (credentials: string) =>
      tenant.send(
        "POST",
        `/${tenant.tenantId}/oauth2/v2.0/token`,
        `grant_type=client_credentials&scope=${encodeURIComponent(`${tenant.url}/.default`)}`,
        { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` },
      );
    expect((await ask(`${ARM_CLIENT_ID}:${ARM_CLIENT_SECRET}`)).status).toBe(200);
    expect((await ask(`${ARM_CLIENT_ID}:%`)).body.error_codes).toEqual([7000215]);
    expect((await ask("%")).body.error_codes).toEqual([700016]);
  });

  it.each([
    ["a wrong secret", { client_secret: "wrong" }, 401, "invalid_client", 7000215],
    ["no secret", { client_secret: undefined }, 401, "invalid_client", 7000216],
    ["an application that is not registered", { client_id: randomUUID() }, 400, "unauthorized_client", 700016],
    ["no application", { client_id: undefined }, 400, "invalid_request", 900144],
    ["another grant", { grant_type: "password" }, 400, "unsupported_grant_type", 70003],
    ["no scope", { scope: undefined }, 400, "invalid_request", 90014],
    ["a scope of delegated permissions", { scope: "User.Read" }, 400, "invalid_scope", 1002012],
    ["a resource that is not there", { scope: "https://other.example/.default" }, 400, "invalid_resource", 500011],
  ])("is refused for %s, in Entra's words", async (_, fields, status, error, code) => {
    const answer = await tenant.token(fields);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error, error_codes: [code] });
    expect(answer.body.error_description).toMatch(
      new RegExp(`^AADSTS${code}: .* Trace ID: .* Correlation ID: .* Timestamp: `),
    );
    expect(JSON.stringify(answer.body)).not.toContain(tenant.environment.ARM_CLIENT_SECRET);
  });

  it("is refused in a tenant that is not this one", async () => {
    const answer = await tenant.send("POST", `/${randomUUID()}/oauth2/v2.0/token`, "grant_type=client_credentials");
    expect(answer.body.error_codes).toEqual([90002]);
  });
});

describe("a token for a federated workload", async () => {
  const issuer = "https://token.actions.githubusercontent.com";
  const subject = "repo:contoso/guests:environment:prod";
  const keys = await generateKeyPair("RS256");
  const stranger = await generateKeyPair("RS256");
  let clientId: string;
  beforeAll(async () => {
    const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: "1", alg: "RS256" }] };
    const federatedCredentials = [{ issuer, subject, keys: jwks }];
    ({ clientId } = tenant.registerApp({
      displayName: "pipeline",
      permissions: ["User.Invite.All"],
      federatedCredentials,
    }));
  });

  async function ask(claims: { iss?: string; sub?: string; aud?: string; age?: number; key?: typeof keys.privateKey }) {
    const issued = Math.floor(clock.now().getTime() / 1000) - (claims.age ?? 0);
    const assertion = await new SignJWT({})
      .setProtectedHeader({ alg: "RS256", kid: "1" })
      .setIssuer(claims.iss ?? issuer)
      .setSubject(claims.sub ?? subject)
      .setAudience(claims.aud ?? "api://AzureADTokenExchange")
      .setIssuedAt(issued)
      .setExpirationTime(issued + 300)
      .sign(claims.key ?? keys.privateKey);
    return tenant.token({
      client_id: clientId,
      client_secret: undefined,
      client_assertion: assertion,
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    });
  }

  it("is granted for the assertion that the application trusts", async () => {
    const { status, body } = await ask({});
    expect(status).toBe(200);
    expect(decodeJwt(body.access_token).roles).toEqual(["User.Invite.All"]);
  });

  it.each([
    ["another issuer", { iss: "https://gitlab.example" }, 700211],
    ["another subject", { sub: "repo:contoso/guests:pull_request" }, 700213],
    ["another audience", { aud: "api://other" }, 700212],
    ["a key that is not the issuer's", { key: stranger.privateKey }, 50013],
    ["an assertion past its time", { age: 900 }, 700024],
  ])("is refused for %s", async (_, claims, code) => {
    const { status, body } = await ask(claims);
    expect(status).toBe(401);
    expect(body.error_codes).toEqual([code]);
  });
});

describe("a token in front of Graph", () => {
  const users = (authorization?: string) =>
    tenant.send("GET", "/v1.0/users", undefined, authorization === undefined ? {} : { authorization });

  async function expectRefused(answer: ReturnType<typeof users>, message: RegExp) {
    const { status, body, headers } = await answer;
    expect(status).toBe(401);
    expect(body.error).toMatchObject({ code: "InvalidAuthenticationToken", message: expect.stringMatching(message) });
    expect(headers.get("www-authenticate")).toMatch(/^Bearer /);
  }

  it("is missed", () => expectRefused(users(), /empty/));
  it("is refused where it is no token", () => expectRefused(users("Bearer nonsense"), /not well formed/));

  it("is refused with another signature", async () => {
    const [header, payload] = (await tenant.token()).body.access_token.split(".");
    await expectRefused(users(`Bearer ${header}.${payload}.${"A".repeat(342)}`), /signature/);
  });

  it("is refused where it is for Azure Resource Manager", async () => {
    const { body } = await tenant.token({ scope: `${tenant.url}/resource-manager/.default` });
    const roles = "/resource-manager/subscriptions/x/providers/Microsoft.Authorization/roleAssignments/y";
    const there = await tenant.send("GET", `${roles}?api-version=2022-04-01`, undefined, {
      authorization: `Bearer ${body.access_token}`,
    });
    expect(there.status).not.toBe(401);
    await expectRefused(users(`Bearer ${body.access_token}`), /audience/);
  });

  it("is refused past its time", async () => {
    const { body } = await tenant.token();
    expect((await users(`Bearer ${body.access_token}`)).status).toBe(200);
    clock.forward(601);
    await expectRefused(users(`Bearer ${body.access_token}`), /expired/);
  });
});

describe("the environment of a client", () => {
  it("is written to the data folder, readable by its owner only", () => {
    const file = `${tenant.dataDir}/environment.json`;
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(tenant.environment);
  });

  it("trusts the tenant and still everybody else", () => {
    const bundle = readFileSync(tenant.environment.SSL_CERT_FILE ?? "", "utf8");
    expect(bundle).toContain(readFileSync(tenant.caFile, "utf8").trim());
    expect(bundle.match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThan(100);
  });

  it("trusts an authority for one year and more, and a server for less than Apple's limit", () => {
    const server = new X509Certificate(readFileSync(`${tenant.dataDir}/certificates/server.crt`));
    const days = (Date.parse(server.validTo) - Date.parse(server.validFrom)) / 86_400_000;
    expect(days).toBeLessThanOrEqual(398);
    expect(server.subjectAltName).toMatch(/IP Address:127\.0\.0\.1/);
  });
});
