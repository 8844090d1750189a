import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Permission } from "../../../tenant/index.ts";
import { openProvider, type ProviderAtTenant, type RecordedGuest, type Run } from "./provider-at-tenant.ts";

const ana = "ana@fabrikam.example";

let world: ProviderAtTenant;
beforeEach(async () => {
  world = await openProvider();
});
afterEach(() => world.close());

describe("an application that holds User.Invite.All and nothing else", () => {
  it("invites a list of guests, each by one mail", async () => {
    const run = world.run("User.Invite.All");
    expect(await run.writeListDown([ana, "bo@fabrikam.example"])).toBeUndefined();
    const guest = await run.invite(ana, { userDisplayName: "Ana" });
    await run.invite("bo@fabrikam.example");
    expect(guest.outputs).toMatchObject({ adopted: false, state: "PendingAcceptance" });
    expect(world.mails()).toEqual({ [ana]: 1, "bo@fabrikam.example": 1 });
    expect(world.tenant.guests().find(({ mail }) => mail === ana)?.displayName).toBe("Ana");
  });

  it("records nobody as new of whom it cannot know: with more permissions later, a guest found there is adopted", async () => {
    const run = world.run("User.Invite.All");
    const present = await run.writeListDown([ana]);
    await world.tenant.invite(ana);
    expect(present).toBeUndefined();
    expect((await world.run().invite(ana)).outputs.adopted).toBe(true);
  });

  it("says what it needs to tell whether an answer that was lost did invite", async () => {
    world.tenant.faults.set([
      { match: { method: "POST", path: "/v1.0/invitations" }, action: { reset: "after" }, count: 1 },
    ]);
    await expect(world.run("User.Invite.All").invite(ana)).rejects.toThrow(
      /Cannot invite ana@.*Without the permission User\.Read\.All nobody can tell.*: look for the guest/,
    );
    expect(world.mails()).toEqual({ [ana]: 1 });
  });
});

/** Each operation with every permission but the one that it needs. */
const refused: [
  what: string,
  held: Permission[],
  act: (run: Run, guest: RecordedGuest) => Promise<unknown>,
  words: RegExp,
][] = [
  ["invite", ["User.Read.All"], (run) => run.invite("bo@fabrikam.example"), /invite bo@.*User\.Invite\.All to send/],
  [
    "tell who is there already",
    ["User.Invite.All"],
    (run) => run.invite(ana, { existing: "fail" }),
    /Cannot tell whether ana@.*User\.Read\.All to see who is a guest already/,
  ],
  [
    "tell who is there already, where all have to be",
    ["User.Invite.All"],
    (run) => run.writeListDown(["eve@fabrikam.example", "bo@fabrikam.example"], { required: ["bo@fabrikam.example"] }),
    /Cannot tell whether bo@.*existing: "require".*User\.Read\.All to see who is a guest already/,
  ],
  ["read", ["User.Invite.All"], (run, guest) => run.refresh(guest), /read ana@.*User\.Read\.All to compare/],
  ["import by address", ["User.Invite.All"], (run) => run.importGuest(ana), /look up ana@.*User\.Read\.All to import/],
  [
    "change",
    ["User.Invite.All", "User.Read.All"],
    (run, guest) => run.update(guest, { department: "Sales" }),
    /change ana@.*User\.ReadUpdate\.All or User\.ReadWrite\.All to change a guest's name, type or profile/,
  ],
  [
    "find sponsors",
    ["User.Invite.All"],
    (run) => run.invite("bo@fabrikam.example", { sponsors: ["mona@contoso.example"] }),
    /find the sponsors of bo@.*User\.Read\.All to find sponsors/,
  ],
  [
    "set sponsors",
    ["User.Invite.All", "User.Read.All"],
    (run, guest) => run.update(guest, { sponsors: ["mona@contoso.example"] }),
    /set the sponsors of ana@.*User\.ReadWrite\.All to change sponsors/,
  ],
  [
    "disable",
    ["User.Invite.All", "User.Read.All"],
    (run, guest) => run.update(guest, { accountEnabled: false }),
    /disable ana@.*User\.EnableDisableAccount\.All \(with User\.Read\.All\) to block/,
  ],
  [
    "delete",
    ["User.Invite.All", "User.Read.All"],
    (run, guest) => run.remove(guest),
    /delete ana@.*User\.ReadWrite\.All to remove guests/,
  ],
  [
    "restore",
    ["User.Invite.All", "User.Read.All"],
    async (run, guest) => {
      await world.tenant.graph("DELETE", `/users/${guest.id}`);
      return run.invite(ana);
    },
    /restore ana@.*User\.DeleteRestore\.All to bring a guest back/,
  ],
];

it.each(refused)("[A15] names the permission that it lacks to %s, and why", async (_, held, act, words) => {
  const guest = await world.run().invite(ana);
  const before = world.tenant.requests().length;
  await expect(act(world.run(...held), guest)).rejects.toThrow(words);
  const writes = world.tenant
    .requests()
    .slice(before)
    .filter(({ method, path, status }) => method !== "GET" && path.startsWith("/v1.0/") && status < 300);
  // Nothing but the batch that looks, and what the test itself did as an administrator.
  expect(writes.filter(({ path, method }) => !path.endsWith("/$batch") && method !== "DELETE")).toEqual([]);
});

/** Each operation with what its error names, and what comes before it: reading. */
const enough: [what: string, held: Permission[], act: (run: Run, guest: RecordedGuest) => Promise<unknown>][] = [
  ["invites", ["User.Invite.All"], (run) => run.invite("bo@fabrikam.example")],
  ["reads", ["User.Read.All"], (run, guest) => run.refresh(guest)],
  ["changes", ["User.ReadUpdate.All", "User.Read.All"], (run, guest) => run.update(guest, { department: "Sales" })],
  ["changes without reading", ["User.ReadUpdate.All"], (run, guest) => run.update(guest, { department: "Sales" })],
  ["sets sponsors", ["User.ReadWrite.All"], (run, guest) => run.update(guest, { sponsors: ["mona@contoso.example"] })],
  [
    "invites with sponsors",
    ["User.Invite.All", "User.Read.All"],
    (run) => run.invite("bo@fabrikam.example", { sponsors: ["mona@contoso.example"] }),
  ],
  ["deletes", ["User.ReadWrite.All"], (run, guest) => run.remove(guest)],
  [
    "restores",
    ["User.DeleteRestore.All", "User.Read.All"],
    async (run, guest) => {
      await world.tenant.graph("DELETE", `/users/${guest.id}`);
      expect((await run.invite(ana)).id).toBe(guest.id);
    },
  ],
];

it.each(enough)("[A15] %s with what its error names, and nothing more", async (_, held, act) => {
  const guest = await world.run().invite(ana);
  await act(world.run(...held), guest);
});

it("disables and enables with User.EnableDisableAccount.All and User.Read.All alone", async () => {
  const guest = await world.run().invite(ana);
  const run = world.run("User.EnableDisableAccount.All", "User.Read.All");
  await run.update(guest, { accountEnabled: false });
  expect(world.tenant.guests()[0]?.accountEnabled).toBe(false);
});
