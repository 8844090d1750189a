import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compareSettings, unknownPolicies } from "./compared-settings.ts";

it("[case 4] a policy that does not exist is named with the nearest one, also without a level", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "guests-as-code-settings-"));
  try {
    const file = path.join(folder, "guests.prod.json");
    const toldOf = (text: string) => {
      writeFileSync(file, text);
      return unknownPolicies(file);
    };
    expect(toldOf(JSON.stringify({ "allowed-domain": { allowed: [] }, __proto__x: {} }))).toMatch(
      /"allowed-domain" is no policy, did you mean "allowed-domains"\?; "__proto__x" is no policy\. The policies are allowed-domains, /,
    );
    for (const right of ['{"all": "mandatory", "guest-limits": {"perStack": 3}}', "", "{", "[]"]) {
      expect(toldOf(right), right).toBeUndefined();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

// Each test starts Git a dozen times, which takes seconds on a busy machine.
describe("[M9] the policies' settings of a pull request", { timeout: 60_000 }, () => {
  let folder: string;
  let checkout: string;
  let base: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "guests-as-code-settings-"));
    checkout = path.join(folder, "checkout");
    mkdirSync(path.join(checkout, "policies", "guests", "lists"), { recursive: true });
    git("init", "--quiet", "--initial-branch=main");
    write("policies/guests.prod.json", { "redirect-url": {}, "allowed-domains": { allowedLists: ["suppliers"] } });
    write("policies/guests.dev.json", {});
    write("policies/guests/lists/suppliers.txt", "a.example\n");
    write("policies/guests/redirect-url-policy.ts", "stop();\n");
    write("policies/guests/redirect-url-policy.test.ts", "expect();\n");
    base = commit("main");
    git("checkout", "--quiet", "-b", "branch");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("are those of this checkout beside the branch's beginning, of every stack, the own first", () => {
    write("policies/guests.prod.json", {
      "redirect-url": "disabled",
      "allowed-domains": { allowedLists: ["suppliers"] },
    });
    write("policies/guests.dev.json", { "guest-limits": { perStack: 1 } });
    commit("branch");
    write("policies/guests.new.json", { "sponsor-required": "mandatory" });
    const { files, ...rest } = compare();
    expect(rest).toEqual({ base: { commit: base }, pack: [] });
    expect(
      files.map(({ file, own, isNew, changes }) => [file, own, isNew, changes.map(({ change }) => change)]),
    ).toEqual([
      ["policies/guests.prod.json", true, false, ["loosened"]],
      ["policies/guests.dev.json", false, false, ["tightened"]],
      ["policies/guests.new.json", false, true, ["tightened"]],
    ]);
  });

  it("count the lists that they name, and the pack's own code, but no test", () => {
    write("policies/guests/lists/suppliers.txt", "a.example\nevil.example\n");
    write("policies/guests/redirect-url-policy.ts", "pass();\n");
    write("policies/guests/redirect-url-policy.test.ts", "expect(true);\n");
    commit("branch");
    const { files, pack } = compare();
    expect(pack).toEqual(["policies/guests/redirect-url-policy.ts"]);
    expect(files).toMatchObject([
      {
        file: "policies/guests/lists/suppliers.txt",
        changes: [{ change: "loosened", difference: { added: ["evil.example"], removed: [] } }],
      },
    ]);
  });

  it("are nothing to speak of where they are the same, also when main has gone on", () => {
    git("checkout", "--quiet", "main");
    write("policies/guests.dev.json", { "redirect-url": "disabled" });
    commit("main goes on");
    git("checkout", "--quiet", "branch");
    expect(compare()).toEqual({ base: { commit: base }, files: [], pack: [] });
  });

  it("are told where a file is no JSON any more", () => {
    write("policies/guests.prod.json", "{");
    expect(compare().files[0]?.changes).toMatchObject([{ change: "changed", difference: { after: "(no JSON)" } }]);
  });

  it.each([
    ["GitHub", { GITHUB_BASE_REF: "main" }],
    ["Azure", { SYSTEM_PULLREQUEST_TARGETBRANCH: "refs/heads/main" }],
  ])("are compared with the first parent of the merge that %s checks out", (_, environment) => {
    write("policies/guests.prod.json", { "redirect-url": "disabled" });
    commit("branch");
    git("checkout", "--quiet", "main");
    write("policies/guests.dev.json", { "redirect-url": "disabled" });
    const newest = commit("main goes on");
    merge();
    const { base, files } = compare(environment);
    expect(base).toEqual({ commit: newest });
    expect(files.map(({ file }) => file)).toEqual(["policies/guests.prod.json"]);
  });

  it("are compared with the commit that GitLab names, or that is given", () => {
    write("policies/guests.prod.json", { "redirect-url": "disabled" });
    commit("branch");
    expect(compare({ CI_MERGE_REQUEST_DIFF_BASE_SHA: base }).files).toHaveLength(1);
    expect(compare({}, "HEAD").files).toHaveLength(0);
    expect(compare({}, "--output=x").base).toEqual({ missing: "the checkout does not have the commit --output=x" });
  });

  it("are not compared without a word where there is nothing to compare with", () => {
    const shallow = path.join(folder, "shallow");
    commit("branch");
    execFileSync("git", ["clone", "--quiet", "--depth=1", `file://${checkout}`, shallow], { stdio: "pipe" });
    const config = path.join(shallow, "policies", "guests.prod.json");
    const inPipeline = compareSettings({ policyConfig: config, pack: folder }, { GITHUB_BASE_REF: "main" });
    expect(inPipeline).toMatchObject({
      base: { missing: expect.stringContaining("fetch one commit more") },
      files: [],
    });

    const nowhere = path.join(folder, "policy-config.json");
    writeFileSync(nowhere, "{}");
    const { base } = compareSettings({ policyConfig: nowhere, pack: folder }, {});
    expect(base).toEqual({ missing: "they are in no Git checkout" });
  });

  function compare(environment: NodeJS.ProcessEnv = {}, given?: string) {
    const policyConfig = path.join(checkout, "policies", "guests.prod.json");
    const pack = path.join(checkout, "policies", "guests");
    return compareSettings({ policyConfig, pack, ...(given && { base: given }) }, environment);
  }

  function write(file: string, content: string | object): void {
    writeFileSync(path.join(checkout, file), typeof content === "string" ? content : JSON.stringify(content));
  }

  function commit(message: string): string {
    git("add", ".");
    git(...author, "commit", "--quiet", "--allow-empty", "-m", message);
    return git("rev-parse", "HEAD").trim();
  }

  function merge(): void {
    git(...author, "merge", "--quiet", "--no-ff", "-m", "merge", "branch");
  }

  function git(...args: string[]): string {
    return execFileSync("git", ["-C", checkout, ...args], { encoding: "utf8", stdio: "pipe" });
  }
});

const author = ["-c", "user.name=t", "-c", "user.email=t@contoso.example"];
