import { describe, expect, it } from "vitest";
import { csvListFile } from "./csv-list-file.ts";
import { declaredGuests } from "./declared-guests.ts";
import { yamlListFile } from "./yaml-list-file.ts";

const redirectUrl = "https://myapps.microsoft.com";
const ana = { email: "ana@fabrikam.example" };

function read(settings: Record<string, unknown>) {
  const values = Object.entries(settings).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return declaredGuests({
    values: Object.fromEntries(values),
    secretKeys: new Set(),
    readList: () => ({ rule: "there is no file", remedy: "none" }),
  });
}

function problemsOf(settings: Record<string, unknown>) {
  const result = read({ redirectUrl, ...settings });
  return ("problems" in result ? result.problems : []).map(({ path, rule }) => `${path}: ${rule}`);
}

describe("access in a stack config", () => {
  it("is read with its defaults, its profiles and what one guest has", () => {
    const access = { groups: ["Partners"], apps: ["Portal", { app: "Orders", role: "Read" }] };
    const azure = [{ role: "Reader", scope: "/subscriptions/s" }];
    const result = read({
      redirectUrl: { app: "Portal" },
      ...access,
      accessProfiles: { auditor: { azure } },
      invitations: [{ ...ana, profiles: ["auditor"], inheritAccess: false, redirectUrl }],
    });
    expect(result).toEqual({
      list: {
        defaults: { redirectUrl: { app: "Portal" }, ...access },
        settings: { accessProfiles: { auditor: { azure } } },
        invitations: [{ ...ana, profiles: ["auditor"], inheritAccess: false, redirectUrl }],
        listed: [],
      },
    });
  });

  it("names the place of a profile that nobody has defined, and of a role that nobody knows", () => {
    const azure = [{ role: "Raeder", scope: "/subscriptions/s" }];
    expect(
      problemsOf({
        profiles: ["auditor"],
        accessProfiles: { buyer: { azure } },
        invitations: [{ ...ana, azure, profiles: ["buyer", "byer"] }],
      }),
    ).toEqual([
      "guests:profiles[0]: no access profile has this name; there are buyer",
      expect.stringMatching(
        /^guests:accessProfiles\.buyer\.azure\[0\]\.role: no built-in role .* nearest are "Reader"/,
      ),
      "guests:invitations[0].profiles[1]: no access profile has this name; there are buyer",
      expect.stringMatching(/^guests:invitations\[0\]\.azure\[0\]\.role: no built-in role/),
    ]);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ groups: "Partners" }, "guests:groups: a list is expected"],
    [{ apps: [{ app: "Portal", roles: "x" }] }, "guests:apps[0].roles: unknown key"],
    [{ apps: [{ role: "x" }] }, 'guests:apps[0].app: "app" is required and missing'],
    [{ apps: [7] }, "guests:apps[0]: text or a map of keys and values is expected"],
    [{ azure: [{ role: "Reader" }] }, 'guests:azure[0].scope: "scope" is required and missing'],
    [{ accessProfiles: { a: { grops: ["x"] } } }, "guests:accessProfiles.a.grops: unknown key"],
    [{ groups: [" "] }, "guests:groups[0]: it is empty"],
    [{ redirectUrl: { ap: "Portal" } }, "guests:redirectUrl.ap: unknown key"],
    [{ inheritAccess: "false" }, "guests:inheritAccess: unknown key"],
  ])("refuses %j", (settings, problem) => {
    expect(problemsOf({ ...settings, invitations: [] })).toContain(problem);
  });

  it("still holds a redirect URL against the rules for one", () => {
    expect(problemsOf({ redirectUrl: "http://plain.example", invitations: [] })[0]).toMatch(
      /^guests:redirectUrl: .*https/,
    );
  });
});

describe("access in list files", () => {
  it("stands in a CSV file with several names in a cell", () => {
    const { guests, problems } = csvListFile(
      "list.csv",
      `email,redirectUrl,groups,profiles,inheritAccess\nana@fabrikam.example,${redirectUrl},Partners; Auditors,buyer,FALSE\n`,
    );
    expect(problems).toEqual([]);
    expect(guests).toEqual([
      { ...ana, redirectUrl, groups: ["Partners", "Auditors"], profiles: ["buyer"], inheritAccess: false },
    ]);
  });

  it("adds up with the defaults of a YAML file", () => {
    const text = "groups: [Suppliers]\ninvitations:\n  - email: ana@fabrikam.example\n    groups: [Auditors]\n";
    expect(yamlListFile("list.yaml", text).guests).toEqual([{ ...ana, groups: ["Suppliers", "Auditors"] }]);
  });
});
