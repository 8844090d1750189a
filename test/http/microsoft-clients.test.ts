// First: the certificate library looks for it as soon as it is loaded.
import "reflect-metadata";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { PemConverter, X509CertificateGenerator } from "@peculiar/x509";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestTenant, type TestTenant } from "./tenant-client.ts";

let tenant: TestTenant;
beforeAll(async () => {
  tenant = await startTestTenant();
});
afterAll(() => tenant.remove());

/** Runs a program of Microsoft's libraries as its users do: trust comes from the environment, read when Node starts. */
async function run(program: string): Promise<unknown> {
  const root = join(import.meta.dirname, "../..");
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: root,
    env: { ...process.env, ...tenant.environment, TENANT_URL: tenant.url },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  if (output === "") throw new Error(errors);
  return JSON.parse(output);
}

const credential = `
  import { ClientSecretCredential } from "@azure/identity";
  const { TENANT_URL, ARM_TENANT_ID, ARM_CLIENT_ID, ARM_CLIENT_SECRET } = process.env;
  const signIn = (secret) => new ClientSecretCredential(ARM_TENANT_ID, ARM_CLIENT_ID, secret,
    { authorityHost: TENANT_URL, disableInstanceDiscovery: true, retryOptions: { maxRetries: 0 } });
`;

it("lets @azure/identity sign in, and tells it why not", async () => {
  const result = await run(`${credential}
    const scope = TENANT_URL + "/.default";
    const plain = await signIn(ARM_CLIENT_SECRET).getToken(scope);
    const refused = await signIn("wrong").getToken(scope).catch((error) => error.message);
    console.log(JSON.stringify({ token: plain.token.split(".").length, refused }));
  `);
  expect(result).toMatchObject({ token: 3, refused: expect.stringContaining("AADSTS7000215") });
});

it("lets @azure/identity sign in with a registered client certificate, and with no other", async () => {
  const [registered, other] = [await makeClientCertificate("registered"), await makeClientCertificate("other")];
  const { clientId } = tenant.registerApp({
    displayName: "certified",
    permissions: ["User.Invite.All"],
    certificates: [registered.certificate],
  });
  const result = await run(`
    import { ClientCertificateCredential } from "@azure/identity";
    const { TENANT_URL, ARM_TENANT_ID } = process.env;
    const signIn = (certificatePath) => new ClientCertificateCredential(ARM_TENANT_ID, "${clientId}", { certificatePath },
      { authorityHost: TENANT_URL, disableInstanceDiscovery: true, retryOptions: { maxRetries: 0 } })
      .getToken(TENANT_URL + "/.default").then(({ token }) => token.split(".").length, ({ message }) => message);
    console.log(JSON.stringify([await signIn("${registered.file}"), await signIn("${other.file}")]));
  `);
  expect(result).toEqual([3, expect.stringContaining("AADSTS700027")]);
});

/** A self-signed certificate and its key, in one PEM file as @azure/identity reads it. */
async function makeClientCertificate(name: string): Promise<{ certificate: string; file: string }> {
  const algorithm = {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength: 2048,
  };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const made = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
  });
  const key = PemConverter.encode(await crypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
  const file = join(tenant.dataDir, `${name}.pem`);
  writeFileSync(file, `${key}\n${made.toString("pem")}\n`);
  return { certificate: made.toString("pem"), file };
}

it("lets Microsoft's Graph client invite, page, batch and read errors", async () => {
  const result = await run(`${credential}
    import { BatchRequestContent, BatchResponseContent, Client, PageIterator } from "@microsoft/microsoft-graph-client";
    import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";
    const authProvider = new TokenCredentialAuthenticationProvider(
      signIn(ARM_CLIENT_SECRET), { scopes: [TENANT_URL + "/.default"] });
    const graph = Client.initWithMiddleware({ authProvider, baseUrl: TENANT_URL, customHosts: new Set(["127.0.0.1"]) });

    const ids = [];
    for (const name of ["ana", "bo", "cy"]) {
      const { invitedUser } = await graph.api("/invitations").post({
        invitedUserEmailAddress: name + "@fabrikam.example", inviteRedirectUrl: "https://myapps.microsoft.com" });
      ids.push(invitedUser.id);
    }
    const names = [];
    const first = await graph.api("/users").filter("userType eq 'Guest'").select(["id", "displayName"]).top(2).get();
    await new PageIterator(graph, first, (user) => names.push(user.displayName) > 0).iterate();

    const batch = new BatchRequestContent(ids.map((id, i) => ({ id: String(i), request: new Request(TENANT_URL + "/users/" + id) })));
    const answers = new BatchResponseContent(await graph.api("/$batch").post(await batch.getContent()));
    const mails = await Promise.all(ids.map(async (_, i) => (await answers.getResponseById(String(i)).json()).mail));

    await graph.api("/users/" + ids[0]).update({ department: "Trade" });
    await graph.api("/users/" + ids[0]).delete();
    await graph.api("/directory/deletedItems/" + ids[0] + "/restore").post({});
    const missing = await graph.api("/users/nobody").get().catch(({ statusCode, code }) => ({ statusCode, code }));
    console.log(JSON.stringify({ names, mails, missing }));
  `);
  expect(result).toEqual({
    names: ["ana", "bo", "cy"],
    mails: ["ana@fabrikam.example", "bo@fabrikam.example", "cy@fabrikam.example"],
    missing: { statusCode: 404, code: "Request_ResourceNotFound" },
  });
  expect(tenant.guests().find(({ mail }) => mail === "ana@fabrikam.example")?.department).toBe("Trade");
});
