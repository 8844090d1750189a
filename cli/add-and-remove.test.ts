import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { addCommand, guestOfIssue, removeCommand } from "./add-and-remove.ts";
import { readCommandLine } from "./command-line.ts";

const config = `config:
  # Where guests arrive.
  guests:redirectUrl: https://myapps.microsoft.com
  guests:invitations:
    - email: eve@contoso-partner.example # she came first
  guests:lists: [lists/fabrikam.yaml, "lists/adatum.csv"] # two partners
`;
const fabrikam = `# The buyers
existing: adopt

invitations:
- email: ana@fabrikam.example   # answers the phone
  displayName: 'Ana'
# after Ana
- email: bo@fabrikam.example
`;
const adatum = "version:v1.0;;\r\nemail;displayName\r\ncarla@adatum.example;Carla\r\n";

let root: string;
let said: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "guests-lists-"));
  mkdirSync(path.join(root, "stacks", "lists"), { recursive: true });
  write("Pulumi.yaml", "name: guests\nruntime: nodejs\nstackConfigDir: stacks\n");
  write("stacks/Pulumi.test.yaml", config);
  write("stacks/lists/fabrikam.yaml", fabrikam);
  write("stacks/lists/adatum.csv", adatum);
  said = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    said += text;
    return true;
  });
  vi.stubEnv("GITHUB_OUTPUT", "");
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

function write(name: string, text: string): void {
  writeFileSync(path.join(root, name), text);
}

function read(name: string): string {
  return readFileSync(path.join(root, name), "utf8");
}

const place = () => ["--stack", "test", "--cwd", root];
const add = (...args: string[]) => addCommand.run(readCommandLine("add", addCommand, [...place(), ...args]));
const remove = (...args: string[]) =>
  removeCommand.run(readCommandLine("remove", removeCommand, [...place(), ...args]));

async function refusal(run: Promise<unknown>): Promise<string> {
  const outcome = await run.then(
    () => new Error("it was done"),
    (error: Error) => error,
  );
  return outcome.message;
}

describe("guests add", () => {
  it("puts a guest where the others of the domain are, comments and order kept", async () => {
    expect(
      await add("Dora@fabrikam.example", "--name", "Dora", "--sponsor", "mona@contoso.example, max@contoso.example"),
    ).toBe(0);
    expect(read("stacks/lists/fabrikam.yaml")).toBe(
      `${fabrikam}- email: Dora@fabrikam.example\n  displayName: Dora\n  sponsors: [mona@contoso.example, max@contoso.example]\n`,
    );
    expect(read("stacks/Pulumi.test.yaml")).toBe(config);
    expect(said).toContain("Nothing was sent");
  });

  it("says that nobody invites a guest whose last day has passed", async () => {
    expect(await add("dora@fabrikam.example", "--expires", "2020-01-01")).toBe(0);
    expect(said).toContain("Nobody invites them, because their last day has passed");
  });

  it("puts a guest into a spreadsheet's list, and into the stack's config", async () => {
    await add("dan@adatum.example", "--name", "Dan; D");
    expect(read("stacks/lists/adatum.csv")).toBe(`${adatum}dan@adatum.example;"Dan; D"\r\n`);
    await add("finn@contoso-partner.example", "--expires", "2035-12-31");
    expect(read("stacks/Pulumi.test.yaml")).toBe(
      config.replace("first\n", 'first\n    - email: finn@contoso-partner.example\n      expires: "2035-12-31"\n'),
    );
  });

  it("makes a list for a new partner, and names it in the stack's config", async () => {
    await add("gil@northwind.example");
    expect(read("stacks/lists/northwind.example.yaml")).toBe("- email: gil@northwind.example\n");
    expect(read("stacks/Pulumi.test.yaml")).toBe(
      config.replace('"lists/adatum.csv"]', '"lists/adatum.csv", lists/northwind.example.yaml]'),
    );
    await add("hal@northwind.example", "--list", "lists/hal.csv");
    expect(read("stacks/lists/hal.csv")).toBe("email\nhal@northwind.example\n");
  });

  it.each([
    [["ana@FABRIKAM.example"], /no address twice .*lists\/fabrikam.yaml:5:10 has it too/],
    [["ana.fabrikam.example"], /an e-mail address has an @ between the name and the domain/],
    [["ana+x@fabrikam.example"], /plus-addressing does not work/],
    [["x@fabrikam.example", "--expires", "2027-02-30"], /real day/],
    [["x@fabrikam.example", "--sponsor", "Mona"], /a sponsor is an object id/],
    [["x@fabrikam.example", "--profiles", "buyer"], /buyer/],
    [["x@adatum.example", "--sponsor", "mona@contoso.example"], /no column for "sponsors"/],
    [["x@fabrikam.example", "--list", "../../outside.yaml"], /inside the project/],
  ])("refuses %j in the words of the preview, and writes nothing", async (args, words) => {
    const message = await refusal(add(...args));
    expect(message).toMatch(/^1 problem in the guest list of stack "test"\. Nothing was sent\./);
    expect(message).toMatch(words);
    expect(message).toMatch(/Nothing was written\.$/);
    expect([
      read("stacks/Pulumi.test.yaml"),
      read("stacks/lists/fabrikam.yaml"),
      read("stacks/lists/adatum.csv"),
    ]).toEqual([config, fabrikam, adatum]);
  });

  it("is not stopped by what was wrong before, and by what is encrypted", async () => {
    write("stacks/Pulumi.test.yaml", config.replace("https://myapps.microsoft.com", "{ secure: v1:abc:def }"));
    write("stacks/lists/fabrikam.yaml", fabrikam.replace("bo@fabrikam", "bo.fabrikam"));
    await add("dora@fabrikam.example");
    expect(read("stacks/lists/fabrikam.yaml")).toContain("- email: dora@fabrikam.example\n");
    expect(await refusal(add("eve.fabrikam.example", "--list", "lists/fabrikam.yaml"))).toContain("an @ between");
  });

  it("refuses a list that can't be read, and a stack without a config file", async () => {
    write("stacks/lists/fabrikam.yaml", "- email: [\n");
    expect(await refusal(add("dora@adatum.example"))).toContain("this is not YAML");
    const other = readCommandLine("add", addCommand, ["--stack", "org/guests/nowhere", "--cwd", root, "a@b.example"]);
    expect(await refusal(addCommand.run(other))).toMatch(/Pulumi\.nowhere\.yaml for stack "nowhere"/);
    expect(await refusal(add())).toContain("Name one guest by their address");
  });
});

