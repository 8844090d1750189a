import { readFileSync } from "node:fs";
import tls from "node:tls";
import type { ListedGuest } from "../../cli/declared-list.ts";
import { type AskedTenant, readStanding, type Standing } from "../../cli/standing/guest-standing.ts";
import { machineClock } from "../../provider/deadline.ts";
import { GraphClient } from "../../provider/microsoft/graph-client.ts";
import { readConfiguration } from "../../provider/microsoft/sign-in-configuration.ts";
import { Session } from "../../provider/microsoft/sign-in-session.ts";
import type { Permission, Tenant } from "../../tenant/index.ts";

/** How a tenant's guests stand, asked as its main application or as one with these permissions only. */
export async function standingAt(
  tenant: Tenant,
  { listed = [], now, permissions }: { listed?: ListedGuest[]; now: Date; permissions?: Permission[] },
): Promise<Standing> {
  const { asked, close } = askTenant(tenant, permissions);
  try {
    return await readStanding(asked, { stack: "prod", listed, now });
  } finally {
    await close();
  }
}

/** Signs in to a tenant without a stack: with Graph's own errors. */
export function askTenant(
  tenant: Tenant,
  permissions?: Permission[],
): { asked: AskedTenant; close: () => Promise<void> } {
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), readFileSync(tenant.caFile, "utf8")]);
  const app = permissions && tenant.registerApp({ displayName: "reader", permissions });
  const own = app && { ARM_CLIENT_ID: app.clientId, ARM_CLIENT_SECRET: app.clientSecret };
  const graph = new GraphClient(new Session(readConfiguration({}, { ...tenant.environment, ...own })));
  const time = 60_000;
  const deadline = { at: machineClock.now() + time, signal: AbortSignal.timeout(time), clock: machineClock };
  const readAll: AskedTenant["readAll"] = (path, shape) => graph.readAll(path, shape, deadline);
  return { asked: { graph, deadline, readAll }, close: () => graph.close() };
}
