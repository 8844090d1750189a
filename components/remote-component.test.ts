import * as pulumi from "@pulumi/pulumi";
import { afterEach, expect, it, vi } from "vitest";
import schema from "../provider/schema.json" with { type: "json" };
import { recordedEngine, resolved, settled } from "../test/support/recorded-engine.ts";
import { officialVersions } from "./access/official-packages.ts";
import { constructGuestInvitations } from "./remote-component.ts";

const redirectUrl = "https://myapps.microsoft.com";
const ana = { email: "ana@fabrikam.example" };
const link = "https://login.example/redeem";

afterEach(() => {
  vi.restoreAllMocks();
});

async function constructed(inputs: pulumi.Inputs) {
  const engine = await recordedEngine((name) => ({ userId: `object of ${name}`, state: "Accepted", redeemUrl: link }));
  const { state } = await constructGuestInvitations("partners", { redirectUrl, ...inputs }, {});
  await settled();
  return { engine, state };
}

async function failure(inputs: pulumi.Inputs): Promise<string> {
  await recordedEngine();
  const outcome = await constructGuestInvitations("partners", { redirectUrl, ...inputs }, {}).catch(
    (error: Error) => error,
  );
  if (outcome instanceof Error) return outcome.message;
  throw new Error("The component was made, and was expected to fail.");
}

/** An output as a preview has it whose resource is still to be made. */
function notKnownYet<T>(): pulumi.Output<T> {
  const Output = pulumi.Output as unknown as new (...parts: unknown[]) => pulumi.Output<T>;
  const [no, nothing] = [Promise.resolve(false), Promise.resolve(undefined)];
  return new Output(new Set(), nothing, no, no, Promise.resolve(new Set()));
}

it("makes the same resources as a program in TypeScript, and tells what the schema says", async () => {
  const { engine, state } = await constructed({ guests: [{ ...ana, displayName: pulumi.output("Ana") }] });

  expect(engine.all.map(({ type, name }) => `${type} ${name}`)).toEqual([
    "entra-guests:index:GuestInvitations partners",
    "entra-guests:index:GuestList partners",
    "entra-guests:index:Invitation partners-ana@fabrikam.example",
    "entra-guests:index:SettledGuests partners",
  ]);
  expect(engine.invitations()[0]?.inputs).toMatchObject({ userDisplayName: "Ana", redirectUrl });
  const { properties } = schema.resources["entra-guests:index:GuestInvitations"];
  expect(Object.keys(state).sort()).toEqual(Object.keys(properties).sort());
  expect(await resolved(pulumi.output(state))).toMatchObject({
    guests: { [ana.email]: { userId: "object of partners-ana@fabrikam.example", state: "Accepted" } },
    redeemUrls: { [ana.email]: link },
    invited: 1,
    accepted: 1,
    pending: 0,
  });
});

it("finds a guest with a new address by the earlier one, which a program may give as an output that is known", async () => {
  const guest = { email: "ana@northwind.example", formerly: pulumi.output([pulumi.output(ana.email)]) };
  const { engine } = await constructed({ guests: [guest] });

  expect(engine.invitations()[0]).toMatchObject({
    name: "partners-ana@northwind.example",
    aliases: ["partners-ana@fabrikam.example"],
    inputs: { formerly: [ana.email] },
  });
});

it("keeps the redeem URLs apart from what may be shown, as one secret", async () => {
  const { state } = await constructed({ guests: [ana] });

  expect(await pulumi.isSecret(state.redeemUrls)).toBe(true);
  expect(JSON.stringify(await resolved(pulumi.output(state.guests)))).not.toContain(link);
  expect(await pulumi.isSecret(pulumi.output(state.guests))).toBe(false);
});

it("takes an output that is known already where it needs a value", async () => {
  const { engine } = await constructed({ guests: pulumi.output([ana]), removalLimit: { guests: pulumi.output(3) } });

  expect(engine.invitations().map(({ name }) => name)).toEqual(["partners-ana@fabrikam.example"]);
});

it.each([
  ["the list", { guests: notKnownYet() }, "guests"],
  ["an address", { guests: [ana, { email: notKnownYet() }] }, "guests[1].email"],
  ["a message as a whole", { guests: [ana], message: notKnownYet() }, "message"],
  ["a guest", { guests: [ana, notKnownYet()] }, "guests[1]"],
  ["a group", { guests: [{ ...ana, groups: ["Partners", notKnownYet()] }] }, "guests[0].groups"],
  ["a limit", { guests: [ana], removalLimit: { percent: notKnownYet() } }, "removalLimit"],
])("says that %s is not known, and makes nothing", async (_what, inputs, path) => {
  const message = await failure(inputs);

  expect(message).toMatch(/^1 problem in GuestInvitations "partners"/);
  expect(message).toContain(`\n  ${path}\n`);
  expect(message).toContain("an output or a secret cannot stand here");
});

it("says that an address cannot be a secret, and does not show it", async () => {
  const message = await failure({ guests: [{ email: pulumi.secret(ana.email) }] });

  expect(message).toContain("guests[0].email");
  expect(message).toContain("an output or a secret cannot stand here");
  expect(message).not.toContain(ana.email);
});

it.each([
  ["no list", {}, "guests"],
  ["a list that is a map", { guests: { ana } }, "guests"],
  ["a guest that is text", { guests: ["ana@fabrikam.example"] }, "guests[0]"],
  ["roles that are no list", { guests: [{ ...ana, azure: "Reader" }] }, "guests[0].azure"],
  ["profiles that are no map", { guests: [ana], accessProfiles: "auditor" }, "accessProfiles"],
])("says what is wrong with %s, which a compiler would have refused", async (_what, inputs, path) => {
  expect(await failure(inputs)).toContain(`\n  ${path}\n`);
});

it("gives access without the official packages, with the versions that the project is tested with", async () => {
  const group = "0a4c6b1e-0000-4000-8000-000000000001";
  const engine = await recordedEngine(
    () => ({ userId: "0a4c6b1e-0000-4000-8000-00000000000a" }),
    false,
    () => ({ objectIds: [group], displayNames: ["Partners"] }),
  );
  const azure = [{ role: "Reader", scope: "/subscriptions/8e0e7b58-86d7-4ff1-a83a-37e13739b7c5" }];
  await constructGuestInvitations("partners", { redirectUrl, guests: [{ ...ana, groups: ["Partners"], azure }] }, {});
  await settled();

  expect(engine.resources("azuread:index/groupMember:GroupMember")).toMatchObject([
    { inputs: { groupObjectId: group }, version: officialVersions.azuread },
  ]);
  expect(engine.resources("azure-native:authorization:RoleAssignment")).toMatchObject([
    { inputs: { principalType: "User" }, version: officialVersions["azure-native"] },
  ]);
});

it("asks for the official plugins of the versions that are installed here", async () => {
  const installed = await Promise.all(
    Object.keys(officialVersions).map(async (name) => {
      const { default: description } = await import(`@pulumi/${name}/package.json`, { with: { type: "json" } });
      return [name, description.version];
    }),
  );

  expect(Object.fromEntries(installed)).toEqual(officialVersions);
});
