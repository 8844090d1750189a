import { describe, expect, it } from "vitest";
import {
  cloudNames,
  configurationFailures,
  isTrue,
  namedCloud,
  readConfiguration,
  replicationTime,
} from "./sign-in-configuration.ts";

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
