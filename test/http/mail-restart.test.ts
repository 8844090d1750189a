import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Database } from "../../tenant/store/database.ts";
import { isOpen, mailsTo, receivedMails } from "./mail-inbox.ts";
import { startTestTenant, type TestTenant } from "./tenant-client.ts";

const mail = { smtpPort: 0, inboxPort: 0 };
let dataDir: string;
let tenant: TestTenant;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "tenant-mail-"));
});
afterEach(async () => {
  await tenant.remove();
  rmSync(dataDir, { recursive: true, force: true });
});

async function restart(options: Parameters<typeof startTestTenant>[0]): Promise<void> {
  await tenant?.close();
  tenant = await startTestTenant({ dataDir, ...options });
}

it("keeps what is in the inbox", async () => {
  tenant = await startTestTenant({ dataDir, mail });
  await tenant.invite("ana@fabrikam.example", { sendInvitationMessage: true });
  const [before] = await mailsTo(tenant, "ana@fabrikam.example");
  await restart({ mail });
  const [after] = await mailsTo(tenant, "ana@fabrikam.example");
  expect(after).toMatchObject({ subject: before?.subject, text: before?.text, html: before?.html });
});

it("sends at the next start what could not be sent, in order and once", async () => {
  tenant = await startTestTenant({ dataDir });
  await tenant.invite("ana@fabrikam.example", { sendInvitationMessage: true });
  await tenant.invite("bo@fabrikam.example", { sendInvitationMessage: true });
  for (let start = 0; start < 3; start++) await restart({ mail });
  await mailsTo(tenant, "bo@fabrikam.example");
  expect((await receivedMails(tenant)).map(({ to }) => to[0]?.address)).toEqual([
    "ana@fabrikam.example",
    "bo@fabrikam.example",
  ]);
});

it("leaves one mail where the tenant ended between sending it and writing that down", async () => {
  tenant = await startTestTenant({ dataDir, mail });
  await tenant.invite("ana@fabrikam.example", { sendInvitationMessage: true });
  await mailsTo(tenant, "ana@fabrikam.example");
  await tenant.close();
  const database = new Database(dataDir);
  database.write(() => database.prepare("UPDATE mails SET sent_at = NULL").run());
  database.close();

  tenant = await startTestTenant({ dataDir, mail });
  await tenant.invite("bo@fabrikam.example", { sendInvitationMessage: true });
  await mailsTo(tenant, "bo@fabrikam.example");
  expect(await mailsTo(tenant, "ana@fabrikam.example")).toHaveLength(1);
});

it("names the port that is taken and what to do, and leaves nothing open", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as { port: number };
  const freePort = await freePortNow();
  await expect(startTestTenant({ dataDir, mail: { smtpPort: freePort, inboxPort: port } })).rejects.toThrow(
    `cannot listen on 127.0.0.1:${port} for the inbox page: another program uses that port. Choose another port with TENANT_INBOX_PORT`,
  );
  await expect(startTestTenant({ dataDir, mail: { smtpPort: freePort, inboxPort: 0 }, port })).rejects.toThrow(
    `Port ${port} on 127.0.0.1 is in use`,
  );
  expect(await isOpen("127.0.0.1", freePort)).toBe(false);
  other.close();
  tenant = await startTestTenant({ dataDir, mail });
});

async function freePortNow(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return port;
}
