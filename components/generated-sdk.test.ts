import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it, vi } from "vitest";
import schema from "../provider/schema.json" with { type: "json" };
import { recordedEngine, resolved, settled } from "../test/support/recorded-engine.ts";
import { Invitation, type InvitationArgs } from "./index.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const args: InvitationArgs = { userEmailAddress: "ana@x.example", redirectUrl: "https://myapps.microsoft.com" };

describe("Invitation", () => {
  it("registers its inputs, its version and its secret, and keeps the caller's options", async () => {
    const engine = await recordedEngine(() => ({ userId: "object", state: "Accepted" }));
    const ana = new Invitation("ana", args, { protect: true, additionalSecretOutputs: ["userPrincipalName"] });
    await settled();

    expect(engine.all).toMatchObject([
      {
        type: "entra-guests:index:Invitation",
        inputs: args,
        version: "0.1.0",
        protect: true,
        additionalSecretOutputs: ["redeemUrl", "userPrincipalName"],
      },
    ]);
    expect(await resolved(ana.userId)).toBe("object");
    expect(await resolved(ana.state)).toBe("Accepted");
    expect(await resolved(ana.userDisplayName)).toBeUndefined();
  });

  it("has an output for each property of the provider's schema, and no other", async () => {
    await recordedEngine();
    const ana = new Invitation("ana", args);
    await settled();
    const outputs = Object.keys(ana).filter((key) => !/^(?:id|urn|__.*)$/.test(key));

    expect(outputs.sort()).toEqual(Object.keys(schema.resources["entra-guests:index:Invitation"].properties).sort());
  });

  it.each(["userEmailAddress", "redirectUrl"])("says that %s is missing", async (property) => {
    await recordedEngine();

    expect(() => new Invitation("ana", { ...args, [property]: undefined })).toThrow(
      `Invitation "ana": the property "${property}" is required and missing`,
    );
  });

  it("looks up an existing one by the guest's object id", async () => {
    const engine = await recordedEngine(() => ({ state: "PendingAcceptance" }));
    const found = Invitation.get("ana", "object-id");

    expect(await resolved(found.state)).toBe("PendingAcceptance");
    expect(engine.all).toEqual([]);
  });

  it("tells its own from others", async () => {
    await recordedEngine();
    const ana = new Invitation("ana", args);
    await settled();

    expect(Invitation.isInstance(ana)).toBe(true);
    expect(Invitation.isInstance({ __pulumiType: "azuread:index/invitation:Invitation" })).toBe(false);
    expect(Invitation.isInstance(undefined)).toBe(false);
    expect(pulumi.CustomResource.isInstance(ana)).toBe(true);
  });
});
