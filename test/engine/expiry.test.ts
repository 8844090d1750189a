import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStack, type ThrowAwayStack } from "./throw-away-stack.ts";

const redirectUrl = "https://myapps.microsoft.com";
const day = 24 * 60 * 60 * 1000;
const inThreeDays = new Date(Date.now() + 3 * day).toISOString().slice(0, 10);

describe("a guest whose last day", () => {
  let test: ThrowAwayStack;
  beforeAll(async () => {
    test = await openStack();
    list({});
    await test.stack.up();
  });
  afterAll(() => test.close());

  it("is near is announced by the preview, and stays", async () => {
    list({ expires: inThreeDays });
    const { stdout, stderr, changeSummary } = await test.stack.preview();
    expect(stdout + stderr).toContain(`1 guest leaves the list within 14 days: ana@fabrikam.example (${inThreeDays})`);
    expect(changeSummary.delete).toBeUndefined();
  });

  it("has passed leaves with the next up, which says so, and nobody else does", async () => {
    list({ expires: "2026-01-31" });
    const { stdout, stderr } = await test.stack.up();
    expect(stdout + stderr).toContain("1 guest has passed the expiry date and left the list: ana@fabrikam.example");
    expect(Object.keys(test.guestIds())).toEqual(["bo@fabrikam.example"]);
  });

  it("is moved comes back with the same object id", async () => {
    const [deleted] = test.tenant.deletedUsers();
    list({ expires: inThreeDays });
    await test.stack.up();
    expect(test.guestIds()["ana@fabrikam.example"]).toBe(deleted?.id);
    expect(test.tenant.mails().filter(({ to }) => to === "ana@fabrikam.example")).toHaveLength(1);
  });

  function list(ana: Record<string, unknown>): void {
    const invitations = [{ email: "ana@fabrikam.example", ...ana }, { email: "bo@fabrikam.example" }];
    test.configure({ redirectUrl, invitations });
  }
});
