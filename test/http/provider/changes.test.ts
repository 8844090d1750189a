import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openProvider, type ProviderAtTenant } from "./provider-at-tenant.ts";

const ana = "ana@fabrikam.example";

let world: ProviderAtTenant;
beforeEach(async () => {
  world = await openProvider();
});
afterEach(() => world.close());

/** Who answers for the guest, by mail address. */
async function sponsorsOf(id: string): Promise<string[]> {
  const { body } = await world.tenant.graph("GET", `/users/${id}/sponsors?$select=id,mail`);
  return body.value.map(({ mail }: { mail: string }) => mail).sort();
}

describe("a pending guest", () => {
  it("gets the mail once more for a new resend mark, and none for the same one", async () => {
    const guest = await world.run().invite(ana, { resend: 1 });
    const again = await world.run().update(guest, { resend: 2 });
    expect(world.mails()).toEqual({ [ana]: 2 });
    expect(again.outputs.userId).toBe(guest.id);
    await world.run().update(again, { resend: 2, department: "Sales" });
    expect(world.mails()).toEqual({ [ana]: 2 });
  });

  it("gets a first mail when the list says that one is to be sent after all", async () => {
    const guest = await world.run().invite(ana, { sendInvitation: false });
    expect(world.mails()).toEqual({});
    await world.run().update(guest, { sendInvitation: true });
    expect(world.mails()).toEqual({ [ana]: 1 });
  });
});

describe("a guest who has accepted", () => {
  it("is not mailed for a new resend mark, and the run says that it is recorded only", async () => {
    const guest = await world.run().invite(ana);
    world.tenant.accept(ana);
    const run = world.run();
    await run.update(guest, { resend: "again", redirectUrl: "https://orders.contoso.example" });
    expect(world.mails()).toEqual({ [ana]: 1 });
    expect(run.said.join()).toMatch(/has accepted the invitation already: the change is recorded/);
  });
});

describe("the display name", () => {
  it("[A5] is the guest's own once they have accepted: no drift, and written only where the list changes it", async () => {
    const guest = await world.run().invite(ana, { userDisplayName: "Ana of Fabrikam" });
    await world.tenant.graph("PATCH", `/users/${guest.id}`, { displayName: "By hand" });
    expect((await world.run().refresh(guest))?.inputs.userDisplayName).toBe("By hand");
    world.tenant.accept(ana);
    await world.tenant.graph("PATCH", `/users/${guest.id}`, { displayName: "Ana Trujillo" });
    const refreshed = await world.run().refresh(guest);
    expect(refreshed?.inputs.userDisplayName).toBe("Ana of Fabrikam");
    const nameOf = async () => (await world.tenant.graph("GET", `/users/${guest.id}`)).body.displayName;
    const changed = await world.run().update(guest, { department: "Sales" });
    expect(await nameOf()).toBe("Ana Trujillo");
    await world.run().update(changed, { userDisplayName: "Ana T." });
    expect(await nameOf()).toBe("Ana T.");
  });
});

describe("a guest whom writes do not know yet", () => {
  it("[A2] is changed, given sponsors and removed all the same", async () => {
    await world.close();
    world = await openProvider({ replicationSeconds: 60 });
    const action = { status: 404, code: "Directory_ObjectNotFound" };
    world.tenant.faults.set([
      { match: { method: "PATCH" }, action, count: 2 },
      { match: { method: "DELETE", path: "/v1.0/users" }, action, count: 2 },
    ]);
    const guest = await world.run().invite(ana, { department: "Sales" });
    expect(world.tenant.guests()[0]?.department).toBe("Sales");
    await world.run().remove(guest);
    expect(world.tenant.guests()).toEqual([]);
  });
});

describe("sponsors", () => {
  it("come with the invitation, in no write of their own", async () => {
    world.tenant.clearRequests();
    const guest = await world.run().invite(ana, { sponsors: ["mona@contoso.example"] });
    expect(await sponsorsOf(guest.id)).toEqual(["mona@contoso.example"]);
    const writes = world.tenant.requests().filter(({ method, path }) => method !== "GET" && path.startsWith("/v1.0/"));
    expect(writes.map(({ path }) => path).filter((path) => !path.includes("$batch"))).toEqual(["/v1.0/invitations"]);
  });

  it("are added and ended as declared, and one whom somebody else added stays", async () => {
    const guest = await world.run().invite(ana, { sponsors: ["mona@contoso.example"] });
    const { body: mira } = await world.tenant.graph("GET", "/users/mira@contoso.example?$select=id");
    await world.tenant.graph("POST", `/users/${guest.id}/sponsors/$ref`, {
      "@odata.id": `${world.tenant.url}/v1.0/users/${mira.id}`,
    });
    await world.run().update(guest, { sponsors: ["kim@contoso.example"] });
    expect(await sponsorsOf(guest.id)).toEqual(["kim@contoso.example", "mira@contoso.example"]);
  });

  it("whom the tenant does not know are an error that names them, and nobody is invited", async () => {
    await expect(world.run().invite(ana, { sponsors: ["nobody@contoso.example"] })).rejects.toThrow(
      /Cannot invite ana@fabrikam\.example: the tenant has no user "nobody@contoso\.example"/,
    );
    expect(world.tenant.guests()).toEqual([]);
  });
});

it("keeps the guest as they are when the list says onDelete: keep", async () => {
  const guest = await world.run().invite(ana, { onDelete: "keep" });
  await world.run().remove(guest);
  expect(world.tenant.guests().map(({ id, accountEnabled }) => [id, accountEnabled])).toEqual([[guest.id, true]]);
});
