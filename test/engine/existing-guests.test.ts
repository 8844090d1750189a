import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { failureOf, openStack, type ThrowAwayStack } from "./throw-away-stack.ts";

const redirectUrl = "https://myapps.microsoft.com";

describe("a guest who was in the tenant before the stack", () => {
  let test: ThrowAwayStack;
  let anaId: string;

  beforeAll(async () => {
    test = await openStack();
    const { body } = await test.graph("POST", "/invitations", {
      invitedUserEmailAddress: "ana@fabrikam.example",
      inviteRedirectUrl: redirectUrl,
      invitedUserDisplayName: "Ana of old",
    });
    anaId = body.invitedUser.id;
    await test.graph("PATCH", `/users/${anaId}`, { department: "Sales", jobTitle: "Buyer" });
    await test.graph("POST", "/users", {
      displayName: "Lars",
      userPrincipalName: "lars@contoso.onmicrosoft.com",
      mailNickname: "lars",
      accountEnabled: true,
      mail: "lars@contoso.example",
      passwordProfile: { password: "not-a-real-1" },
    });
  });
  afterAll(() => test.close());

  it("is adopted: not mailed, and nothing overwritten that is not declared", async () => {
    test.configure({ redirectUrl, invitations: [{ email: "Ana@fabrikam.example", jobTitle: "Head of purchasing" }] });
    const mailed = test.tenant.mails().length;
    test.tenant.clearRequests();
    const { outputs } = await test.stack.up();

    expect(outputs.guests?.value["ana@fabrikam.example"]).toMatchObject({ userId: anaId, adopted: true });
    expect(test.tenant.mails()).toHaveLength(mailed);
    expect(test.writes()).toEqual([`PATCH /v1.0/users/${anaId}`]);
    const { body } = await test.graph("GET", `/users/${anaId}?$select=displayName,department,jobTitle`);
    expect(body).toMatchObject({ displayName: "Ana of old", department: "Sales", jobTitle: "Head of purchasing" });
  });

  it("stays when the stack is destroyed", async () => {
    await test.stack.destroy();
    expect(test.guestIds()).toEqual({ "ana@fabrikam.example": anaId });
  });

  it("is an error where the list says existing: fail, and nothing is written", async () => {
    test.configure({ redirectUrl, existing: "fail", invitations: [{ email: "ana@fabrikam.example" }] });
    test.tenant.clearRequests();
    const output = await failureOf(test.stack.up());
    expect(output).toContain("ana@fabrikam.example is a guest of the tenant already");
    expect(output).toContain(anaId);
    expect(test.writes()).toEqual([]);
  });

  it("is an error that names both where the address belongs to a member of the organisation", async () => {
    test.configure({ redirectUrl, invitations: [{ email: "lars@contoso.example" }] });
    const output = await failureOf(test.stack.up());
    expect(output).toContain("lars@contoso.example");
    expect(output).toContain("lars@contoso.onmicrosoft.com");
    expect(output).toContain("a member of the organisation");
  });
});

describe("a guest in the recycle bin", () => {
  let test: ThrowAwayStack;
  beforeAll(async () => {
    test = await openStack();
  });
  afterAll(() => test.close());

  it("comes back with the same object id when they are put on the list again", async () => {
    test.configure({
      redirectUrl,
      invitations: [{ email: "ana@fabrikam.example" }, { email: "bo@northwind.example" }],
    });
    await test.stack.up();
    const ids = test.guestIds();

    test.configure({ redirectUrl, invitations: [{ email: "bo@northwind.example" }] });
    await test.stack.up();
    expect(test.tenant.deletedUsers().map(({ id }) => id)).toEqual([ids["ana@fabrikam.example"]]);

    test.configure({
      redirectUrl,
      invitations: [{ email: "ana@fabrikam.example" }, { email: "bo@northwind.example" }],
    });
    await test.stack.up();
    expect(test.guestIds()).toEqual(ids);
  });

  it("is removed again by destroy, for it was the stack that brought them back", async () => {
    await test.stack.destroy();
    expect(test.guestIds()).toEqual({});
  });
});

describe("[A4] two addresses of one account", () => {
  let test: ThrowAwayStack;
  beforeAll(async () => {
    test = await openStack();
  });
  afterAll(() => test.close());

  it("are told by the run that invites the second and by the next preview, and the guest goes with the last of them", async () => {
    // The seed's account with two addresses.
    const [first, second] = [
      { email: "rosa.marquez@adventure-works.example" },
      { email: "rosa@adventure-works.example" },
    ];
    const told = `${first.email} and ${second.email} are addresses of one account`;
    test.configure({ redirectUrl, invitations: [first] });
    await test.stack.up();
    const ids = test.guestIds();

    test.configure({ redirectUrl, invitations: [first, second] });
    const { stdout, outputs } = await test.stack.up();
    expect(stdout).toContain(told);
    expect(outputs.guests?.value[second.email]).toMatchObject({ userId: ids[first.email], adopted: false });
    expect((await test.stack.preview({ expectNoChanges: true })).stdout).toContain(told);

    test.configure({ redirectUrl, allowRemoval: true, invitations: [second] });
    await test.stack.up();
    expect(test.guestIds()).toEqual(ids);
    await test.stack.destroy();
    expect(test.guestIds()).toEqual({});
  });
});
