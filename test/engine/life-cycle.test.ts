import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { invitationToken } from "../../model/names.ts";
import { openStack, type ThrowAwayStack } from "./throw-away-stack.ts";

const list = {
  redirectUrl: "https://myapps.microsoft.com",
  message: { body: "Welcome to the portal." },
  invitations: [
    { email: "ana@fabrikam.example", displayName: "Ana" },
    { email: "bo@northwind.example", redirectUrl: "https://orders.contoso.example" },
    { email: "carla@adatum.example", message: { language: "da", cc: "kim@contoso.example" } },
  ],
};

/** One stack taken through its life, each step from where the one before left it. */
describe("a guest list", () => {
  let test: ThrowAwayStack;
  let ids: Record<string, string>;

  beforeAll(async () => {
    test = await openStack();
  });
  afterAll(() => test.close());

  it("is not sent by a preview", async () => {
    test.configure(list);
    const { changeSummary } = await test.stack.preview();
    expect(changeSummary.create).toBeGreaterThanOrEqual(3);
    expect(test.tenant.requests()).toEqual([]);
  });

  it("becomes exactly its guests, each by one invitation and no other write", async () => {
    const { outputs } = await test.stack.up();

    ids = test.guestIds();
    expect(Object.keys(ids).sort()).toEqual(["ana@fabrikam.example", "bo@northwind.example", "carla@adatum.example"]);
    expect(test.writes()).toEqual(Array(3).fill("POST /v1.0/invitations"));
    expect(test.tenant.mails().map(({ to, cc }) => [to, cc])).toEqual(
      expect.arrayContaining([
        ["ana@fabrikam.example", []],
        ["carla@adatum.example", ["kim@contoso.example"]],
      ]),
    );
    expect(outputs.invited?.value).toBe(3);
    expect(outputs.pending?.value).toBe(3);
    expect(outputs.guests?.value["ana@fabrikam.example"]).toMatchObject({
      userId: ids["ana@fabrikam.example"],
      state: "PendingAcceptance",
      adopted: false,
      redeemUrl: expect.stringContaining(test.tenant.url),
    });
  });

  it("keeps redeem URLs and the client secret out of the plain state", () => {
    const state = test.storedState();
    expect(state).toContain(ids["ana@fabrikam.example"]);
    expect(state).not.toContain(`${test.tenant.url}/redeem`);
    expect(state).not.toContain(test.tenant.environment.ARM_CLIENT_SECRET);
  });

  it("[issue 15, 2] takes at most 1.4 KB of the state for a guest's resource, the redeem URL aside", () => {
    const { resources } = JSON.parse(test.storedState()).checkpoint.latest;
    const guests = resources.filter(({ type }: { type: string }) => type === invitationToken);
    expect(guests).toHaveLength(3);
    for (const { outputs, ...guest } of guests) {
      const { redeemUrl, ...others } = outputs;
      expect(redeemUrl).toBeDefined();
      expect(JSON.stringify({ ...guest, outputs: others }).length).toBeLessThan(1400);
    }
  });

  it("previews clean, and asks the directory nothing for that", async () => {
    test.tenant.clearRequests();
    await test.stack.preview({ expectNoChanges: true });
    expect(test.tenant.requests()).toEqual([]);
  });

  it("does not change when it is reordered or an address is spelled in other letter case", async () => {
    test.configure({
      ...list,
      invitations: [...list.invitations].reverse().map((guest) => ({ ...guest, email: guest.email.toUpperCase() })),
    });
    await test.stack.preview({ expectNoChanges: true });
  });

  it("keeps every guest when the redirect URL changes, and invites the pending ones again", async () => {
    test.tenant.accept("ana@fabrikam.example");
    test.configure({ ...list, redirectUrl: "https://elsewhere.contoso.example" });
    const { summary } = await test.stack.up();

    expect(summary.resourceChanges).not.toHaveProperty("replace");
    expect(test.guestIds()).toEqual(ids);
    expect(test.tenant.deletedUsers()).toEqual([]);
    expect(mailsPerGuest(test)).toEqual({
      // Accepted: nothing left to say. Own redirect URL: nothing changed. Pending: another mail.
      "ana@fabrikam.example": 1,
      "bo@northwind.example": 1,
      "carla@adatum.example": 2,
    });
  });

  it("keeps every guest when the message changes", async () => {
    test.configure({ ...list, redirectUrl: "https://elsewhere.contoso.example", message: { body: "Hello again." } });
    await test.stack.up();
    expect(test.guestIds()).toEqual(ids);
    expect(mailsPerGuest(test)).toMatchObject({ "ana@fabrikam.example": 1, "bo@northwind.example": 2 });
  });

  it("patches display name, department and account in place, in one write for each guest, and mails nobody", async () => {
    const mailed = mailsPerGuest(test);
    test.tenant.clearRequests();
    test.configure({
      ...list,
      redirectUrl: "https://elsewhere.contoso.example",
      message: { body: "Hello again." },
      department: "Purchasing",
      invitations: [
        { ...list.invitations[0], displayName: "Ana Trujillo", accountEnabled: false },
        ...list.invitations.slice(1),
      ],
    });
    await test.stack.up();

    const { body: ana } = await test.graph(
      "GET",
      `/users/${ids["ana@fabrikam.example"]}?$select=displayName,department,accountEnabled`,
    );
    expect(ana).toMatchObject({ displayName: "Ana Trujillo", department: "Purchasing", accountEnabled: false });
    expect(test.writes().map((write) => write.split(" ")[0])).toEqual(["PATCH", "PATCH", "PATCH"]);
    expect(test.guestIds()).toEqual(ids);
    expect(mailsPerGuest(test)).toEqual(mailed);
  });

  it("shows in a preview what somebody changed by hand, and the next up puts it right", async () => {
    await test.graph("PATCH", `/users/${ids["bo@northwind.example"]}`, { department: "Somewhere else" });
    await test.stack.refresh();
    const { changeSummary } = await test.stack.preview({ diff: true });
    expect(changeSummary.update).toBe(1);
    await test.stack.up();
    const { body } = await test.graph("GET", `/users/${ids["bo@northwind.example"]}?$select=department`);
    expect(body.department).toBe("Purchasing");
  });

  it("brings a guest who was deleted by hand back with the same object id", async () => {
    await test.graph("DELETE", `/users/${ids["bo@northwind.example"]}`);
    const { summary } = await test.stack.refresh();
    expect(summary.resourceChanges).toMatchObject({ delete: 1 });

    const mailed = mailsPerGuest(test);
    await test.stack.up();
    expect(test.guestIds()).toEqual(ids);
    expect(mailsPerGuest(test)).toEqual(mailed);
  });

  it("invites a guest anew who was deleted and purged", async () => {
    await test.graph("DELETE", `/users/${ids["bo@northwind.example"]}`);
    await test.graph("DELETE", `/directory/deletedItems/${ids["bo@northwind.example"]}`);
    await test.stack.refresh();
    await test.stack.up();

    const now = test.guestIds();
    expect(Object.keys(now).sort()).toEqual(Object.keys(ids).sort());
    expect(now["bo@northwind.example"]).not.toBe(ids["bo@northwind.example"]);
    ids = now;
  });

  it("removes the old guest after inviting the new one when an address changes", async () => {
    test.configure({
      ...list,
      invitations: [...list.invitations.slice(0, 2), { email: "dora@adatum.example" }],
    });
    test.tenant.clearRequests();
    await test.stack.up();
    expect(Object.keys(test.guestIds()).sort()).toEqual([
      "ana@fabrikam.example",
      "bo@northwind.example",
      "dora@adatum.example",
    ]);
    const verbs = test.writes().map((write) => write.split(" ")[0]);
    expect(verbs.indexOf("POST")).toBeLessThan(verbs.indexOf("DELETE"));
  });

  it("is cleaned up by destroy even when a guest is gone already", async () => {
    await test.graph("DELETE", `/users/${ids["ana@fabrikam.example"]}`);
    await test.stack.destroy();
    expect(test.guestIds()).toEqual({});
    expect((await test.stack.exportStack()).deployment.resources ?? []).toEqual([]);
  });
});

function mailsPerGuest({ tenant }: ThrowAwayStack): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { to } of tenant.mails()) counts[to] = (counts[to] ?? 0) + 1;
  return counts;
}
