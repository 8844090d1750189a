import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { nodeProgram, repository } from "../../tools/toolchain.ts";
import { failureOf, isWhole, openStack, type ThrowAwayStack } from "./throw-away-stack.ts";

/** With FIRE=all (`npm run test:all`) a tenant of the usual size; else fewer guests of the same nine domains. */
const seedGuests = isWhole ? 400 : 80;

const redirectUrl = "https://myapps.microsoft.com";
const lastDay = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);

/** One stack's guests, in the order in which a year brings it, by the commands and nothing else. */
describe(`a tenant with ${seedGuests} guests of nine domains`, { timeout: 900_000 }, () => {
  let test: ThrowAwayStack;
  let project: string;
  let host: Awaited<ReturnType<typeof startCodeHost>>;
  /** Seeded guests and external members: all whom an import finds. */
  let everybody: string[];

  const file = (...names: string[]) => path.join(project, ...names);
  const git = (...args: string[]) => {
    const author = ["-c", "user.name=t", "-c", "user.email=t@contoso.example"];
    return execFileSync("git", ["-C", project, ...author, ...args], { encoding: "utf8", stdio: "pipe" }).trim();
  };

  beforeAll(async () => {
    test = await openStack({ seedGuests, rehearsal: { premiumLicence: true } });
    project = test.stack.workspace.workDir;
    host = await startCodeHost();
    const invited = test.tenant.users().filter(({ creationType }) => creationType === "Invitation");
    everybody = invited.map(({ mail }) => mail ?? "").sort();
    test.configure({ redirectUrl, review: { pending: 200, notSignedIn: 365, blocked: true, notice: 30 } });
    mkdirSync(file("policies"));
    writeFileSync(file("policies", "guests.test.json"), JSON.stringify({ all: "advisory" }));
    writeFileSync(file(".gitignore"), "node_modules\nprogram\nout\n");
    git("init", "--quiet", "--initial-branch=main");
  });
  afterAll(async () => {
    await test.close();
    host.server.close();
  });

  /** Runs the command `guests` on the stack. */
  async function guests(command: string, args: string[] = [], environment: Record<string, string> = {}) {
    const runs = ["preview", "apply", "daily"].includes(command);
    const all = [
      ...[path.join(repository, "cli", "main.ts"), command, "--stack", "test", "--cwd", project, ...args],
      ...(runs ? ["--policy-config", file("policies", "guests.test.json"), "--out", file("out")] : []),
    ];
    const env = { ...process.env, GITHUB_ACTIONS: "", ...test.stack.workspace.envVars, ...environment };
    const child = spawn(nodeProgram(), all, { env, stdio: ["ignore", "pipe", "pipe"] });
    const [stdout, stderr, [status]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"),
    ]);
    return { status: status as number, output: `${stdout}${stderr}` };
  }
  const listFiles = () => readdirSync(file("stacks", "lists")).filter((name) => name.endsWith(".yaml"));
  /** What the lists say, by address. */
  const listed = () => {
    const all = listFiles().flatMap(
      (name) =>
        parse(readFileSync(file("stacks", "lists", name), "utf8")).invitations as { email: string; expires?: string }[],
    );
    return new Map(all.map((guest) => [guest.email, guest]));
  };
  const mailed = () => test.tenant.mails().map(({ to }) => to);

  it("is imported as one list for each domain", async () => {
    const { status, output } = await guests("import", ["--out", file("stacks", "lists"), "--name-lists"]);
    expect({ status, output }).toMatchObject({ status: 0 });
    expect(output).toContain(`${everybody.length} guests of 9 partner domains, existing: adopt.`);
    expect(listFiles()).toHaveLength(9);
    expect([...listed().keys()].sort()).toEqual(everybody);
    git("add", ".");
    git("commit", "--quiet", "-m", "What the tenant has");
  });

  it("is previewed: all are here already, nobody is mailed", async () => {
    const { status, output } = await guests("preview", ["--ask-tenant"]);
    expect({ status, output }).toMatchObject({ status: 0 });
    expect(output).toMatch(new RegExp(`mailed +nobody\\s+here already +${everybody.length}\\s`));
    const comment = readFileSync(file("out", "comment.md"), "utf8");
    expect(comment).toMatch(
      new RegExp(`mailed\\*\\* \\| nobody .*\\n[\\s\\S]*here already\\*\\* \\| ${everybody.length} `),
    );
  });

  it("is applied: nobody is mailed, and nothing is written", async () => {
    test.tenant.clearRequests();
    const { status, output } = await guests("apply");
    expect({ status, output }).toMatchObject({ status: 0 });
    expect(test.writes()).toEqual([]);
    expect(mailed()).toEqual([]);
    const { guests: known } = await test.stack.outputs();
    const adopted = Object.values(known?.value as Record<string, { adopted: boolean }>).map(({ adopted }) => adopted);
    expect(adopted).toEqual(everybody.map(() => true));

    // The daily run below previews, too.
    if (isWhole) expect((await guests("preview", ["--ask-tenant"])).output).toMatch(/Guests of test: no changes/);
  });

  it("is reported, as a page, as a table and for programs", async () => {
    const files = ["--html", file("out", "r.html"), "--csv", file("out", "r.csv"), "--json", file("out", "r.json")];
    const { status, output } = await guests("report", files);
    expect({ status, output }).toMatchObject({ status: 0 });
    const [page = "", csv = "", json = ""] = ["r.html", "r.csv", "r.json"].map((name) =>
      readFileSync(file("out", name), "utf8"),
    );
    const { guests: all, missing } = JSON.parse(json) as {
      guests: { address: string; listed: boolean }[];
      missing: [];
    };
    expect(all.map(({ address }) => address)).toEqual(everybody);
    expect([all.filter(({ listed }) => !listed), missing]).toEqual([[], []]);
    expect(csv.trimEnd().split("\n")).toHaveLength(everybody.length + 1);
    for (const shown of [output, page]) expect(shown).toContain(String(everybody.length));
    expect(page).toContain("<svg");
    expect(page).not.toMatch(/(src|href)="https?:|<script|@import/);
  });

  it("is reviewed by a pull request, and by no second one while that is open", async () => {
    const { status, output } = await guests("review", [], host.variables);
    expect({ status, output }).toMatchObject({ status: 0 });
    expect(output).toContain("Proposed: https://github.example/contoso/guests/pull/1");
    expect(host.pulls).toMatchObject([{ base: "main", title: "Review the guests of test", state: "open" }]);
    expect(host.pulls[0]?.body).toContain("Nobody is deleted by this proposal.");
    expect(host.pulls[0]?.body).toMatch(
      /guests? would leave the list and stay in the tenant: the stack has adopted them/,
    );
    expect(host.parents).toEqual([git("rev-parse", "HEAD")]);

    test.tenant.clearRequests();
    const daily = await guests("daily", [], host.variables);
    expect({ status: daily.status, output: daily.output }).toMatchObject({ status: 0 });
    expect(daily.output).toMatch(/Guests of test: (?!.*differs)/);
    expect(daily.output).toContain(
      "because an earlier one is still open: https://github.example/contoso/guests/pull/1",
    );
    expect(host.pulls).toHaveLength(1);
    expect(test.writes()).toEqual([]);
    const reads = test.tenant.requests().map(({ path }) => decodeURIComponent(path));
    const ofEverybody = reads.filter((read) => read.includes("/users?") && read.includes("$expand=sponsors"));
    expect(ofEverybody, "the guests are read once for sponsors and review").toHaveLength(1);
  });

  it("is as the pull request says after it is merged and applied: some get one more mail, some a last day", async () => {
    host.merge(project);
    git("commit", "--quiet", "--all", "-m", "Review");
    const reminded = [...listed().values()].filter((guest) => "resend" in guest).map(({ email }) => email);
    const leaving = [...listed().values()].filter(({ expires }) => expires === lastDay).map(({ email }) => email);
    expect([reminded.length > 0, leaving.length > 0]).toEqual([true, true]);
    const added = await guests("add", [
      "nora@fabrikam.example",
      "--name",
      "Nora Body",
      "--sponsor",
      "mona@contoso.example",
    ]);
    expect(added.output).toContain("stacks/lists/fabrikam.example.yaml");

    test.tenant.clearRequests();
    const { status, output } = await guests("apply");
    expect({ status, output }).toMatchObject({ status: 0 });
    expect(mailed().sort()).toEqual([...reminded, "nora@fabrikam.example"].sort());
    expect(test.writes().filter((write) => write.startsWith("DELETE"))).toEqual([]);
    expect(Object.keys(test.guestIds())).toEqual(expect.arrayContaining(leaving));
    expect((await guests("review")).output).toContain("nothing to propose");
  });

  it("loses a guest again by guests remove, and whoever the stack adopted stays", async () => {
    expect(await guests("remove", ["nora@fabrikam.example"])).toMatchObject({ status: 0 });
    const before = test.tenant.guests().length;
    await test.stack.up();
    expect(test.guestIds()["nora@fabrikam.example"]).toBeUndefined();
    expect(test.tenant.guests()).toHaveLength(before - 1);
    expect(git("status", "--porcelain")).toBe("");
  });

  it("tells a slip of the pen apart where the list says that its guests have to be there: nobody is mailed", async () => {
    const typo = "nobody.of.that.name@fabrikam.example";
    const list = file("stacks", "lists", "fabrikam.example.yaml");
    const item = `invitations:\n  - email: ${typo}\n    existing: require\n  - email: new@fabrikam.example\n`;
    writeFileSync(list, readFileSync(list, "utf8").replace("invitations:\n", item));
    const before = mailed();
    const output = await failureOf(test.stack.up());
    expect(output).toContain(`${typo} is not a guest of the tenant, and the list says existing: "require"`);
    expect(mailed()).toEqual(before);
  });
});

