import { describe, expect, it } from "vitest";
import { report } from "../problem.ts";
import { declaredGuests, type GuestListInput } from "./declared-guests.ts";

const redirectUrl = "https://myapps.microsoft.com";

/** What a stack's file says below config:, and what Pulumi makes of it. */
function read(file: string, values: Record<string, unknown>, rest: Partial<GuestListInput> = {}) {
  const texts = Object.entries(values).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return declaredGuests({
    values: Object.fromEntries(texts),
    secretKeys: new Set(),
    stackFile: { name: "Pulumi.test.yaml", text: file },
    readList: () => ({ rule: "there is no file", remedy: "none" }),
    ...rest,
  });
}

function told(...args: Parameters<typeof read>): string[] {
  const result = read(...args);
  if (!("problems" in result)) return [];
  return result.problems.map(({ path, place, rule, remedy }) => `${place?.line ?? "-"} ${path}: ${rule}: ${remedy}`);
}

describe("[case 6] text without quotes that YAML takes for something else", () => {
  it.each([
    ["0042", "34", "a number"],
    ["1e3", "1000", "a number"],
    ["0x1F", "31", "a number"],
    [".5", "0.5", "a number"],
    ["1_000", "1000", "a number"],
    ["004912345678", "4912345678", "a number"],
    ["12:30:00", "12:30:00", "a time of day"],
    ["2027-03-31", "2027-03-31 00:00:00 +0000 UTC", "a date"],
    ["yes", "yes", "true or false"],
    ["No", "No", "true or false"],
    ["true", "true", "true or false"],
    ["~", "", "nothing"],
    ["null", "", "nothing"],
  ])("is refused at its line: %s", (written, handedOver, kind) => {
    const sentence = `guests:department: without quotes, YAML reads ${kind} here and not the text ${written}: put it in quotes: "${written}"`;
    expect(told(`config:\n  guests:department: ${written}\n`, { department: handedOver, redirectUrl })).toEqual([
      `2 ${sentence}`,
    ]);
  });

  it("is refused inside a guest, a message, a list and a profile, each once", () => {
    const file = `config:
  guests:redirectUrl: ${redirectUrl}
  guests:accessProfiles:
    007: { groups: [1e3] }
  guests:invitations:
    - email: ana@fabrikam.example
      jobTitle: 0042
      message: { body: yes }
      groups: [Partners, 0x1F]
`;
    const invitations = [
      { email: "ana@fabrikam.example", jobTitle: 34, message: { body: "yes" }, groups: ["Partners", 31] },
    ];
    const lines = told(file, { redirectUrl, accessProfiles: { "7": { groups: [1000] } }, invitations });
    expect(lines.map((line) => line.split(": ")[0])).toEqual([
      "7 guests:invitations[0].jobTitle",
      "8 guests:invitations[0].message.body",
      "9 guests:invitations[0].groups[1]",
      "4 guests:accessProfiles.7",
      "4 guests:accessProfiles.7.groups[0]",
    ]);
    expect(lines.every((line) => line.includes("put it in quotes"))).toBe(true);
  });

  it("is taken in quotes, and where the property's own rule knows it", () => {
    const file = `config:
  guests:redirectUrl: ${redirectUrl}
  guests:department: "0042"
  guests:companyName: !!str 1e3
  guests:usageLocation: NO
  guests:expires: 2027-03-31
  guests:resend: 007
  guests:sendInvitation: false
  guests:message: { language: no }
  guests:expiryNotice: 30
`;
    const values = { redirectUrl, department: "0042", companyName: "1e3", usageLocation: "NO", resend: "7" };
    const others = { sendInvitation: "false", message: { language: "no" }, expiryNotice: "30" };
    expect(told(file, { ...values, ...others, expires: "2027-03-31 00:00:00 +0000 UTC" })).toEqual([]);
  });

  it("is told of numbers that readers disagree on, and of tags", () => {
    const file = "config:\n  guests:expiryNotice: 010\n  guests:department: !include file.txt\n";
    expect(told(file, { expiryNotice: "8", department: "file.txt" })).toEqual([
      "3 guests:department: a tag (!name) means nothing here: take the tag out",
      "2 guests:expiryNotice: YAML readers disagree on the number 010: write a number without a zero in front",
    ]);
  });

  it("is not told of a file that Pulumi did not take, nor of other namespaces", () => {
    const file = "config:\n  guests:department: 0042\n  azure:number: 0042\n";
    expect(told(file, { redirectUrl })).toEqual([]);
  });
});

