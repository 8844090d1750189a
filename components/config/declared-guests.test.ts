import { describe, expect, it } from "vitest";
import { report } from "../problem.ts";
import { declaredGuests, type GuestListInput } from "./declared-guests.ts";
import type { ListFile } from "./list-rules.ts";

const defaultUrl = "https://myapps.microsoft.com";

/** A config as Pulumi hands it over, from plain values. */
function input(settings: Record<string, unknown>, rest: Partial<GuestListInput> = {}): GuestListInput {
  const values = Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
  const noFile = (path: string): ListFile => ({ rule: `there is no file ${path}`, remedy: "correct the path" });
  return { values, secretKeys: new Set(), readList: noFile, ...rest };
}

function problemsOf(settings: Record<string, unknown>, rest?: Partial<GuestListInput>) {
  const result = declaredGuests(input(settings, rest));
  return "problems" in result ? result.problems : [];
}

function listOf(settings: Record<string, unknown>, rest?: Partial<GuestListInput>) {
  const result = declaredGuests(input(settings, rest));
  if ("problems" in result) throw new Error(report("the test's list", result.problems));
  return result.list;
}

/** The problems of one guest who would be right without `properties`. */
const problemsOfGuest = (properties: object) =>
  problemsOf({ redirectUrl: defaultUrl, invitations: [{ email: "ana@fabrikam.example", ...properties }] });

describe("a right list", () => {
  it("comes out with defaults, guests and what holds for the list as a whole", () => {
    const list = listOf({
      redirectUrl: defaultUrl,
      sendInvitation: "false",
      engine: "entra-guests",
      removalLimit: '{"guests":5}',
      allowRemoval: "true",
      invitations: [{ email: "ana@fabrikam.example", sendInvitation: true, usageLocation: "no" }],
    });

    expect(list).toEqual({
      defaults: { redirectUrl: defaultUrl, sendInvitation: false },
      settings: { engine: "entra-guests", removalLimit: { guests: 5 }, allowRemoval: true },
      invitations: [{ email: "ana@fabrikam.example", sendInvitation: true, usageLocation: "NO" }],
      listed: [],
    });
  });

  it("may be empty", () => {
    expect(listOf({})).toEqual({ defaults: {}, settings: {}, invitations: [], listed: [] });
  });

  it.each(["2027-03-31", "2027-03-31T00:00:00Z", "2027-03-31 00:00:00 +0000 UTC"])("takes the day %s", (expires) => {
    expect(listOf({ redirectUrl: defaultUrl, expires, invitations: [] }).defaults.expires).toBe("2027-03-31");
  });

  it("needs no default redirect URL when each guest has one", () => {
    expect(problemsOf({ invitations: [{ email: "ana@fabrikam.example", redirectUrl: defaultUrl }] })).toEqual([]);
  });
});

