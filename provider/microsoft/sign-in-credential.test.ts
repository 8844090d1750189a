import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { makeCredential, signInKind } from "./sign-in-credential.ts";

const cloud = {
  authorityHost: "https://login.microsoftonline.com",
  graph: "https://graph.microsoft.com",
  ownAuthority: false,
};
const ids = { tenantId: "11111111-1111-1111-1111-111111111111", clientId: "22222222-2222-2222-2222-222222222222" };

describe("choosing how to sign in", () => {
  it("takes a secret, a federated token, a managed identity or the Azure CLI, in that order", async () => {
    const chosen = async (configuration: Parameters<typeof makeCredential>[0]) =>
      (await makeCredential(configuration, cloud)).constructor.name;
    expect(await chosen({ ...ids, clientSecret: "s", useOidc: "true" })).toBe("ClientSecretCredential");
    expect(await chosen({ ...ids, useOidc: "true", oidcToken: "t" })).toBe("ClientAssertionCredential");
    expect(await chosen({ useMsi: "true" })).toBe("ManagedIdentityCredential");
    expect(await chosen({})).toBe("AzureCliCredential");
  });

  it("is told apart without asking: an application, a person, or unknown", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "azure-"));
    const loggedIn = (type: string) => {
      const subscriptions = [{ isDefault: true, user: { name: "x", type } }];
      writeFileSync(path.join(folder, "azureProfile.json"), `\ufeff${JSON.stringify({ subscriptions })}`);
      return signInKind({}, folder);
    };
    expect(signInKind({ ...ids, clientSecret: "s" }, folder)).toBe("application");
    expect(signInKind({ ...ids, useOidc: "true" }, folder)).toBe("application");
    expect(signInKind({ useMsi: "true" }, folder)).toBe("application");
    expect(signInKind({}, folder)).toBe("unknown");
    expect(loggedIn("user")).toBe("person");
    expect(loggedIn("servicePrincipal")).toBe("application");
  });

  it("says which setting is missing beside the one that is there", async () => {
    await expect(makeCredential({ clientSecret: "s" }, cloud)).rejects.toThrow(
      "needs tenantId (ARM_TENANT_ID) and clientId (ARM_CLIENT_ID) as well",
    );
    await expect(makeCredential({ ...ids, useOidc: "true" }, cloud)).rejects.toThrow("id-token: write");
    await expect(makeCredential({ useCli: "false" }, cloud)).rejects.toThrow("No way to sign in");
  });

  it("never puts a secret into an error", async () => {
    const error = await makeCredential({ clientSecret: "hunter2" }, cloud).catch((thrown: Error) => thrown);
    expect(String(error)).not.toContain("hunter2");
  });
});
