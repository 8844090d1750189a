import { describe, expect, it } from "vitest";
import { addressDomain, addressProblem, canonicalAddress } from "./email-address.ts";

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
    ["ana@-fabrikam.example", "no domain name"],
    ["ana@fabrikam..example", "no domain name"],
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
});
