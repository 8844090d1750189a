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

  it("[A4] is a guest whom another resource has by another address", () => {
    const said: string[] = [];
    const claims = new Claims((message) => said.push(message));
    claims.declare("urn:ana", "ana@fabrikam.example");
    claims.hold("urn:ana", "1", { address: "ana@fabrikam.example", adopted: false });
    claims.hold("urn:a", "1", { address: "A@fabrikam.example", adopted: undefined });
    expect(said).toEqual([expect.stringContaining("a@fabrikam.example and ana@fabrikam.example are addresses of one")]);
    expect(claims.isStillListed("urn:a", "1", "a@fabrikam.example")).toBe(true);
    expect(claims.sharing("1", "A@fabrikam.example")).toEqual({ address: "ana@fabrikam.example", adopted: false });
  });

  it("[A4] is no second address where two resources swap theirs", () => {
    const said: string[] = [];
    const claims = new Claims((message) => said.push(message));
    claims.declare("urn:x", "bo@fabrikam.example");
    claims.hold("urn:x", "1", { address: "ana@fabrikam.example", adopted: false });
    claims.created("urn:y", "ana@fabrikam.example", { userId: "1", adopted: false });
    expect(said).toEqual([]);
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
