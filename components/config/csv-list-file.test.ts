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

it("takes one earlier address, or several with semicolons between them", () => {
  expect(guestsOf("email,formerly\nana@x.example,ana@old.example\nbo@x.example,bo@a.example; bo@b.example\n")).toEqual([
    { email: "ana@x.example", formerly: "ana@old.example" },
    { email: "bo@x.example", formerly: ["bo@a.example", "bo@b.example"] },
  ]);
});

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

  it("names the line of a quote that is never closed", () => {
    expect(problemsOf('email,displayName\nana@fabrikam.example,"Ana\n')).toEqual([
      expect.stringMatching(/^lists\/a\.csv:\d : this is not CSV: a quote is opened and never closed$/),
    ]);
  });

  it("is not fooled by a column named like a property of every object", () => {
    expect(problemsOf("email,__proto__,constructor\n")).toEqual([
      'lists/a.csv:1 "__proto__": unknown column',
      'lists/a.csv:1 "constructor": unknown column',
    ]);
  });
});

describe("[case 7] a spreadsheet of another country", () => {
  const portal = (delimiter: string) =>
    [
      `version:v1.0${delimiter.repeat(3)}`,
      heading.replaceAll(",", delimiter),
      ["ana@fabrikam.example", "https://x.example", "WAHR", `"Hello${delimiter} Ana"`].join(delimiter),
      ["bo@fabrikam.example", "https://x.example", "falsch", ""].join(delimiter),
    ].join("\r\n");

  it.each([
    ["semicolons", ";"],
    ["tabs", "\t"],
    ["bars", "|"],
    ["commas", ","],
  ])("is read with %s between its cells", (_what, delimiter) => {
    expect(guestsOf(`\ufeff${portal(delimiter)}\r\n`)).toEqual([
      {
        email: "ana@fabrikam.example",
        redirectUrl: "https://x.example",
        sendInvitation: true,
        message: { body: `Hello${delimiter} Ana` },
      },
      { email: "bo@fabrikam.example", redirectUrl: "https://x.example", sendInvitation: false },
    ]);
  });

  it("is read with Excel's line that names what stands between the cells, and names lines after it", () => {
    expect(guestsOf("sep=;\r\nemail;displayName\r\nana@x.example;Ana, the First\r\n")).toEqual([
      { email: "ana@x.example", displayName: "Ana, the First" },
    ]);
    expect(problemsOf("sep=;\nemail;displayName\nana;Ana\n")).toEqual([
      expect.stringMatching(/^lists\/a\.csv:3 email:/),
    ]);
  });

  it("keeps several names in one cell apart, also beside semicolons", () => {
    expect(guestsOf('email;groups\nana@x.example;"Partners; Auditors"\n')).toEqual([
      { email: "ana@x.example", groups: ["Partners", "Auditors"] },
    ]);
  });

  it.each(["\n", "\r\n", "\r"])("names the line of a row whatever ends it: %j", (end) => {
    expect(problemsOf(["email;displayName", "", "ana@x.example;Ana", "bo;Bo"].join(end))).toEqual([
      expect.stringMatching(/^lists\/a\.csv:4 email: an e-mail address has an @/),
    ]);
  });

  it("leaves zeros in front where they are, and tells a day of another country", () => {
    expect(guestsOf("email;department\nana@x.example;0042\n")).toEqual([
      { email: "ana@x.example", department: "0042" },
    ]);
    expect(csvListFile("a.csv", "email;expires\nana@x.example;31.03.2027\n").problems).toEqual([
      expect.objectContaining({ value: '"31.03.2027"', remedy: "write 2027-03-31" }),
    ]);
  });
});

describe("[case 8] headings", () => {
  it("may be empty where nothing stands below them", () => {
    expect(guestsOf("email,displayName,,\nana@x.example,Ana,,\n")).toEqual([
      { email: "ana@x.example", displayName: "Ana" },
    ]);
  });

  it("are asked for once for a column that has cells", () => {
    expect(problemsOf("email,displayName,,\nana@x.example,Ana,,\nbo@x.example,Bo,x,\ncarla@x.example,C,y,\n")).toEqual([
      "lists/a.csv:3 column 3: the column has no heading, and this row has a cell in it",
    ]);
  });

  it("that mean nothing are told once each, with a name only where one is near", () => {
    const { problems } = csvListFile("a.csv", "email,id,dispalyName,cx\nana@x.example,7,Ana,\n");
    expect(problems.map(({ path, remedy }) => [path, remedy.split(";")[0]])).toEqual([
      ['"id"', "take it out"],
      ['"dispalyName"', 'write "displayName"'],
      ['"cx"', "take it out"],
    ]);
  });

  it("may be written with spaces and in any letter case", () => {
    expect(guestsOf("Email,Display name,JOB_TITLE\nana@x.example,Ana,Buyer\n")).toEqual([
      { email: "ana@x.example", displayName: "Ana", jobTitle: "Buyer" },
    ]);
  });
});

