import { describe, expect, it } from "vitest";
import {
  cloudNames,
  configurationFailures,
  isTrue,
  namedCloud,
  readConfiguration,
  replicationTime,
} from "../../../provider/microsoft/sign-in-configuration.ts";
import { makeCredential } from "../../../provider/microsoft/sign-in-credential.ts";

const cloud = {
  authorityHost: "https://login.microsoftonline.com",
  graph: "https://graph.microsoft.com",
  ownAuthority: false,
};
const ids = { tenantId: "11111111-1111-1111-1111-111111111111", clientId: "22222222-2222-2222-2222-222222222222" };

describe("the provider's configuration", () => {
  it("comes from config first and from the ARM_* variables else", () => {
    const environment = { ARM_TENANT_ID: "from-environment", ARM_CLIENT_ID: "client", ARM_USE_OIDC: "true" };
    expect(readConfiguration({ tenantId: "from-config", useCli: false }, environment)).toEqual({
      tenantId: "from-config",
      clientId: "client",
      useOidc: "true",
      useCli: "false",
    });
  });

  it("takes the token service of GitHub Actions and of Azure Pipelines from their own variables", () => {
    expect(
      readConfiguration({}, { ACTIONS_ID_TOKEN_REQUEST_URL: "https://a", SYSTEM_OIDCREQUESTURI: "https://b" }),
    ).toEqual({
      oidcRequestUrl: "https://a",
    });
  });

  it("names each setting it does not know and a cloud that does not exist", () => {
    const failures = configurationFailures({ tennantId: "x", environment: "germany", version: "0.1.0" });
    expect(failures.map(({ property }) => property)).toEqual(["tennantId", "environment"]);
    expect(failures[1]?.reason).toContain("usgovernment");
  });

  it("knows every cloud by every name it takes, in any letter case", () => {
    for (const name of cloudNames) expect(namedCloud(name.toUpperCase())?.graph).toMatch(/^https:\/\/.*graph/);
    expect(namedCloud("china")?.authorityHost).toBe("https://login.chinacloudapi.cn");
    expect(namedCloud("moon")).toBeUndefined();
  });

  it("allows for a minute of replication unless told otherwise, and says what is no time", () => {
    expect(replicationTime({})).toBe(60_000);
    expect(replicationTime(readConfiguration({}, { ENTRA_GUESTS_REPLICATION_SECONDS: "0" }))).toBe(0);
    expect(replicationTime(readConfiguration({ replicationSeconds: 90 }, {}))).toBe(90_000);
    expect(() => replicationTime({ replicationSeconds: "soon" })).toThrow("ENTRA_GUESTS_REPLICATION_SECONDS");
    expect(configurationFailures({ replicationSeconds: -1 })).toMatchObject([{ property: "replicationSeconds" }]);
    expect(configurationFailures({ replicationSeconds: 601 })).toHaveLength(1);
    expect(configurationFailures({ replicationSeconds: 600 })).toEqual([]);
  });

  it("reads the ways to say yes", () => {
    expect(["true", "1", "True", "false", "0", undefined].map(isTrue)).toEqual([true, true, true, false, false, false]);
  });
});

describe("choosing how to sign in", () => {
  it("takes a secret, a federated token, a managed identity or the Azure CLI, in that order", async () => {
    const chosen = async (configuration: Parameters<typeof makeCredential>[0]) =>
      (await makeCredential(configuration, cloud)).constructor.name;
    expect(await chosen({ ...ids, clientSecret: "s", useOidc: "true" })).toBe("ClientSecretCredential");
    expect(await chosen({ ...ids, useOidc: "true", oidcToken: "t" })).toBe("ClientAssertionCredential");
    expect(await chosen({ useMsi: "true" })).toBe("ManagedIdentityCredential");
    expect(await chosen({})).toBe("AzureCliCredential");
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
