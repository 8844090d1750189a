import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exitStatus, Stop } from "./command-line.ts";
import { patternOf, refuseUnlessNewest } from "./git-checkout.ts";

describe("an apply run refuses", () => {
  let folder: string;
  let checkout: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "guests-as-code-checkout-"));
    const origin = path.join(folder, "origin.git");
    checkout = path.join(folder, "checkout");
    mkdirSync(checkout);
    execFileSync("git", ["init", "--quiet", "--bare", origin]);
    git("init", "--quiet", "--initial-branch=main");
    git("remote", "add", "origin", origin);
    commit("first");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("nothing when the checkout is the newest commit", () => {
    expect(() => refuseUnlessNewest(checkout, "main")).not.toThrow();
  });

  it("an older commit than the newest, which would undo what was reviewed since", () => {
    commit("second");
    git("checkout", "--quiet", "HEAD~1");
    expect(refusal()).toMatch(/newest commit of main/);
  });

  it("files that are not as they were committed", () => {
    writeFileSync(path.join(checkout, "list.csv"), "mallory@elsewhere.example");
    expect(refusal()).toMatch(/list\.csv/);
  });

  it("a branch that is not there, and a folder that is no checkout", () => {
    expect(refusal("release")).toMatch(/no branch "release"/);
    rmSync(path.join(checkout, ".git"), { recursive: true });
    expect(refusal()).toMatch(/cannot be compared/);
  });

  function refusal(branch = "main"): string {
    try {
      refuseUnlessNewest(checkout, branch);
    } catch (error) {
      expect(error).toBeInstanceOf(Stop);
      expect((error as Stop).status).toBe(exitStatus.refused);
      return (error as Stop).message;
    }
    throw new Error("Nothing was refused.");
  }

  function commit(message: string): void {
    writeFileSync(path.join(checkout, "list.csv"), message);
    git("add", ".");
    git("-c", "user.name=t", "-c", "user.email=t@contoso.example", "commit", "--quiet", "-m", message);
    git("push", "--quiet", "origin", "main");
  }

  function git(...args: string[]): void {
    execFileSync("git", ["-C", checkout, ...args], { stdio: "pipe" });
  }
});

describe("a pattern of CODEOWNERS", () => {
  it.each([
    ["*", "stacks/lists/a.yaml", true],
    ["*.yaml", "stacks/lists/a.yaml", true],
    ["/stacks/", "stacks/lists/a.yaml", true],
    ["lists/", "stacks/lists/a.yaml", true],
    ["/lists/", "stacks/lists/a.yaml", false],
    ["stacks/*.yaml", "stacks/lists/a.yaml", false],
    ["stacks/**/a.yaml", "stacks/lists/a.yaml", true],
    ["/stacks/lists/a.yaml", "stacks/lists/a.yaml", true],
    ["a.yam", "stacks/lists/a.yaml", false],
    ["stacks/lists/a?yaml", "stacks/lists/a.yaml", true],
  ])("%s, of %s: %s", (pattern, file, fits) => {
    expect(patternOf(pattern).test(file)).toBe(fits);
  });
});