describe("[case 13] maps that are merged", () => {
  it("are read as Pulumi reads them, and lead to their place", () => {
    const file = `config:
  guests:redirectUrl: ${redirectUrl}
  guests:invitations:
    - &base { email: ana@fabrikam.example, jobTitle: Buyer, colour: red }
    - <<: *base
      email: bo@fabrikam.example
`;
    const ana = { email: "ana@fabrikam.example", jobTitle: "Buyer", colour: "red" };
    const lines = told(file, { redirectUrl, invitations: [ana, { ...ana, email: "bo@fabrikam.example" }] });
    expect(lines.map((line) => line.split(": ")[0])).toEqual([
      "4 guests:invitations[0].colour",
      "4 guests:invitations[1].colour",
    ]);
  });
});

describe("[case 17] a namespace that is nearly ours", () => {
  const file = (key: string) => `config:\n  guests:redirectUrl: ${redirectUrl}\n  ${key}: [Partners]\n`;

  it.each([
    ["guest:groups", "guests:groups"],
    ["Guests:groups", "guests:groups"],
    ["GUESTS:groups", "guests:groups"],
    ["guets:groups", "guests:groups"],
    ["gusts:grops", "guests:groups"],
    ["guestss:invitations", "guests:invitations"],
    ["guests-as-code:groups", "guests:groups"],
    ["guests_as_code:anything", "guests:anything"],
    ["guestList:groups", "guests:groups"],
    ["my-guests:invitations", "guests:invitations"],
    ["entra-guests:groups", "guests:groups"],
    ["huests:redirectUrl", "guests:redirectUrl"],
  ])("such as %s is an error with its line, and the right name", (key, right) => {
    const otherKeys = ["azuread:tenantId", key];
    const [before] = key.split(":");
    expect(told(file(key), { redirectUrl }, { otherKeys })).toEqual([
      `3 ${key}: the namespace "${before}" belongs to nobody here, so this would be ignored: write ${right}`,
    ]);
  });

  it("leaves others alone: providers, our provider's settings, and the project's own", () => {
    const otherKeys = ["azuread:tenantId", "azure-native:groups", "pulumi:tags", "aws:region", "tests:groups"];
    const ours = ["entra-guests:tenantId", "entra-guests:useOidc", "partner-guests:colour", "guestbook:pages"];
    const all = [...otherKeys, ...ours, "contoso:invitations", "gcp:message"];
    expect(told("", { redirectUrl }, { otherKeys: all, project: "partner-guests" })).toEqual([]);
  });

  it("tells a setting that landed in the project's own namespace", () => {
    const text = `config:\n  guests:redirectUrl: ${redirectUrl}\n  groups: [Partners]\n  colour: red\n`;
    const otherKeys = ["contoso:groups", "contoso:colour"];
    expect(told(text, { redirectUrl }, { otherKeys, project: "contoso" })).toEqual([
      '3 groups: without a namespace, Pulumi takes this for a setting of the project "contoso": write guests:groups; or contoso:groups where your program reads it',
    ]);
  });

  it("takes keys without a namespace in a project of that name", () => {
    expect(told(`config:\n  redirectUrl: ${redirectUrl}\n`, { redirectUrl })).toEqual([]);
  });

  it("tells settings below guests:, beside config:, and below a config: that is misspelt", () => {
    const below = `config:\n  guests:\n    redirectUrl: ${redirectUrl}\n    groups: [Partners]\n`;
    expect(told(below, { guests: { redirectUrl, groups: ["Partners"] } })).toEqual([
      "2 guests: each setting has a key of its own, with the namespace before it: write guests:groups and so on, directly below config:",
    ]);
    expect(told(`config: {}\nguests:groups: [Partners]\n`, {})).toEqual([
      "2 guests:groups: it does not stand below config:, so Pulumi ignores it: indent it below config:",
    ]);
    expect(told(`Config:\n  guests:groups: [Partners]\n`, {})).toEqual([
      '1 Config: Pulumi reads no such section, and ignores it: write "config"',
    ]);
  });

  it("[case 16] is told alone, and not what is missing for it", () => {
    const text = "config:\n  guest:redirectUrl: https://x.example\n  guests:invitations: [{ email: ana@x.example }]\n";
    const otherKeys = ["guest:redirectUrl"];
    expect(told(text, { invitations: [{ email: "ana@x.example" }] }, { otherKeys })).toHaveLength(1);
  });
});

