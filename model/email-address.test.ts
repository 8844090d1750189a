import { describe, expect, it } from "vitest";
import { addressDomain, addressProblem, addressSpellings, canonicalAddress, meantAddress } from "./email-address.ts";

describe("a guest's address", () => {
  it.each([
    "ana@fabrikam.example",
    "_ana_@fabrikam.example",
    "ana.b-c@sub.fabrikam.example",
    "o'hara@fabrikam.example",
    "ana@bücher.example",
    "用户@例子.中国",
  ])("may be %s", (address) => {
    expect(addressProblem(address)).toBeUndefined();
  });

  it.each([
    ["", "empty"],
    ["ana", "an @"],
    ["ana@b@fabrikam.example", "only one @"],
    ["@fabrikam.example", "name before the @"],
    ["ana@", "has a dot"],
    ["ana@fabrikam", "has a dot"],
    ["ana@-fabrikam.example", "is not a domain name"],
    ["ana@fabrikam..example", "is not a domain name"],
    [".ana@fabrikam.example", "period or a hyphen"],
    ["ana-@fabrikam.example", "period or a hyphen"],
    ["ana maria@fabrikam.example", "white space"],
    ["ana\r\nBcc: x@fabrikam.example", "white space and no control"],
    [`${"a".repeat(65)}@fabrikam.example`, "64 bytes"],
    [`ana@${"a".repeat(64)}.example`, "63 characters"],
  ])("may not be %j: %s", (address, rule) => {
    expect(addressProblem(address)).toContain(rule);
  });

  it.each([...'~!#$%^&*()+=[]{}\\/|;:"<>?,'])("may not hold %s, which Microsoft Graph refuses", (character) => {
    expect(addressProblem(`a${character}b@fabrikam.example`)).toContain("Microsoft Graph refuses");
  });

  it("is the same in every letter case and in both of Unicode's spellings", () => {
    expect(canonicalAddress(" Ana@FABRIKAM.example ")).toBe("ana@fabrikam.example");
    expect(canonicalAddress("ana@bu\u0308cher.example")).toBe(canonicalAddress("ana@b\u00fccher.example"));
    expect(addressDomain("Ana@Fabrikam.Example")).toBe("fabrikam.example");
  });

  it.each([
    ["ana＠fabrikam.example", "an @"],
    ["ana＠x@fabrikam.example", "only look like"],
    ["ana@fabrikam＠evil.example", "only look like"],
    ["ａna@fabrikam.example", "only look like"],
    ["ana@ｆabrikam.example", "only look like"],
    ["ana@fabrikam．example", "only look like"],
    ["ana＋x@fabrikam.example", "only look like"],
    ["ana@127.0.0.1", "not a domain name"],
    [`ana@${"ü".repeat(60)}.example`, "63 characters"],
  ])("[M1] may not be %s: %s", (address, rule) => {
    expect(addressProblem(address)).toContain(rule);
  });

  it("[M1] is the same in both spellings of an international domain", () => {
    const both = ["e6@münchen.example", "e6@xn--mnchen-3ya.example"];
    for (const address of [...both, "E6@MÜNCHEN.example", "E6@XN--MNCHEN-3YA.EXAMPLE", "e6@mu\u0308nchen.example"]) {
      expect(canonicalAddress(address)).toBe(both[0]);
      expect(addressSpellings(address)).toEqual(both);
      expect(addressDomain(address)).toBe("münchen.example");
    }
    expect(canonicalAddress("e6@xn--ls8h.example")).toBe(canonicalAddress("e6@💩.example"));
  });

  it.each(["ana@fabrikam.example", "ana@1.2", "ana@%66abrikam.example", "ana@münchen.example%2f", "ana", "@", ""])(
    "[M1] stays as it is where the domain is no international one: %j",
    (address) => {
      expect(canonicalAddress(address)).toBe(address);
      expect(addressSpellings(address)).toEqual([address]);
    },
  );

  it.each([
    [" ana@fabrikam.example", "ana@fabrikam.example"],
    ["Ana <ana@fabrikam.example>", "ana@fabrikam.example"],
    ["mailto:ana@fabrikam.example", "ana@fabrikam.example"],
    ["ana＠fabrikam.example", "ana@fabrikam.example"],
    ["ana_b_fabrikam.example#EXT#@contoso.onmicrosoft.com", "ana_b@fabrikam.example"],
    ["ana+x@fabrikam.example", undefined],
    ["ana", undefined],
  ])("[case 5] copied as %j is meant to be %s", (written, meant) => {
    expect(meantAddress(written)).toBe(meant);
  });
});
