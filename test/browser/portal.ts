import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serverCertificate } from "../../tenant/http/https-server.ts";

/** The application that an invitation leads to: a site that only the browser under test finds under its name. */
export interface Portal {
  host: string;
  url: string;
  port: number;
  close(): Promise<void>;
}

export async function openPortal(): Promise<Portal> {
  const folder = mkdtempSync(join(tmpdir(), "portal-"));
  const { key, cert } = await serverCertificate(folder, new Date());
  const server = createServer({ key, cert }, (_, response) => {
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end('<!doctype html><html lang="en"><title>Partner portal</title><h1>Partner portal</h1></html>');
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = "portal.contoso.example";
  return {
    host,
    url: `https://${host}/welcome?from=invitation`,
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
      rmSync(folder, { recursive: true });
    },
  };
}
