import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { applicationsOf } from "../../tenant/domain/app-access.ts";
import { Database } from "../../tenant/store/database.ts";
import { rehearsal } from "../../tenant/store/rehearsal.ts";
import { readSeed } from "../../tenant/store/seed.ts";
import { openTenantStore } from "../../tenant/store/tenant-store.ts";
import { startTestTenant } from "./tenant-client.ts";

it("is put into a data folder once, and what became of it is kept", async () => {
  const first = await startTestTenant();
  const groups = await first.graph("GET", "/groups");
  const { id } = groups.body.value[0];
  const admin = first.graphAs("Directory.ReadWrite.All");
  await admin("DELETE", `/groups/${id}`);
  const users = first.users();
  await first.close();
  const second = await startTestTenant({ dataDir: first.dataDir });
  expect(second.users()).toEqual(users);
  expect((await second.graph("GET", "/groups")).body.value).toEqual(groups.body.value.slice(1));
  await second.remove();
});

it("shows a guest the applications that they or their groups are assigned, each once", async () => {
  const tenant = await startTestTenant();
  const id = await tenant.invite("ana@fabrikam.example");
  const find = async (set: string, name: string) =>
    (await tenant.graph("GET", `/${set}?$filter=displayName eq '${name}'`)).body.value[0];
  const [partners, orders, portal] = [
    await find("groups", "Partners"),
    await find("servicePrincipals", "Contoso Orders"),
    await find("servicePrincipals", "Partner Portal"),
  ];
  await tenant.graph("POST", `/groups/${partners.id}/members/$ref`, { "@odata.id": `${tenant.url}/v1.0/users/${id}` });
  for (const [{ id: resourceId }, appRoleId] of [
    [orders, orders.appRoles[0].id],
    [portal, "00000000-0000-0000-0000-000000000000"],
  ]) {
    await tenant.graph("POST", `/users/${id}/appRoleAssignments`, { principalId: id, resourceId, appRoleId });
  }
  await tenant.close();
  const database = new Database(tenant.dataDir);
  const store = await openTenantStore(database, readSeed(), {
    now: () => new Date(),
    replicationLagSeconds: 0,
    rehearsal: rehearsal.parse({}),
  });
  expect(applicationsOf(store, id)).toEqual([
    { displayName: "Contoso Orders", description: "Place orders, and follow them.", url: orders.loginUrl },
    { displayName: "Partner Portal", description: portal.description, url: portal.homepage },
  ]);
  database.close();
  await tenant.remove();
});

it("may be added to for a rehearsal: what is there already is not there twice, and mailboxes may send", async () => {
  const tenant = await startTestTenant({
    additions: {
      domain: "adatum.example",
      mailboxes: ["partners", "mona"],
      groups: ["Buyers", "PARTNERS"],
      applications: [{ displayName: "Warehouse", roles: ["Buyer"] }, { displayName: "contoso orders" }],
    },
  });
  const addresses = tenant.users().map(({ mail }) => mail);
  const namesOf = async (set: string) =>
    (await tenant.graph("GET", `/${set}`)).body.value.map(({ displayName }: { displayName: string }) => displayName);

  expect(addresses.filter((address) => /^(partners|mona)@/.test(address ?? ""))).toEqual([
    "mona@adatum.example",
    "partners@adatum.example",
  ]);
  expect((await namesOf("groups")).filter((name: string) => /^(buyers|partners)$/i.test(name)).sort()).toEqual([
    "Buyers",
    "Partners",
  ]);
  expect((await namesOf("servicePrincipals")).filter((name: string) => /warehouse|orders/i.test(name)).sort()).toEqual([
    "Contoso Orders",
    "Warehouse",
  ]);
  expect((await tenant.graph("GET", "/users/partners@adatum.example/messages")).status).toBe(200);
  await tenant.remove();
});

it("names the place of a mistake in the file", () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "seed-")), "seed.yaml");
  writeFileSync(file, "organisation: Contoso\ngroups: [{ displayname: Partners }]\n");
  expect(() => readSeed(file)).toThrow(/groups\[0\]/);
});
