import { describe, expect, it } from "vitest";
import { localStackEnvironment, toolchainEnvironment } from "./toolchain.ts";

const tenant = { ARM_TENANT_ID: "local-tenant", ARM_CLIENT_SECRET: "local-secret", SSL_CERT_FILE: "/local/ca.pem" };

describe("the environment of stack local", () => {
  it("points at the local tenant and at a state of its own", () => {
    const env = localStackEnvironment(tenant, { PATH: "/usr/bin" });
    expect(env).toMatchObject({ ...tenant, PULUMI_STACK: "local", PULUMI_CONFIG_PASSPHRASE: "local" });
    expect(env.PULUMI_BACKEND_URL).toMatch(/^file:\/\/.*\/\.local\/state\?metadata=skip$/);
  });

  it("lets nothing of the user's real tenant or Pulumi Cloud through", () => {
    const env = localStackEnvironment(tenant, {
      ARM_TENANT_ID: "real",
      ARM_CLIENT_CERTIFICATE: "real",
      ARM_USE_OIDC: "true",
      arm_oidc_token: "real",
      AZURE_CLIENT_SECRET: "real",
      PULUMI_ACCESS_TOKEN: "real",
      PULUMI_BACKEND_URL: "https://real.example",
      PULUMI_CONFIG_PASSPHRASE_FILE: "/real",
      PULUMI_STACK: "prod",
    });
    expect(Object.values(env)).not.toContain("real");
    expect(env).not.toHaveProperty("ARM_USE_OIDC");
    expect(env).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE_FILE");
    expect(env.PULUMI_BACKEND_URL).not.toContain("real.example");
    expect(env.PULUMI_STACK).toBe("local");
  });

  it("keeps what is nobody's business but the user's", () => {
    expect(localStackEnvironment(tenant, { LANG: "da_DK.UTF-8", HTTPS_PROXY: "http://proxy" })).toMatchObject({
      LANG: "da_DK.UTF-8",
      HTTPS_PROXY: "http://proxy",
    });
  });

  it("keeps its login away from the user's", () => {
    expect(localStackEnvironment(tenant, {}).PULUMI_CREDENTIALS_PATH).toContain(".local");
  });
});

describe("the plugins of azuread and azure-native", () => {
  const pathOf = (env: NodeJS.ProcessEnv) => localStackEnvironment(tenant, env).PATH ?? "";

  it("are the stand-ins for stack local", () => {
    expect(pathOf({ PATH: "/usr/bin" })).toMatch(/stand-ins.bin.*[:;]\/usr\/bin$/);
  });

  it("are the official ones with the switch, and for every other stack", () => {
    const env = { PATH: "/usr/bin", GUESTS_OFFICIAL_PLUGINS: "true" };
    expect(pathOf(env)).not.toContain("stand-ins");
    expect(localStackEnvironment(tenant, env).PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION).toBe("false");
    expect(toolchainEnvironment({ PATH: "/usr/bin" }).PATH).not.toContain("stand-ins");
  });
});

describe("the environment of every other stack", () => {
  it("names tools only: no tenant, no backend, no stack, no passphrase", () => {
    const names = Object.keys(toolchainEnvironment({ PATH: "/usr/bin" }));
    expect(names.filter((name) => /ARM_|AZURE|CERT|BACKEND|STACK|PASSPHRASE|CREDENTIALS/.test(name))).toEqual([]);
  });

  it("keeps the user's PATH behind the project's tools, under the spelling the system uses", () => {
    const env = toolchainEnvironment({ Path: "/usr/bin" });
    expect(env.Path).toMatch(/node.bin.*[:;]\/usr\/bin$/);
    expect(env).not.toHaveProperty("PATH");
  });
});