describe("[case 10] a secret that cannot be kept", () => {
  const guest = { email: "ana@fabrikam.example", displayName: "Ana", expires: "2035-12-31" };
  const secretKeys = new Set(["invitations"]);
  const encrypted = "{ secure: v1:abc }";

  it.each([
    ["formerly: { secure: v1:abc }", "ana@old.example", "formerly"],
    ["formerly: [ana@old.example, { secure: v1:abc }]", ["ana@old.example", "ana@older.example"], "formerly[1]"],
  ])("is refused where it is an earlier address: %s", (line, formerly, path) => {
    const file = `config:\n  guests:invitations:\n    - email: ana@fabrikam.example\n      ${line}\n`;
    const result = read(file, { redirectUrl, invitations: [{ ...guest, formerly }] }, { secretKeys });
    expect(result).toMatchObject({ problems: [{ path: `guests:invitations[0].${path}`, value: "[secret]" }] });
  });

  it("is refused where it is an address of its own, without the address", () => {
    const file = `config:\n  guests:invitations:\n    - email: ${encrypted}\n      displayName: Ana\n`;
    const result = read(file, { redirectUrl, invitations: [guest] }, { secretKeys });
    expect(result).toMatchObject({
      problems: [
        {
          path: "guests:invitations[0].email",
          place: { line: 3 },
          value: "[secret]",
          rule: expect.stringContaining("an address cannot be a secret"),
          remedy: expect.stringContaining("--plaintext --path 'guests:invitations[0].email'"),
        },
      ],
    });
    expect(JSON.stringify(result)).not.toContain("fabrikam");
  });

  it.each([
    [
      "the whole list",
      `config:\n  guests:invitations: ${encrypted}\n`,
      "guests:invitations[0].email, guests:invitations[0].expires.",
    ],
    [
      "one value that steers the run",
      `config:\n  guests:invitations:\n    - { email: ana@fabrikam.example, expires: ${encrypted} }\n`,
      "guests:invitations[0].expires.",
    ],
    ["an unknown part of it", "config: {}\n", "guests:invitations[0].email, guests:invitations[0].expires."],
  ])("is told for %s, and nothing else is", (_what, file, places) => {
    const result = read(file, { redirectUrl, invitations: [guest] }, { secretKeys });
    expect(result).toHaveProperty("list");
    const { warnings = [] } = result as { warnings?: string[] };
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^These secrets are written in plain/);
    expect(warnings[0]?.endsWith(`run: ${places}`)).toBe(true);
    expect(warnings[0]).not.toContain("fabrikam");
  });

  it("is no matter where it can be kept", () => {
    const file = `config:\n  guests:invitations:\n    - { email: ana@fabrikam.example, displayName: ${encrypted} }\n`;
    const { email, displayName } = guest;
    expect(read(file, { redirectUrl, invitations: [{ email, displayName }] }, { secretKeys })).not.toHaveProperty(
      "warnings",
    );
    const department = new Set(["department"]);
    expect(read("", { redirectUrl, department: "x" }, { secretKeys: department })).not.toHaveProperty("warnings");
  });

  it("is told for the defaults and the settings of the list", () => {
    const keys = new Set(["groups", "removalLimit", "message"]);
    const values = { redirectUrl, groups: ["Partners"], removalLimit: { guests: 3 }, message: { body: "Hi" } };
    const { warnings = [] } = read("", values, { secretKeys: keys }) as { warnings?: string[] };
    expect(warnings.join()).toMatch(/run: guests:groups, guests:removalLimit\.$/);
  });

  it("keeps what the rules say of a secret without its value", () => {
    const wrong = [{ email: "ana@fabrikam.example", usageLocation: "UK", redirectUrl: "https:/hush.example" }];
    const result = read("", { invitations: wrong }, { secretKeys });
    const { problems } = result as { problems: Parameters<typeof report>[1] };
    expect(report("the list", problems)).not.toMatch(/GB|hush/);
  });
});

it("[case 16] says that groups and applications were not looked up, where the list names any", () => {
  const wrong = { invitations: [{ email: "ana" }], redirectUrl };
  expect(read("", wrong)).not.toHaveProperty("note");
  for (const names of [
    { groups: ["Partners"] },
    { redirectUrl: { app: "Portal" } },
    { accessProfiles: { a: { apps: ["b"] } } },
  ]) {
    expect(read("", { ...wrong, ...names })).toHaveProperty("note", expect.stringContaining("not looked up"));
  }
});
