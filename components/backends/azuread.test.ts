import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it, vi } from "vitest";
import { recordedEngine, resolved, settled } from "../../test/support/recorded-engine.ts";
import { type GuestArgs, GuestInvitations, type GuestInvitationsArgs } from "../index.ts";

const redirectUrl = "https://myapps.microsoft.com";

afterEach(() => {
  vi.restoreAllMocks();
});

async function invited(args: Partial<GuestInvitationsArgs>) {
  const engine = await recordedEngine((name) => ({
    userId: `object of ${name}`,
    redeemUrl: "https://login.example/x",
  }));
  const component = new GuestInvitations("partners", { redirectUrl, guests: [], engine: "azuread", ...args });
  await settled();
  return { component, invitations: engine.invitations() };
}

async function inputsOf(guest: Partial<GuestArgs>) {
  const { invitations } = await invited({ guests: [{ email: "ana@x.example", ...guest }] });
  return invitations[0]?.inputs;
}

function failure(guest: Partial<GuestArgs>): string {
  try {
    new GuestInvitations("partners", {
      redirectUrl,
      engine: "azuread",
      guests: [{ email: "ana@x.example", ...guest }],
    });
  } catch (error) {
    if (pulumi.RunError.isInstance(error)) return (error as Error).message;
    throw error;
  }
  return "";
}

describe("engine azuread", () => {
  it("makes azuread.Invitation under the same name, with the options that shut its traps", async () => {
    const { invitations } = await invited({
      guests: [{ email: "Ana@X.example", displayName: "Ana", userType: "Guest" }],
    });

    expect(invitations).toEqual([
      {
        type: "azuread:index/invitation:Invitation",
        name: "partners-ana@x.example",
        inputs: {
          userEmailAddress: "ana@x.example",
          redirectUrl,
          userDisplayName: "Ana",
          userType: "Guest",
          message: { language: "en-US" },
        },
        parent: "urn:pulumi:test::guests::entra-guests:index:GuestInvitations::partners",
        version: "6.9.1",
        ignoreChanges: ["userEmailAddress", "redirectUrl", "userDisplayName", "userType", "message"],
        retainOnDelete: true,
        deleteBeforeReplace: true,
        additionalSecretOutputs: ["redeemUrl"],
        createTimeout: "30m",
        protect: undefined,
      },
    ]);
  });

  it("hands over the same address whatever its letter case, because another one would delete the guest", async () => {
    expect((await inputsOf({ email: "ANA@X.EXAMPLE" }))?.userEmailAddress).toBe("ana@x.example");
  });

  it("removes guests from the tenant only when told to", async () => {
    const { invitations } = await invited({
      onDelete: "delete",
      guests: [{ email: "ana@x.example" }, { email: "bo@x.example", onDelete: "keep" }],
    });

    expect(invitations.map(({ retainOnDelete }) => retainOnDelete)).toEqual([false, true]);
  });

  it.each([
    ["the standard text by default", {}, { language: "en-US" }],
    ["a body", { message: { body: "Hi" } }, { body: "Hi" }],
    ["a language", { message: { language: "da" } }, { language: "da" }],
    ["a copy", { message: { cc: "m@x.example" } }, { language: "en-US", additionalRecipients: "m@x.example" }],
    ["nothing when no mail is wanted", { sendInvitation: false, message: { body: "Hi" } }, undefined],
  ])("sends %s", async (_what, guest, message) => {
    expect((await inputsOf(guest))?.message).toEqual(message);
  });

  it("knows the id and the secret redeem URL, and nothing it could only guess", async () => {
    const { component } = await invited({ guests: [{ email: "ana@x.example" }] });
    const known = component.guests["ana@x.example"];

    expect(Object.keys(known ?? {}).sort()).toEqual(["redeemUrl", "userId"]);
    expect(await resolved(known?.userId as pulumi.Output<string>)).toBe("object of partners-ana@x.example");
    expect(await pulumi.isSecret(known?.redeemUrl as pulumi.Output<string>)).toBe(true);
    expect(await Promise.all([component.invited, component.pending, component.accepted].map(resolved))).toEqual([
      1,
      undefined,
      undefined,
    ]);
  });

  it.each([
    ["givenName", { givenName: "Ana" }],
    ["surname", { surname: "Trujillo" }],
    ["jobTitle", { jobTitle: "Auditor" }],
    ["department", { department: "Sales" }],
    ["companyName", { companyName: "Fabrikam" }],
    ["usageLocation", { usageLocation: "NO" }],
    ["accountEnabled", { accountEnabled: false }],
    ["sponsors", { sponsors: ["mona@contoso.example"] }],
    ["resend", { resend: 1 }],
    ["existing", { existing: "fail" as const }],
    ["existing", { existing: "require" as const }],
    ["onDelete", { onDelete: "disable" as const }],
    ["expires", { expires: "2035-12-31" }],
  ])("refuses %s, which it cannot honour", (property, guest) => {
    const message = failure(guest);

    expect(message).toMatch(/^1 problem in GuestInvitations "partners"/);
    expect(message).toContain(`guests[0].${property}`);
    expect(message).toMatch(/engine azuread (?:cannot|knows|keeps)/);
    expect(message).toContain("entra-guests");
  });

  it("honours an expiry when leaving the list removes the guest", async () => {
    const { invitations } = await invited({
      onDelete: "delete",
      guests: [{ email: "ana@x.example", expires: "2999-12-31" }],
    });

    expect(invitations).toHaveLength(1);
  });
});
