import { describe, expect, it } from "vitest";
import { unknownValue } from "../pulumi/resource-provider.ts";
import { checkInvitation, knownInputs } from "./checked-inputs.ts";

const good = { userEmailAddress: "ana@fabrikam.example", redirectUrl: "https://myapps.microsoft.com" };

function failuresOf(inputs: Parameters<typeof checkInvitation>[0]) {
  return Object.fromEntries(checkInvitation(inputs).failures.map(({ property, reason }) => [property, reason]));
}

describe("checking an invitation", () => {
  it("knows the defaults that design and schema promise, and keeps them out of the state", () => {
    expect(checkInvitation(good)).toEqual({ inputs: good, failures: [] });
    expect(knownInputs(good)).toEqual({ ...good, sendInvitation: true, existing: "adopt", onDelete: "delete" });
    expect(checkInvitation({ ...good, onDelete: "delete" }).inputs).toEqual({ ...good, onDelete: "delete" });
    expect(knownInputs({ ...good, onDelete: "keep" }).onDelete).toBe("keep");
  });

  it("reports every error at once, each with its property path", () => {
    const failures = failuresOf({
      userEmailAddress: "ana+news@fabrikam.example",
      redirectUrl: "http://myapps.microsoft.com",
      message: { body: " ", additionalRecipients: "nobody" },
      userType: "Alien",
      usageLocation: "Denmark",
      sponsors: ["", "ok@contoso.example"],
      existing: "replace",
      expires: "2027-02-30",
      jobTitel: "Typist",
    });
    expect(Object.keys(failures).sort()).toEqual([
      "existing",
      "expires",
      "jobTitel",
      "message.additionalRecipients",
      "message.body",
      "redirectUrl",
      "sponsors[0]",
      "usageLocation",
      "userEmailAddress",
      "userType",
    ]);
    expect(failures.userEmailAddress).toContain("plus-addressing");
    expect(failures.redirectUrl).toContain("https://");
    expect(failures.jobTitel).toBe('"jobTitel" is not a property: write "jobTitle"');
  });

  it("[A17] takes a usage location that Graph takes, and says what UK is meant to be", () => {
    expect(failuresOf({ ...good, usageLocation: "GB" })).toEqual({});
    expect(failuresOf({ ...good, usageLocation: "UK" }).usageLocation).toContain("GB");
    expect(Object.keys(failuresOf({ ...good, usageLocation: "EU" }))).toEqual(["usageLocation"]);
  });

  it("says what is missing", () => {
    expect(failuresOf({})).toEqual({
      userEmailAddress: '"userEmailAddress" is required and missing: add it',
      redirectUrl: '"redirectUrl" is required and missing: add it',
    });
  });

  it("refuses a body beside a language, for Graph would ignore the language", () => {
    const failures = failuresOf({ ...good, message: { body: "Welcome", language: "da" } });
    expect(failures.message).toContain("exclude each other");
  });

  it("takes with mailFrom what Microsoft's own mail can't do, and refuses it without", () => {
    const message = { body: "Hi", language: "da", additionalRecipients: ["a@contoso.example", "b@contoso.example"] };
    const more = { ...good, message, mailSubject: "Hello", mailTemplate: "{{redeemUrl}}" };
    expect(failuresOf({ ...more, mailFrom: "invitations@contoso.example" })).toEqual({});
    expect(failuresOf({ ...more, mailFrom: unknownValue })).toEqual({});
    expect(Object.keys(failuresOf(more)).sort()).toEqual([
      "mailSubject",
      "mailTemplate",
      "message",
      "message.additionalRecipients",
    ]);
  });

  it.each([
    ["mailTemplate", "<p>{{message}}</p>", /no \{\{redeemUrl\}\}/],
    ["mailTemplate", "{{redeemUrl}} {{ inviter }}", /the place \{\{inviter\}\}/],
    ["mailTemplate", `{{redeemUrl}}${"x".repeat(500_000)}`, /at most 500000/],
    ["mailSubject", "Hello\r\nBcc: eve@evil.example", /one line/],
    ["mailSubject", " ", /empty/],
    ["mailFrom", "Contoso <a@contoso.example>", /white space/],
  ])("refuses the %s %j", (name, value, rule) => {
    const failures = failuresOf({ ...good, mailFrom: "invitations@contoso.example", [name]: value });
    expect(failures[name]).toMatch(rule);
  });

  it("does not judge what a preview does not know yet, and still judges the rest", () => {
    const failures = failuresOf({
      userEmailAddress: unknownValue,
      redirectUrl: "ftp://x",
      message: { body: unknownValue },
    });
    expect(Object.keys(failures)).toEqual(["redirectUrl"]);
    expect(checkInvitation({ ...good, redirectUrl: unknownValue }).inputs.redirectUrl).toBe(unknownValue);
  });

  it("takes a property that is null as one that was left out", () => {
    expect(checkInvitation({ ...good, message: null, jobTitle: null }).failures).toEqual([]);
  });
});
