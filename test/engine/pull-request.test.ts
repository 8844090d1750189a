import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nodeProgram, repository } from "../../tools/toolchain.ts";
import { openStack, type ThrowAwayStack } from "./throw-away-stack.ts";

const defaults = { redirectUrl: "https://myapps.microsoft.com", message: { body: "Welcome to the portal." } };
const ana = { email: "ana@fabrikam.example", displayName: "Ana", expires: "2035-12-31" };
const bo = { email: "bo@northwind.example", expires: "2035-12-31" };
const carla = { email: "carla@adatum.example", displayName: "Carla", expires: "2035-12-31" };
const finn = { email: "finn@fabrikam.example", displayName: "Finn", expires: "2035-06-30" };

const onMain = { ...defaults, invitations: [ana, bo, carla] };
/** Adds two guests, changes one, removes one; one of the new guests breaks the rule about domains. */
const onBranch = {
  ...defaults,
  invitations: [
    { ...ana, displayName: "Ana Trujillo", message: { body: "Hello Ana, come in." } },
    carla,
    { email: "eve@elsewhere.example", displayName: "Eve", expires: "2035-12-31" },
    finn,
  ],
};

const policyConfig = {
  "allowed-domains": { allowed: ["fabrikam.example", "northwind.example", "adatum.example"] },
  "redirect-url": { hosts: ["myapps.microsoft.com"] },
  // Its words count the days from today.
  "expiry-required": "disabled",
};

