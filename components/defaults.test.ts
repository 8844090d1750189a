import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withDefaults } from "./defaults.ts";
import type { GuestArgs, GuestMessage } from "./generated/sdk.ts";

const email = "ana@x.example";

describe("a guest with defaults", () => {
  it.each<[string, GuestMessage | undefined, GuestMessage | undefined, GuestMessage | undefined]>([
    ["no message at all", undefined, undefined, undefined],
    ["the default", undefined, { body: "D", cc: "d@x.example" }, { body: "D", cc: "d@x.example" }],
    [
      "their own body, the default cc",
      { body: "G" },
      { body: "D", cc: "d@x.example" },
      { body: "G", cc: "d@x.example" },
    ],
    ["a language instead of the default body", { language: "da" }, { body: "D" }, { language: "da" }],
    ["a body instead of the default language", { body: "G" }, { language: "da" }, { body: "G" }],
    ["their own cc beside the default body", { cc: "g@x.example" }, { body: "D" }, { body: "D", cc: "g@x.example" }],
    ["the default where theirs is undefined", { body: undefined } as never, { language: "da" }, { language: "da" }],
  ])("gets %s", (_what, own, defaults, merged) => {
    const guest: GuestArgs = own === undefined ? { email } : { email, message: own };
    const all = defaults === undefined ? {} : { message: defaults };

    expect(withDefaults(guest, all)).toEqual(merged === undefined ? { email } : { email, message: merged });
  });

  it("gets body and language together where a mailbox of the tenant mails", () => {
    const mailFrom = "invitations@contoso.example";
    const language = { email, message: { language: "da" } };
    expect(withDefaults(language, { mailFrom, message: { body: "D" } }).message).toEqual({ body: "D", language: "da" });
    expect(withDefaults(language, { message: { body: "D" } }, mailFrom).message).toEqual({ body: "D", language: "da" });
  });

  it("keeps an own value that is false", () => {
    expect(withDefaults({ email, sendInvitation: false }, { sendInvitation: true }).sendInvitation).toBe(false);
  });

  const text = fc.option(fc.string({ minLength: 1 }), { nil: undefined });
  const message = fc
    .record({ body: text, language: text, cc: text })
    .map((parts) => (parts.body === undefined ? parts : { ...parts, language: undefined }));
  const given = fc.record({ redirectUrl: text, message, department: text }) as fc.Arbitrary<Omit<GuestArgs, "email">>;

  it("never gets both a body and a language, never loses a part of their own, and invents nothing", () => {
    fc.assert(
      fc.property(given, given, (own, defaults) => {
        const merged = withDefaults({ email, ...own }, defaults);

        expect(merged.message?.body === undefined || merged.message.language === undefined).toBe(true);
        expect(merged.redirectUrl).toBe(own.redirectUrl ?? defaults.redirectUrl);
        for (const part of ["body", "language", "cc"] as const) {
          if (own.message?.[part] !== undefined) expect(merged.message?.[part]).toBe(own.message[part]);
          expect([own.message?.[part], defaults.message?.[part], undefined]).toContain(merged.message?.[part]);
        }
      }),
    );
  });

  it("comes out the same however three levels are merged", () => {
    fc.assert(
      fc.property(given, given, given, (own, file, stack) => {
        const guest = { email, ...own };

        expect(withDefaults(withDefaults(guest, file), stack)).toEqual(withDefaults(guest, withDefaults(file, stack)));
      }),
    );
  });
});
