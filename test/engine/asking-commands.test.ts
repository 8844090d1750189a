import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GuestReport } from "../../cli/comment/guest-report.ts";
import type { CheckLine } from "../../cli/tenant-check.ts";
import { nodeProgram, repository } from "../../tools/toolchain.ts";
import { openStack, type ThrowAwayStack } from "./throw-away-stack.ts";

const defaults = { redirectUrl: "https://myapps.microsoft.com", expires: "2035-12-31" };
const guest = (name: string, more: object = {}) => ({ email: `${name}@fabrikam.example`, ...more });

describe("the commands that ask the tenant", () => {
  let test: ThrowAwayStack;
  let out: string;

  beforeAll(async () => {
    test = await openStack();
    out = mkdtempSync(path.join(tmpdir(), "guests-as-code-asking-"));
    writeFileSync(path.join(out, "policies.json"), JSON.stringify({ all: "advisory" }));
  });
  afterAll(async () => {
    await test.close();
    rmSync(out, { recursive: true, force: true });
  });

  async function run(command: string, more: string[] = [], environment: Record<string, string> = {}) {
    const where = ["--stack", "test", "--cwd", test.stack.workspace.workDir];
    const args = [...where, "--policy-config", path.join(out, "policies.json"), ...more];
    const child = spawn(nodeProgram(), [path.join(repository, "cli", "main.ts"), command, ...args], {
      env: { ...process.env, ...test.stack.workspace.envVars, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [stdout, stderr, [status]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"),
    ]);
    return { status: status as number, stdout, output: `${stdout}${stderr}` };
  }

  describe("preview --ask-tenant", () => {
    const preview = (more: string[] = [], environment: Record<string, string> = {}) =>
      run("preview", ["--ask-tenant", "--out", out, ...more], environment);

    beforeAll(async () => {
      const invite = async (address: string, name = address) => {
        const body = { invitedUserEmailAddress: address, invitedUserDisplayName: name };
        const { body: answer } = await test.graph("POST", "/invitations", {
          ...body,
          inviteRedirectUrl: defaults.redirectUrl,
        });
        return answer.invitedUser.id as string;
      };
      await invite("here@fabrikam.example");
      await invite("strict@fabrikam.example");
      await test.graph("DELETE", `/users/${await invite("gone@fabrikam.example")}`);
      test.configure({
        ...defaults,
        invitations: [
          guest("here"),
          guest("strict", { existing: "fail" }),
          guest("gone"),
          guest("new"),
          guest("quiet", { sendInvitation: false }),
          { email: "kim@contoso.example" },
        ],
      });
    });

    it("tells who is there already, in the comment, on the terminal and as JSON, and changes nothing", async () => {
      test.tenant.clearRequests();
      const { status, output } = await preview();
      expect(status).toBe(0);
      const comment = readFileSync(path.join(out, "comment.md"), "utf8");
      for (const shown of [comment, output]) {
        expect(shown).toMatch(/mailed\W+1\W+by Microsoft/);
        expect(shown).toMatch(
          /here already\W+2\W+2 are new, 1 is in the recycle bin, 1 is a member of the organisation/,
        );
        expect(shown).toContain("This can be applied, but it fails for 2 added guests.");
        expect(shown).not.toContain("has not asked the tenant");
      }
      expect(comment).toContain("| guest | name | expires | in the tenant |");
      const row = (address: string) => comment.split("\n").find((line) => line.includes(`\`${address}\``));
      expect(row("here@fabrikam.example")).toContain("here already: adopted, not mailed");
      expect(row("strict@fabrikam.example")).toContain("here already: applying fails (existing: fail)");
      expect(row("gone@fabrikam.example")).toContain("in the recycle bin: restored, not mailed");
      expect(row("new@fabrikam.example")).toContain("new, and mailed");
      expect(row("quiet@fabrikam.example")).toContain("new, not mailed");
      expect(row("kim@contoso.example")).toContain("a member of the organisation: applying fails");
      expect(output).toMatch(/\+ gone@fabrikam\.example .* in the recycle bin: restored, not mailed/);
      expect(test.writes()).toEqual([]);
      // Six guests in one batch.
      expect(test.tenant.requests().filter(({ path }) => path.endsWith("/$batch"))).toHaveLength(1);
    });

    it("prints the report as JSON on stdout, and nothing else there", async () => {
      const { status, stdout } = await preview(["--json"]);
      expect(status).toBe(0);
      const report: GuestReport = JSON.parse(stdout);
      expect(report.asked).toBe(true);
      expect(Object.fromEntries(report.added.map(({ address, standing }) => [address, standing]))).toEqual({
        "here@fabrikam.example": "here",
        "strict@fabrikam.example": "here",
        "gone@fabrikam.example": "recycle bin",
        "new@fabrikam.example": "new",
        "quiet@fabrikam.example": "new",
        "kim@contoso.example": "member",
      });
    });

    it("says that nobody is mailed where everybody is there", async () => {
      test.configure({ ...defaults, invitations: [guest("here")] });
      const { output } = await preview();
      expect(output).toMatch(/mailed +nobody\n +here already +1\n/);
    });

    it("says that it has not asked, and why, where it can't", async () => {
      test.configure({ ...defaults, invitations: [guest("here")] });
      const wrong = await preview([], { ARM_CLIENT_SECRET: "wrong" });
      expect(wrong.status).toBe(0);
      expect(wrong.output).toContain("has not asked the tenant about the guests");
      expect(wrong.output).toMatch(/asked the tenant about the guests: Cannot sign in .*AADSTS7000215/);

      const { clientId, clientSecret } = test.tenant.registerApp({
        displayName: "Blind",
        permissions: ["User.Invite.All"],
      });
      const blind = await preview([], { ARM_CLIENT_ID: clientId, ARM_CLIENT_SECRET: clientSecret });
      expect(readFileSync(path.join(out, "comment.md"), "utf8")).toContain("lacks the permission User.Read.All");
      expect(blind.output).toMatch(/mailed +up to 1 +by Microsoft/);
    });
  });

  describe("doctor", () => {
    const doctor = async (more: string[] = [], environment: Record<string, string> = {}) => {
      const { status, stdout } = await run("doctor", ["--json", ...more], environment);
      const { missing, lines } = JSON.parse(stdout) as { missing: number; lines: CheckLine[] };
      return { status, missing, line: (about: string) => lines.find((line) => line.about.startsWith(about)) };
    };

    beforeAll(() =>
      test.configure({
        ...defaults,
        mailFrom: "invitations@contoso.example",
        groups: ["Partners"],
        apps: [{ app: "Contoso Orders", role: "Orders.Read" }],
        azure: [{ role: "Reader", scope: "resourceGroups/partner-data" }],
        invitations: [guest("new")],
      }),
    );

    it("ends with 0 where nothing is missing, and reads the list as the program does", async () => {
      test.tenant.clearRequests();
      const { status, missing, line } = await doctor();
      expect([status, missing]).toEqual([0, 0]);
      expect(line("List")?.says).toBe("1 guest today.");
      for (const about of ["Mailbox invitations@", "Group Partners", "Application Contoso Orders"]) {
        expect(line(about)?.state).toBe("fine");
      }
      expect(line("Backend")).toMatchObject({ state: "note" });
      expect(line("Secrets provider")?.says).toContain("a passphrase");
      expect(line("Policies")?.todo).toContain("allowed-domains");
      expect(line("Azure roles")?.says).toMatch(/\/subscriptions\/[\w-]+\/resourceGroups\/partner-data/);
      expect(test.writes()).toEqual([]);
    });

    it("ends with 1 and says what to do, where the sign-in, the policies or the stack is wrong", async () => {
      const signIn = await doctor([], { ARM_CLIENT_SECRET: "wrong" });
      expect([signIn.status, signIn.line("Sign-in")?.state]).toEqual([1, "missing"]);
      expect(signIn.line("Group")).toBeUndefined();

      const policies = await doctor(["--policy-config", path.join(out, "nowhere.json")]);
      expect([policies.status, policies.line("Policies")?.state]).toEqual([1, "missing"]);

      const stack = await doctor(["--stack", "nowhere"]);
      expect([stack.status, stack.line("Stack")?.says]).toEqual([1, expect.stringContaining("no stack named")]);
      expect(stack.line("Stack")?.todo).toContain("pulumi stack init");
    });

    it("says that the state's secrets cannot be read", async () => {
      await test.stack.up();
      const { status, line } = await doctor([], { PULUMI_CONFIG_PASSPHRASE: "another" });
      expect([status, line("Secrets provider")?.state]).toEqual([1, "missing"]);
      expect(line("Secrets provider")?.says).toContain("passphrase");
    });

    it("says that the list is wrong, and looks at the rest", async () => {
      test.configure({ ...defaults, invitations: [{ email: "no address" }] });
      const { status, line } = await doctor();
      expect([status, line("List")?.state]).toEqual([1, "missing"]);
      expect(line("List")?.todo).toBe("Run guests preview --stack test: it says what is wrong and where.");
      expect(line("Who may invite")).toBeDefined();
    });

    it("prints how to register the application, asks nobody, and knows a list without access", async () => {
      test.configure({ ...defaults, onDelete: "keep", invitations: [guest("new")] });
      test.tenant.clearRequests();
      const { status, stdout } = await run("doctor", ["--setup", "--github", "contoso/guests"]);
      expect(status).toBe(0);
      expect(stdout).toContain("for permission in User.Invite.All User.Read.All User.DeleteRestore.All; do");
      expect(stdout).toContain("repo:contoso/guests:environment:test");
      expect(test.tenant.requests()).toEqual([]);

      const wrong = await run("doctor", ["--setup", "--github", "contoso"]);
      expect([wrong.status, wrong.output]).toEqual([2, expect.stringContaining("--github contoso")]);
    });
  });
});
