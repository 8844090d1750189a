import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { packageVersion } from "../model/names.ts";
import { checkCommand } from "./check.ts";
import { exitStatus } from "./command-line.ts";
import { initCommand } from "./init.ts";

let folder: string;
let printed: string[];

beforeEach(async () => {
  folder = path.join(mkdtempSync(path.join(tmpdir(), "guests-as-code-check-")), "my-guests");
  printed = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed.push(String(text));
    return true;
  });
  await init({ domain: "contoso.com", partner: "fabrikam.com" });
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(path.dirname(folder), { recursive: true, force: true });
});

/** Makes a guest repository, as `npm create guests-as-code` does, without installing it. */
function init(values: Record<string, string>, into = folder) {
  return initCommand.run({ values, flags: new Set(["no-install", "yes"]), rest: [into] });
}

const file = (name: string) => path.join(folder, name);
const read = (name: string) => readFileSync(file(name), "utf8");

/** Changes a file as somebody would by hand. */
function edit(name: string, from: string | RegExp, to: string): void {
  const text = read(name);
  expect(text).toMatch(from);
  writeFileSync(file(name), text.replace(from, to));
}

/** Copies a file, with some of its text replaced. */
const copy = (from: string, to: string) => writeFileSync(file(to), read(from));

async function check(values: Record<string, string> = {}) {
  printed = [];
  const status = await checkCommand.run({ values: { cwd: folder, ...values }, flags: new Set(), rest: [] });
  return { status, text: printed.join("") };
}

