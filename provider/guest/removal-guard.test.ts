import { describe, expect, it } from "vitest";
import { guestListInputs } from "../../model/guest-list.ts";
import { removalProblems } from "./removal-guard.ts";

function removalProblem(...lists: Parameters<typeof removalProblems>): string | undefined {
  return removalProblems(...lists).join("\n") || undefined;
}

function list(addresses: string[], rest: object = {}) {
  return guestListInputs.parse({ addresses, ...rest });
}

function guests(count: number): string[] {
  return Array.from({ length: count }, (_, number) => `guest${number}@fabrikam.example`);
}

describe("the removal guard", () => {
  it("lets a change remove guests within the limits, and add as many as it likes", () => {
    expect(removalProblem(list(guests(100)), list(guests(80)))).toBeUndefined();
    expect(removalProblem(list(guests(2)), list(guests(1)))).toBeUndefined();
    expect(removalProblem(list([]), list(guests(1000)))).toBeUndefined();
    expect(removalProblem(list(["tpyo@fabrikam.example"]), list(["typo@fabrikam.example"]))).toBeUndefined();
  });

  it("stops a change that removes more guests than the limit, and says whom, how many, and what to do", () => {
    const problem = removalProblem(list(guests(100)), list(guests(79)));
    expect(problem).toContain("remove 21 of 100 guests (21 %)");
    expect(problem).toContain("guest79@fabrikam.example");
    expect(problem).toContain("and 11 more");
    expect(problem).toContain("guests:allowRemoval: true");
  });

  it("stops a change that removes a larger share than the limit", () => {
    expect(removalProblem(list(guests(3)), list(guests(1)))).toContain("remove 2 of 3 guests (67 %)");
    expect(removalProblem(list(guests(10)), list(guests(8), { removalLimit: { percent: 10 } }))).toContain("20 %");
  });

  it("lets a change through that says it is meant", () => {
    expect(removalProblem(list(guests(100)), list([], { allowRemoval: true }))).toBeUndefined();
  });

  it("counts neither who expired nor who is spelled in other letter case", () => {
    const lastDays = Object.fromEntries(guests(100).map((address) => [address, "2026-11-30"]));
    const before = list(guests(100), { lastDays });
    expect(removalProblem(before, list([], { expired: guests(100) }), "2026-12-01")).toBeUndefined();
    expect(removalProblem(list(guests(9)), list(guests(9).map((address) => address.toUpperCase())))).toBeUndefined();
  });

  it("counts no guest who has got a new address, but one of two who become one", () => {
    const moved = guests(30).map((address) => address.replace("fabrikam", "northwind"));
    const formerly = Object.fromEntries(guests(30).map((address, index) => [address, moved[index]]));
    expect(removalProblem(list(guests(30)), list(moved))).toContain("remove 30 of 30 guests");
    expect(removalProblem(list(guests(30)), list(moved, { formerly }))).toBeUndefined();
    const access = (addresses: string[]) => [{ names: ["group Partners"], ids: ["1"], guests: addresses }];
    const before = list(guests(30), { access: access(guests(30)) });
    expect(removalProblem(before, list(moved, { formerly, access: access(moved) }))).toBeUndefined();
    expect(removalProblem(before, list(moved, { formerly }))).toContain("take access from 30 of 30 guests");
    const merged = { formerly: Object.fromEntries(guests(30).map((address) => [address, "one@northwind.example"])) };
    expect(removalProblem(list(guests(30)), list(["one@northwind.example"], merged))).toContain("remove 29 of 30");
  });

  it("[H2] counts who has a last day in the past that no earlier run had recorded while it was ahead", () => {
    const expired = guests(30);
    const sudden = removalProblem(list(expired), list([], { expired }), "2026-12-01");
    expect(sudden).toContain("remove 30 of 30 guests");
    expect(sudden).toContain("An expiry date in the past counts as a removal unless an earlier run had recorded it");
    const lastDays = Object.fromEntries(expired.map((address) => [address, "2027-12-31"]));
    expect(removalProblem(list(expired, { lastDays }), list([], { expired }), "2026-12-01")).toContain(
      "remove 30 of 30",
    );
  });

  it("[case 9] says the reason first, and then who would go, and not who stays", () => {
    const problem = removalProblem(list(guests(150)), list(guests(120)));
    expect(problem).toMatch(/^this would remove 30 of 150 guests/);
    expect(problem).not.toContain("guest0@");
    expect(problem?.indexOf("guest120@")).toBeGreaterThan(problem?.indexOf("the limit is") ?? Number.POSITIVE_INFINITY);
  });

  it("[case 17] stops a change that takes access from many, and takes a thing by another name for the same", () => {
    const held = (names: string[]) => [{ names, ids: names.map((_, index) => `id${index}`), guests: guests(30) }];
    const before = list(guests(30), { access: held(["group Partners", "application Portal"]) });
    expect(removalProblem(before, list(guests(30), { access: held(["group Partners"]) }))).toMatch(
      /^this would take access from 30 of 30 guests .* \(application Portal: 30\): guest0@/,
    );
    expect(removalProblem(before, list(guests(30)))).toContain("group Partners: 30, application Portal: 30");
    expect(
      removalProblem(before, list(guests(30), { access: held(["group of partners", "application Portal"]) })),
    ).toBe(undefined);
    expect(removalProblem(before, list(guests(30), { allowRemoval: true }))).toBeUndefined();
  });
});