/** The commands that the pipelines run, on one stack, in the order of a pull request's life. */
describe("the commands of the pipelines", () => {
  let test: ThrowAwayStack;
  let out: string;
  /** Where a run's temporary files go, and what Pulumi keeps for its user. */
  let scratch: string;
  let host: Awaited<ReturnType<typeof startCodeHost>>;

  beforeAll(async () => {
    test = await openStack();
    out = mkdtempSync(path.join(tmpdir(), "guests-as-code-pipelines-"));
    scratch = mkdtempSync(path.join(tmpdir(), "guests-as-code-scratch-"));
    host = await startCodeHost();
    writePolicyConfig(policyConfig);
    git("init", "--quiet", "--initial-branch=main");
    git("add", "policy-config.json");
    git("-c", "user.name=t", "-c", "user.email=t@contoso.example", "commit", "--quiet", "-m", "reviewed settings");
    test.configure(onMain);
    await test.stack.up();
    test.tenant.clearRequests();
  });
  afterAll(async () => {
    await test.close();
    host.server.close();
    for (const folder of [out, scratch]) rmSync(folder, { recursive: true, force: true });
  });

  it("[M4] give no order to the system that runs them, and none to a terminal, whatever the list says", async () => {
    const order = "##vso[task.complete result=Succeeded;]";
    const body = `Welcome.\n${order}\n::error::forged\n{{name}} \u001b[2J \u202e`;
    const invitations = [...onMain.invitations, { ...finn, displayName: `Finn ${order}`, message: { body } }];
    test.configure({ ...defaults, invitations });
    const { output } = await run("preview");

    // The list is refused, and what it says is shown so that one can find it, but read by no log as a command.
    expect(output).toContain("#\\u{23}vso[task.complete");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(output).not.toMatch(/##\w*\[|^\s*::|\r|[\u0000-\u0008\u000b-\u001f\u202e]/im);
    expect(test.writes()).toEqual([]);
  });

  it("show what a branch would do, name the broken rule, and send nothing", async () => {
    test.configure(onBranch);
    const { status, output } = await run("preview");

    expect(status).toBe(3);
    await expect(comment()).toMatchFileSnapshot("golden/pull-request.md");
    for (const shown of [comment(), output]) {
      expect(shown.match(/has not asked the tenant about the guests/g), "[case 18]").toHaveLength(1);
    }
    expect(output).toContain("Guests of test: 2 added, 1 changed, 1 removed");
    expect(test.writes()).toEqual([]);
  });

  it("[M9] show how the branch loosens a policy that its guest would break", async () => {
    test.configure(onBranch);
    writePolicyConfig({ ...policyConfig, "allowed-domains": "disabled", "guest-limits": { perStack: 1 } });
    const { status, output } = await run("preview");
    writePolicyConfig(policyConfig);

    expect(status).toBe(0);
    expect(comment()).toContain("1 policy setting is looser than before.");
    const rows = comment()
      .split("\n")
      .filter((line) => /^\| .* \| `(?:level|allowed|perStack)` \|/.test(line));
    expect(rows).toEqual([
      expect.stringMatching(
        /^\| \*\*loosened\*\* \| `allowed-domains` \| `level` \| .* \| `mandatory` → `disabled` \|$/,
      ),
      expect.stringMatching(/^\| tightened \| `guest-limits` \| `perStack` \| .* \| `500` → `1` \|$/),
    ]);
    expect(output).toMatch(/loosened +allowed-domains +level +mandatory → disabled/);
    expect(test.writes()).toEqual([]);
  });

  it("write one comment to the pull request, and renew it after the next push", async () => {
    expect((await post()).output).toContain("created");
    expect((await post()).output).toContain("unchanged");
    expect(host.comments).toEqual([{ id: 1, body: comment(), user: { type: "Bot" } }]);

    test.configure({ ...onBranch, invitations: onBranch.invitations.filter(({ email }) => !email.startsWith("eve@")) });
    expect((await run("preview")).status).toBe(0);
    expect((await post()).output).toContain("updated");
    expect(host.comments).toHaveLength(1);
    expect(host.comments[0]?.body).toContain("This can be applied.");
  }, 120_000);

  it("do not apply what breaks a rule, and send nothing", async () => {
    test.configure(onBranch);
    expect((await run("apply")).status).toBe(3);
    expect(test.writes()).toEqual([]);
  });

  it("[M7] apply nothing where the disk of the state is nearly full, and send nothing", async ({ skip }) => {
    const small = path.join(scratch, "small");
    mkdirSync(small);
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", small]);
    if (mounted.status !== 0) skip("only root may make a small disk, and only on Linux");
    try {
      const state = path.join(path.dirname(test.stack.workspace.workDir), "state");
      cpSync(state, small, { recursive: true });
      test.configure({
        ...onBranch,
        invitations: onBranch.invitations.filter(({ email }) => !email.startsWith("eve@")),
      });
      const { status, output } = await run("apply", [], { PULUMI_BACKEND_URL: pathToFileURL(small).href });
      expect(status).toBe(1);
      expect(output).toMatch(/The state is kept in .*small, where \d\.\d MB are free; this run may need 32 MB/);
      expect(test.writes()).toEqual([]);
    } finally {
      spawnSync("umount", [small]);
    }
  });

  it("apply what was reviewed", async () => {
    test.configure({ ...onBranch, invitations: onBranch.invitations.filter(({ email }) => !email.startsWith("eve@")) });
    const { status, output } = await run("apply");

    expect(status).toBe(0);
    expect(Object.keys(test.guestIds()).sort()).toEqual([ana.email, carla.email, finn.email]);
    expect(output).not.toContain(`${test.tenant.url}/redeem`);
  });

  it("remove, day by day, the guests whose day has passed, and undo nothing that was done by hand", async () => {
    test.configure({ ...defaults, invitations: [{ ...ana, expires: "2024-01-01" }, carla, finn] });
    await test.graph("DELETE", `/users/${test.guestIds()[carla.email]}`);
    test.tenant.accept(finn.email);
    const { status, output } = await run("daily");

    expect(status).toBe(4);
    expect(Object.keys(test.guestIds())).toEqual([finn.email]);
    await expect(readFileSync(path.join(out, "daily.md"), "utf8")).toMatchFileSnapshot("golden/daily.md");
    expect(output).toContain(`gone      ${carla.email}`);
  });

  it("say that nothing is new when list and tenant agree", async () => {
    test.configure({ ...defaults, invitations: [finn] });
    const { status, output } = await run("daily");
    expect(output).toContain("nothing new");
    expect(status).toBe(0);
  });

  it("[H3] leave no redeem link in any file, and let nobody else read what they keep", async () => {
    // A link is forgotten when it has been used.
    test.configure({ ...defaults, invitations: [finn, { email: "gil@fabrikam.example" }] });
    await test.stack.up();
    const { guests } = await test.stack.outputs();
    // That none is found says something only where they exist.
    expect(JSON.stringify(guests?.value)).toMatch(/\/redeem\?[^"]*ticket=/);
    expect((await run("preview", ["--save-plan", path.join(out, "plan.json")])).status).toBe(0);

    // Temporary files, Pulumi's own log, the state, the project, reports and events: all but the tenant, who made the links,
    // and the project's own sources, which `node_modules` leads to.
    const project = test.stack.workspace.workDir;
    const written = [out, scratch, project, path.join(path.dirname(project), "state")].flatMap(filesIn);
    const files = written.filter((file) => !file.includes(`${path.sep}node_modules${path.sep}`));
    const telling = files.filter((file) => /ticket=|\/redeem\?/.test(contentOf(file)));
    expect(telling).toEqual([]);
    expect(files.some((file) => file.endsWith("preview.events.jsonl"))).toBe(true);
    if (process.platform === "win32") return;
    const kept = filesIn(out).filter((file) => !/policy-config\.json$|[/\\]\.git[/\\]/.test(file));
    expect(kept.length).toBeGreaterThanOrEqual(5);
    expect(kept.filter((file) => (statSync(file).mode & 0o077) !== 0)).toEqual([]);
  });

  function comment(): string {
    return readFileSync(path.join(out, "comment.md"), "utf8");
  }

  function writePolicyConfig(config: object): void {
    writeFileSync(path.join(out, "policy-config.json"), JSON.stringify(config));
  }

  function git(...args: string[]): void {
    execFileSync("git", ["-C", out, ...args], { stdio: "pipe" });
  }

  function run(command: string, more: string[] = [], environment: Record<string, string> = {}) {
    const policies = ["--policy-config", path.join(out, "policy-config.json")];
    const args = ["--stack", "test", "--cwd", test.stack.workspace.workDir, "--out", out, ...policies, ...more];
    const pulumiHome = path.join(scratch, "pulumi");
    mkdirSync(pulumiHome, { recursive: true });
    // Whoever debugs Pulumi by these variables must not make the commands tell.
    const loud = { PULUMI_OPTION_VERBOSE: "9", PULUMI_DEBUG_GRPC: path.join(scratch, "grpc.log") };
    const folders = { TMPDIR: scratch, TMP: scratch, TEMP: scratch, PULUMI_HOME: pulumiHome };
    return runCommand(command, args, {
      ...test.stack.workspace.envVars,
      ...folders,
      ...loud,
      PULUMI_EXPERIMENTAL: "true",
      ...environment,
    });
  }

  function post() {
    return runCommand("post-comment", [path.join(out, "comment.md")], {
      GITHUB_ACTIONS: "true",
      GITHUB_API_URL: host.url,
      GITHUB_REPOSITORY: "contoso/guests",
      GITHUB_REF: "refs/pull/7/merge",
      GITHUB_TOKEN: "token-of-the-workflow",
    });
  }
});

/** The files below a folder, not those behind its links. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

/** What a file says, also where Pulumi has packed it. */
function contentOf(file: string): string {
  const bytes = readFileSync(file);
  return (bytes.subarray(0, 2).equals(Buffer.from([0x1f, 0x8b])) ? gunzipSync(bytes) : bytes).toString("latin1");
}

async function runCommand(command: string, args: string[], env: Record<string, string>) {
  const child = spawn(nodeProgram(), [path.join(repository, "cli", "main.ts"), command, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { status: status as number, output: `${stdout}${stderr}` };
}

/** As much of GitHub's API as comments need, on loopback. */
async function startCodeHost() {
  const comments: { id: number; body: string; user: { type: string } }[] = [];
  const server: Server = createServer(async (request, response) => {
    const body = await text(request);
    const sent = body === "" ? undefined : (JSON.parse(body) as { body: string });
    const answer = (status: number, json: unknown) => response.writeHead(status).end(JSON.stringify(json));
    const route = `${request.method} ${request.url?.split("?")[0]}`;
    if (request.headers.authorization !== "Bearer token-of-the-workflow") return answer(401, {});
    if (route === "GET /repos/contoso/guests/issues/7/comments") return answer(200, comments);
    if (route === "POST /repos/contoso/guests/issues/7/comments" && sent) {
      const created = { id: comments.length + 1, body: sent.body, user: { type: "Bot" } };
      comments.push(created);
      return answer(201, created);
    }
    const edited = comments.find(({ id }) => route === `PATCH /repos/contoso/guests/issues/comments/${id}`);
    if (!edited || !sent) return answer(404, { message: route });
    edited.body = sent.body;
    return answer(200, edited);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, comments, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
