import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation/index.js";
import { stringify } from "yaml";
import { startTenant, type Tenant } from "../tenant/index.ts";
import { accessPlugins, repository, toolchainEnvironment } from "../tools/toolchain.ts";

/** A stack to measure, in a temporary folder that goes with it. */
export interface MeasuredStack {
  stack: Stack;
  /** Only for stacks of guests. */
  tenant?: Tenant;
  /** Sets how many resources the stack has, and how their names begin. */
  resize(count: number, prefix: string): void;
  /** Sets what the guests may reach; only for stacks of guests. */
  give?(access: object): void;
  close(): Promise<void>;
}

const salt = "v1:Zsjpwvd1VMY=:v1:PLA4TRnGw2hI9OiP:5Eu3bE/6S6CI4MZlHR9wevt8jyiqvw==";

/** A stack of guests on a local tenant: what is measured. */
export async function guestStack(): Promise<MeasuredStack> {
  const folder = temporaryFolder();
  const tenant = await startTenant({ dataDir: path.join(folder, "tenant") });
  const { stack, configure } = await makeStack(folder, {
    program: path.join(repository, "stacks"),
    provider: { name: "entra-guests", path: path.join(repository, "provider") },
    environment: tenant.environment,
  });
  let access = {};
  return {
    stack,
    tenant,
    give: (given) => {
      access = given;
    },
    resize: (count, prefix) =>
      configure({
        ...access,
        "guests:redirectUrl": "https://myapps.microsoft.com",
        "guests:message": { body: "Welcome." },
        "guests:invitations": Array.from({ length: count }, (_, number) => ({
          email: `${prefix}-guest${number}@fabrikam.example`,
        })),
      }),
    async close() {
      await tenant.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A stack of resources that do nothing: what it is measured against. */
export async function trivialStack(): Promise<MeasuredStack> {
  const folder = temporaryFolder();
  const { stack, configure } = await makeStack(folder, {
    program: path.join(repository, "bench", "trivial"),
    provider: { name: "trivial", path: path.join(repository, "bench", "trivial", "provider") },
    environment: {},
  });
  return {
    stack,
    resize: (count, prefix) => configure({ "bench:count": count, "bench:prefix": prefix }),
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function makeStack(
  folder: string,
  parts: { program: string; provider: { name: string; path: string }; environment: Record<string, string> },
) {
  const [project, state] = [path.join(folder, "project"), path.join(folder, "state")];
  mkdirSync(project);
  mkdirSync(state);
  symlinkSync(parts.program, path.join(project, "program"), "junction");
  symlinkSync(path.join(repository, "node_modules"), path.join(project, "node_modules"), "junction");
  const definition = {
    name: "guests",
    main: "program/index.ts",
    runtime: { name: "nodejs", options: { typescript: false } },
    plugins: { providers: [parts.provider] },
  };
  writeFileSync(path.join(project, "Pulumi.yaml"), stringify(definition));
  const configure = (config: object) =>
    writeFileSync(path.join(project, "Pulumi.bench.yaml"), stringify({ encryptionsalt: salt, config }));
  configure({});

  Object.assign(process.env, toolchainEnvironment());
  const stack = await LocalWorkspace.createStack(
    { stackName: "bench", workDir: project },
    {
      pulumiCommand: await PulumiCommand.get({ skipVersionCheck: true }),
      envVars: {
        ...toolchainEnvironment(),
        PULUMI_BACKEND_URL: pathToFileURL(state).href,
        PULUMI_CONFIG_PASSPHRASE: "local",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        ...accessPlugins(process.env),
        ...parts.environment,
      },
    },
  );
  return { stack, configure };
}

function temporaryFolder(): string {
  return mkdtempSync(path.join(tmpdir(), "guests-bench-"));
}