describe("guests remove", () => {
  it("takes guests off wherever they stand, comments and order kept", async () => {
    await remove("ANA@fabrikam.example", "carla@adatum.example", "eve@contoso-partner.example");
    expect(read("stacks/lists/fabrikam.yaml")).toBe(fabrikam.replace(/- email: ana.*'Ana'\n/s, ""));
    expect(read("stacks/lists/adatum.csv")).toBe("version:v1.0;;\r\nemail;displayName\r\n");
    expect(read("stacks/Pulumi.test.yaml")).toBe(
      config.replace(/ {4}- email: eve.*first\n/, "").replace("guests:invitations:", "guests:invitations: []"),
    );
    expect(said).toContain("onDelete");
  });

  it("refuses whom no list has, and writes nothing", async () => {
    const message = await refusal(remove("bo@fabrikam.example", "nobody@fabrikam.example"));
    expect(message).toBe('Not on any list of this stack: "nobody@fabrikam.example". Nothing was written.');
    expect(read("stacks/lists/fabrikam.yaml")).toBe(fabrikam);
  });
});

/** What GitHub makes of the form, with CRLF as its API has it. */
function issue(fields: Record<string, string>): string {
  return Object.entries(fields)
    .map(([label, text]) => `### ${label}\r\n\r\n${text}`)
    .join("\r\n\r\n");
}

const form = {
  "E-mail address": "dora@fabrikam.example",
  Name: 'Dora $(id) `id` "; rm -rf /',
  Partner: "Fabrikam",
  "Who answers for the guest": "mona@contoso.example",
  "Their GitHub account": "@mona-lisa",
  "Last day": "2035-12-31",
  "What for": "She buys.\n\n- a\n- b",
};

describe("an issue of the form", () => {
  it("is a guest and a reviewer; what nobody wrote and what the form does not ask is left out", () => {
    expect(guestOfIssue(issue(form))).toEqual({
      guest: {
        email: "dora@fabrikam.example",
        displayName: form.Name,
        sponsors: ["mona@contoso.example"],
        expires: "2035-12-31",
      },
      reviewer: "mona-lisa",
    });
  });

  it("comes onto the list from a file or an event, and the workflow hears of the reviewer only", async () => {
    const [output, event] = [path.join(root, "output"), path.join(root, "event.json")];
    vi.stubEnv("GITHUB_OUTPUT", output);
    writeFileSync(event, JSON.stringify({ issue: { body: issue(form) } }));
    await add("--from-issue", event);
    expect(read("stacks/lists/fabrikam.yaml")).toContain(`  displayName: ${form.Name}\n`);
    expect(readFileSync(output, "utf8")).toBe("reviewer=mona-lisa\n");
    write("issue.md", issue({ ...form, "E-mail address": "gil@fabrikam.example" }));
    await add("--from-issue", path.join(root, "issue.md"));
    expect(read("stacks/lists/fabrikam.yaml")).toContain("- email: gil@fabrikam.example\n");
  });

  it.each([
    [
      "a field forged inside another",
      { ...form, "What for": "x\n### Who answers for the guest\n\neve@contoso.example" },
      /"Who answers for the guest": stands in the issue twice/,
    ],
    ["several lines", { ...form, Name: "Dora\nsecond: line" }, /"Name": is more than one line/],
    ["no address", { ...form, "E-mail address": "_No response_" }, /"E-mail address": is missing/],
    [
      "a reviewer that would be an option",
      { ...form, "Their GitHub account": "--help" },
      /no name of a GitHub account/,
    ],
    ["a reviewer of several lines", { ...form, "Their GitHub account": "mona\nout=1" }, /more than one line/],
  ])("is refused with %s", (_, fields, words) => {
    expect(() => guestOfIssue(issue(fields))).toThrow(words);
  });

  it("is refused in the words of the preview where the list would be wrong", async () => {
    write("issue.md", issue({ ...form, "E-mail address": "ana@fabrikam.example" }));
    expect(await refusal(add("--from-issue", path.join(root, "issue.md")))).toContain("no address twice");
  });
});
