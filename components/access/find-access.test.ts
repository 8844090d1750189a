import { beforeEach, expect, it, vi } from "vitest";
import { ids, tenantCall } from "../../test/support/made-up-tenant.ts";
import { recordedEngine } from "../../test/support/recorded-engine.ts";
import type { GuestDefaults } from "../index.ts";
import { accessOf } from "./guest-access.ts";
import { findAccess } from "./tenant-access.ts";

let broken: Record<string, string> = {};
beforeEach(async () => {
  broken = {};
  await recordedEngine(undefined, false, (token, inputs) => {
    const message = Object.entries(broken).find(([name]) => token.endsWith(`:${name}`))?.[1];
    // Pulumi passes on the details, as gRPC calls them.
    if (message !== undefined) throw Object.assign(new Error(message), { details: message });
    return tenantCall(token, inputs);
  });
});

/** What is reported for guests who ask for this. */
async function reportFor(...guests: GuestDefaults[]): Promise<string> {
  const holders = guests.map((guest, index) => ({
    address: `guest${index}@fabrikam.example`,
    access: accessOf(guest, {}),
    redirectUrl: guest.redirectUrl,
  }));
  return findAccess("the list", holders, {}).then(
    () => "nothing",
    (error: Error) => error.message,
  );
}

it("finds what is there, by name in any letter case and by id", async () => {
  expect(await reportFor({ groups: ["PARTNERS", ids.suppliers], apps: ["Partner Portal"] })).toBe("nothing");
});

it.each<[string, GuestDefaults, string[]]>([
  ["a group that is not there", { groups: ["Partnes"] }, [".groups", '"Partnes"', 'the nearest are "Partners"']],
  [
    "a group's name that two have",
    { groups: ["Twins"] },
    [`2 groups have this name: ${ids.twins.join(", ")}`, "object id"],
  ],
  ["an id that is no group's", { groups: [ids.orders] }, ["no group of the tenant has this name or id"]],
  ["an application that is not there", { apps: ["Contoso Order"] }, [".apps", 'the nearest are "Contoso Orders"']],
  ["an application's object id", { apps: [ids.portal] }, [`write its application (client) id: ${ids.portalApp}`]],
  [
    "a role that the application has not",
    { apps: [{ app: "Contoso Orders", role: "Orders.Writ" }] },
    ['no role "Orders.Writ"', '"Orders.Write"'],
  ],
  [
    "default access where there are roles",
    { apps: ["Contoso Orders"] },
    ['"Orders.Read", "Orders.Write"', "say which role"],
  ],
  ["a role where there are none", { apps: [{ app: "Partner Portal", role: "x" }] }, ["no roles for users"]],
  [
    "a page that the application has not",
    { redirectUrl: { app: "Partner Portal" } },
    [".redirectUrl", "neither a sign-in URL"],
  ],
  [
    "an Azure role's id that is none",
    { azure: [{ role: ids.orders, scope: "/subscriptions/x" }] },
    [".azure", "no Azure role has this id at /subscriptions/x"],
  ],
  [
    "one group under two names",
    { groups: ["Partners", ids.partners] },
    [`"Partners" and "${ids.partners}" are the same`],
  ],
  [
    "[A12] a dynamic group",
    { groups: ["Fabrikam people"] },
    [".groups", "the group is dynamic", '-endsWith "@fabrikam.example"'],
  ],
  [
    "[A12] a dynamic group, named by its id",
    { groups: [ids.dynamic] },
    [".groups", ids.dynamic, "the group is dynamic"],
  ],
  [
    "[A12] a group from on-premises",
    { groups: ["Warehouse"] },
    [".groups", "synchronised from an on-premises directory"],
  ],
  [
    "[A12] a distribution list",
    { groups: ["Newsletter"] },
    [".groups", "distribution list", "name a security group or a Microsoft 365 group"],
  ],
])("says what is wrong with %s", async (_, guest, words) => {
  const text = await reportFor(guest);
  expect(text).toContain("1 problem in the list. Nothing was sent.");
  expect(text).toContain('guests["guest0@fabrikam.example"]');
  for (const word of words) expect(text).toContain(word);
});

it("[A14] finds an application by its name in any letter case", async () => {
  expect(await reportFor({ apps: ["partner PORTAL"] })).toBe("nothing");
});

it("[A14] says how an application is spelt where the plugin is too old to find it in another letter case", async () => {
  broken = { getServicePrincipal: 'No service principal found matching display name: "partner portal"' };
  const text = await reportFor({ apps: ["partner portal"] });
  expect(text).toContain('the enterprise application is called "Partner Portal"');
  expect(text).toContain("update @pulumi/azuread");
});

it("[A12] takes a Microsoft 365 group, and one that was dynamic once", async () => {
  expect(await reportFor({ groups: ["Suppliers", "Once dynamic"] })).toBe("nothing");
});

it("[A12] invites nobody while it can't be told who chooses a group's members", async () => {
  broken = { getGroup: "Retrieving group: 503" };
  expect(await reportFor({ groups: ["Partners"] })).toContain(
    "the group could not be looked up: Retrieving group: 503",
  );
});

it("reports everything at once, and what several guests share only once", async () => {
  const shared = { groups: ["Nobody here"] };
  const text = await reportFor(shared, shared, { ...shared, apps: ["Nothing at all"] });
  expect(text).toContain("2 problems in the list");
  expect(text).toContain('"Nobody here" (and for 2 more)');
});

it("[A15] passes on why a look-up failed, and names the least permission", async () => {
  const refused = "Authorization_RequestDenied: Insufficient privileges to complete the operation.";
  broken = { getGroups: refused };
  const text = await reportFor({ groups: ["Partners"] });
  expect(text).toContain(refused);
  expect(text).toContain("holds GroupMember.Read.All or GroupMember.ReadWrite.All");
});

it("does without the nearest names where the listing takes too long", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const never = { noun: "group", idNoun: "object id", permission: "p", list: () => new Promise<never>(() => {}) };
    const { lookUp } = await import("./look-ups.ts");
    const result = lookUp({ ...never, find: () => Promise.reject(new Error("gone")) }, ["x"], {});
    await vi.advanceTimersByTimeAsync(30_000);
    expect((await result).get("x")).toMatchObject({ rule: "the group could not be looked up: gone" });
  } finally {
    vi.useRealTimers();
  }
});
