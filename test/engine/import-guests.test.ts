import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nodeProgram, repository } from "../../tools/toolchain.ts";
import { failureOf, openStack, type ThrowAwayStack } from "./throw-away-stack.ts";

// Four runs over 400 guests take minutes on a busy machine.
describe("a tenant with 400 guests of nine domains", { timeout: 900_000 }, () => {
  let test: ThrowAwayStack;
  let project: string;
  const typo = "nobody.of.that.name@fabrikam.example";

  beforeAll(async () => {
    test = await openStack({ seedGuests: 400 });
    project = test.stack.workspace.workDir;
    test.configure({ redirectUrl: "https://myapps.microsoft.com" });
  });
  afterAll(() => test.close());

  /** Runs the command `guests` on the stack. */
  async function guests(command: string, ...args: string[]) {
    const all = [path.join(repository, "cli", "main.ts"), command, "--stack", "test", "--cwd", project, ...args];
    const env = { ...process.env, ...test.stack.workspace.envVars };
    const child = spawn(nodeProgram(), all, { env, stdio: ["ignore", "pipe", "pipe"] });
    const [stdout, stderr, [status]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"),
    ]);
    return { status: status as number, output: `${stdout}${stderr}` };
  }

  it("is imported as lists, previewed, and applied: nobody is mailed, nothing is written, and the next preview is clean", async () => {
    const { status, output } = await guests("import", "--out", path.join(project, "lists"), "--name-lists");
    expect({ status, output }).toMatchObject({ status: 0 });
    expect(readdirSync(path.join(project, "lists"))).toHaveLength(10);

    test.tenant.clearRequests();
    const { outputs } = await test.stack.up();
    expect(test.writes()).toEqual([]);
    expect(test.tenant.mails()).toEqual([]);
    const known = Object.values(outputs.guests?.value as Record<string, { adopted: boolean }>);
    expect(known.length).toBeGreaterThan(400);
    expect(known.every(({ adopted }) => adopted)).toBe(true);

    const { changeSummary } = await test.stack.preview();
    expect(Object.keys(changeSummary)).toEqual(["same"]);
  });

  it("tells a slip of the pen apart where the list says that its guests have to be there: nobody is mailed", async () => {
    const file = path.join(project, "lists", "fabrikam.example.yaml");
    const imported = readFileSync(file, "utf8");
    const item = `invitations:\n  - email: ${typo}\n    existing: require\n  - email: new@fabrikam.example\n`;
    writeFileSync(file, imported.replace("invitations:\n", item));
    const output = await failureOf(test.stack.up());
    expect(output).toContain(`${typo} is not a guest of the tenant, and the list says existing: "require"`);
    expect(test.tenant.mails()).toEqual([]);
    writeFileSync(file, imported);
  });

  it("gets one more guest by guests add, by one mail, and lets them go by guests remove", async () => {
    const added = await guests("add", typo, "--name", "Nora Body", "--sponsor", "mona@contoso.example");
    expect(added.output).toContain("lists/fabrikam.example.yaml");
    await test.stack.up();
    expect(test.tenant.mails().map(({ to }) => to)).toEqual([typo]);
    const again = await guests("add", typo.toUpperCase());
    expect(again.status).toBe(1);
    expect(again.output).toContain("no address twice");

    expect(await guests("remove", typo)).toMatchObject({ status: 0 });
    await test.stack.up();
    expect(test.guestIds()[typo]).toBeUndefined();
    expect(test.tenant.guests().length).toBeGreaterThanOrEqual(400);
    const { changeSummary } = await test.stack.preview();
    expect(Object.keys(changeSummary)).toEqual(["same"]);
  });
});
