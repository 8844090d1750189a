import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repository } from "../../tools/toolchain.ts";
import { failureOf, openStack, type ThrowAwayStack } from "./throw-away-stack.ts";

const redirectUrl = "https://myapps.microsoft.com";

describe("what should not be sent", () => {
  let test: ThrowAwayStack;
  beforeAll(async () => {
    test = await openStack();
  });
  afterAll(() => test.close());

  it("fails the preview with every error at once, each with its place, and asks the tenant nothing", async () => {
    test.writeFile("fabrikam.csv", csvOf("ana@fabrikam.example,http://fabrikam.example,true,Hello"));
    test.configure({
      redirectUrl,
      lists: ["fabrikam.csv"],
      invitations: [
        { email: "Ana@Fabrikam.example" },
        { email: "bo+news@northwind.example" },
        { email: "carla@adatum.example", expires: "2027-02-30", colour: "red" },
        { email: "dan@northwind.example", message: { body: "Hello", language: "da" } },
      ],
    });
    test.tenant.clearRequests();
    const output = await failureOf(test.stack.preview());

    expect(output).toContain("fabrikam.csv:3");
    expect(output).toContain("begins with https://");
    expect(output).toContain("guests:invitations[1].email");
    expect(output).toContain("plus-addressing");
    expect(output).toContain("guests:invitations[2].expires");
    expect(output).toContain("colour");
    expect(output).toContain("guests:invitations[3].message");
    expect(output).toContain("Pulumi.test.yaml:");
    expect(test.tenant.requests()).toEqual([]);
  });

  it("fails the preview for a guest outside the allowed domains, in the policy's words, and sends nothing", async () => {
    test.configure({
      redirectUrl,
      invitations: [{ email: "ana@fabrikam.example" }, { email: "mallory@evil.example" }],
    });
    test.tenant.clearRequests();
    const output = await failureOf(
      test.stack.preview({
        policyPacks: [path.join(repository, "policies", "guests")],
        policyPackConfigs: [path.join(repository, "policies", "guests.local.json")],
      }),
    );
    expect(output).toContain("allowed-domains");
    expect(output).toContain("mallory@evil.example");
    expect(test.writes()).toEqual([]);
    expect(test.guestIds()).toEqual({});
  });

  it("passes the same policies with a clean list", async () => {
    test.configure({
      redirectUrl,
      message: { body: "Welcome." },
      invitations: [{ email: "ana@fabrikam.example", message: { cc: "mona@contoso.example" } }],
    });
    const { changeSummary } = await test.stack.preview({
      policyPacks: [path.join(repository, "policies", "guests")],
      policyPackConfigs: [path.join(repository, "policies", "guests.local.json")],
    });
    expect(changeSummary.create).toBeGreaterThan(0);
  });
});

function csvOf(...rows: string[]): string {
  const header =
    "Email address to invite [inviteeEmail] Required,Redirection url [inviteRedirectURL] Required," +
    "Send invitation message (true or false) [sendEmail],Customized invitation message [customizedMessageBody]";
  return ["version:v1.0", header, ...rows, ""].join("\r\n");
}
