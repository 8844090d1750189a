import { type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { packageVersion } from "../../model/names.ts";
import { releaseFolder } from "../../tools/release/main.ts";
import { archiveName, isThisMachine, platforms } from "../../tools/release/plugin-archives.ts";
import { pulumiProgram, repository, toolchainEnvironment } from "../../tools/toolchain.ts";
import { type EmptyFolder, emptyFolder, withoutNpmSettings } from "./empty-folder.ts";

/** What somebody does who begins: one command, and what the README of the new repository names. Its steps build on each other. */
describe("a guest repository in one command", () => {
  let outside: EmptyFolder;
  let folder: string;
  let environment: NodeJS.ProcessEnv;

  beforeAll(() => {
    outside = emptyFolder();
    folder = path.join(outside.path, "my-guests");
    environment = {
      ...withoutNpmSettings(process.env),
      ...toolchainEnvironment(),
      HOME: outside.path,
      PULUMI_HOME: path.join(outside.path, "pulumi-home"),
      npm_config_cache: path.join(outside.path, "npm-cache"),
    };
  });

  afterAll(() => outside?.remove());

  /** Runs a program without holding up this process. */
  async function run(program: string, args: readonly string[], options: SpawnOptions = {}) {
    const started = performance.now();
    const child = spawn(program, args, {
      cwd: folder,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
      ...options,
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
    }
    const [status] = await once(child, "close");
    return { status: status as number, text, seconds: (performance.now() - started) / 1000 };
  }

  const npm = (args: readonly string[], options: SpawnOptions = {}) =>
    run("npm", args, { shell: process.platform === "win32", ...options });
  const guests = (...args: string[]) => npm(["exec", "--", "guests", ...args]);
  const file = (name: string) => path.join(folder, name);
  const edit = (name: string, from: string | RegExp, to: string) => {
    const text = readFileSync(file(name), "utf8");
    expect(text).toMatch(from);
    writeFileSync(file(name), text.replace(from, to));
  };

  it("is made and installed by npm create", async () => {
    const { status, text } = await npm(
      [
        "create",
        "--yes",
        "guests-as-code@latest",
        "my-guests",
        "--",
        "--domain",
        "contoso.com",
        "--partner",
        "fabrikam.com",
      ],
      { cwd: outside.path },
    );

    expect(text).toContain("npx guests rehearse");
    expect(status, text).toBe(0);
    expect(readdirSync(folder)).toEqual(
      expect.arrayContaining([".gitignore", "CODEOWNERS", "lists", "package-lock.json"]),
    );
    expect(readdirSync(file("node_modules/@guests-as-code")).sort()).toEqual(["entra-guests", "policies", "tenant"]);
    const lock = JSON.parse(readFileSync(file("package-lock.json"), "utf8"));
    expect(lock.packages["node_modules/guests-as-code"]).toMatchObject({ version: packageVersion });
  });

  it("holds no code of ours, and names no path of the repository that it comes from", () => {
    const own = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
      (name) => !/^(node_modules|package-lock)/.test(name),
    );

    expect(own.filter((name) => /\.[cm]?[jt]s$/.test(name))).toEqual(["index.ts"]);
    expect(readFileSync(file("index.ts"), "utf8").trim().split("\n")).toHaveLength(3);
    const texts = own.filter((name) => /\.\w+$/.test(name) && !name.endsWith(path.sep)).map(file);
    expect(texts.filter((name) => isFile(name) && readFileSync(name, "utf8").includes(repository))).toEqual([]);
  });

  it("has its schemas for editors where its files name them", () => {
    for (const name of ["stacks/Pulumi.prod.yaml", "lists/fabrikam.yaml"]) {
      const [, schema = ""] = /\$schema=(\S+)/.exec(readFileSync(file(name), "utf8")) ?? [];
      expect(JSON.parse(readFileSync(path.resolve(path.dirname(file(name)), schema), "utf8"))).toHaveProperty("title");
    }
  });

  it("is checked by npm test in less than 20 seconds", async () => {
    const { status, text, seconds } = await npm(["test"]);

    expect(text).toContain("Stack prod: 2 guests, list and policies are right.");
    expect(status).toBe(0);
    expect(seconds).toBeLessThan(20);
  });

  it("is rehearsed to the end by npx guests rehearse, on a tenant on this machine", async () => {
    const { os, arch } = platforms.find(isThisMachine) ?? { os: "linux", arch: "amd64" };
    const archive = path.join(releaseFolder, archiveName({ os, arch }));
    const plugin = ["plugin", "install", "resource", "entra-guests", packageVersion, "--file", archive];
    mkdirSync(environment.PULUMI_HOME ?? "", { recursive: true });
    expect((await run(pulumiProgram(), plugin)).status).toBe(0);
    const before = readFileSync(file("stacks/Pulumi.prod.yaml"), "utf8");
    const { status, text } = await guests("rehearse", "--accept-all", "--json", "--verbose");

    expect(status, text).toBe(0);
    const answer = JSON.parse(text.trim().split("\n").at(-1) ?? "");
    expect(answer).toEqual({
      stack: "prod",
      guests: ["ana@fabrikam.com", "bo@fabrikam.com"].map((email) => ({ email, state: "Accepted", mails: 1 })),
    });
    for (const part of ["Inbox, where the invitations arrive", "Guests of prod: 2 added", "Done: 2 removed."]) {
      expect(text).toContain(part);
    }
    expect(readFileSync(file("stacks/Pulumi.prod.yaml"), "utf8")).toBe(before);
  });

  it("stops a rehearsal where a policy is broken, before anybody is invited", async () => {
    edit("policies/guests.prod.json", '"allowed": ["fabrikam.com"]', '"allowed": []');
    const { status, text } = await guests("rehearse");

    expect(status).toBe(3);
    expect(text).not.toContain("The guests accept");
  });

  it("turns red with file, line and rule where a domain has left the policy settings", async () => {
    const { status, text } = await npm(["test"]);

    expect(status).not.toBe(0);
    expect(text).toMatch(/lists\/fabrikam\.yaml:12:12 {2}allowed-domains\n {4}value {2}ana@fabrikam\.com/);
    edit("policies/guests.prod.json", '"allowed": []', '"allowed": ["fabrikam.com"]');
    expect((await npm(["test"])).status).toBe(0);
  });

  it("stays right with another stack, and after a stack was renamed", async () => {
    for (const name of ["stacks/Pulumi.prod.yaml", "policies/guests.prod.json"]) {
      writeFileSync(file(name.replace("prod", "dev")), readFileSync(file(name)));
    }
    const two = await npm(["test"]);
    expect(two.text).toMatch(/Stack dev: 2 guests.*\n\nStack prod: 2 guests/);
    expect(two.status).toBe(0);

    renameSync(file("stacks/Pulumi.dev.yaml"), file("stacks/Pulumi.staging.yaml"));
    const half = await npm(["test"]);
    expect(half.text).toContain('each stack has policy settings, and stack "staging" has none');
    expect(half.status).not.toBe(0);

    renameSync(file("policies/guests.dev.json"), file("policies/guests.staging.json"));
    expect((await npm(["test"])).status).toBe(0);
  });

  it("is made by guests init, too, with the same files", async () => {
    const { status } = await guests(
      "init",
      "../other",
      "--domain",
      "contoso.com",
      "--partner",
      "fabrikam.com",
      "--no-install",
    );
    const filesIn = (root: string) =>
      readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
        (name) => !/^(node_modules|package-lock)/.test(name),
      );
    const added = /staging/;

    expect(status).toBe(0);
    expect(filesIn(path.join(outside.path, "other")).sort()).toEqual(
      filesIn(folder)
        .filter((name) => !added.test(name) && !name.startsWith(".local"))
        .sort(),
    );
    expect(parse(readFileSync(path.join(outside.path, "other", "Pulumi.yaml"), "utf8"))).toMatchObject({
      name: "other",
    });
  });
});

function isFile(name: string): boolean {
  try {
    readFileSync(name);
    return true;
  } catch {
    return false;
  }
}
