import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withDefaults } from "../components/defaults.ts";
import type { GuestArgs, GuestDefaults } from "../components/index.ts";
import { addressDomain, addressProblem, canonicalAddress } from "../model/email-address.ts";
import { checkInvitation } from "./guest/checked-inputs.ts";
import { diffInvitation } from "./guest/guest-state.ts";
import { odataText } from "./microsoft/graph-users.ts";
import type { Properties } from "./pulumi/resource-provider.ts";

const anyText = fc.string({ unit: "binary", maxLength: 80 });
const label = fc.stringMatching(/^[a-zA-Z0-9æøå]{1,12}$/);
const address = fc
  .tuple(fc.stringMatching(/^[a-zA-Z0-9_'][a-zA-Z0-9._'-]{0,20}[a-zA-Z0-9_']$/), label, label)
  .map(([name, domain, top]) => `${name}@${domain}.${top}`);

describe("the form in which addresses are compared", () => {
  it("is its own, whatever was written", () => {
    fc.assert(fc.property(anyText, (text) => canonicalAddress(canonicalAddress(text)) === canonicalAddress(text)));
  });

  it("does not depend on letter case, on white space around it, or on how accents are composed", () => {
    fc.assert(
      fc.property(address, (one) => {
        for (const other of [one.toUpperCase(), ` ${one}\n`, one.normalize("NFD")]) {
          expect(canonicalAddress(other)).toBe(canonicalAddress(one));
        }
      }),
    );
  });

  it("keeps different addresses apart", () => {
    fc.assert(
      fc.property(address, address, (one, other) => {
        fc.pre(one.toLowerCase() !== other.toLowerCase());
        expect(canonicalAddress(one)).not.toBe(canonicalAddress(other));
      }),
    );
  });
});

describe("the rule for addresses", () => {
  it("takes ordinary ones", () => {
    fc.assert(fc.property(address, (text) => addressProblem(text) === undefined));
  });

  it("never fails, and what it takes has one @, a domain, and nothing that could leave a filter, a URL or a line", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyText,
          fc.tuple(anyText, label).map(([name, domain]) => `${name}@${domain}.x`),
        ),
        (text) => {
          if (addressProblem(text) !== undefined) return;
          expect(text.split("@")).toHaveLength(2);
          expect(addressDomain(text)).toMatch(/\./);
          expect(text).not.toMatch(/[\s\p{Cc}\p{Cf}"\\/?#&%;,<>]/u);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

it("makes any text one string of an OData filter", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const literal = odataText(text);
      expect(literal).toMatch(/^'(?:[^']|'')*'$/s);
      expect(literal.slice(1, -1).replaceAll("''", "'")).toBe(text);
    }),
  );
});

const message = fc.oneof(
  fc.record({ body: fc.string({ minLength: 1 }) }),
  fc.record({ language: fc.constantFrom("da", "fr-CA", "en-US") }),
  fc.record({ additionalRecipients: address }),
);
const inputs: fc.Arbitrary<Properties> = fc
  .record(
    {
      userEmailAddress: address,
      redirectUrl: fc.webUrl({ validSchemes: ["https"] }),
      message,
      sendInvitation: fc.boolean(),
      userDisplayName: fc.string({ minLength: 1, maxLength: 40 }),
      department: fc.string({ minLength: 1, maxLength: 40 }),
      accountEnabled: fc.boolean(),
      sponsors: fc.array(fc.stringMatching(/^[a-z]{1,6}@contoso\.example$/), { maxLength: 5 }),
      existing: fc.constantFrom("adopt", "own", "fail", "require"),
      onDelete: fc.constantFrom("delete", "disable", "keep"),
      existedBefore: fc.boolean(),
    },
    { requiredKeys: ["userEmailAddress", "redirectUrl"] },
  )
  .map((written) => checkInvitation(written as unknown as Properties).inputs);

describe("the difference between two declarations of a guest", () => {
  it("is none between equal ones", () => {
    fc.assert(fc.property(inputs, (one) => diffInvitation(one, structuredClone(one)).size === 0));
  });

  it("replaces the guest only for another address, never for letter case or anything else", () => {
    fc.assert(
      fc.property(inputs, inputs, fc.boolean(), (old, other, sameGuest) => {
        const now = sameGuest ? { ...other, userEmailAddress: String(old.userEmailAddress).toUpperCase() } : other;
        const isSame =
          canonicalAddress(String(old.userEmailAddress)) === canonicalAddress(String(now.userEmailAddress));
        const replaced = [...diffInvitation(old, now)].filter(([, change]) => change === "replace");
        expect(replaced).toEqual(isSame ? [] : [["userEmailAddress", "replace"]]);
      }),
    );
  });

  it("names only what differs, and leaves what is no longer declared of the profile alone", () => {
    fc.assert(
      fc.property(inputs, inputs, (old, now) => {
        for (const path of diffInvitation(old, now).keys()) {
          const name = path.split(".")[0] ?? "";
          expect(JSON.stringify(old[name])).not.toBe(JSON.stringify(now[name]));
          if (["userDisplayName", "department", "accountEnabled", "sponsors"].includes(name)) {
            expect(now).toHaveProperty(name);
          }
        }
      }),
    );
  });
});

const guestMessage = fc.record(
  { body: fc.string(), language: fc.constantFrom("da", "fr-CA"), cc: address },
  { requiredKeys: [] },
);
const oneWay = guestMessage.filter(({ body, language }) => body === undefined || language === undefined);
const defaults: fc.Arbitrary<GuestDefaults> = fc.record(
  {
    redirectUrl: fc.webUrl(),
    department: fc.string(),
    sendInvitation: fc.boolean(),
    accountEnabled: fc.boolean(),
    message: oneWay,
  },
  { requiredKeys: [] },
);
const guest = fc.tuple(address, defaults).map(([email, own]): GuestArgs => ({ email, ...own }));

describe("the merge of defaults", () => {
  it("lets the guest's own values win, and fills in the rest", () => {
    fc.assert(
      fc.property(guest, defaults, (own, all) => {
        const merged = withDefaults(own, all) as unknown as Record<string, unknown>;
        const [mine, theirs] = [own, all] as unknown as Record<string, unknown>[];
        for (const name of ["email", "redirectUrl", "department", "sendInvitation", "accountEnabled"]) {
          expect(merged[name]).toEqual(mine?.[name] ?? theirs?.[name]);
        }
      }),
    );
  });

  it("never puts a language beside a body", () => {
    fc.assert(
      fc.property(guest, defaults, (own, all) => {
        const { body, language } = withDefaults(own, all).message ?? {};
        expect(body === undefined || language === undefined).toBe(true);
      }),
    );
  });

  it("changes nothing when done again, and leaves both as they were", () => {
    fc.assert(
      fc.property(guest, defaults, (own, all) => {
        const before = structuredClone([own, all]);
        const merged = withDefaults(own, all);
        expect(withDefaults(merged, all)).toEqual(merged);
        expect([own, all]).toEqual(before);
      }),
    );
  });
});
