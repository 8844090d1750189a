import { describe, expect, it } from "vitest";
import { csvListFile } from "./csv-list-file.ts";

const heading =
  "Email address to invite [inviteeEmail] Required,Redirection url [inviteRedirectURL] Required,Send invitation message (true or false) [sendEmail],Customized invitation message [customizedMessageBody]";

const guestsOf = (text: string) => {
  const { guests, problems } = csvListFile("lists/a.csv", text);
  expect(problems).toEqual([]);
  return guests;
};

const problemsOf = (text: string) =>
  csvListFile("lists/a.csv", text).problems.map(
    ({ path, place, rule }) => `${place?.file}:${place?.line} ${path}: ${rule}`,
  );

describe("the portal's bulk-invite file", () => {
  it("is read as the portal and spreadsheets write it: byte order mark, CRLF, padding commas, quotes, blank lines", () => {
    const rows = [
      "\ufeffversion:v1.0,,,",
      heading,
      "ana@fabrikam.example,https://myapps.microsoft.com,TRUE,",
      "",
      ' bo@x.example ,https://orders.contoso.example,false,"Hello ""Bo"",\r\nwelcome."',
      ",,,",
    ];

    expect(guestsOf(rows.join("\r\n"))).toEqual([
      { email: "ana@fabrikam.example", redirectUrl: "https://myapps.microsoft.com", sendInvitation: true },
      {
        email: "bo@x.example",
        redirectUrl: "https://orders.contoso.example",
        sendInvitation: false,
        message: { body: 'Hello "Bo",\r\nwelcome.' },
      },
    ]);
  });

  it("names line and column of each wrong cell, also after a cell of several lines", () => {
    const text = `version:v1.0\r\n${heading}\r\nana@fabrikam.example,,true,"one\r\ntwo"\r\nbo,http://x.example,maybe,\r\n`;

    expect(problemsOf(text)).toEqual([
      "lists/a.csv:5 inviteeEmail: an e-mail address has an @ between the name and the domain",
      "lists/a.csv:5 inviteRedirectURL: a redirect URL begins with https://, not http:",
      "lists/a.csv:5 sendEmail: true or false is expected",
    ]);
  });

  it("refuses another version", () => {
    expect(problemsOf(`version:v2.0\n${heading}\n`)).toEqual([
      "lists/a.csv:1 version: the portal's file has the version line version:v1.0",
    ]);
  });

  it("refuses a row whose message was cut at its commas", () => {
    expect(problemsOf(`${heading}\nana@fabrikam.example,https://x.example,true,Hello, Ana\n`)).toEqual([
      "lists/a.csv:2 column 5: the row has 5 cells, and there are 4 headings",
    ]);
  });

  it("refuses a row without an address", () => {
    expect(problemsOf(`${heading}\n,https://x.example,true,\n`)).toEqual([
      "lists/a.csv:2 inviteeEmail: an e-mail address is expected, and this is empty",
    ]);
  });
});

describe("a file with short headings", () => {
  it("takes the words of the stack config", () => {
    const text = "email,displayName,language,cc,expires\nana@fabrikam.example,Ana,da,mona@contoso.example,2027-03-31\n";

    expect(guestsOf(text)).toEqual([
      {
        email: "ana@fabrikam.example",
        displayName: "Ana",
        message: { language: "da", cc: "mona@contoso.example" },
        expires: "2027-03-31",
      },
    ]);
  });

  it("refuses unknown and doubled columns", () => {
    expect(problemsOf("email,dispalyName,inviteeEmail\n")).toEqual([
      'lists/a.csv:1 "dispalyName": unknown column',
      'lists/a.csv:1 inviteeEmail: the column "email" says the same',
    ]);
  });

  it.each(["", "displayName\nAna\n"])("refuses a file without a column of addresses: %j", (text) => {
    expect(problemsOf(text)).toEqual(["lists/a.csv:1 inviteeEmail: a column with the guests' addresses is expected"]);
  });

  it("tells semicolons from commas", () => {
    expect(problemsOf("email;displayName\nana@fabrikam.example;Ana\n")).toEqual([
      "lists/a.csv:1 : the cells are separated by semicolons, and the portal's file has commas",
    ]);
  });

  it("names the line of a quote that is never closed", () => {
    expect(problemsOf('email,displayName\nana@fabrikam.example,"Ana\n')).toEqual([
      expect.stringMatching(/^lists\/a\.csv:\d : this is no CSV: Quote Not Closed/),
    ]);
  });

  it("is not fooled by a column named like a property of every object", () => {
    expect(problemsOf("email,__proto__,constructor\n")).toEqual([
      'lists/a.csv:1 "__proto__": unknown column',
      'lists/a.csv:1 "constructor": unknown column',
    ]);
  });
});
