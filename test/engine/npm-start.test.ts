import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nodeProgram, repository } from "../../tools/toolchain.ts";
import { atTerminal, hasTerminal } from "../support/terminal.ts";
import { isWhole } from "./throw-away-stack.ts";

/**
 * `npm start` twice, in a copy of the checkout, as somebody at a terminal of 80 columns sees it. Three runs of Pulumi: with
 * FIRE=all (`npm run test:all`) alone. tools/start.test.ts has the short form.
 */
describe.skipIf(!isWhole || !hasTerminal)("npm start at a terminal of 80 columns", () => {
  let copy: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    copy = mkdtempSync(path.join(tmpdir(), "guests-as-code-start-"));
    const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: repository, encoding: "utf8" }).split("\0");
    for (const file of tracked.filter((name) => name !== "" && !name.startsWith("docs/images/"))) {
      cpSync(path.join(repository, file), path.join(copy, file), { recursive: true });
    }
    symlinkSync(path.join(repository, "node_modules"), path.join(copy, "node_modules"), "junction");
    mkdirSync(path.join(copy, ".local"));
    cpSync(path.join(repository, ".local", "toolchain.json"), path.join(copy, ".local", "toolchain.json"));
    const port = await freePort();
    env = { ...process.env, TENANT_PORT: String(port), TENANT_SMTP_PORT: "0", TENANT_INBOX_PORT: "0" };
  });
  afterAll(() => {
    spawnSync(nodeProgram(), ["tools/tenant-process.ts"], { cwd: copy, env });
    rmSync(copy, { recursive: true, force: true });
  });

  const start = () => atTerminal(`'${nodeProgram()}' tools/start.ts`, { cwd: copy, env });
  const longest = (lines: readonly string[]) => Math.max(...lines.map(({ length }) => length));

  it("fits, names groups and applications, tells of stand-ins once, and ends with the next step", () => {
    const { status, lines } = start();
    const text = lines.join("\n");
    expect(status, text).toBe(0);
    expect(longest(lines)).toBeLessThanOrEqual(80);
    expect(text).toContain("Guests of local: 7 added");
    expect(text).toMatch(/carla@adatum\.example +Carla Espinosa +pending +Contoso Orders \(Orders\.Write\),/);
    expect(text.match(/azure-native/g)).toHaveLength(1);
    expect(text).toContain("Open Carla's mail in the inbox and press Accept.");
  });

  it("says in one line that nothing has changed, and ends soon", () => {
    const began = Date.now();
    const { status, lines } = start();
    const seconds = (Date.now() - began) / 1000;
    expect(status).toBe(0);
    expect(longest(lines)).toBeLessThanOrEqual(80);
    expect(lines).toContain("Nothing has changed: 7 guests, list and tenant agree.");
    expect(lines.length).toBeLessThan(40);
    // 12 s where the machine has two cores for it; a test shares them.
    expect(seconds).toBeLessThan(60);
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
