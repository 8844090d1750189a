import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStack, type ThrowAwayStack } from "./throw-away-stack.ts";

const redirectUrl = "https://myapps.microsoft.com";
const [ana, bo, carla] = ["ana@fabrikam.example", "bo@fabrikam.example", "carla@fabrikam.example"] as const;

/** docs/migration.md, step by step. */
describe("a stack that takes over guests from azuread.Invitation and from people", () => {
  let test: ThrowAwayStack;
  let ids: Record<string, string>;

  beforeAll(async () => {
    test = await openStack();
    for (const address of [ana, bo, carla]) {
      await test.graph("POST", "/invitations", {
        invitedUserEmailAddress: address,
        inviteRedirectUrl: redirectUrl,
        sendInvitationMessage: true,
      });
    }
    test.tenant.accept(carla);
    ids = test.guestIds();
    // Ana and Bo are in the state as resources of the official plugin; Carla was invited in the portal.
    await test.stack.importStack(await stateWithAzuread(test, { ana: ids[ana], bo: ids[bo] }));
  });
  afterAll(() => test.close());

  it("forgets the official plugin's resources without touching the guests", async () => {
    for (const urn of await azureadUrns(test)) {
      const [code] = await once(test.startPulumi(["state", "delete", urn, "--yes"]), "exit");
      expect(code).toBe(0);
    }
    expect(await azureadUrns(test)).toEqual([]);
    expect(test.guestIds()).toEqual(ids);
  });

  it("takes all of them over as its own: nobody is mailed, nobody gets another object id", async () => {
    const mailed = test.tenant.mails().length;
    test.tenant.clearRequests();
    test.configure({ redirectUrl, existing: "own", invitations: [ana, bo, carla].map((email) => ({ email })) });
    const { outputs } = await test.stack.up();

    expect(test.guestIds()).toEqual(ids);
    expect(test.tenant.mails()).toHaveLength(mailed);
    expect(test.writes()).toEqual([]);
    for (const address of [ana, bo, carla]) {
      expect(outputs.guests?.value[address]).toMatchObject({ userId: ids[address], adopted: false });
    }
  });

  it("has nothing more to do afterwards, and keeps what it owns when the config no longer says so", async () => {
    await test.stack.preview({ expectNoChanges: true });
    test.configure({ redirectUrl, invitations: [ana, bo, carla].map((email) => ({ email })) });
    const { outputs } = await test.stack.up();
    expect(outputs.guests?.value[ana]).toMatchObject({ userId: ids[ana], adopted: false });
    expect(test.writes()).toEqual([]);
  });

  it("removes a guest who then leaves the list, as it would any of its own", async () => {
    test.configure({ redirectUrl, invitations: [bo, carla].map((email) => ({ email })) });
    await test.stack.up();
    expect(test.guestIds()).toEqual({ [bo]: ids[bo], [carla]: ids[carla] });
    await test.stack.destroy();
    expect(test.guestIds()).toEqual({});
  });
});

/** A state as the official plugin leaves it behind. */
async function stateWithAzuread(test: ThrowAwayStack, guests: Record<string, string | undefined>) {
  const exported = await test.stack.exportStack();
  const stack = "urn:pulumi:test::guests::pulumi:pulumi:Stack::guests-test";
  const provider = "urn:pulumi:test::guests::pulumi:providers:azuread::default_6_9_1";
  const providerId = randomUUID();
  const invitations = Object.entries(guests).map(([name, id]) => ({
    urn: `urn:pulumi:test::guests::azuread:index/invitation:Invitation::${name}`,
    custom: true,
    id: randomUUID(),
    type: "azuread:index/invitation:Invitation",
    inputs: { redirectUrl, userEmailAddress: `${name}@fabrikam.example` },
    outputs: { redirectUrl, userEmailAddress: `${name}@fabrikam.example`, userId: id },
    parent: stack,
    provider: `${provider}::${providerId}`,
  }));
  exported.deployment.resources = [
    { urn: stack, custom: false, type: "pulumi:pulumi:Stack" },
    { urn: provider, custom: true, id: providerId, type: "pulumi:providers:azuread", inputs: { version: "6.9.1" } },
    ...invitations,
  ];
  return exported;
}

async function azureadUrns(test: ThrowAwayStack): Promise<string[]> {
  const { deployment } = await test.stack.exportStack();
  const resources: { urn: string }[] = deployment.resources ?? [];
  return resources
    .map(({ urn }) => urn)
    .filter((urn) => /::azuread:|providers:azuread/.test(urn))
    .reverse();
}
