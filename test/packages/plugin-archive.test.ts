import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { packageVersion } from "../../model/names.ts";
import { releaseFolder } from "../../tools/release/main.ts";
import { archiveName, folderArchiveName, isThisMachine, platforms } from "../../tools/release/plugin-archives.ts";
import { pulumiProgram, repository, toolchainEnvironment } from "../../tools/toolchain.ts";

const thisMachine = platforms.find(isThisMachine);
const schema = JSON.parse(readFileSync(path.join(repository, "provider", "schema.json"), "utf8"));
const homes: string[] = [];

afterAll(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true });
});

/** Pulumi with a home of its own: no plugin is there but what the test installs. */
function pulumiAtHome(environment: Readonly<Record<string, string>>) {
  const home = mkdtempSync(path.join(tmpdir(), "pulumi-home-"));
  homes.push(home);
  const env = { HOME: home, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true", ...environment };
  return {
    home,
    run(...args: string[]): string {
      const { status, stdout, stderr } = spawnSync(pulumiProgram(), args, { cwd: home, env, encoding: "utf8" });
      if (status !== 0) throw new Error(`pulumi ${args.join(" ")}: ${stderr}${stdout}`);
      return stdout;
    },
  };
}

const install = (archive: string) => [
  ...["plugin", "install", "resource", "entra-guests", packageVersion],
  ...["--file", path.join(releaseFolder, archive)],
];

/** The resources and their inputs, which the CLI prints in an order of its own. */
function resourcesOf(text: string): Record<string, string[]> {
  const { resources } = JSON.parse(text) as { resources: Record<string, { inputProperties: object }> };
  return Object.fromEntries(
    Object.entries(resources).map(([token, { inputProperties }]) => [token, Object.keys(inputProperties).sort()]),
  );
}

describe.skipIf(thisMachine === undefined)("the archive of this platform", () => {
  it("is installed and answers with its schema on a machine that has neither Node nor npm packages", () => {
    const pulumi = pulumiAtHome({ PATH: "/nowhere" });

    pulumi.run(...install(archiveName(thisMachine ?? { os: "linux", arch: "amd64" })));

    expect(resourcesOf(pulumi.run("package", "get-schema", "entra-guests"))).toEqual(
      resourcesOf(JSON.stringify(schema)),
    );
  });

  it("holds the program, its licence and those of what is built into it", () => {
    const pulumi = pulumiAtHome({ PATH: "/nowhere" });
    pulumi.run(...install(archiveName(thisMachine ?? { os: "linux", arch: "amd64" })));
    const installed = path.join(pulumi.home, "plugins", `resource-entra-guests-v${packageVersion}`);

    expect(readdirSync(installed).sort()).toEqual([
      "LICENSE",
      "THIRD-PARTY-LICENSES",
      process.platform === "win32" ? "pulumi-resource-entra-guests.exe" : "pulumi-resource-entra-guests",
    ]);
    const licences = readFileSync(path.join(installed, "THIRD-PARTY-LICENSES"), "utf8");
    for (const name of ["@azure/identity", "@grpc/grpc-js", "undici", "zod", "Node.js"])
      expect(licences).toContain(name);
    // They would be half of the program, and of the time that it takes to start.
    for (const name of ["typescript", "@npmcli/arborist"]) expect(licences).not.toContain(`\n${name} `);
  });
});

describe("the archive of the plugin as a folder", () => {
  it("is installed with its one package and answers with its schema, where there is Node", () => {
    const { PATH = "", npm_config_cache, ...others } = process.env;
    const pulumi = pulumiAtHome({ ...asText(others), ...toolchainEnvironment({ PATH }) });

    pulumi.run(...install(folderArchiveName));

    const installed = path.join(pulumi.home, "plugins", `resource-entra-guests-v${packageVersion}`);
    expect(readdirSync(path.join(installed, "node_modules"))).toContain("@pulumi");
    expect(resourcesOf(pulumi.run("package", "get-schema", "entra-guests"))).toEqual(
      resourcesOf(JSON.stringify(schema)),
    );
  });
});

function asText(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
