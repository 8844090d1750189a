import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { repository } from "./toolchain.ts";

/** The house was rebuilt with 190. Packages, other languages and the commands over a guest's time have brought theirs. */
const MOST_SOURCES = 240;

/** The doors of a package or a folder: many may have one. */
const DOORS = new Set(["index.ts", "index.js", "main.ts", "routes.ts"]);

/** What generators write. Any other file that they write says so itself. */
const WRITTEN_BY_GENERATORS = [
  /^docs\/(policies|reference)[.]md$/,
  /^provider\/schema[.]json$/,
  /^stacks\/.*[.]schema[.]json$/,
  /(^|\/)generated\//,
  /[.]generated[.]ts$/,
];

const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: repository, encoding: "utf8" })
  .split("\0")
  .filter((file) => file !== "" && existsSync(path.join(repository, file)));
const isTest = (file: string) => /^test\/|[.]test[.]ts$|(^|\/)fixtures\//.test(file);
const text = (file: string) => readFileSync(path.join(repository, file), "utf8");
const namesItsGenerator = (file: string) => /generated .*\bby `?npm run /i.test(text(file).split("\n", 3).join("\n"));
const isWrittenByGenerator = (file: string) => WRITTEN_BY_GENERATORS.some((pattern) => pattern.test(file));
const isGenerated = (file: string) => isWrittenByGenerator(file) || namesItsGenerator(file);
// The examples are programs of their own, each read by itself.
const isExample = (file: string) => file.startsWith("examples/");
const sources = tracked.filter(
  (file) => /[.](ts|mjs|cjs|js)$/.test(file) && !isTest(file) && !isGenerated(file) && !isExample(file),
);

describe("the house", () => {
  it(`has at most ${MOST_SOURCES} source files`, () => {
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.length).toBeLessThanOrEqual(MOST_SOURCES);
  });

  it("gives no two source files one name", () => {
    const byName = Map.groupBy(sources, (file) => path.parse(file).name);
    const shared = [...byName.values()]
      .map((files) => files.filter((file) => !DOORS.has(path.basename(file))))
      .filter((files) => files.length > 1);
    expect(shared).toEqual([]);
  });

  it("hides no package from the plugin's bundle: what an ES module's `require` asks for is not built into the one file", () => {
    const built = sources.filter((file) => /^(provider|model)\/.*[.]ts$/.test(file));
    expect(built.length).toBeGreaterThan(0);
    expect(built.filter((file) => /\bcreateRequire\b|\brequire\(/.test(text(file)))).toEqual([]);
  });

  it("says in the first three lines of a generated file what writes it", () => {
    const generated = tracked.filter(isWrittenByGenerator);
    expect(generated).not.toEqual([]);
    expect(generated.filter((file) => !namesItsGenerator(file))).toEqual([]);
  });
});

describe("a property of a guest", () => {
  // `jobTitle` stands for all properties: a file that names it names the others as well.
  const isProse = (file: string) => /^docs\/|^stacks\/|[.]md$/.test(file);
  const byHand = tracked
    .filter((file) => !isProse(file) && !isTest(file) && !isGenerated(file))
    .filter((file) => text(file).includes("jobTitle"));

  it("is described by hand in one file", () => {
    const files = byHand.filter((file) => !file.startsWith("tenant/"));
    expect(files, files.join(", ")).toHaveLength(1);
  });

  it("is described by hand in at most two files of the tenant, which shares no code with the other rooms", () => {
    const files = byHand.filter((file) => file.startsWith("tenant/") && file !== "tenant/seed.yaml");
    expect(files.length).toBeGreaterThan(0);
    expect(files.length, files.join(", ")).toBeLessThanOrEqual(2);
  });
});
