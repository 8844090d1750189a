import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTenant, type Tenant } from "../../tenant/index.ts";

const folder = mkdtempSync(path.join(tmpdir(), "conformance-"));
const file = path.join(folder, "report.md");
let tenant: Tenant;

beforeAll(async () => {
  tenant = await startTenant({ dataDir: path.join(folder, "tenant") });
});
afterAll(async () => {
  await tenant.close();
  rmSync(folder, { recursive: true, force: true });
});

/** `npm run conformance` as a person runs it, with answers typed one after another. */
function conformance(args: string[], answers: string[] = []): Promise<{ status: number | null; output: string }> {
  const program = path.join(import.meta.dirname, "../../tools/conformance.ts");
  const child = spawn(process.execPath, [program, "--report", file, ...args], {
    env: { ...process.env, ...tenant.environment },
  });
  child.stdin.end(answers.map((answer) => `${answer}\n`).join(""));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (output += String(part)));
  return new Promise((resolve) => child.once("close", (status) => resolve({ status, output })));
}

describe("the conformance run", () => {
  it("finds the local tenant to be as documented, answers every open question, and leaves nobody behind", async () => {
    const { status, output } = await conformance(["--guest", "owner@fabrikam.example"], ["yes", "2", "no", "yes"]);
    const text = readFileSync(file, "utf8");

    expect(output).toContain("Everything documented is so.");
    expect(status).toBe(0);
    expect(text).not.toContain("| differs |");
    for (const question of [
      "@odata.type",
      "'smtp:",
      "'SMTP:",
      "How long may customizedMessageBody",
      "bücher",
      "recycle bin answer",
      "How many invitation mails",
      "still lead to the invitation",
    ]) {
      expect(text).toContain(question);
    }
    expect(text).toContain("deleted and purged");
    expect(text).not.toMatch(/owner@fabrikam|ticket=|redeem\?/);
    expect(tenant.mails().filter(({ to }) => to === "owner@fabrikam.example").length).toBeLessThanOrEqual(2);
  });

  it("sends nothing unless it is told to go on", async () => {
    const before = tenant.mails().length;
    const { status, output } = await conformance(["--guest", "other@fabrikam.example"], ["no"]);

    expect({ status, sent: tenant.mails().length - before }).toEqual({ status: 1, sent: 0 });
    expect(output).toContain("Nothing was sent.");
  });

  it("says on the command line what is missing or wrong", async () => {
    expect(await conformance([])).toMatchObject({ status: 2, output: expect.stringContaining("--guest is missing") });
    expect((await conformance(["--guest", "a+b@x.example"])).status).toBe(2);
  });
});
