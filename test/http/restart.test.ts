import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Agent, fetch } from "undici";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTenant } from "../../tenant/index.ts";
import { Database } from "../../tenant/store/database.ts";
import { mailsTo } from "./mail-inbox.ts";
import { invitation, standingClock, startTestTenant } from "./tenant-client.ts";

const main = join(import.meta.dirname, "../../tenant/main.ts");
let dataDir: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "tenant-"));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(dataDir, { recursive: true, force: true });
});

function run(args: string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, ...env }, stdio: "pipe" });
  children.push(child);
  return child;
}

/** Starts the tenant as a process of its own and waits for its line. */
async function runReady(...args: string[]): Promise<{ child: ChildProcess; url: string }> {
  const child = run(["--data", dataDir, "--port", "0", ...args]);
  for await (const line of createInterface({ input: child.stdout ?? process.stdin })) {
    const url = /ready at (https:\/\/\S+)/.exec(line)?.[1];
    if (url !== undefined) return { child, url };
  }
  throw new Error("the tenant ended before it was ready");
}

async function failed(child: ChildProcess): Promise<{ code: number; message: string }> {
  let message = "";
  child.stderr?.on("data", (chunk) => {
    message += chunk;
  });
  const [code] = await once(child, "close");
  return { code, message };
}

/** Invites over HTTP with nothing but what the data folder says. */
async function inviteOverHttp(url: string, address: string, more: Record<string, unknown> = {}): Promise<string> {
  const environment = JSON.parse(readFileSync(join(dataDir, "environment.json"), "utf8"));
  const dispatcher = new Agent({ connect: { ca: readFileSync(environment.NODE_EXTRA_CA_CERTS, "utf8") } });
  const token = await fetch(`${url}/${environment.ARM_TENANT_ID}/oauth2/v2.0/token`, {
    dispatcher,
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: environment.ARM_CLIENT_ID,
      client_secret: environment.ARM_CLIENT_SECRET,
      scope: `${url}/.default`,
    }),
  });
  const { access_token } = (await token.json()) as { access_token: string };
  const answer = await fetch(`${url}/v1.0/invitations`, {
    dispatcher,
    method: "POST",
    headers: { authorization: `Bearer ${access_token}`, "content-type": "application/json" },
    body: JSON.stringify(invitation(address, more)),
  });
  await dispatcher.close();
  const { invitedUser } = (await answer.json()) as { invitedUser: { id: string } };
  return invitedUser.id;
}

describe("a tenant that is killed", () => {
  it("still has, at its next start, the guest of its last answer", async () => {
    const { child, url } = await runReady();
    const id = await inviteOverHttp(url, "ana@fabrikam.example");
    child.kill("SIGKILL");
    await once(child, "exit");

    const again = await startTenant({ dataDir });
    expect(again.guests().map((guest) => guest.id)).toEqual([id]);
    await again.close();
  });

  it("mails, at its next start, the guests of its last answers: each once", async () => {
    const { child, url } = await runReady("--smtp-port", "0", "--inbox-port", "0");
    const addresses = Array.from({ length: 12 }, (_, index) => `guest${index}@fabrikam.example`);
    await Promise.all(addresses.map((address) => inviteOverHttp(url, address, { sendInvitationMessage: true })));
    child.kill("SIGKILL");
    await once(child, "exit");

    const again = await startTenant({ dataDir, mail: { smtpPort: 0, inboxPort: 0 } });
    for (const address of addresses) expect(await mailsTo(again, address)).toHaveLength(1);
    await again.close();
  });
});

describe("a tenant that is started again", () => {
  it("is the same tenant: id, secret, signing key, authority, applications, mails and recycle bin", async () => {
    const { now } = standingClock();
    const first = await startTestTenant({ dataDir, now });
    const app = first.registerApp({ displayName: "other", permissions: ["User.Read.All"] });
    const deleted = await first.invite("gone@fabrikam.example", { sendInvitationMessage: true });
    await first.graph("DELETE", `/users/${deleted}`);
    const authorization = `Bearer ${(await first.token()).body.access_token}`;
    const authority = readFileSync(first.caFile, "utf8");
    const port = Number(new URL(first.url).port);
    await first.close();

    const second = await startTestTenant({ dataDir, now, port });
    expect(second.environment).toEqual(first.environment);
    expect(readFileSync(second.caFile, "utf8")).toBe(authority);
    expect(second.deletedUsers().map(({ id }) => id)).toEqual([deleted]);
    expect(second.mails()).toHaveLength(1);
    expect((await second.send("GET", "/v1.0/users", undefined, { authorization })).status).toBe(200);
    expect((await second.token({ client_id: app.clientId, client_secret: app.clientSecret })).status).toBe(200);
    await second.close();
  });

  it("reads a user who was stored before a property of theirs was described", async () => {
    const first = await startTestTenant({ dataDir });
    const id = await first.invite("ana@fabrikam.example");
    await first.close();
    const database = new Database(dataDir);
    const withoutCity = "UPDATE users SET versions = json_remove(versions, '$[0].state.user.city') WHERE id = ?";
    database.write(() => database.prepare(withoutCity).run(id));
    database.close();

    const second = await startTestTenant({ dataDir });
    expect(second.guests()[0]).toHaveProperty("city", null);
    await second.close();
  });

  it("makes a new server certificate shortly before the old one ends, and keeps its authority", async () => {
    const clock = standingClock();
    const first = await startTenant({ dataDir, now: clock.now });
    await first.close();
    const server = readFileSync(join(dataDir, "certificates/server.crt"), "utf8");
    const authority = readFileSync(first.caFile, "utf8");
    clock.forward(370 * 86_400);
    const second = await startTenant({ dataDir, now: clock.now });
    await second.close();
    expect(readFileSync(join(dataDir, "certificates/server.crt"), "utf8")).not.toBe(server);
    expect(readFileSync(second.caFile, "utf8")).toBe(authority);
  });
});

describe("the tenant in the foreground", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("ends cleanly on %s", async (signal) => {
    const { child } = await runReady();
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  it("says what to do about a port that is taken", async () => {
    const other: Server = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const port = (other.address() as { port: number }).port;
    const { code, message } = await failed(run(["--data", dataDir], { TENANT_PORT: String(port) }));
    other.close();
    expect(code).toBe(1);
    expect(message).toContain(`Port ${port} on 127.0.0.1 is in use`);
    expect(message).toContain("TENANT_PORT=");
  });

  it("says what to do about a folder that is taken", async () => {
    const first = await startTenant({ dataDir });
    await expect(startTenant({ dataDir })).rejects.toThrow(/Another local tenant already uses the folder .*--data DIR/);
    await first.close();
  });

  it("refuses an option that makes no sense, and explains itself when asked", async () => {
    const wrong = await failed(run(["--data", dataDir, "--port", "many"]));
    expect(wrong).toMatchObject({ code: 1, message: expect.stringContaining("'many'") });
    const help = run(["--help"]);
    let text = "";
    help.stdout?.on("data", (chunk) => {
      text += chunk;
    });
    await once(help, "close");
    expect(text).toContain("--replication-lag");
  });
});

describe.skipIf(process.platform === "win32")("the files of a tenant", () => {
  it("that hold secrets are readable by their owner only", async () => {
    const tenant = await startTenant({ dataDir });
    for (const file of ["environment.json", "control-token", "tenant.sqlite", "certificates/ca.key"]) {
      expect(statSync(join(dataDir, file)).mode & 0o077, file).toBe(0);
    }
    await tenant.close();
  });
});
