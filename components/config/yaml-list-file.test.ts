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
      'lists/a.yaml:5:5 invitations[1].email: "email" is required and missing',
      "lists/a.yaml:5:5 invitations[1].mail: unknown key",
    ]);
  });

  it.each([
    ["broken YAML", "- email: [", /^lists\/a\.yaml:1:\d+ : this is no YAML/],
    [
      "a key twice",
      "- email: a@x.example\n  email: b@x.example",
      /^lists\/a\.yaml:2:3 : this is no YAML: Map keys must be/,
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

    expect(problemsOf(levels.join("\n"))).toEqual([expect.stringContaining("at most 100 aliases")]);
  });
});