/** As much of GitHub's API as a pull request needs, on loopback. */
async function startCodeHost() {
  type Body = Record<string, unknown> & { tree?: { path: string; content: string }[]; parents?: string[] };
  const pulls: { title: string; body: string; head: string; base: string; state: string }[] = [];
  const parents: string[] = [];
  let tree: { path: string; content: string }[] = [];
  const server: Server = createServer(async (request, response) => {
    const sent = await text(request);
    const body = (sent === "" ? {} : JSON.parse(sent)) as Body;
    const answer = (status: number, json: unknown) => response.writeHead(status).end(JSON.stringify(json));
    if (request.headers.authorization !== "Bearer token-of-the-workflow") return answer(401, {});
    const [route = "", query = ""] = `${request.method} ${request.url}`.split("?");
    const of = (path: string) => route === `POST /repos/contoso/guests${path}`;
    const web = (index: number) => `https://github.example/contoso/guests/pull/${index + 1}`;
    if (route === "GET /repos/contoso/guests/pulls") {
      const open = pulls.map((pull, index) => ({ ...pull, html_url: web(index), head: { ref: pull.head } }));
      return answer(200, query.includes("state=open") ? open.filter(({ state }) => state === "open") : open);
    }
    if (route.startsWith("GET /repos/contoso/guests/git/commits/")) return answer(200, { tree: { sha: "before" } });
    if (of("/git/trees")) {
      tree = body.tree ?? [];
      return answer(201, { sha: "after" });
    }
    if (of("/git/commits")) {
      parents.push(...(body.parents ?? []));
      return answer(201, { sha: "commit" });
    }
    if (of("/git/refs")) return answer(201, {});
    if (of("/pulls")) {
      pulls.push({ ...(body as unknown as (typeof pulls)[0]), state: "open" });
      return answer(201, { html_url: web(pulls.length - 1) });
    }
    return answer(404, { message: route });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    server,
    pulls,
    parents,
    /** Merges the last pull request, and brings a checkout to it. */
    merge(checkout: string) {
      for (const pull of pulls) pull.state = "closed";
      for (const { path: name, content } of tree) writeFileSync(path.join(checkout, name), content);
    },
    variables: {
      GITHUB_ACTIONS: "true",
      GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      GITHUB_REPOSITORY: "contoso/guests",
      GITHUB_REF_NAME: "main",
      GITHUB_TOKEN: "token-of-the-workflow",
    },
  };
}