describe("each rule", () => {
  it.each([
    ["a refused character", { email: "ana+x@fabrikam.example" }, "email", /Microsoft Graph refuses "\+"/],
    ["an address without a domain", { email: "ana" }, "email", /has an @/],
    ["an empty address", { email: "" }, "email", /this is empty/],
    ["an http redirect URL", { redirectUrl: "http://x.example" }, "redirectUrl", /begins with https/],
    ["an empty message", { message: {} }, "message", /the message is empty/],
    ["an empty body", { message: { body: "  " } }, "message.body", /the message is empty/],
    ["body and language", { message: { body: "Hi", language: "da" } }, "message", /exclude each other/],
    ["a language that is none", { message: { language: "not a tag" } }, "message.language", /BCP 47/],
    ["two cc addresses", { message: { cc: "a@x.example,b@x.example" } }, "message.cc", /one address/],
    ["a wrong cc", { message: { cc: "mona" } }, "message.cc", /has an @/],
    ["a message that is text", { message: "Hi" }, "message", /a map of keys and values is expected/],
    ["30 February", { expires: "2027-02-30" }, "expires", /real date/],
    ["a day with a time", { expires: "2027-03-31T12:00:00Z" }, "expires", /real date/],
    ["a day written otherwise", { expires: "31.3.2027" }, "expires", /real date/],
    ["three letters of a country", { usageLocation: "NOR" }, "usageLocation", /two letters/],
    ["an unknown user type", { userType: "guest" }, "userType", /none of the choices/],
    ["an unknown onDelete", { onDelete: "purge" }, "onDelete", /none of the choices/],
    ["an unknown existing", { existing: "take" }, "existing", /none of the choices/],
    ["a sponsor who is no user", { sponsors: ["Mona"] }, "sponsors[0]", /object id/],
    ["six sponsors", { sponsors: Array(6).fill("m@x.example") }, "sponsors", /at most five/],
    ["no sponsors", { sponsors: [] }, "sponsors", /empty/],
    ["text for a boolean", { sendInvitation: "yes" }, "sendInvitation", /true or false is expected/],
    ["a number for a name", { displayName: 7 }, "displayName", /text is expected/],
    ["an empty department", { department: " " }, "department", /empty/],
    ["a long department", { department: "x".repeat(65) }, "department", /at most 64/],
    ["an object to resend by", { resend: {} }, "resend", /is expected/],
  ])("refuses %s", (_what, properties, path, rule) => {
    expect(problemsOfGuest(properties)).toEqual([
      expect.objectContaining({ path: `guests:invitations[0].${path}`, rule: expect.stringMatching(rule) }),
    ]);
  });

  it("refuses a guest without an address", () => {
    expect(problemsOf({ redirectUrl: defaultUrl, invitations: [{ displayName: "Ana" }] })).toEqual([
      { path: "guests:invitations[0].email", rule: '"email" is required and missing', remedy: "add it" },
    ]);
  });

  it("refuses a guest without a redirect URL, and says where to add one", () => {
    const [problem] = problemsOf({ invitations: [{ email: "ana@fabrikam.example" }] });

    expect(problem).toMatchObject({ path: "guests:invitations[0].redirectUrl", value: '"ana@fabrikam.example"' });
    expect(problem?.remedy).toContain("guests:redirectUrl");
  });

  it.each([
    ["redirectURL", 'write "redirectUrl"'],
    ["invitaions", 'write "invitations"'],
    ["__proto__", "take it out"],
  ])("refuses the unknown key %s and names the nearest", (key, remedy) => {
    const values = Object.fromEntries([[key, "x"]]);

    expect(declaredGuests({ ...input({}), values })).toEqual({
      problems: [{ path: `guests:${key}`, value: '"x"', rule: "unknown key", remedy: expect.stringContaining(remedy) }],
    });
  });

  it("refuses an unknown key of a guest and of a message", () => {
    const problems = problemsOfGuest({ mail: "x", message: { body: "Hi", ccRecipient: "y" }, dispalyName: "Ana" });

    expect(problems.map(({ path, remedy }) => [path, remedy])).toEqual([
      ["guests:invitations[0].message.ccRecipient", expect.stringContaining("known are body, language, cc")],
      ["guests:invitations[0].mail", 'write "email"'],
      ["guests:invitations[0].dispalyName", 'write "displayName"'],
    ]);
  });

  it("refuses prototype keys inside a guest", () => {
    const invitations = '[{"email":"ana@fabrikam.example","__proto__":{"polluted":true}}]';

    expect(declaredGuests({ ...input({}), values: { redirectUrl: defaultUrl, invitations } })).toMatchObject({
      problems: [{ path: "guests:invitations[0].__proto__", rule: "unknown key" }],
    });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it("refuses a list that is no list", () => {
    expect(problemsOf({ invitations: "ana@fabrikam.example" })).toEqual([
      expect.objectContaining({ path: "guests:invitations", rule: "a list is expected" }),
    ]);
  });

  it("refuses an address twice, whatever its case, over the list and files, naming both places", () => {
    const problems = problemsOf(
      { redirectUrl: defaultUrl, invitations: [{ email: "Ana@Fabrikam.example" }], lists: ["a.csv", "b.yaml"] },
      {
        readList: (path) =>
          path === "a.csv"
            ? { name: "stacks/a.csv", text: "email\nbo@x.example\nana@fabrikam.example\n" }
            : { name: "stacks/b.yaml", text: "- email: BO@x.example\n" },
      },
    );

    expect(problems).toEqual([
      expect.objectContaining({
        place: { file: "stacks/a.csv", line: 3 },
        rule: expect.stringContaining("guests:invitations[0].email"),
      }),
      expect.objectContaining({
        place: { file: "stacks/b.yaml", line: 1, column: 10 },
        rule: expect.stringContaining("email at stacks/a.csv:2"),
      }),
    ]);
  });

  it("refuses an earlier address that another guest has or claims, over the list and files, and the guest's own", () => {
    const problems = problemsOf(
      {
        redirectUrl: defaultUrl,
        invitations: [
          { email: "ana@new.example", formerly: ["Ana@old.example", "bo@x.example"] },
          { email: "carla@x.example", formerly: "Carla@X.example" },
        ],
        lists: ["a.csv"],
      },
      {
        readList: () => ({
          name: "stacks/a.csv",
          text: "email,formerly\nbo@x.example,\ndan@x.example,dan@old.example;ana@old.example\n",
        }),
      },
    );
    expect(problems).toEqual([
      expect.objectContaining({
        path: "guests:invitations[1].formerly",
        rule: "this is the guest's address of today",
      }),
      expect.objectContaining({
        path: "guests:invitations[0].formerly",
        value: '"bo@x.example"',
        rule: "an earlier address belongs to one guest only: email at stacks/a.csv:2 has it too",
      }),
      expect.objectContaining({
        place: { file: "stacks/a.csv", line: 3 },
        value: '"ana@old.example"',
        rule: "an earlier address belongs to one guest only: guests:invitations[0].formerly has it too",
      }),
    ]);
  });

  it("refuses list files that are missing, listed twice or of another kind", () => {
    const problems = problemsOf({ redirectUrl: defaultUrl, lists: ["a.csv", "a.csv", "a.xlsx"] });

    expect(problems.map(({ path, rule }) => [path, rule])).toEqual([
      ["guests:lists[0]", "there is no file a.csv"],
      ["guests:lists[1]", "the file is listed twice"],
      ["guests:lists[2]", "a list file ends in .csv, .yaml or .yml"],
    ]);
  });
});

describe("engine azuread", () => {
  it("is held against what guests ask for, at the guest or once at the default", () => {
    const problems = problemsOf(
      {
        redirectUrl: defaultUrl,
        engine: "azuread",
        companyName: "Fabrikam",
        invitations: [
          { email: "ana@fabrikam.example", jobTitle: "Auditor" },
          { email: "bo@x.example", expires: "2035-12-31" },
          { email: "carla@x.example", expires: "2035-12-31", onDelete: "delete" },
        ],
        lists: ["a.csv"],
      },
      { readList: () => ({ name: "a.csv", text: "email,surname\ndan@x.example,Dahl\n" }) },
    );

    expect(problems.map(({ path, place }) => `${place?.file ?? ""}:${place?.line ?? ""} ${path}`)).toEqual([
      ": guests:invitations[0].jobTitle",
      ": guests:companyName",
      ": guests:invitations[1].expires",
      "a.csv:2 surname",
    ]);
    expect(problems.every(({ rule }) => rule.startsWith("engine azuread"))).toBe(true);
  });
});

describe("all at once", () => {
  it("reports the problems of settings, guests, files and the whole list together", () => {
    const problems = problemsOf(
      {
        redirectUrl: "http://x.example",
        colour: "red",
        invitations: [
          { email: "ana+x@fabrikam.example", message: { body: "", language: "da", mood: "sunny" } },
          { email: "bo@x.example" },
          { email: "BO@x.example", expires: "2027-13-01" },
        ],
        lists: ["c.csv"],
      },
      { readList: () => ({ name: "c.csv", text: "email,usageLocation\nbo@x.example,N\n" }) },
    );

    expect(problems.map(({ path, rule }) => `${path}: ${rule.slice(0, 24)}`)).toEqual([
      "guests:redirectUrl: a redirect URL begins wi",
      expect.stringMatching(/^guests:invitations\[0\]\.email: Microsoft Graph refuses/),
      "guests:invitations[0].message.body: the message is empty: wr",
      "guests:invitations[0].message.mood: unknown key",
      "guests:invitations[2].expires: a day is a real date wri",
      "guests:colour: unknown key",
      "usageLocation: a usage location is the ",
      "guests:invitations[2].email: no address twice (letter",
      "email: no address twice (letter",
      "guests:invitations[0].message: a body and a language ex",
    ]);
  });
});

describe("mails from a mailbox", () => {
  const mailFrom = "invitations@contoso.example";
  const both = { body: "Welcome", language: "da" };
  const guests = [{ email: "ana@fabrikam.example" }, { email: "bo@fabrikam.example", mailSubject: "Hello" }];
  const templates: Record<string, string> = {
    "right.html": "<p>{{ message }}</p><a href='{{redeemUrl}}'>Accept</a>",
    "no-link.html": "<p>{{message}}</p>",
    "odd.html": "{{redeemUrl}} {{inviter}}",
  };
  const readTemplate = (name: string): ListFile =>
    templates[name] === undefined ? { rule: `there is no file ${name}`, remedy: "x" } : { name, text: templates[name] };
  const settings = { redirectUrl: defaultUrl, invitations: guests };
  const said = (more: object, rest: Partial<GuestListInput> = {}) =>
    problemsOf({ ...settings, ...more }, { readTemplate, ...rest }).map(
      ({ path, rule }) => `${path}: ${rule.slice(0, 32)}`,
    );

  it("may have a body beside a language, several copies, a subject and a template, wherever mailFrom is said", () => {
    const all = {
      message: { ...both, cc: ["mona@contoso.example", "mira@contoso.example"] },
      mailTemplate: "right.html",
    };
    expect(said({ mailFrom, ...all })).toEqual([]);
    expect(said({ ...all, invitations: guests.map((guest) => ({ ...guest, mailFrom })) })).toEqual([]);
    const text = JSON.stringify({ mailFrom, ...all, invitations: guests });
    expect(said({ invitations: [], lists: ["a.yaml"] }, { readList: (name) => ({ name, text }) })).toEqual([]);
  });

  it("are what each of these needs, and each is told once where it is written", () => {
    expect(
      said({ message: { ...both, cc: ["mona@contoso.example", "mira@contoso.example"] }, mailTemplate: "right.html" }),
    ).toEqual([
      "guests:message: a body and a language exclude ea",
      "guests:message.cc: a cc is one address: Microsoft's",
      "guests:mailTemplate: Microsoft's mail has a form of i",
      "guests:invitations[1].mailSubject: Microsoft's mail has a subject o",
    ]);
    expect(said({ message: both, invitations: [] })).toHaveLength(1);
  });

  it.each([
    ["missing.html", "there is no file"],
    ["no-link.html", "the template has no {{redeemUrl}"],
    ["odd.html", "the template has the place {{inv"],
  ])("refuse the template %s in the preview", (mailTemplate, rule) => {
    expect(said({ mailFrom, mailTemplate })).toEqual([expect.stringContaining(rule)]);
    const problems = problemsOf(
      { ...settings, mailFrom, mailTemplate },
      { readTemplate, secretKeys: new Set(["mailTemplate"]) },
    );
    expect(JSON.stringify(problems)).not.toContain(mailTemplate);
  });

  it.each(["Contoso <invitations@contoso.example>", "invitations", ""])("refuse the mailbox %j", (wrong) => {
    expect(said({ mailFrom: wrong, invitations: [] })[0]).toMatch(/^guests:mailFrom: /);
  });

  it("keep a file's body beside a guest's language where only the stack names the mailbox", () => {
    const text = JSON.stringify({
      message: { body: "File" },
      invitations: [{ email: "ana@fabrikam.example", message: { language: "da" } }],
    });
    const list = listOf(
      { redirectUrl: defaultUrl, mailFrom, lists: ["a.yaml"] },
      { readList: (name) => ({ name, text }) },
    );
    expect(list.listed[0]?.message).toEqual({ body: "File", language: "da" });
  });

  it("take several copies from a cell of a CSV file", () => {
    const text = "email,cc\nana@fabrikam.example,mona@contoso.example; mira@contoso.example\n";
    const rest = { readList: (name: string) => ({ name, text }) };
    const csv = { redirectUrl: defaultUrl, lists: ["a.csv"] };
    expect(listOf({ ...csv, mailFrom }, rest).listed[0]?.message?.cc).toEqual([
      "mona@contoso.example",
      "mira@contoso.example",
    ]);
    expect(problemsOf(csv, rest).map(({ place }) => place?.line)).toEqual([2]);
  });
});

describe("secrets", () => {
  const secretKeys = new Set(["invitations", "redirectUrl"]);

  it("keeps the values of a secret list out of every report", () => {
    const problems = problemsOf(
      {
        redirectUrl: "http://hush.example",
        invitations: [
          { email: "hush+x@hush.example", displayName: "" },
          { email: "hush@hu_sh.example" },
          { email: "HUSH@hu_sh.example", hush: "hush" },
        ],
      },
      { secretKeys },
    );
    const text = report("the list", problems).replaceAll(/guests:invitations\[2\]\.hush/g, "");

    expect(problems).toHaveLength(7);
    expect(text.toLowerCase()).not.toContain("hush");
    expect(text).toContain("[secret]");
  });
});
