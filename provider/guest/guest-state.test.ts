import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Properties, unknownValue } from "../pulumi/resource-provider.ts";
import { diffInvitation, type Facts, formOf, outputs, previewOutputs } from "./guest-state.ts";

const old: Properties = {
  userEmailAddress: "ana@fabrikam.example",
  redirectUrl: "https://myapps.microsoft.com",
  message: { body: "Welcome." },
  sendInvitation: true,
  existing: "adopt",
  onDelete: "delete",
};

function changes(from: Properties, to: Properties) {
  return Object.fromEntries(diffInvitation(from, to));
}

describe("comparing an invitation with its state", () => {
  it("sees no change in the same inputs", () => {
    expect(changes(old, structuredClone(old))).toEqual({});
  });

  it("takes a default for the same, whether the state says it or not", () => {
    const { sendInvitation: _, existing: __, onDelete: ___, ...short } = old;
    expect(changes(old, short)).toEqual({});
    expect(changes(short, old)).toEqual({});
    expect(changes(short, { ...short, onDelete: "keep", existing: "own" })).toEqual({
      onDelete: "add",
      existing: "add",
    });
    expect(changes({ ...short, onDelete: "keep", sendInvitation: false }, short)).toEqual({
      onDelete: "delete",
      sendInvitation: "delete",
    });
  });

  it("replaces the resource for another address and for nothing else", () => {
    expect(changes(old, { ...old, userEmailAddress: "bo@fabrikam.example" })).toEqual({ userEmailAddress: "replace" });
    const everythingElse = {
      ...old,
      redirectUrl: "https://orders.contoso.example",
      message: { language: "da", additionalRecipients: "kim@contoso.example" },
      sendInvitation: false,
      userDisplayName: "Ana",
      userType: "Member",
      department: "Sales",
      accountEnabled: false,
      sponsors: ["kim@contoso.example"],
      expires: "2027-03-31",
      existing: "fail",
      onDelete: "keep",
      resend: 1,
    };
    expect(Object.values(changes(old, everythingElse))).not.toContain("replace");
  });

  it("changes the guest in place for a new address where the program names the earlier one", () => {
    const moved = (formerly: string | string[]) => ({ ...old, userEmailAddress: "ana@northwind.example", formerly });
    expect(changes(old, moved("Ana@Fabrikam.example"))).toEqual({ userEmailAddress: "update" });
    expect(changes(old, moved(["ana@ancient.example", "ana@fabrikam.example"]))).toEqual({
      userEmailAddress: "update",
    });
    expect(changes(old, moved("bo@fabrikam.example"))).toEqual({ userEmailAddress: "replace" });
    // Once it is applied, the line may stay and go.
    expect(changes(moved("ana@fabrikam.example"), { ...old, userEmailAddress: "ana@northwind.example" })).toEqual({});
  });

  it("takes a change of letter case in the address as no change", () => {
    expect(changes(old, { ...old, userEmailAddress: "Ana@Fabrikam.Example" })).toEqual({});
    fc.assert(
      fc.property(fc.emailAddress(), (address) => {
        const from = { ...old, userEmailAddress: address.toLowerCase() };
        expect(changes(from, { ...old, userEmailAddress: address.toUpperCase() })).toEqual({});
      }),
    );
  });

  it("names the part of the message that changed", () => {
    expect(changes(old, { ...old, message: { body: "Hello.", additionalRecipients: "kim@contoso.example" } })).toEqual({
      "message.body": "update",
      "message.additionalRecipients": "add",
    });
    const { message: _, ...silent } = old;
    expect(changes(old, silent)).toEqual({ "message.body": "delete" });
  });

  it("leaves a directory property alone that the program no longer mentions", () => {
    expect(changes({ ...old, department: "Sales", accountEnabled: true }, old)).toEqual({});
  });

  it("compares sponsors as a set in which letter case does not count", () => {
    const from = { ...old, sponsors: ["a@contoso.example", "b@contoso.example"] };
    expect(changes(from, { ...old, sponsors: ["B@contoso.example", "a@contoso.example"] })).toEqual({});
    expect(changes(from, { ...old, sponsors: ["a@contoso.example"] })).toEqual({ sponsors: "update" });
  });

  it("does not mail an imported guest for what nobody knows: it records the invitation as declared", () => {
    const imported = {
      userEmailAddress: "ana@fabrikam.example",
      sendInvitation: true,
      existing: "adopt",
      onDelete: "delete",
    };
    expect(changes(imported, { ...old, resend: 1 })).toEqual({});
    expect(changes(imported, { ...old, department: "Sales" })).toEqual({ department: "add" });
  });

  it("reports what a preview does not know yet as a change", () => {
    expect(changes(old, { ...old, redirectUrl: unknownValue })).toEqual({ redirectUrl: "update" });
    expect(changes(old, { ...old, userEmailAddress: unknownValue })).toEqual({ userEmailAddress: "replace" });
  });
});

