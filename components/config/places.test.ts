import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { report } from "../problem.ts";
import { declaredGuests } from "./declared-guests.ts";

const stackFile = {
  name: "stacks/Pulumi.test.yaml",
  text: `# comment
config:
  guests:redirectUrl: http://x.example
  guests:sendInvitation: "maybe"
  guests:invitations:
    - email: ana+x@fabrikam.example
      expires: 2027-03-31
    - displayName: Nobody
    - email: bo@x.example
      dispalyName: Bo
`,
};

const invitations = [
  { email: "ana+x@fabrikam.example", expires: "2027-03-31 00:00:00 +0000 UTC" },
  { displayName: "Nobody" },
  { email: "bo@x.example", dispalyName: "Bo" },
];

function problems(values: Record<string, string>, text = stackFile.text) {
  const result = declaredGuests({
    values,
    secretKeys: new Set(),
    stackFile: { ...stackFile, text },
    readList: () => ({ rule: "none", remedy: "none" }),
  });
  return "problems" in result ? result.problems : [];
}

const placesOf = (...args: Parameters<typeof problems>) =>
  Object.fromEntries(problems(...args).map(({ path, place }) => [path, place && `${place.line}:${place.column}`]));

describe("places", () => {
  it("names line and column of values, of unknown keys, and of the guest who lacks something", () => {
    const values = {
      redirectUrl: "http://x.example",
      sendInvitation: "maybe",
      invitations: JSON.stringify(invitations),
    };

    expect(placesOf(values)).toEqual({
      "guests:redirectUrl": "3:23",
      "guests:sendInvitation": "4:26",
      "guests:invitations[0].email": "6:14",
      "guests:invitations[1].email": "8:7",
      "guests:invitations[2].dispalyName": "10:7",
    });
  });

  it("names none where the file says something else than Pulumi", () => {
    const [, , bo] = invitations;
    const values = { redirectUrl: "http://other.example", invitations: JSON.stringify([{ email: "no" }, {}, bo]) };

    expect(placesOf(values)).toEqual({
      "guests:redirectUrl": undefined,
      "guests:invitations[0].email": undefined,
      "guests:invitations[1].email": undefined,
      "guests:invitations[2].dispalyName": "10:7",
    });
  });

  it("finds keys without the namespace too, as Pulumi takes them", () => {
    expect(placesOf({ redirectUrl: "no" }, "config:\n  redirectUrl: no\n")).toEqual({ "guests:redirectUrl": "2:16" });
  });

  it("does without places when the file is no YAML", () => {
    expect(placesOf({ redirectUrl: "no" }, "config: [")).toEqual({ "guests:redirectUrl": undefined });
  });

  it("[case 13] [H5] are those of the wrong part itself: a scope, the second profile, a copy, wherever they stand", () => {
    const text = `config:
  guests:redirectUrl: https://x.example
  guests:accessProfiles:
    buyer:
      azure:
        - role: Reader
          scope: resourceGroups/..
  guests:invitations:
    - email: ana@fabrikam.example
      profiles: [buyer,
        byer]
      message:
        body: Hello
        cc: [a@x.example, b@x.example]
  guests:lists: [a.yaml]
`;
    const list = `profiles:
  - buyr
azure:
  - { role: Reader, scope: /.. }
message:
  cc:
    - a@x.example
    - b@x.example
invitations:
  - email: bo@fabrikam.example
  - email: eve@fabrikam.example
`;
    const { config } = parse(text);
    const values = Object.fromEntries(
      Object.entries(config).map(([key, value]) => [
        key.replace("guests:", ""),
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    );
    const result = declaredGuests({
      values,
      secretKeys: new Set(),
      stackFile: { name: "Pulumi.test.yaml", text },
      readList: (name) => ({ name, text: list }),
    });
    const found = "problems" in result ? result.problems : [];
    expect(found.map(({ path, place }) => `${path} ${place?.file}:${place?.line}`).sort()).toEqual([
      "azure[0].scope a.yaml:4",
      "guests:accessProfiles.buyer.azure[0].scope Pulumi.test.yaml:7",
      "guests:invitations[0].message.cc Pulumi.test.yaml:14",
      "guests:invitations[0].profiles[1] Pulumi.test.yaml:11",
      "message.cc a.yaml:7",
      "profiles[0] a.yaml:2",
    ]);
  });
});

describe("the report", () => {
  it("gives a block for each problem, in the order of the file", () => {
    const values = { invitations: JSON.stringify(invitations), redirectUrl: "http://x.example" };

    expect(report('the guest list of stack "test"', problems(values).slice(0, 2).reverse())).toMatchInlineSnapshot(`
      "2 problems in the guest list of stack "test". Nothing was sent.

        stacks/Pulumi.test.yaml:3:23  guests:redirectUrl
          value  "http://x.example"
          rule   a redirect URL begins with https://, not http:
          do     write https://x.example

        stacks/Pulumi.test.yaml:6:14  guests:invitations[0].email
          value  "ana+x@fabrikam.example"
          rule   Microsoft Graph refuses "+" in a guest's address; plus-addressing does not work for guests, use the plain address
          do     write the plain address at which the guest reads mail"
    `);
  });

  it("shortens long values and escapes what a terminal would act on", () => {
    const [long] = problems({ redirectUrl: `http://${"x".repeat(500)}` });
    const [hostile] = problems({ redirectUrl: "http://x\u001b[31m\u202e\nNothing" });

    expect(long?.value).toMatch(/^"http:\/\/x{72}… \(509 characters\)$/);
    expect(hostile?.value).toBe('"http://x\\u{1b}[31m\\u{202e}\\nNothing"');
  });
});
