import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { atTerminal, hasTerminal } from "../test/support/terminal.ts";

/** Runs the command `guests`, outside of any pipeline. */
function guests(args: string[], { folder = import.meta.dirname, env = {} } = {}) {
  const quiet = { PATH: process.env.PATH, ...env };
  return spawnSync(process.execPath, [path.join(folder, "main.ts"), ...args], { encoding: "utf8", env: quiet });
}

const commands =
  "init check rehearse preview apply destroy import add remove daily doctor report review open-review post-comment comment".split(
    " ",
  );

// Each call starts a Node, which takes seconds on a busy machine.
describe("guests", { timeout: 60_000 }, () => {
  it("names its commands when it is asked, and also when it is called without one or with a wrong one", () => {
    const asked = guests(["--help"]);
    expect([asked.status, asked.stderr]).toEqual([0, ""]);
    for (const command of commands) {
      expect(asked.stdout).toContain(`  ${command}\n`);
    }
    for (const args of [[], ["aply"]]) {
      const { status, stdout, stderr } = guests(args);
      expect([status, stdout]).toEqual([2, ""]);
      expect(stderr).toContain(asked.stdout);
    }
  });

  it.each(commands)("%s says what it takes, and runs nothing", (name) => {
    const { status, stdout, stderr } = guests([name, "--help"]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout.startsWith(`guests ${name} `)).toBe(true);
    expect(stdout).toMatch(new RegExp(`^Example\\n {2}guests ${name} `, "m"));
  });

  it.skipIf(!hasTerminal)("fits a terminal of 80 columns, with colours, and needs none in a file", () => {
    const events = path.join("fixtures", "pull-request.events.jsonl");
    const program = `'${process.execPath}' '${path.join(import.meta.dirname, "main.ts")}'`;
    const options = { columns: 80, cwd: import.meta.dirname };
    const report = atTerminal(`${program} comment ${events} --stack prod --terminal`, options);
    const help = atTerminal(`${program} preview --help; ${program} --help`, options);
    for (const { lines } of [report, help]) {
      expect(lines.filter(({ length }) => length > 80)).toEqual([]);
    }
    expect(report.lines.join("\n")).toContain("+ eve@elsewhere.example  Eve  never expires");
    expect(report.written).toContain("\u001b[32m  + eve@elsewhere.example");
    const { stdout } = guests(["comment", path.join(import.meta.dirname, events), "--stack", "prod", "--terminal"]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is looked for
    expect(stdout).not.toMatch(/\u001b/);
  });

  it("keeps what Node compiled in the user's own cache, and not where others may write; in none when Node is told so", () => {
    const home = mkdtempSync(path.join(tmpdir(), "home-"));
    const compiled = path.join(home, ".cache", "guests-as-code", "compiled");
    guests(["preview", "--help"], {
      env: { HOME: home, TMPDIR: path.join(home, "tmp"), NODE_DISABLE_COMPILE_CACHE: "1" },
    });
    expect(existsSync(compiled)).toBe(false);
    guests(["preview", "--help"], { env: { HOME: home, TMPDIR: path.join(home, "tmp") } });
    expect(readdirSync(compiled)).toHaveLength(1);
    expect(existsSync(path.join(home, "tmp"))).toBe(false);
    rmSync(home, { recursive: true });
  });

  it("ends with a status of its own on a wrong command line", () => {
    const { status, stdout, stderr } = guests(["preview", "--stack", "nowhere"]);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("guests.nowhere.json is missing");
  });

  it("posts a comment, and opens the pull request of a review, where no package is installed", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "guests-as-code-cli-"));
    try {
      const isSource = (file: string) => !["node_modules", "fixtures"].includes(path.basename(file));
      cpSync(import.meta.dirname, folder, { recursive: true, filter: isSource });
      const file = path.join(folder, "comment.md");
      writeFileSync(file, "the comment");
      const { status, stdout, stderr } = guests(["post-comment", file], { folder, env: { GITHUB_ACTIONS: "true" } });
      // It got as far as asking for the pipeline's token.
      expect(stdout).toMatch(/^Not posted: .*GITHUB_TOKEN/);
      expect(stdout).toContain("the comment");
      expect([status, stderr]).toEqual([0, ""]);

      const saved = path.join(folder, "review.json");
      const review = {
        branch: "guests-review/prod/2026",
        base: "c0ffee",
        title: "Review",
        body: "Who goes.",
        files: [],
      };
      writeFileSync(saved, JSON.stringify(review));
      const open = (stack: string) =>
        guests(["open-review", "--stack", stack, saved], { folder, env: { GITHUB_ACTIONS: "true" } });
      expect(open("contoso/guests/prod").stdout).toMatch(/^No pull request is opened: .*GITHUB_TOKEN/);
      expect(open("dev")).toMatchObject({ status: 1, stderr: expect.stringContaining("is no review of stack dev") });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
