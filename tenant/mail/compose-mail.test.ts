import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { InvitationMail } from "../store/invitation-store.ts";
import { english, invitationMail, wordingFor } from "./compose-mail.ts";

const mail: InvitationMail = {
  kind: "invitation",
  at: "2026-11-24T09:00:00.000Z",
  to: "ana@fabrikam.example",
  cc: [],
  guestId: "3f0c9d0e-5f0a-4d1c-9a55-0c6a3a1f2b11",
  guestName: "Ana",
  organisation: "Contoso",
  inviter: "Guest list",
  message: null,
  language: "en-US",
  redeemUrl: "https://127.0.0.1:8443/redeem?ticket=a&user=b",
  redirectUrl: "https://portal.example",
};
const messageWith = (properties: Partial<InvitationMail>) =>
  invitationMail({ ...mail, ...properties }, "contoso.example");

describe("the standard text", () => {
  it.each(["en", "da", "de", "fr", "es"])("says all of it in '%s', with the names put in", (language) => {
    const { subject, text, html } = messageWith({ language });
    expect(wordingFor(language).language).toBe(language);
    expect(Object.keys(wordingFor(language)).sort()).toEqual(Object.keys(english).sort());
    expect(wordingFor(language).meaning).toHaveLength(english.meaning.length);
    expect(subject).toContain("Contoso");
    expect(text).toContain("Guest list");
    expect(`${subject}${text}${html}`).not.toMatch(/\{(organisation|inviter)\}|undefined/);
  });

  it.each([
    ["da-DK", "da"],
    ["DE", "de"],
    ["fr_CH", "fr"],
    ["es-419", "es"],
    ["danish", "en"],
    ["", "en"],
  ])("is that of the base language: %s gets '%s'", (asked, got) => {
    expect(wordingFor(asked).language).toBe(got);
  });
});

describe("whatever somebody writes", () => {
  /** Texts that are likely to matter, and any other. */
  const anything = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.constantFrom(
      "</blockquote><script>",
      "{organisation}",
      "$&$1",
      "&lt;",
      "a\r\nBcc: x@evil.example",
      "'\"`",
      "‮txt.exe",
    ),
  );

  it("stays text in the message, and out of every header", () => {
    const tags = (markup: string) => markup.match(/<[a-z/!][^>]*>/gi);
    const plain = messageWith({ message: "plain" });
    fc.assert(
      fc.property(anything, (message) => {
        const made = messageWith({ message });
        expect(tags(made.html)).toEqual(tags(plain.html));
        expect(made.text).toBe(plain.text.replace(/\bplain\b/, () => message));
        expect({ ...made, text: "", html: "" }).toEqual({ ...plain, text: "", html: "" });
      }),
    );
  });

  it("stays text where it is the organisation's or the inviter's name", () => {
    const tags = (markup: string) => markup.match(/<[a-z/!][^>]*>/gi);
    fc.assert(
      fc.property(anything, anything, (organisation, inviter) => {
        expect(tags(messageWith({ organisation, inviter }).html)).toEqual(tags(messageWith({}).html));
      }),
    );
  });
});
