import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import path from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { Agent, request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageVersion } from "../../model/names.ts";
import { releaseFolder } from "../../tools/release/main.ts";
import { archiveName, isThisMachine, platforms } from "../../tools/release/plugin-archives.ts";
import { nodeProgram, pulumiProgram, repository, toolchainEnvironment } from "../../tools/toolchain.ts";
import { type EmptyFolder, emptyFolder } from "./empty-folder.ts";

/** What `pulumi new typescript` makes; the versions are those that npm finds. */
const template = {
  "Pulumi.yaml": "name: new-program\nruntime:\n  name: nodejs\n  options:\n    packagemanager: npm\n",
  "package.json": {
    name: "new-program",
    main: "index.ts",
    devDependencies: { "@types/node": "^22", typescript: "^5.0.0" },
    dependencies: { "@pulumi/pulumi": "^3.113.0" },
  },
  "tsconfig.json": {
    compilerOptions: {
      strict: true,
      outDir: "bin",
      target: "es2020",
      module: "commonjs",
      moduleResolution: "node",
      sourceMap: true,
      experimentalDecorators: true,
      pretty: true,
      noFallthroughCasesInSwitch: true,
      noImplicitReturns: true,
      forceConsistentCasingInFileNames: true,
    },
    files: ["index.ts"],
  },
};

/** The program that the README shows. */
const [, readmeProgram = ""] =
  /^```ts\n([\s\S]*?)^```$/m.exec(readFileSync(path.join(repository, "README.md"), "utf8")) ?? [];
const programWith = (redirectUrl: string) => readmeProgram.replace("https://myapps.microsoft.com", redirectUrl);

const policySettings = {
  "allowed-domains": { allowed: ["fabrikam.example", "northwind.example"] },
  "redirect-url": { hosts: ["myapps.microsoft.com", "orders.contoso.example"] },
  "sponsor-required": "disabled",
  "expiry-required": "disabled",
  "invitation-message": "disabled",
};