describe("the outputs of an invitation", () => {
  const facts: Facts = {
    userId: "object",
    state: "PendingAcceptance",
    adopted: false,
    redeemUrl: "https://x.example/1",
  };

  it("[issue 15, 2] keep the redeem URL until it is used up", () => {
    expect(outputs({}, facts)).toHaveProperty("redeemUrl");
    expect(outputs({}, { ...facts, state: "Accepted" })).not.toHaveProperty("redeemUrl");
    expect(outputs({}, { ...facts, state: "Accepted", mailedBy: "mona@contoso.example" })).toHaveProperty("redeemUrl");
  });

  it("[issue 15, 2] keep it on a long list only until the guest has been mailed", () => {
    const mailedByUs = { ...facts, mailedBy: "mona@contoso.example" };
    const isKept = (list: { isLong: boolean }, sendInvitation: boolean, known: Facts) =>
      "redeemUrl" in outputs({ sendInvitation }, known, list);
    expect(isKept({ isLong: false }, true, facts)).toBe(true);
    expect(isKept({ isLong: true }, true, facts)).toBe(false);
    expect(isKept({ isLong: true }, false, facts)).toBe(true);
    expect(isKept({ isLong: true }, true, mailedByUs)).toBe(true);
    expect(isKept({ isLong: true }, true, { ...mailedByUs, mailedAt: "2026-11-26T09:00:00Z" })).toBe(false);
  });

  it("[issue 15, 2] tell what the program does not know already of a guest on a list, and all of any other", () => {
    const inputs = { userEmailAddress: "ana@fabrikam.example", mailTemplate: "<p>{{redeemUrl}}</p>" };
    const listed = outputs(inputs, facts, { isLong: false });
    expect(Object.keys(listed)).toEqual(["userEmailAddress", "userId", "state", "adopted", "redeemUrl"]);
    const own = outputs(inputs, facts);
    expect(own).toMatchObject({ ...inputs, sendInvitation: true, existing: "adopt", onDelete: "delete" });
    // A refresh keeps to the form that the state has, or it would show a change.
    expect(formOf(listed)).toEqual({ isLong: false });
    expect(formOf(own)).toBeUndefined();
  });

  it("are known in a preview as far as the inputs and their defaults are", () => {
    const inputs = { userEmailAddress: "ana@fabrikam.example", onDelete: "keep" };
    expect(previewOutputs(inputs, undefined)).toMatchObject({ ...inputs, existing: "adopt", userId: unknownValue });
    expect(previewOutputs(inputs, { ...facts })).toMatchObject({ ...inputs, existing: "adopt", userId: "object" });
  });

  it("[issue 15, 2] do not repeat what the component alone says", () => {
    expect(outputs({ existedBefore: false, grants: {}, department: "Sales" }, facts)).toMatchObject({
      department: "Sales",
    });
    expect(outputs({ existedBefore: false, grants: {} }, facts)).not.toHaveProperty("existedBefore");
    expect(outputs({ existedBefore: false, grants: {} }, facts)).not.toHaveProperty("grants");
  });
});
