import { describe, expect, it } from "vitest";
import { guestListInputs } from "../../model/guest-list.ts";
import { removalProblem } from "./guest-resources.ts";

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
    expect(removalProblem(list(guests(100)), list([], { expired: guests(100) }))).toBeUndefined();
    expect(removalProblem(list(guests(9)), list(guests(9).map((address) => address.toUpperCase())))).toBeUndefined();
  });
});