describe("guests check in a new guest repository", () => {
  it("finds nothing wrong", async () => {
    const { status, text } = await check();

    expect(text).toBe("Stack prod: 2 guests, list and policies are right.\n");
    expect(status).toBe(exitStatus.fine);
  });

  it("names file, line and rule where a domain leaves the policy settings while guests come from it", async () => {
    edit("policies/guests.prod.json", '"allowed": ["fabrikam.com"]', '"allowed": ["northwind.com"]');
    const { status, text } = await check();

    expect(status).toBe(exitStatus.policy);
    expect(text).toMatch(/lists\/fabrikam\.yaml:12:12 {2}allowed-domains\n {4}value {2}ana@fabrikam\.com/);
    expect(text).toContain("the domain fabrikam.com is not on the list of allowed domains (northwind.com)");
  });

  it("stays right where a domain leaves from which nobody comes", async () => {
    edit("policies/guests.prod.json", '["fabrikam.com"]', '["fabrikam.com", "northwind.com"]');
    expect((await check()).status).toBe(exitStatus.fine);
    edit("policies/guests.prod.json", ', "northwind.com"]', "]");
    expect((await check()).status).toBe(exitStatus.fine);
  });

  it("judges a stack that was added, once it has policy settings", async () => {
    copy("stacks/Pulumi.prod.yaml", "stacks/Pulumi.dev.yaml");
    const without = await check();
    expect(without.status).toBe(exitStatus.failed);
    expect(without.text).toContain("policies/guests.dev.json");
    expect(without.text).toContain('each stack has policy settings, and stack "dev" has none');

    copy("policies/guests.prod.json", "policies/guests.dev.json");
    const { status, text } = await check();
    expect(status).toBe(exitStatus.fine);
    expect(text).toMatch(/^Stack dev: 2 guests.*\n\nStack prod: 2 guests/);
  });

  it("judges a stack under its new name, and tells of settings that are left behind", async () => {
    renameSync(file("stacks/Pulumi.prod.yaml"), file("stacks/Pulumi.live.yaml"));
    const half = await check();
    expect(half.status).toBe(exitStatus.failed);
    expect(half.text).toContain('stack "live" has none');
    expect(half.text).toContain('policies/guests.prod.json  there is no stack "prod"');

    renameSync(file("policies/guests.prod.json"), file("policies/guests.live.json"));
    expect((await check()).text).toBe("Stack live: 2 guests, list and policies are right.\n");
  });

  it("says what is wrong with a list in the words of the preview", async () => {
    edit("lists/fabrikam.yaml", "bo@fabrikam.com", "ANA@fabrikam.com");
    const { status, text } = await check();

    expect(status).toBe(exitStatus.failed);
    expect(text).toMatch(/lists\/fabrikam\.yaml:15:12 {2}invitations\[1\]\.email\n.*\n {4}rule {3}no address twice/);
  });

  it.each([
    ["a misspelt setting", '"allowed":', '"alowed":', /:3:5 {2}allowed-domains\.alowed\n.*did you mean "allowed"/],
    ["a misspelt policy", '"redirect-url"', '"redirect-urls"', /:7:3 {2}redirect-urls\n.*did you mean "redirect-url"/],
    [
      "a value of another type",
      '["fabrikam.com"]',
      '"fabrikam.com"',
      /:3:5 {2}.*\n.*allowed-domains\.allowed is no list/,
    ],
    ["a level that there is not", '"mandatory"', '"strict"', /:17:5 {2}.*\n.*is none of advisory, mandatory/],
    ["a comma too many", /"\],\n {4}"denied"/, '"],,\n    "denied"', /guests\.prod\.json:3:33\n.*no JSON/],
  ])("finds %s in the policy settings", async (_, from, to, said) => {
    edit("policies/guests.prod.json", from, to);
    const { status, text } = await check();

    expect(status).toBe(exitStatus.failed);
    expect(text).toMatch(said);
  });

  it("tells of a list that no stack names, and of an advisory rule, and fails for neither", async () => {
    writeFileSync(file("lists/northwind.csv"), "email\ncleo@northwind.com\n");
    edit("lists/fabrikam.yaml", "displayName: Bo Nilsson", 'message: { language: "da" }');
    edit("lists/fabrikam.yaml", /\n {4}# A colleague(.*\n)*/, "\n");
    const { status, text } = await check();

    expect(status).toBe(exitStatus.fine);
    expect(text).toContain("warning  lists/northwind.csv  no stack names this list, so nobody in it is invited");
    expect(text).toMatch(/warning {2}lists\/fabrikam\.yaml:15:12 {2}invitation-message: bo@fabrikam\.com/);
  });

  it("leaves what is encrypted unjudged, and the rest judged", async () => {
    edit("stacks/Pulumi.prod.yaml", /guests:redirectUrl: .*/, "guests:redirectUrl: { secure: v1:abcdefgh:ijklmnop }");
    expect((await check()).status).toBe(exitStatus.fine);
    edit("policies/guests.prod.json", '["fabrikam.com"]', "[]");
    expect((await check()).status).toBe(exitStatus.policy);
  });

  it("judges a privileged Azure role without asking Azure", async () => {
    edit(
      "stacks/Pulumi.prod.yaml",
      "  guests:onDelete:",
      "  guests:azure: [{ role: Owner, scope: resourceGroups/data }]\n  guests:onDelete:",
    );
    const { status, text } = await check();

    expect(status).toBe(exitStatus.policy);
    expect(text).toMatch(/lists\/fabrikam\.yaml:12:12 {2}no-privileged-access/);
  });

  it("gives machines one object", async () => {
    edit("policies/guests.prod.json", '["fabrikam.com"]', "[]");
    printed = [];
    const status = await checkCommand.run({ values: { cwd: folder }, flags: new Set(["json"]), rest: [] });

    expect(status).toBe(exitStatus.policy);
    expect(JSON.parse(printed.join(""))).toMatchObject({
      stacks: [
        { stack: "prod", guests: 2, list: [], policies: [{ place: { file: "lists/fabrikam.yaml", line: 12 } }, {}] },
      ],
    });
  });

  it("refuses a stack that there is not, and names those that there are", async () => {
    await expect(check({ stack: "nowhere" })).rejects.toThrow(/no Pulumi\.nowhere\.yaml\. There are prod\./);
  });
});

describe("guests init", () => {
  it("puts the repository's own names in the place of the example's", async () => {
    const other = path.join(path.dirname(folder), "Partner Guests");
    await init({ domain: "adatum.com", partner: "lit-ware.co.uk", stack: "live", pipelines: "github" }, other);
    const files = readdirSync(other, { recursive: true, encoding: "utf8" }).sort();
    const text = (name: string) => readFileSync(path.join(other, name), "utf8");

    expect(files).toEqual(expect.arrayContaining(["stacks/Pulumi.live.yaml", "policies/guests.live.json"]));
    expect(files).toEqual(expect.arrayContaining(["lists/lit-ware.yaml", ".gitignore", ".github/workflows/apply.yml"]));
    expect(files.filter((name) => /gitlab|azure/.test(name))).toEqual([]);
    expect(parse(text("Pulumi.yaml"))).toMatchObject({ name: "partner-guests" });
    expect(JSON.parse(text("package.json"))).toMatchObject({
      name: "partner-guests",
      dependencies: { "guests-as-code": `^${packageVersion}`, "@guests-as-code/policies": `^${packageVersion}` },
    });
    expect(parse(text("stacks/Pulumi.live.yaml")).config["guests:lists"]).toEqual(["../lists/lit-ware.yaml"]);
    expect(text("lists/lit-ware.yaml")).toContain("ana@lit-ware.co.uk");
    const all = files.filter((name) => /\.(ya?ml|json|ts)$/.test(name)).map(text);
    expect(all.filter((one) => /contoso\.example|fabrikam\.example|\bprod\b|2035-/.test(one))).toEqual([]);
  });

  it("leaves a folder alone in which something lies, a fresh clone aside", async () => {
    await expect(init({})).rejects.toThrow("is not empty");
    rmSync(folder, { recursive: true });
    expect(await init({})).toBe(exitStatus.fine);
  });

  it.each([
    [{ domain: "contoso" }, "--domain"],
    [{ partner: "https://fabrikam.com" }, "--partner"],
    [{ stack: "../prod" }, "--stack"],
    [{ pipelines: "jenkins" }, "--pipelines"],
    [{ domain: "a.example", partner: "a.example" }, "--partner is your own domain"],
  ])("refuses %j before it writes anything", async (values, said) => {
    rmSync(folder, { recursive: true });
    await expect(init(values)).rejects.toThrow(said);
    expect(existsSync(folder)).toBe(false);
  });
});
