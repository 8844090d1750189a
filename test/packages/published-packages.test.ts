import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { publint } from "publint";
import { list } from "tar";
import { describe, expect, it } from "vitest";
import { publishedFolders } from "../../tools/build.ts";
import { releaseFolder } from "../../tools/release/main.ts";
import { nodeProgram, repository } from "../../tools/toolchain.ts";

const packages = publishedFolders.map((folder) => {
  const manifest = JSON.parse(readFileSync(path.join(repository, folder, "package.json"), "utf8"));
  const name: string = manifest.name;
  return { folder, name, manifest, tarball: tarballOf(name, manifest.version) };
});

/** npm's name for a packed package. */
function tarballOf(name: string, version: string): string {
  return path.join(releaseFolder, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`);
}

async function filesOf(tarball: string): Promise<string[]> {
  const files: string[] = [];
  await list({ file: tarball, onReadEntry: (entry) => files.push(entry.path.replace(/^package\//, "")) });
  return files;
}

describe.each(packages)("$name", ({ folder, manifest, tarball }) => {
  it("has no finding of publint's", async () => {
    const { messages } = await publint({ pack: { tarball: new Uint8Array(readFileSync(tarball)).buffer } });

    expect(messages).toEqual([]);
  });

  it("has no finding of Are the types wrong?", () => {
    const attw = path.join(repository, "node_modules", "@arethetypeswrong", "cli", "dist", "index.js");
    const answer = JSON.parse(
      execFileSync(nodeProgram(), [attw, tarball, "--format", "json"], { encoding: "utf8", stdio: "pipe" }),
    );

    // A command has no types, and nobody imports it.
    expect(answer.analysis.types === false).toBe(manifest.exports["."] === undefined);
    expect(answer.analysis.problems ?? []).toEqual([]);
  });

  it("holds what npm shows: README, licence, where it comes from and where to ask", async () => {
    expect(await filesOf(tarball)).toEqual(expect.arrayContaining(["README.md", "LICENSE", "package.json"]));
    expect(manifest).toMatchObject({
      license: "Apache-2.0",
      repository: { url: "git+https://github.com/guests-as-code/guests-as-code.git", directory: folder },
      homepage: expect.stringMatching(/^https:/),
      bugs: expect.stringMatching(/^https:/),
      publishConfig: { access: "public", provenance: true },
    });
    expect(manifest.keywords.length).toBeGreaterThan(3);
  });

  it("holds JavaScript with source maps, and neither sources nor tests", async () => {
    const files = await filesOf(tarball);
    const scripts = files.filter((file) => /^dist\/.*\.c?js$/.test(file));

    expect(files.filter((file) => /(?<!\.d)\.[cm]?ts$|\.test\.|fixtures/.test(file))).toEqual([]);
    expect(scripts.length).toBeGreaterThan(0);
    expect(files.some((file) => file.endsWith(".js.map"))).toBe(true);
  });

  it("names no file of the machine that built it", async () => {
    const found: string[] = [];
    await list({
      file: tarball,
      onReadEntry: (entry) => {
        const parts: Buffer[] = [];
        entry.on("data", (part: Buffer) => parts.push(part));
        entry.on("end", () => {
          if (Buffer.concat(parts).includes(repository)) found.push(entry.path);
        });
      },
    });

    expect(found).toEqual([]);
  });
});

it("is all that a release publishes", () => {
  const tarballs = readdirSync(releaseFolder).filter((file) => file.endsWith(".tgz"));

  expect(tarballs.sort()).toEqual(packages.map(({ tarball }) => path.basename(tarball)).sort());
});
