import { describe, expect, it } from "vitest";
import { Claims } from "./delete-guest.ts";

describe("what the running program still lists", () => {
  it("is a guest whom another resource declares, whatever the letter case", () => {
    const claims = new Claims();
    claims.declare("urn:new", "Ana@fabrikam.example");
    expect(claims.isStillListed("urn:old", "1", "ana@fabrikam.example")).toBe(true);
  });

  it("is not a guest whose only resource is the one that goes", () => {
    const claims = new Claims();
    claims.declare("urn:ana", "bo@fabrikam.example");
    expect(claims.isStillListed("urn:ana", "1", "ana@fabrikam.example")).toBe(false);
  });

  it("is a guest to whom the replacing resource came by another address", () => {
    const claims = new Claims();
    claims.created("urn:ana", "a.trujillo@fabrikam.example", { userId: "1", adopted: false });
    expect(claims.isStillListed("urn:ana", "1", "ana@fabrikam.example")).toBe(true);
  });
});

describe("an earlier address on two lists of a program", () => {
  it.each([
    ["listed by the other one", [["new@x.example"], ["old@x.example"]], [["old@x.example"], []]],
    ["claimed by the other one too", [["new@x.example"], ["newer@x.example"]], [["old@x.example"], ["old@x.example"]]],
  ] as const)("is wrong where it is %s, whichever list comes first", (_, addresses, formerly) => {
    for (const order of [[0, 1] as const, [1, 0] as const]) {
      const claims = new Claims();
      const clashes = order.map((index) => claims.list(`urn::${index}`, addresses[index], formerly[index]));
      expect(clashes[0]).toEqual([]);
      expect(clashes[1]?.join()).toContain("had old@x.example before");
    }
  });
});
