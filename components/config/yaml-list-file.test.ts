import { describe, expect, it } from "vitest";
import { yamlListFile } from "./yaml-list-file.ts";

const read = (text: string) => yamlListFile("lists/a.yaml", text);

const problemsOf = (text: string) =>
  read(text).problems.map(
    ({ path, place, rule }) =>
      `${[place?.file, place?.line, place?.column].filter(Boolean).join(":")} ${path}: ${rule}`,
  );

describe("a YAML list", () => {
  it("is a list of guests", () => {
    expect(read("- email: ana@fabrikam.example\n  expires: 2027-03-31\n")).toMatchObject({
      problems: [],
      guests: [{ email: "ana@fabrikam.example", expires: "2027-03-31" }],
    });
  });

  it("or guests with defaults of their own, which a guest overrides", () => {
    const text = `
redirectUrl: https://orders.contoso.example
message: { body: Hello }
invitations:
  - email: ana@fabrikam.example
  - email: bo@x.example
    message: { language: da }
`;
    expect(read(text).guests).toEqual([
      { email: "ana@fabrikam.example", redirectUrl: "https://orders.contoso.example", message: { body: "Hello" } },
      { email: "bo@x.example", redirectUrl: "https://orders.contoso.example", message: { language: "da" } },
    ]);
  });

  it("names line and column of each problem", () => {
    const text = "companyName: ''\ninvitations:\n  - email: ana\n    expires: 2027-02-30\n  - mail: bo@x.example\n";

    expect(problemsOf(text)).toEqual([
      "lists/a.yaml:1:14 companyName: it is empty",
      "lists/a.yaml:3:12 invitations[0].email: an e-mail address has an @ between the name and the domain",
      "lists/a.yaml:4:14 invitations[0].expires: a day is a real date written as YYYY-MM-DD",
      "lists/a.yaml:5:5 invitations[1].mail: unknown key",
    ]);
  });

  it.each([
    ["broken YAML", "- email: [", /^lists\/a\.yaml:1:\d+ : this is not YAML/],
    [
      "a key twice",
      "- email: a@x.example\n  email: b@x.example",
      /^lists\/a\.yaml:2:3 : the key "email" stands here twice/,
    ],
    ["text", "hello", /a list file holds a list of guests/],
    ["nothing", "", /a list file holds a list of guests/],
    ["settings of a stack config", "engine: azuread\ninvitations: []", /^lists\/a\.yaml:1:1 engine: unknown key/],
    ["prototype keys", "__proto__: { x: 1 }\ninvitations: []", /__proto__: unknown key/],
  ])("refuses %s", (_what, text, expected) => {
    expect(problemsOf(text)).toEqual([expect.stringMatching(expected)]);
  });

  it("refuses aliases that expand without end", () => {
    const levels = Array.from(
      { length: 9 },
      (_, n) =>
        `l${n}: &l${n} [${Array(9)
          .fill(n ? `*l${n - 1}` : "x")
          .join()}]`,
    );

    expect(problemsOf(levels.join("\n"))).toEqual([
      expect.stringContaining("the aliases (*name) of this file stand for more than"),
    ]);
  });
});

describe("[case 13] YAML that cannot be read", () => {
  it.each([
    ["two documents", "- email: a@x.example\n---\n- email: b@x.example\n", 2, "second document"],
    ["a bracket that is never closed", "- email: [", 1, "bracket is not closed"],
    ["a tab for an indent", "- email: a@x.example\n\tdisplayName: Ana\n", 2, "does not continue"],
    ["a colon in a name", "- email: a@x.example\n  displayName: Ana: the First\n", 2, "second key stands in one line"],
    ["a quote that is never closed", '- email: "a@x.example\n', 2, "closing quote is missing"],
    ["a missing colon", "- email: a@x.example\n  displayName Ana\n", 2, "colon"],
    ["a name that begins with @", "- email: @ana\n", 1, "may not begin with"],
    ["a backslash", '- displayName: "C:\\qux"\n', 1, "backslash"],
    ["dashes between brackets", "- {email: a@x.example, - x}\n", 1, "no dashes"],
    ["an alias of nothing", "- email: a@x.example\n  message: *body\n", 2, "no anchor"],
    ["a tag", "- email: a@x.example\n  department: !include x\n", 2, "a tag"],
    ["a key twice", "- email: a@x.example\n  email: b@x.example\n", 2, "stands here twice"],
    ["nothing that is YAML", "}{", 1, "not YAML"],
  ])("says so once, in plain words: %s", (_what, text, line, words) => {
    const { problems, more } = read(text);
    expect(problems).toEqual([
      expect.objectContaining({ place: expect.objectContaining({ line }), rule: expect.stringContaining(words) }),
    ]);
    expect(more).toBe(0);
    expect(JSON.stringify(problems)).not.toMatch(/parseAllDocuments|Implicit|Unexpected|Nested mappings|Plain value/);
  });

  it("takes merged maps, with the guest's own words first, however often one is used", () => {
    const text = `
- &base { email: ana@fabrikam.example, jobTitle: Buyer, message: &message { body: Hello } }
${Array.from({ length: 300 }, (_, index) => `- { <<: *base, email: a${index}@fabrikam.example, message: *message }`).join("\n")}
`;
    const { guests, problems } = read(text);
    expect(problems).toEqual([]);
    expect(guests).toHaveLength(301);
    expect(guests[300]).toEqual({ email: "a299@fabrikam.example", jobTitle: "Buyer", message: { body: "Hello" } });
  });
});

it("[case 6] text without quotes that YAML takes for something else is refused at its line, once", () => {
  const text = `
department: 0042
invitations:
  - email: ana@fabrikam.example
    displayName: no
    companyName: "1e3"
    expires: 2035-12-31
    groups: [0x1F]
`;
  expect(problemsOf(text)).toEqual([
    "lists/a.yaml:2:13 department: without quotes, YAML reads a number here and not the text 0042",
    "lists/a.yaml:5:18 invitations[0].displayName: without quotes, YAML reads true or false here and not the text no",
    "lists/a.yaml:8:14 invitations[0].groups[0]: without quotes, YAML reads a number here and not the text 0x1F",
  ]);
});
