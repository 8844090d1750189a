import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configSizeProblem } from "../../components/index.ts";
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

  it("[case 5] [case 6] [case 8] [case 13] [case 16] [case 17] [M1] [M4] is told once each, at its line, with what to write, and makes no log command", async () => {
    test.writeFile("hostile.yaml", hostileList);
    test.writeFile("headings.csv", "email,id,,\nfinn@adatum.example,7,,\n");
    test.writeFile("Pulumi.test.yaml", wrongConfig);
    test.tenant.clearRequests();
    const output = await failureOf(test.stack.preview());
    const at = (line: number, ...words: string[]) => expectInBlock(output, `Pulumi.test.yaml:${line}:`, words);

    at(3, "guests:redirectURL", "unknown key", 'write "redirectUrl"');
    at(4, "guests:department", "not the text 0042", 'put it in quotes: "0042"');
    at(5, "guest:groups", "would be ignored", "write guests:groups");
    at(7, "usageLocation", '"UK"', "write GB");
    at(8, "message.language", "write de");
    at(9, "message.cc", "a cc is one address", "set mailFrom");
    at(10, "redirectUrl", "write https://myapps.microsoft.com");
    at(12, "no address twice", "guests:invitations[1].email at stacks/Pulumi.test.yaml:11:");
    at(14, "sponsors", "a list is expected", "- mona@contoso.example");
    at(15, "displayName", '"   "', "it is empty");
    at(18, "azure[0].scope", "resourceGroups/..", "this is not a scope");
    expectInBlock(output, "hostile.yaml:2:", ["displayName", "control character (U+001B)"]);
    expectInBlock(output, "hostile.yaml:4:", [
      "log would take a part of it for a command",
      "\\n#\\u{23}vso[task.complete]",
    ]);
    expectInBlock(output, "headings.csv:1", ['"id"', "unknown column", "take it out"]);
    expect(output).not.toContain("each guest needs a redirect URL");
    expect(output).not.toContain("at most five sponsors");
    expect(output).toContain("14 problems in the guest list");
    expect(output).not.toMatch(/^\s*(##\w*\[|::)/m);
    expect(output).not.toContain("\u001b[2J");
    expect(test.tenant.requests()).toEqual([]);
  });

  it("[case 10] stops at an address that is a secret of its own, and warns of others that cannot be kept", async () => {
    test.configure({ redirectUrl, invitations: [{ displayName: "Xenia" }] });
    await test.stack.setConfig("guests:invitations[0].email", { value: "xenia@fabrikam.example", secret: true }, true);
    const refused = await failureOf(test.stack.preview());
    expectInBlock(refused, "Pulumi.test.yaml:", ["invitations[0].email", "[secret]", "an address cannot be a secret"]);
    expect(refused).not.toContain("xenia@");

    test.configure({ redirectUrl });
    const whole = JSON.stringify([{ email: "xenia@fabrikam.example", displayName: "Xenia" }]);
    await test.stack.setConfig("guests:invitations", { value: whole, secret: true });
    const { stdout } = await test.stack.preview();
    expect(stdout).toMatch(/warning: These secrets are written in plain .*: guests:invitations\[0\]\.email\./);
  });

  it("[M6] of half a million rows ends with a word, and not with all of them", async () => {
    test.writeFile("wrong.csv", `email\n${"x\n".repeat(500_000)}`);
    test.configure({ redirectUrl, lists: ["wrong.csv"] });
    const output = await failureOf(test.stack.preview());
    expect(output).toMatch(/[\d,]{7,} problems in the guest list/);
    expect(output).toMatch(/… and [\d,]{7,} more\./);
    expect(output.length).toBeLessThan(50_000);
  });

  it("[case 14] that does not fit into the program's environment is foreseen: Pulumi itself says nothing", async () => {
    const invitations = Array.from({ length: 3_000 }, (_, n) => ({
      email: `guest${n}@fabrikam.example`,
      displayName: "Guest",
    }));
    test.configure({ redirectUrl, invitations });
    const project = test.stack.workspace.workDir;
    expect(configSizeProblem(project, "test")).toContain("Move the guests into list files");
    await failureOf(test.stack.preview());
    test.configure({ redirectUrl, invitations: invitations.slice(0, 1_000) });
    expect(configSizeProblem(project, "test")).toBeUndefined();
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

  it("[case 7] [case 13] [case 15] is nothing in a European spreadsheet, a merged map and the portal's export: the preview shows their guests", async () => {
    const [first = "", ...rows] = csvOf("ana@fabrikam.example,https://myapps.microsoft.com,WAHR,").split("\r\n");
    test.writeFile("europe.csv", `\ufeff${[`${first},,,`, ...rows].join("\r\n").replaceAll(",", ";")}`);
    test.writeFile("export.csv", portalExport);
    test.writeFile(
      "merged.yaml",
      "- &base { email: eve@adatum.example, jobTitle: Buyer }\n- { <<: *base, email: finn@adatum.example }\n",
    );
    test.configure({ redirectUrl, lists: ["europe.csv", "export.csv", "merged.yaml"] });
    const { stdout } = await test.stack.preview();
    for (const guest of [
      "ana@fabrikam.example",
      "bo@northwind.example",
      "carla@adatum.example",
      "finn@adatum.example",
    ]) {
      expect(stdout).toContain(`guests-${guest}`);
    }
    expect(stdout).toContain("export.csv:4: 1 row is a member of your organisation");
    expect(stdout).not.toContain("guests-mona@contoso.example");
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

/** The stack's file as somebody wrote it by hand; the lines are counted from 1. */
const wrongConfig = `encryptionsalt: v1:Zsjpwvd1VMY=:v1:PLA4TRnGw2hI9OiP:5Eu3bE/6S6CI4MZlHR9wevt8jyiqvw==
config:
  guests:redirectURL: https://myapps.microsoft.com
  guests:department: 0042
  guest:groups: [Partners]
  guests:invitations:
    - { email: bo@northwind.example, usageLocation: UK,
        message: { language: german,
                   cc: [mona@contoso.example, kim@contoso.example] },
        redirectUrl: https:/myapps.microsoft.com }
    - { email: e6@xn--mnchen-3ya.example }
    - { email: e6@münchen.example }
    - email: carla@adatum.example
      sponsors: mona@contoso.example
      displayName: "   "
      azure:
        - { role: Reader,
            scope: resourceGroups/.. }
  guests:lists: [hostile.yaml, headings.csv]
`;

const hostileList = `- email: dan@adatum.example
  displayName: "Dan\\e[2J"
- email: eve@adatum.example
  message: { body: "Hello\\n##vso[task.complete]\\n::error::x" }
`;

/** What "Download users" of the portal writes, shortened to the columns that matter here and a few that do not. */
const portalExport = `userPrincipalName,displayName,surname,mail,givenName,id,userType,department,accountEnabled,usageLocation,state,country,alternateEmailAddress,invitationState,createdDateTime
bo_northwind.example#EXT#@contoso.onmicrosoft.com,Bo,,bo@northwind.example,Bo,1,Guest,Sales,True,DK,,Denmark,,Accepted,1/1/2025
carla_adatum.example#EXT#@contoso.onmicrosoft.com,Carla,,,,2,Guest,,True,,,,,PendingAcceptance,1/1/2025
mona@contoso.example,Mona,,mona@contoso.example,,3,Member,,True,,,,,,1/1/2025
`;

/** Expects the block of the report that begins with a place to hold these words. */
function expectInBlock(output: string, place: string, words: readonly string[]): void {
  const block = output
    .split(/\n\s*\n/)
    .find((part) => part.includes(place) && words.every((word) => part.includes(word)));
  expect(block, `no block of ${place} has ${words.join(" and ")} in:\n${output}`).toBeDefined();
}
