import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvListFile } from "../components/config/csv-list-file.ts";
import { type CsvChanges, changedCsv, newCsv } from "./csv-edits.ts";

const guestsOf = (text: string) => {
  const { guests, problems } = csvListFile("a.csv", text);
  expect(problems).toEqual([]);
  return guests;
};

function changed(text: string, changes: CsvChanges): string {
  const result = changedCsv("a.csv", text, changes);
  if ("problem" in result) throw new Error(`${result.problem.rule}: ${result.problem.remedy}`);
  return result.text;
}

const ana = { email: "ana@fabrikam.example", displayName: 'Ana "Ann"; Trujillo' };

describe("a row", () => {
  it("is added below the others, as spreadsheets write them, and no other row changes", () => {
    const text = '\ufeffversion:v1.0;;\r\nemail;displayName;groups\r\nbo@x.example;"Bo; B";\r\n';
    const result = changed(text, { add: [{ ...ana, groups: ["Buyers", "Partners"] }] });
    expect(result).toBe(`${text}ana@fabrikam.example;"Ana ""Ann""; Trujillo";"Buyers; Partners"\r\n`);
    expect(guestsOf(result)[1]).toEqual({ ...ana, groups: ["Buyers", "Partners"] });
  });

  it("is added to the portal's file, and behind a last line that does not end", () => {
    const heading =
      "Email address to invite [inviteeEmail] Required,Customized invitation message [customizedMessageBody]";
    const result = changed(`${heading}\nbo@x.example,Hello`, {
      add: [{ email: ana.email, message: { body: "Hi\nAna" } }],
    });
    expect(result).toBe(`${heading}\nbo@x.example,Hello\nana@fabrikam.example,"Hi\nAna"\n`);
  });

  it("is taken out, whatever the letter case, and no other row changes", () => {
    const text = '\ufeffemail,displayName\n\nana@x.example,"A\nB"\nbo@x.example,é\n\ncarla@x.example,C';
    expect(changed(text, { remove: new Set(["bo@x.example"]) })).toBe(text.replace("bo@x.example,é\n", ""));
    expect(changed(text, { remove: new Set(["carla@x.example"]) })).toBe(text.replace("carla@x.example,C", ""));
    expect(changed(text.toUpperCase(), { remove: new Set(["ana@x.example"]) })).toBe(
      text.toUpperCase().replace('ANA@X.EXAMPLE,"A\nB"\n', ""),
    );
  });

  it("is changed where its values are others, and left as it is where they are the same", () => {
    const text = 'email,displayName,expires\n"ana@x.example","Ana",2027-01-01\nbo@x.example,Bo,\n';
    const set = new Map([
      ["ana@x.example", { displayName: "Ana" }],
      ["bo@x.example", { displayName: "Bo B", department: "Sales" }],
    ]);
    expect(changed(text, { set })).toBe(text.replace(",Bo,", ",Bo B,"));
  });

  it.each([
    ["without a column", "email\nana@x.example\n", /no column for "displayName": add a column "displayName"/],
    ["of an export", "userPrincipalName,mail\n", /an export of users is read, and not written to/],
    ["of a file that can't be read", 'email\n"a\n', /never closed/],
  ])("%s is not added", (_, text, words) => {
    expect(() => changed(text, { add: [ana] })).toThrow(words);
  });
});

describe("text that a spreadsheet would run", () => {
  it.each([
    "=1+1",
    "+45 12",
    "-2",
    "@SUM(A1)",
    "'=1",
    '"=1',
    "a;=1",
    "a, -b",
    "＝1",
    "''",
    "'tis",
    "a'-b",
    "x|@y",
    "=",
    "a\t=1",
  ])("%j is marked, and read back as it was", (displayName) => {
    const text = newCsv(["email", "displayName"], [{ email: ana.email, displayName }]);
    const cell = text.split("\n")[1]?.slice(ana.email.length + 1) ?? "";
    expect(cell).not.toMatch(/^"?["\s]*[=+\-@＝＋－＠]/);
    expect(cell).not.toMatch(/[,;|\t]["\s]*[=+\-@＝＋－＠]/);
    if (!displayName.includes("\t")) expect(guestsOf(text)[0]).toEqual({ email: ana.email, displayName });
  });

  it("is read back as it was, whatever it is", () => {
    const sign = fc.constantFrom("=", "+", "-", "@", "'", '"', ";", ",", "|", " ", "a", "ä", "＝");
    const texts = fc
      .array(sign, { minLength: 1 })
      .map((signs) => signs.join("").trim())
      .filter((text) => text !== "");
    fc.assert(
      fc.property(texts, (displayName) => {
        expect(guestsOf(newCsv(["email", "displayName"], [{ email: ana.email, displayName }]))).toEqual([
          { email: ana.email, displayName },
        ]);
      }),
    );
  });

  it("leaves a message of sentences as somebody wrote it", () => {
    const body = "Call us, '+45 12' or '-1";
    expect(guestsOf(`email,customizedMessageBody\nana@x.example,"${body}"\n`)[0]?.message?.body).toBe(body);
  });
});
