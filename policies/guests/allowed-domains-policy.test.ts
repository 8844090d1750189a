import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { allowedDomains } from "./allowed-domains-policy.ts";
import { invitationToken } from "./invitation-properties.ts";
import { judge as judgeWith, notYetKnown } from "./policy-examples.ts";
import { officialInvitationType } from "./policy-inputs.ts";

const config = {
  allowed: ["fabrikam.example", "*.northwind.example"],
  denied: ["sales.northwind.example"],
  internal: ["contoso.example"],
};

function judge(
  props: Record<string, unknown>,
  override: Record<string, unknown> = {},
  type: string = invitationToken,
): string[] {
  return judgeWith(allowedDomains, [{ type, name: "ana", props }], { ...config, ...override });
}

const guest = (userEmailAddress: string, more: Record<string, unknown> = {}) => ({ userEmailAddress, ...more });

describe("allowed-domains", () => {
  it.each(["ana@fabrikam.example", "ANA@Fabrikam.EXAMPLE", "bo@a.northwind.example", "bo@a.b.northwind.example"])(
    "lets %s in",
    (address) => expect(judge(guest(address))).toEqual([]),
  );

  it("names the guest, the domain, the list and what to do for a domain that is on no list", () => {
    const [message, ...more] = judge(guest("eve@elsewhere.example"));
    expect(more).toEqual([]);
    expect(message).toContain(
      "eve@elsewhere.example: the domain elsewhere.example is not on the list of allowed domains",
    );
    expect(message).toContain("(fabrikam.example, *.northwind.example)");
    expect(message).toContain("Use an address at an allowed domain");
  });

  it("judges a guest's address of today, and no earlier one", () => {
    expect(judge(guest("ana@fabrikam.example", { formerly: ["ana@elsewhere.example"] }))).toEqual([]);
    expect(judge(guest("ana@elsewhere.example", { formerly: "ana@fabrikam.example" }))).toHaveLength(1);
  });

  it("does not take a subdomain entry for the domain above it", () => {
    expect(judge(guest("bo@northwind.example"))).toHaveLength(1);
  });

  it.each(["eve@notfabrikam.example", "eve@fabrikam.example.evil.example", "eve@evilnorthwind.example"])(
    "does not take %s for an allowed domain because the text is alike",
    (address) => expect(judge(guest(address))).toHaveLength(1),
  );

  it("lets a denied domain outweigh an allowed one, and says which entry did", () => {
    expect(judge(guest("bo@sales.northwind.example"))).toEqual([
      expect.stringContaining('denied by the entry "sales.northwind.example"'),
    ]);
  });

  describe("[low] a denied domain", () => {
    const denied = ["blocked.example", "*.partly.example"];
    const open = (address: string) => judge(guest(address), { allowed: ["*", "*.blocked.example"], denied });

    it.each(["eve@blocked.example", "eve@a.blocked.example", "eve@a.b.BLOCKED.example.", "eve@mail.partly.example"])(
      "denies %s: a name stands for the names below it as well",
      (address) => expect(open(address)).toEqual([expect.stringContaining("which outweighs")]),
    );

    it.each(["ana@notblocked.example", "ana@blocked.example.fabrikam.example", "ana@partly.example"])(
      "leaves %s alone",
      (address) => expect(open(address)).toEqual([]),
    );

    it("is denied below an IDN, and for the copy of a mail", () => {
      const config = { allowed: ["*"], denied: ["bücher.example"] };
      expect(judge(guest("eve@x.xn--bcher-kva.example"), config)).toHaveLength(1);
      const props = guest("ana@fabrikam.example", { message: { additionalRecipients: "eve@x.bücher.example" } });
      expect(judge(props, config)).toHaveLength(1);
    });
  });

  it("takes an allowed domain for itself alone, without the names below it", () => {
    expect(judge(guest("eve@sub.fabrikam.example"))).toHaveLength(1);
  });

  it("lets no guest in while nothing is allowed", () => {
    expect(judge(guest("ana@fabrikam.example"), { allowed: [] })).toEqual([
      expect.stringContaining("no domain is allowed yet"),
    ]);
  });

  it("judges the official package's invitations by the same rule", () => {
    expect(judge(guest("ana@fabrikam.example"), {}, officialInvitationType)).toEqual([]);
    expect(judge(guest("eve@elsewhere.example"), {}, officialInvitationType)).toHaveLength(1);
  });

  it("leaves other resources alone", () => {
    expect(judge(guest("eve@elsewhere.example"), {}, "azuread:index/user:User")).toEqual([]);
  });

  it.each(["ana@bücher.example", "ana@xn--bcher-kva.example", "ana@BÜCHER.example"])(
    "reads %s as the same domain, however it is spelt",
    (address) => {
      expect(judge(guest(address), { allowed: ["bücher.example"] })).toEqual([]);
      expect(judge(guest(address), { allowed: ["xn--bcher-kva.example"] })).toEqual([]);
    },
  );

  it.each([
    "ana＠evil.example",
    "eve＠evil.example@fabrikam.example",
    "eve﹫evil.example@fabrikam.example",
    "ana@fabrikam.example＠evil.example",
  ])("[low] takes no wide at sign for part of a name: %s", (address) =>
    expect(judge(guest(address))).toEqual([expect.stringContaining("not one plain e-mail address")]),
  );

  it.each(["ana", "ana@fabrikam.example@evil.example", "Ana <ana@fabrikam.example>", "ana@", "ana@%66abrikam.example"])(
    "lets in no address whose domain cannot be told: %s",
    (address) => expect(judge(guest(address))).toEqual([expect.stringContaining("not one plain e-mail address")]),
  );

  it("does not judge what a preview does not know yet, and still judges the rest", () => {
    expect(judge(guest(notYetKnown))).toEqual([]);
    expect(judge(guest(notYetKnown, { message: { additionalRecipients: "eve@elsewhere.example" } }))).toHaveLength(1);
    expect(judge(guest("eve@elsewhere.example", { message: notYetKnown }))).toHaveLength(1);
    expect(judge(guest("ana@fabrikam.example", { message: { additionalRecipients: notYetKnown } }))).toEqual([]);
  });

  it("names an entry of the configuration that is no domain instead of matching nothing in silence", () => {
    expect(judge(guest("ana@fabrikam.example"), { allowed: ["fabrikam.example", "fabrikam example"] })).toEqual([
      expect.stringContaining(
        '"allowed" in the policy\'s configuration has entries that are not domains: fabrikam example',
      ),
    ]);
  });

  it("names a list that the pack does not have", () => {
    expect(judge(guest("ana@fabrikam.example"), { allowedLists: ["../secrets"] })).toEqual([
      expect.stringContaining('"../secrets" is no name of a list'),
    ]);
    expect(judge(guest("ana@fabrikam.example"), { allowedLists: ["suppliers"] })).toEqual([
      expect.stringContaining("no file lists/suppliers.txt"),
    ]);
  });

  it("reads lists that lie in the pack, without their comments, and lets a denied list outweigh", () => {
    const name = `test-${process.pid}`;
    const file = path.join(import.meta.dirname, "./lists", `${name}.txt`);
    writeFileSync(file, "# agreed in March\nadatum.example # contract 4711\r\n\n*.litware.example\n");
    try {
      expect(judge(guest("ana@adatum.example"), { allowedLists: [name] })).toEqual([]);
      expect(judge(guest("ana@a.litware.example"), { allowedLists: [name] })).toEqual([]);
      expect(judge(guest("ana@contract"), { allowedLists: [name] })).toHaveLength(1);
      expect(judge(guest("ana@adatum.example"), { allowed: ["*"], deniedLists: [name] })).toHaveLength(1);
    } finally {
      rmSync(file);
    }
  });

  describe("the copy of the mail", () => {
    const cc = (additionalRecipients: unknown) => guest("ana@fabrikam.example", { message: { additionalRecipients } });

    it("may go to an allowed domain and to the organisation's own", () => {
      expect(judge(cc("bo@fabrikam.example"))).toEqual([]);
      expect(judge(cc("lead@contoso.example"))).toEqual([]);
    });

    it("may go nowhere else", () => {
      expect(judge(cc("eve@elsewhere.example"))).toEqual([
        expect.stringContaining("the copy of the mail goes to eve@elsewhere.example"),
      ]);
    });

    it("is judged address by address where several are written into one text, or into a list", () => {
      expect(judge(cc("lead@contoso.example; eve@elsewhere.example"))).toHaveLength(1);
      expect(judge(cc(["eve@elsewhere.example", "mallory@elsewhere.example"]))).toHaveLength(2);
    });
  });

  it("tells a guest at the organisation's own domain that they are no guest", () => {
    expect(judge(guest("lead@contoso.example"))).toEqual([
      expect.stringContaining("is a domain of the organisation itself"),
    ]);
  });

  describe("look-alikes", () => {
    it.each([
      ["ana@fаbrikam.example", "U+0430"],
      ["ana@xn--fbrikam-2fg.example", "U+0430"],
      ["ana@fabríkam.example", "U+00ED"],
    ])("reports %s as made to look like an allowed domain", (address, character) => {
      const [message] = judge(guest(address));
      expect(message).toContain("is not fabrikam.example but looks like it");
      expect(message).toContain(character);
    });

    it("reports plain ASCII look-alikes, too", () => {
      expect(judge(guest("ana@fabrikarn.example"))).toEqual([
        expect.stringContaining("fabrikarn.example is not fabrikam.example but looks like it. Ask"),
      ]);
    });

    it("reports them where any domain is allowed, and for copies of the mail", () => {
      expect(judge(guest("ana@fаbrikam.example"), { allowed: ["*", "fabrikam.example"] })).toHaveLength(1);
      expect(judge(guest("ana@cоntoso.example"), { allowed: ["*"] })).toHaveLength(1);
      const props = guest("ana@fabrikam.example", { message: { additionalRecipients: "lead@cоntoso.example" } });
      expect(judge(props)).toEqual([expect.stringContaining("is not contoso.example but looks like it")]);
    });

    it("takes a look-alike that is itself on the list for what it is", () => {
      expect(judge(guest("ana@fаbrikam.example"), { allowed: ["fabrikam.example", "fаbrikam.example"] })).toEqual([]);
    });
  });

  describe("consumer mail domains", () => {
    it("do not pass by a wildcard", () => {
      expect(judge(guest("ana@gmail.com"), { allowed: ["*"] })).toEqual([
        expect.stringContaining("gmail.com is a consumer mail domain"),
      ]);
    });

    it("pass by a wildcard where the switch says so, and by their own name", () => {
      expect(judge(guest("ana@gmail.com"), { allowed: ["*"], allowConsumerDomains: true })).toEqual([]);
      expect(judge(guest("ana@gmail.com"), { allowed: ["gmail.com"] })).toEqual([]);
    });

    it("leave business domains alone", () => {
      expect(judge(guest("ana@fabrikam.com"), { allowed: ["*"] })).toEqual([]);
    });
  });
});
