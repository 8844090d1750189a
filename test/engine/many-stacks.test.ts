import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { stringify } from "yaml";
import { nodeProgram, repository } from "../../tools/toolchain.ts";
import { isWhole, openStack, type ThrowAwayStack } from "./throw-away-stack.ts";

// The stacks dev and prod have policy settings in this repository, and the stack test has none.
let test: ThrowAwayStack;
let out: string;

beforeAll(async () => {
  test = await openStack({ throttling: true });
  out = mkdtempSync(path.join(tmpdir(), "guests-as-code-all-"));
  for (const stack of ["dev", "prod"]) await test.stack.workspace.createStack(stack);
});
afterAll(async () => {
  await test.close();
  rmSync(out, { recursive: true, force: true });
});

function configure(stack: string, emails: string[]): void {
  const invitations = emails.map((email) => ({ email, expires: "2035-12-31", sponsors: ["mira@contoso.example"] }));
  const config = { "guests:redirectUrl": "https://myapps.microsoft.com", "guests:invitations": invitations };
  const salt = "v1:Zsjpwvd1VMY=:v1:PLA4TRnGw2hI9OiP:5Eu3bE/6S6CI4MZlHR9wevt8jyiqvw==";
  test.writeFile(`Pulumi.${stack}.yaml`, stringify({ encryptionsalt: salt, config }));
}

async function guests(...args: string[]) {
  const where = ["--cwd", test.stack.workspace.workDir, "--out", out];
  const child = spawn(nodeProgram(), [path.join(repository, "cli", "main.ts"), ...args, "--all", ...where], {
    env: { ...process.env, ...test.stack.workspace.envVars },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { status: status as number, stdout, stderr };
}

it("[6] applies all stacks side by side: one that fails and one that a policy stops keep no other from it", async () => {
  configure("dev", ["ana@fabrikam.example", "bo@fabrikam.example"]);
  configure("prod", ["eve@elsewhere.example"]);
  const { status, stdout, stderr } = await guests("apply");

  expect(status).toBe(1);
  expect(Object.keys(test.guestIds()).sort()).toEqual(["ana@fabrikam.example", "bo@fabrikam.example"]);
  expect(stderr).toMatch(/^test +\| .*guests\.test\.json is missing/m);
  expect(stdout).toMatch(/^dev +\| .*Guests of dev: 2 added/m);
  const report = stdout.slice(stdout.lastIndexOf("stack "));
  expect(report).toMatch(/^dev +applied +\d+ s +2 added/m);
  expect(report).toMatch(/^prod +policy broken +\d+ s +1 added/m);
  expect(report).toMatch(/^test +not run +\d+ s +came to no report/m);
  const markdown = readFileSync(path.join(out, "apply.md"), "utf8");
  expect(markdown).toMatch(/^## ⚠️ apply of 3 stacks: 2 of 3 need a look/);
  expect(markdown).toContain("### ✅ Guests of `dev`: 2 added");
  expect(markdown).toContain("eve@elsewhere.example");
}, 300_000);

/** The rest of their life, with FIRE=all (`npm run test:all`). */
it.runIf(isWhole)(
  "[6] ends with the most serious status, and with 0 where nothing is left",
  async () => {
    rmSync(path.join(test.stack.workspace.workDir, "stacks", "Pulumi.test.yaml"));
    configure("prod", ["carla@fabrikam.example"]);
    const daily = await guests("daily", "--at-once", "2");
    expect(daily.status).toBe(4);
    const applied = await guests("apply");
    expect(applied.status).toBe(0);
    expect(existsSync(path.join(out, "prod", "comment.md"))).toBe(true);
    expect(Object.keys(test.guestIds())).toHaveLength(3);
  },
  600_000,
);