describe("[case 15] the portal's export of users", () => {
  const older =
    "userPrincipalName,displayName,surname,mail,givenName,objectId,userType,jobTitle,department,accountEnabled,usageLocation,streetAddress,state,country,physicalDeliveryOfficeName,city,postalCode,telephoneNumber,mobile,authenticationAlternativePhoneNumber,authenticationEmail,alternateEmailAddress,ageGroup,consentProvidedForMinor,legalAgeGroupClassification";
  const newer =
    "userPrincipalName,displayName,surname,mail,givenName,id,userType,jobTitle,department,accountEnabled,usageLocation,streetAddress,state,country,officeLocation,city,postalCode,telephoneNumber,mobilePhone,alternateEmailAddress,ageGroup,consentProvidedForMinor,legalAgeGroupClassification,companyName,creationType,directorySynced,invitationState,identityIssuer,createdDateTime";
  const upn = "ana_fabrikam.example#EXT#@contoso.onmicrosoft.com";

  /** A row of an export, from the cells that are not empty. */
  const row = (headings: string, cells: Readonly<Record<string, string | undefined>>) =>
    headings
      .split(",")
      .map((name) => cells[name] ?? "")
      .join(",");

  it.each([
    ["the older one", older],
    ["the newer one", newer],
  ])("is read: %s", (_what, headings) => {
    const cells = {
      displayName: "Ana",
      surname: "Trujillo",
      department: "Sales",
      accountEnabled: "True",
      usageLocation: "NO",
    };
    const others = { state: "X", country: "Norway", telephoneNumber: "0047 1", city: "Oslo", postalCode: "0042" };
    const text = [
      headings,
      row(headings, { ...cells, ...others, userPrincipalName: upn, mail: "Ana@fabrikam.example", userType: "Guest" }),
    ];
    expect(guestsOf(text.join("\n"))).toEqual([
      {
        email: "Ana@fabrikam.example",
        displayName: "Ana",
        surname: "Trujillo",
        userType: "Guest",
        department: "Sales",
        accountEnabled: true,
        country: "Norway",
        usageLocation: "NO",
      },
    ]);
  });

  it("finds the address elsewhere where mail is empty", () => {
    const rows = [
      { userPrincipalName: upn, alternateEmailAddress: "other@fabrikam.example;x" },
      { userPrincipalName: "bo_b_fabrikam.example#EXT#@contoso.onmicrosoft.com" },
    ].map((cells) => row(newer, { ...cells, userType: "Guest" }));
    expect(guestsOf([newer, ...rows].join("\n")).map(({ email }) => email)).toEqual([
      "other@fabrikam.example",
      "bo_b@fabrikam.example",
    ]);
    const none = row(newer, { userPrincipalName: "carla@contoso.example", userType: "Guest", displayName: "Carla" });
    expect(problemsOf(`${newer}\n${none}\n`)).toEqual([
      "lists/a.csv:2 mail: an e-mail address is expected, and this is empty",
    ]);
  });

  it("leaves members out and says so, and takes guests with a member's rights", () => {
    const rows = [
      { userPrincipalName: "mona@contoso.example", mail: "mona@contoso.example", userType: "Member" },
      { userPrincipalName: "old@contoso.example", mail: "old@contoso.example" },
      { userPrincipalName: upn, mail: "ana@fabrikam.example", userType: "Member" },
    ].map((cells) => row(newer, cells));
    const { guests, problems, warnings } = csvListFile("a.csv", [newer, ...rows].join("\n"));
    expect(problems).toEqual([]);
    expect(guests).toEqual([{ email: "ana@fabrikam.example", userType: "Member" }]);
    expect(warnings).toEqual([
      expect.stringMatching(/^a\.csv:2: 2 rows are members of your organisation .* left out\.$/),
    ]);
  });

  it("is read as the Microsoft 365 admin center writes it", () => {
    const text =
      "Block credential,City,Department,Display name,First name,Last name,Licenses,Object Id,Title,Usage location,User principal name,When created\n" +
      `False,Oslo,Sales,Ana,Ana,Trujillo,Unlicensed,1,Buyer,NO,${upn},2025-01-01\n`;
    expect(guestsOf(text)).toEqual([
      { email: "ana@fabrikam.example", department: "Sales", displayName: "Ana", usageLocation: "NO" },
    ]);
  });

  it("does not make other columns mean nothing, nor the same columns in another file", () => {
    expect(problemsOf(`${older},shoeSize\n`)).toEqual(['lists/a.csv:1 "shoeSize": unknown column']);
    expect(problemsOf("email,city\n")).toEqual(['lists/a.csv:1 "city": unknown column']);
    expect(problemsOf("mail,displayName\n")).toEqual(['lists/a.csv:1 "mail": unknown column']);
  });
});
