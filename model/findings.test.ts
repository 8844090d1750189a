import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { findingsOf, isMisspelt, nearest, nearestName } from "./findings.ts";
import { guestSchema } from "./guest.ts";
import { settingsSchema } from "./guest-list.ts";
import { invitationInputs } from "./invitation.ts";

const ana = { email: "ana@fabrikam.example" };

function said(schema: z.ZodType, document: unknown): string[] {
  const { error } = schema.safeParse(document);
  if (error === undefined) return [];
  return findingsOf(error, document, schema).map(({ path, rule, remedy }) => `${path.join(".")}: ${rule}: ${remedy}`);
}

const ofGuest = (properties: object) => said(guestSchema, { ...ana, ...properties });

describe("[case 13] one true sentence", () => {
  it.each<[string, object, string]>([
    [
      "text for a list",
      { sponsors: "mona@contoso.example" },
      'sponsors: a list is expected: begin each item with a dash, as in "- mona@contoso.example"',
    ],
    [
      "a list for one address",
      { email: ["a@x.example"] },
      "email: one address is expected: write one address, without a dash or brackets",
    ],
    [
      "a map for one address",
      { email: { a: 1 } },
      "email: one address is expected: write one address, without keys below it",
    ],
    [
      "a map for one address or several",
      { message: { cc: { a: 1 } } },
      "message.cc: text or a list is expected: write one of these",
    ],
    [
      "a number among several addresses",
      { message: { cc: ["a@x.example", 7] } },
      'message.cc.1: one address is expected: put it in quotes: "7"',
    ],
    [
      "a list for a text",
      { department: ["a"] },
      "department: text is expected: write one value, without a dash or brackets",
    ],
    ["a number for a text", { department: 7 }, 'department: text is expected: put it in quotes: "7"'],
    ["nothing for a text", { department: null }, "department: it is empty: write a value, or take the line out"],
    ["nothing for a list", { groups: null }, "groups: it is empty: write a value, or take the line out"],
    ["a word for true", { sendInvitation: "yes" }, "sendInvitation: true or false is expected: write true"],
    ["a word for false", { accountEnabled: "off" }, "accountEnabled: true or false is expected: write false"],
    [
      "six sponsors",
      { sponsors: ["a", "b", "c", "d", "e", "f"].map((one) => `${one}@x.example`) },
      "sponsors: a guest has at most five sponsors: keep 5 of them",
    ],
    [
      "text for a map",
      { message: "Hello" },
      "message: a map of keys and values is expected: write keys with values below it",
    ],
    [
      "an object for a value of any kind",
      { resend: {} },
      "resend: text, a number or true or false is expected: write one of these",
    ],
  ])("for %s", (_what, properties, sentence) => {
    expect(ofGuest(properties)).toEqual([sentence]);
  });

  it.each<[string, object, string]>([
    [
      "a number that is too large",
      { removalLimit: { percent: 101 } },
      "removalLimit.percent: the greatest value is 100: write a smaller number",
    ],
    ["a number that is too small", { expiryNotice: -1 }, "expiryNotice: the least value is 0: write a larger number"],
    [
      "a number in quotes",
      { removalLimit: { guests: "5" } },
      "removalLimit.guests: a number is expected: write 5 without quotes",
    ],
    [
      "a part of a number",
      { removalLimit: { guests: 1.5 } },
      "removalLimit.guests: a whole number is expected: write a whole number, without quotes",
    ],
    [
      "an address for a guest",
      { invitations: ["ana@x.example"] },
      'invitations.0: a map of keys and values is expected: write "email: ana@x.example"',
    ],
  ])("for %s", (_what, settings, sentence) => {
    expect(said(settingsSchema, settings)).toEqual([sentence]);
  });

  it("and never the library's words, whatever is written", () => {
    const values = fc.anything({ maxDepth: 2, withBigInt: false, withNullPrototype: false });
    const settings = fc.dictionary(fc.constantFrom(...Object.keys(settingsSchema.shape)), values);
    fc.assert(
      fc.property(settings, (document) => {
        expect(said(settingsSchema, document).join("\n")).not.toMatch(
          /Invalid|Too |Unrecognized|received|undefined is/,
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe("[case 16] one mistake, one finding", () => {
  it("names the misspelt key, and not the value that is missing for it", () => {
    expect(said(guestSchema, { mail: "ana@fabrikam.example" })).toEqual(['mail: unknown key: write "email"']);
    expect(ofGuest({ redirectUrl: { ap: "Portal" } })).toEqual(['redirectUrl.ap: unknown key: write "app"']);
    expect(ofGuest({ azure: [{ role: "Reader", scpoe: "/" }] })).toEqual(['azure.0.scpoe: unknown key: write "scope"']);
  });

  it("names a missing value that no other key is near", () => {
    expect(said(guestSchema, { displayName: "Ana" })).toEqual(['email: "email" is required and missing: add it']);
    expect(isMisspelt({ colour: "red" }, "redirectUrl", ["email", "redirectUrl"])).toBe(false);
    expect(isMisspelt("text", "email", ["email"])).toBe(false);
  });
});

describe("[case 5] what Graph refuses", () => {
  it.each<[string, object, string]>([
    [
      "a country that is none",
      { usageLocation: "UK" },
      "usageLocation: ISO 3166-1 assigns these two letters to no country: write GB",
    ],
    [
      "a country by its name",
      { usageLocation: "Norway" },
      "usageLocation: a usage location is the two letters of a country (ISO 3166-1): write NO",
    ],
    [
      "a language by its name",
      { message: { language: "german" } },
      "message.language: no language is registered under this tag (BCP 47): write de",
    ],
    [
      "a URL that browsers repair",
      { redirectUrl: "https:/myapps.microsoft.com" },
      "redirectUrl: a redirect URL begins with https:// and the name of a host: write https://myapps.microsoft.com",
    ],
    [
      "a day of another form",
      { expires: "31.3.2027" },
      "expires: a day is a real date written as YYYY-MM-DD: write 2027-03-31",
    ],
    [
      "an address with a name",
      { email: "Ana <ana@fabrikam.example>" },
      "email: an e-mail address holds no white space and no control or invisible characters: write ana@fabrikam.example",
    ],
    [
      "only white space",
      { department: "   " },
      "department: it is empty: write a value, or take the line out to leave it as it is",
    ],
    [
      "only what cannot be seen",
      { displayName: "\u3164\u200d" },
      "displayName: it is empty: write a value, or take the line out to leave it as it is",
    ],
    [
      "a sponsor who is no user",
      { sponsors: ["not a user"] },
      "sponsors.0: a sponsor is an object id (a GUID) or a user principal name: write the id or the user principal name of a user of your tenant",
    ],
    [
      "a sponsor twice",
      { sponsors: ["mona@contoso.example", "Mona@Contoso.example"] },
      "sponsors.1: the sponsor is listed twice: keep one",
    ],
    [
      "a sponsor's name with spaces around the @",
      { sponsors: ["mona@contoso"] },
      "sponsors.0: the domain after the @ has a dot, as in fabrikam.com: write the id or the user principal name of a user of your tenant",
    ],
  ])("is told for %s", (_what, properties, sentence) => {
    expect(ofGuest(properties)).toEqual([sentence]);
  });

  it("is the same for the resource", () => {
    const inputs = { userEmailAddress: "ana@fabrikam.example", redirectUrl: "https:/myapps.microsoft.com" };
    const wrong = { usageLocation: "UK", department: "   ", sponsors: ["not a user"], userDisplayName: "\u001b[31m" };
    const message = { language: "german" };
    expect(said(invitationInputs, { ...inputs, ...wrong, message }).map((text) => text.split(":")[0])).toEqual([
      "redirectUrl",
      "message.language",
      "userDisplayName",
      "department",
      "usageLocation",
      "sponsors.0",
    ]);
  });

  it("takes the guest of another tenant, and a user by id, for sponsors", () => {
    const sponsors = [
      "ana_x.example#EXT#@contoso.onmicrosoft.com",
      "0e4c6b1e-0000-4000-8000-000000000001",
      "o'hara@contoso.example",
    ];
    expect(ofGuest({ sponsors })).toEqual([]);
  });
});

describe("[M4] control characters and log commands", () => {
  const texts = ["displayName", "givenName", "surname", "department", "companyName", "resend"];
  it.each(texts)("are refused in %s", (property) => {
    for (const text of ["Ana\u001b[2J", "Ana\u202e", "Ana\ud800", "##vso[task.complete]", "a\nb"]) {
      expect(ofGuest({ [property]: text }).join()).toMatch(/may not stand here|command/);
    }
  });

  it("are refused in groups, applications, profiles and messages", () => {
    const hostile = "a\u001b[2J";
    const properties = { groups: [hostile], apps: [{ app: hostile }], profiles: [hostile], message: { body: hostile } };
    expect(ofGuest(properties)).toHaveLength(4);
  });
});

describe("[case 8] a near name", () => {
  it.each([
    ["id", ["cc", "email"], undefined],
    ["ab", ["cc"], undefined],
    ["", ["cc", "email"], undefined],
    ["mail", ["email", "cc"], "email"],
    ["CC", ["cc"], "cc"],
    ["redirectURL", ["redirectUrl"], "redirectUrl"],
    ["dispalyName", ["displayName", "department"], "displayName"],
    ["colour", ["cc", "groups"], undefined],
  ])("of %j among %j is %j", (name, known, near) => {
    expect(nearestName(name, known)).toBe(near);
  });

  it("[M6] costs little for a hundred thousand long names", () => {
    const known = Object.keys(settingsSchema.shape);
    const began = performance.now();
    for (let index = 0; index < 100_000; index++) nearest(`${"x".repeat(200)}${index}`, known);
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});

it("[M6] a hundred thousand unknown keys are told in linear time", () => {
  const document = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, 1]));
  const began = performance.now();
  expect(said(guestSchema, { ...ana, ...document })).toHaveLength(100_000);
  expect(performance.now() - began).toBeLessThan(3_000);
});