/** A new program far from this repository, and a tenant from the installed package. Its steps build on each other. */
describe("a program in an empty folder", () => {
  let folder: EmptyFolder;
  let tenant: ChildProcess;
  let plugins: Server;
  let fetched: string[];
  let environment: Record<string, string>;
  let guestsAtFirst: Record<string, string>;

  beforeAll(async () => {
    folder = emptyFolder();
    folder.write({ ...template, "index.ts": programWith("https://myapps.microsoft.com") });
    folder.write({ "policies.json": policySettings });
    folder.npm("install");
    const ours = ["entra-guests", "policies", "tenant"].map((name) => `@guests-as-code/${name}`);
    folder.npm("install", ...ours, "guests-as-code");
    tenant = await startInstalledTenant(folder.path);
    fetched = [];
    plugins = await serveReleases(fetched);
    const { port } = plugins.address() as { port: number };
    mkdirSync(path.join(folder.path, "state"));
    environment = {
      ...pathWithoutNode(folder.path),
      ...JSON.parse(readFileSync(path.join(folder.path, "tenant", "environment.json"), "utf8")),
      HOME: folder.path,
      PULUMI_HOME: path.join(folder.path, "pulumi-home"),
      PULUMI_BACKEND_URL: pathToFileURL(path.join(folder.path, "state")).href,
      PULUMI_CONFIG_PASSPHRASE: "correct horse battery staple",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // The releases on GitHub, as far as this machine is concerned.
      PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES: `^github://api.github.com/guests-as-code/guests-as-code$=http://127.0.0.1:${port}`,
    };
    await pulumi(["stack", "init", "dev"]);
  });

  afterAll(async () => {
    plugins?.close();
    if (tenant) {
      const exited = once(tenant, "exit");
      tenant.kill();
      await exited;
    }
    folder?.remove();
  });

  /** Runs a program without holding up this process, which serves the plugin's archive. */
  async function run(program: string, args: string[], more: Readonly<Record<string, string>> = {}) {
    const child = spawn(program, args, {
      cwd: folder.path,
      env: { ...environment, ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
    }
    const [status] = await once(child, "close");
    return { status, text };
  }

  const pulumi = (args: string[], more?: Readonly<Record<string, string>>) =>
    run(pulumiProgram(), [...args, "--non-interactive"], more);

  const pack = ["--policy-pack", "node_modules/@guests-as-code/policies", "--policy-pack-config", "policies.json"];
  const up = () => pulumi(["up", "--yes", "--skip-preview", "--stack", "dev", ...pack]);

  it("has its types checked by the settings of the template", () => {
    const tsc = path.join(folder.path, "node_modules", "typescript", "bin", "tsc");
    const { stdout } = spawnSync(nodeProgram(), [tsc, "--noEmit"], { cwd: folder.path, encoding: "utf8" });

    expect(stdout).toBe("");
  });

  it("fetches the plugin by itself, and invites with the installed policy pack on", async () => {
    const { status, text } = await up();

    expect(text).toContain(`Downloading plugin entra-guests-${packageVersion}: done`);
    expect(text).toContain(`guests@v${packageVersion} (local: node_modules/@guests-as-code/policies)`);
    expect(text).toContain("pending: 2");
    expect(status).toBe(0);
    expect(fetched).toEqual([`/${archive}`]);
    guestsAtFirst = await guestsOf(environment);
    expect(Object.keys(guestsAtFirst).sort()).toEqual(["ana@fabrikam.example", "bo@northwind.example"]);
  });

  it("names no path of the repository that the packages come from", () => {
    const own = readdirSync(folder.path, { recursive: true, encoding: "utf8" }).filter(
      (file) => !/^(node_modules|tenant|pulumi-home|on-path|state)\b/.test(file) && /\.(ya?ml|json|ts)$/.test(file),
    );

    expect(own).toContain("Pulumi.yaml");
    expect(own.filter((file) => readFileSync(path.join(folder.path, file), "utf8").includes(repository))).toEqual([]);
  });

  it("has nothing to do when nothing changed", async () => {
    const { status, text } = await pulumi(["preview", "--expect-no-changes", "--stack", "dev", ...pack]);

    expect(text).toContain("6 unchanged");
    expect(status).toBe(0);
  });

  it("is previewed by the installed command, which finds the installed policy pack", async () => {
    const guests = path.join(folder.path, "node_modules", "guests-as-code", "dist", "main.js");
    const { status, text } = await run(nodeProgram(), [
      guests,
      "preview",
      "--stack",
      "dev",
      "--policy-config",
      "policies.json",
    ]);

    const installedPack = path.join(folder.path, "node_modules", "@guests-as-code", "policies");
    const kept = (name: string) => readFileSync(path.join(folder.path, ".local", "pipelines", "dev", name), "utf8");
    expect(text).toContain("Applying this changes nothing. The stack holds 2 guests.");
    expect(status).toBe(0);
    expect(kept("preview.log")).toContain(`guests@v${packageVersion} (local: ${installedPack})`);
    expect(kept("comment.md")).toContain("dev");
  });

  it("is stopped by the installed policy pack", async () => {
    writeFileSync(path.join(folder.path, "index.ts"), programWith("https://elsewhere.example"));
    const { status, text } = await pulumi(["preview", "--stack", "dev", ...pack]);

    expect(text).toMatch(/\[mandatory\].*redirect-url/);
    expect(status).not.toBe(0);
  });

  it("changes the redirect URL in place: the guests keep their object ids", async () => {
    writeFileSync(path.join(folder.path, "index.ts"), programWith("https://orders.contoso.example"));
    const { status, text } = await up();

    expect(text).toContain("2 updated");
    expect(status).toBe(0);
    expect(await guestsOf(environment)).toEqual(guestsAtFirst);
  });

  it("removes the guests with the plugin from an archive that was installed by hand", async () => {
    const home = { PULUMI_HOME: path.join(folder.path, "another-home") };
    const file = path.join(releaseFolder, archive);
    expect(
      (await pulumi(["plugin", "install", "resource", "entra-guests", packageVersion, "--file", file], home)).status,
    ).toBe(0);
    const { status } = await pulumi(["destroy", "--yes", "--skip-preview", "--stack", "dev"], home);

    expect(status).toBe(0);
    expect(fetched).toHaveLength(1);
    expect(await guestsOf(environment)).toEqual({});
  });
});

const archive = archiveName(platforms.find(isThisMachine) ?? { os: "linux", arch: "amd64" });

/** Starts the tenant by the command that its package brings. */
async function startInstalledTenant(folder: string): Promise<ChildProcess> {
  const command = path.join(folder, "node_modules", ".bin", "guests-tenant");
  const anyPort = ["--port", "0", "--smtp-port", "0", "--inbox-port", "0"];
  const tenant = spawn(command, ["--data", "tenant", ...anyPort], {
    cwd: folder,
    env: { ...process.env, PATH: `${path.dirname(nodeProgram())}${path.delimiter}${process.env.PATH}` },
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: tenant.stdout })) if (line.includes("is ready at")) return tenant;
  throw new Error("The installed tenant ended before it was ready.");
}

/** Serves the archives under the names by which Pulumi asks for them. */
async function serveReleases(fetched: string[]): Promise<Server> {
  const server = createServer((request, response) => {
    fetched.push(request.url ?? "");
    const file = path.join(releaseFolder, path.basename(request.url ?? ""));
    if (!existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, { "content-length": statSync(file).size });
    return createReadStream(file).pipe(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/**
 * A `PATH` with a language host and no Node: the host finds one for the program, the plugin finds none.
 * @param folder where the one folder of that `PATH` is made
 */
function pathWithoutNode(folder: string): Record<string, string> {
  const { GUESTS_LANGUAGE_HOST = "", PATH = "" } = toolchainEnvironment({ PATH: "/usr/bin:/bin" });
  const bin = path.join(folder, "on-path");
  mkdirSync(bin);
  const host = path.join(path.dirname(pulumiProgram()), "pulumi-language-nodejs");
  writeFileSync(path.join(bin, "pulumi-language-nodejs"), `#!/bin/sh\nPATH="${PATH}" exec "${host}" "$@"\n`, {
    mode: 0o755,
  });
  symlinkSync(pulumiProgram(), path.join(bin, "pulumi"));
  return { PATH: bin, GUESTS_LANGUAGE_HOST };
}

/** Object ids by address, as Graph has them. */
async function guestsOf(environment: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const dispatcher = new Agent({ connect: { ca: readFileSync(environment.NODE_EXTRA_CA_CERTS ?? "") } });
  const tenant = `https://${environment.ARM_METADATA_HOSTNAME}`;
  try {
    const token = await request(`${tenant}/${environment.ARM_TENANT_ID}/oauth2/v2.0/token`, {
      dispatcher,
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: environment.ARM_CLIENT_ID ?? "",
        client_secret: environment.ARM_CLIENT_SECRET ?? "",
        scope: `${tenant}/.default`,
      }).toString(),
    });
    const { access_token } = (await token.body.json()) as { access_token: string };
    const users = await request(`${tenant}/v1.0/users?$filter=userType eq 'Guest'`, {
      dispatcher,
      headers: { authorization: `Bearer ${access_token}` },
    });
    const { value } = (await users.body.json()) as { value: { id: string; mail: string }[] };
    return Object.fromEntries(value.map(({ id, mail }) => [mail, id]));
  } finally {
    await dispatcher.close();
  }
}
