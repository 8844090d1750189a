import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parse, stringify } from "yaml";
import { startTenant, type Tenant } from "../../tenant/index.ts";
import { pluginFolder } from "../../tools/build.ts";
import { accessPlugins, pulumiProgram, toolchainEnvironment } from "../../tools/toolchain.ts";

/** How a run ended, and everything that it printed. */
export interface Run {
  status: number | null;
  output: string;
}

/** The commands of Pulumi that the examples' tests run. */
export type Command = "preview" | "up" | "destroy";

/** An example in a folder of its own, a tenant of its own, and the real Pulumi CLI between them. */
export interface ExampleProject {
  tenant: Tenant;
  /** The copy of the example. */
  folder: string;
  /** Changes a file of the copy, as its author would. Something must be there to change. */
  edit(file: string, from: string | RegExp, to: string): void;
  /** Runs a program in the copy, with the toolchain and the tenant in its environment. */
  run(program: string, args: readonly string[], environment?: Record<string, string>): Promise<Run>;
  /** Runs Pulumi's CLI on the example's stack. */
  pulumi(...args: readonly string[]): Promise<Run>;
  /** The same, with variables of its own. */
  pulumiWith(environment: Record<string, string>, ...args: readonly string[]): Promise<Run>;
  /** The outputs of the stack; those that are secrets read `[secret]`. */
  outputs(): Promise<Record<string, unknown>>;
  /** The state as the backend keeps it, in which secrets are encrypted. */
  storedState(): string;
  /** Object ids by address, as the tenant has them. */
  guestIds(): Record<string, string>;
  /** The requests that changed something since the log was cleared, as `METHOD path`. */
  writes(): string[];
  close(): Promise<void>;
}

const stackName = "test";

/**
 * Copies an example and points it at the built plugin and at a tenant that it starts.
 *
 * @param source the example's folder
 * @param programs folders with programs that Pulumi is to find, such as language hosts
 */
export async function openExample(source: string, programs: readonly string[] = []): Promise<ExampleProject> {
  const temporary = mkdtempSync(path.join(tmpdir(), "guests-as-code-example-"));
  const [folder, state] = [path.join(temporary, "project"), path.join(temporary, "state")];
  mkdirSync(state);
  cpSync(source, folder, { recursive: true });
  const definition = path.join(folder, "Pulumi.yaml");
  const project = parse(readFileSync(definition, "utf8"));
  const plugins = { providers: [{ name: "entra-guests", path: pluginFolder }] };
  writeFileSync(definition, stringify({ ...project, plugins }));

  const tenant = await startTenant({ dataDir: path.join(temporary, "tenant") });
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    ...toolchainEnvironment(),
    PULUMI_BACKEND_URL: pathToFileURL(state).href,
    PULUMI_CONFIG_PASSPHRASE: "local",
    PULUMI_STACK: stackName,
    ...tenant.environment,
  };
  Object.assign(environment, accessPlugins(environment));
  environment.PATH = [...programs, environment.PATH].join(path.delimiter);

  const run: ExampleProject["run"] = async (program, args, more = {}) => {
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...environment, ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes: Buffer) => output.push(bytes));
    const [status] = await once(child, "close");
    return { status, output: Buffer.concat(output).toString() };
  };
  const pulumiWith: ExampleProject["pulumiWith"] = (more, ...args) =>
    run(pulumiProgram(), [...args, "--non-interactive"], more);
  const pulumi: ExampleProject["pulumi"] = (...args) => pulumiWith({}, ...args);
  await succeeded(pulumi("stack", "init", stackName));

  return {
    tenant,
    folder,
    edit(file, from, to) {
      const full = path.join(folder, file);
      const before = readFileSync(full, "utf8");
      const after = before.replaceAll(from, to);
      if (after === before) throw new Error(`${file} holds no ${from}`);
      writeFileSync(full, after);
    },
    run,
    pulumi,
    pulumiWith,
    outputs: async () => JSON.parse(await succeeded(pulumi("stack", "output", "--json"))),
    storedState: () => readFileSync(path.join(state, ".pulumi", "stacks", project.name, `${stackName}.json`), "utf8"),
    guestIds: () => Object.fromEntries(tenant.guests().map(({ mail, id }) => [mail, id])),
    writes: () =>
      tenant
        .requests()
        .filter(({ method, path }) => method !== "GET" && /^\/(v1\.0|beta)\//.test(path) && !path.endsWith("/$batch"))
        .map(({ method, path }) => `${method} ${path}`),
    async close() {
      await tenant.close();
      rmSync(temporary, { recursive: true, force: true });
    },
  };
}

/** What a run printed that has to succeed. */
export async function succeeded(run: Promise<Run>): Promise<string> {
  const { status, output } = await run;
  if (status !== 0) throw new Error(`It ended with status ${status}:\n${output}`);
  return output;
}

/** What a run printed that has to fail. */
export async function failed(run: Promise<Run>): Promise<string> {
  const { status, output } = await run;
  if (status === 0) throw new Error(`It succeeded, and was expected to fail:\n${output}`);
  return output;
}
