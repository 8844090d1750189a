import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import tls from "node:tls";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { machineClock, TransientError } from "../../provider/deadline.ts";
import type { Configuration } from "../../provider/microsoft/sign-in-configuration.ts";
import { Session } from "../../provider/microsoft/sign-in-session.ts";
import { startTenant, type Tenant } from "../../tenant/index.ts";

const issuer = "https://token.actions.githubusercontent.com";
const subject = "repo:contoso/guests:environment:prod";

describe("the provider's sign-in", () => {
  let tenant: Tenant;
  let folder: string;
  let base: Configuration;
  let assertion: string;
  let stopTokenService: () => void;
  let tokenService: string;
  const bearerTokens: (string | undefined)[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "guests-sign-in-"));
    tenant = await startTenant({ dataDir: path.join(folder, "tenant") });
    tls.setDefaultCACertificates([...tls.getCACertificates("default"), readFileSync(tenant.caFile, "utf8")]);

    const { publicKey, privateKey } = await generateKeyPair("RS256");
    const { clientId } = tenant.registerApp({
      displayName: "Pipeline",
      permissions: ["User.Invite.All"],
      federatedCredentials: [
        { issuer, subject, keys: { keys: [{ ...(await exportJWK(publicKey)), kid: "1", alg: "RS256" }] } },
      ],
    });
    base = { metadataHost: new URL(tenant.url).host, tenantId: tenant.tenantId, clientId };
    assertion = await new SignJWT({})
      .setProtectedHeader({ alg: "RS256", kid: "1" })
      .setIssuer(issuer)
      .setSubject(subject)
      .setAudience("api://AzureADTokenExchange")
      .setIssuedAt()
      .setExpirationTime("5m")
      .sign(privateKey);

    // Stands for the token services of GitHub Actions (which names the token `value`) and Azure Pipelines (`oidcToken`).
    const server = createServer((request, response) => {
      bearerTokens.push(request.headers.authorization);
      const url = new URL(request.url ?? "/", "http://127.0.0.1");
      const github = request.method === "GET" && url.searchParams.get("audience") === "api://AzureADTokenExchange";
      const azure = request.method === "POST" && url.searchParams.get("serviceConnectionId") === "connection-1";
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(github ? { value: assertion } : azure ? { oidcToken: assertion } : {}));
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    tokenService = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
    stopTokenService = () => server.close();
  });
  afterAll(async () => {
    stopTokenService();
    await tenant.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function deadline() {
    return { at: Date.now() + 5_000, signal: AbortSignal.timeout(5_000), clock: machineClock };
  }

  it("finds the cloud behind metadataHost, and signs in with a client secret", async () => {
    const { ARM_CLIENT_ID: clientId, ARM_CLIENT_SECRET: clientSecret } = tenant.environment as Record<string, string>;
    const session = new Session({ ...base, clientId: clientId as string, clientSecret: clientSecret as string });
    expect(await session.cloud(deadline())).toEqual({
      authorityHost: tenant.url,
      graph: tenant.url,
      ownAuthority: true,
    });
    expect(await session.token(deadline())).toMatch(/^ey/);
  });

  it.each<[string, () => Configuration]>([
    ["given as it is", () => ({ oidcToken: assertion })],
    [
      "in a file",
      () => {
        writeFileSync(path.join(folder, "token"), `${assertion}\n`);
        return { oidcTokenFilePath: path.join(folder, "token") };
      },
    ],
    ["asked of GitHub Actions", () => ({ oidcRequestUrl: tokenService, oidcRequestToken: "bearer-1" })],
    [
      "asked of Azure Pipelines",
      () => ({
        oidcRequestUrl: tokenService,
        oidcRequestToken: "bearer-1",
        adoPipelineServiceConnectionId: "connection-1",
      }),
    ],
  ])("signs in with a federated token %s", async (_, where) => {
    const session = new Session({ ...base, useOidc: "true", ...where() });
    expect(await session.token(deadline())).toMatch(/^ey/);
  });

  it("authenticates to the pipeline's token service", () => {
    expect(new Set(bearerTokens)).toEqual(new Set(["Bearer bearer-1"]));
  });

  it("asks for one token however many operations wait for it", async () => {
    const session = new Session({ ...base, useOidc: "true", oidcToken: assertion });
    tenant.clearRequests();
    await Promise.all(Array.from({ length: 20 }, () => session.token(deadline())));
    expect(tenant.requests().filter(({ path }) => path.includes("/oauth2/v2.0/token"))).toHaveLength(1);
  });

  it("says in Entra's words why it was refused, and never shows the secret", async () => {
    const clientId = tenant.environment.ARM_CLIENT_ID as string;
    const session = new Session({ ...base, clientId, clientSecret: "not-the-secret" });
    const error = await session.token(deadline()).catch((thrown: Error) => thrown);
    expect(error).not.toBeInstanceOf(TransientError);
    expect(String(error)).toMatch(/: AADSTS7000215: Invalid client secret provided\./);
    expect(String(error)).toContain(clientId);
    expect(String(error)).toContain("ARM_*");
    expect(String(error)).not.toContain("not-the-secret");
  });

  it("is worth another try where the authority could not be asked", async () => {
    const session = new Session({ ...base, clientSecret: "secret" });
    tenant.faults.set([{ match: { path: "/\\/oauth2\\/v2\\.0\\/token/" }, action: { status: 503 } }]);
    await expect(session.token(deadline())).rejects.toThrow(TransientError);
    tenant.faults.clear();
  });

  it("names a metadata host that does not answer", async () => {
    const session = new Session({ ...base, metadataHost: "127.0.0.1:9" });
    await expect(session.cloud(deadline())).rejects.toThrow(/127\.0\.0\.1:9.*ARM_METADATA_HOSTNAME/);
  });
});
