import { performance } from "node:perf_hooks";
import { describe, expect, it } from "vitest";
import { report } from "../problem.ts";
import { declaredGuests, type GuestListInput } from "./declared-guests.ts";

const redirectUrl = "https://myapps.microsoft.com";
const [bom, nul, rightToLeft] = ["\ufeff", "\0", "\u202e"];

/** Reads a stack config that names one list file. */
function read(name: string, text: string, values: Record<string, string> = {}) {
  const input: GuestListInput = {
    values: { redirectUrl, lists: JSON.stringify([name]), ...values },
    secretKeys: new Set(),
    readList: () => ({ name, text }),
  };
  return declaredGuests(input);
}

function refusal(result: ReturnType<typeof declaredGuests>): string {
  if (!("problems" in result)) throw new Error(`It was taken: ${JSON.stringify(result.list).slice(0, 500)}`);
  return report("the list", result.problems);
}

const csv = (...rows: string[]) => ["email,displayName", ...rows].join("\n");

/** What a hostile file says, and a word of the error. */
const refused: [what: string, file: string, text: string, word: string | RegExp][] = [
  ["a formula for an address", "a.csv", csv("=cmd|'/C calc'!A0,Ana"), "email"],
  ["a formula with an at sign", "a.csv", csv("@SUM(1+1)*cmd|' /C calc'!A0,Ana"), "email"],
  ["an OData filter for an address", "a.csv", csv("x' or userType eq 'Member'@fabrikam.example,Ana"), "white space"],
  ["an address with a NUL", "a.csv", csv(`ana${nul}@fabrikam.example,Ana`), "control"],
  ["an address that reads from right to left", "a.csv", csv(`ana@${rightToLeft}elpmaxe.example,Ana`), "invisible"],
  ["two addresses in one", "a.csv", csv('"ana@fabrikam.example;eve@evil.example",Ana'), "only one @"],
  ["a mail header in an address", "a.csv", csv('"ana@fabrikam.example\nBcc: eve@evil.example",Ana'), "white space"],
  ["a quote that never ends", "a.csv", csv('"ana@fabrikam.example,Ana'), "not CSV"],
  ["a column named __proto__", "a.csv", "email,__proto__\nana@fabrikam.example,1", "unknown column"],
  ["a column named constructor", "a.csv", "email,constructor\nana@fabrikam.example,1", "unknown column"],
  ["a column named toString", "a.csv", "email,toString\nana@fabrikam.example,1", "unknown column"],
  ["more cells than headings", "a.csv", csv("ana@fabrikam.example,Ana,=1+1"), "headings"],
  ["UTF-16 read as text", "a.csv", Buffer.from(csv("ana@fabrikam.example,Ana"), "utf16le").toString(), "column"],
  ["a name of a million letters", "a.csv", csv(`ana@fabrikam.example,${"x".repeat(1_000_000)}`), "at most 256"],
  [
    "an address of a million letters",
    "a.csv",
    csv(`${"x".repeat(1_000_000)}@fabrikam.example,Ana`),
    "at most 64 bytes",
  ],
  [
    "YAML keys that reach for prototypes",
    "a.yaml",
    "- email: ana@fabrikam.example\n  __proto__: { admin: true }",
    "key",
  ],
  [
    "a YAML constructor",
    "a.yaml",
    "- email: ana@fabrikam.example\n  constructor: { prototype: { admin: true } }",
    "key",
  ],
  ["a YAML tag that makes code", "a.yaml", '- email: !!js/function "function () { return 1 }"', "tag"],
  ["YAML that includes a file", "a.yaml", "- !include /etc/passwd", "tag"],
  ["YAML merged from a hostile map", "a.yaml", "- <<: { admin: true }\n  email: ana@fabrikam.example", "key"],
  ["YAML that is one number", "a.yaml", "1", "a list file holds"],
  ["two YAML documents", "a.yaml", "- email: ana@fabrikam.example\n---\n- email: eve@evil.example", "second document"],
  ["the same YAML key twice", "a.yaml", "- email: ana@fabrikam.example\n  email: eve@evil.example", "unique"],
  ["YAML nested 50,000 deep", "a.yaml", "[".repeat(50_000), "YAML"],
  ["YAML maps nested 20,000 deep", "a.yaml", `${"{a: ".repeat(20_000)}1${"}".repeat(20_000)}`, "YAML"],
  ["a billion laughs", "a.yaml", billionLaughs(), "aliases"],
];

function billionLaughs(): string {
  const lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"];
  for (let level = 1; level < 10; level++) {
    lines.push(
      `a${level}: &a${level} [${Array(9)
        .fill(`*a${level - 1}`)
        .join(", ")}]`,
    );
  }
  return [...lines, "invitations: *a9"].join("\n");
}

describe("a hostile list file", () => {
  it.each(refused)("with %s is refused with a clear error", (_, file, text, word) => {
    const began = performance.now();
    const said = refusal(read(file, text));
    expect(said).toMatch(word);
    expect(said).toContain(file);
    expect(said.length).toBeLessThan(5_000);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: nothing of them may reach a terminal
    expect(said).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u2066-\u2069]/);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect({}).not.toHaveProperty("admin");
  });

  it("with one line of nearly 4 MB is read or refused without hanging", () => {
    expect(refusal(read("a.csv", "x".repeat(4_000_000)))).toMatch("column");
    expect(refusal(read("a.yaml", "x".repeat(4_000_000)))).toMatch("list");
  });

  it("is told from a plain one that begins with a byte order mark", () => {
    expect(read("a.csv", `${bom}${csv("ana@fabrikam.example,Ana")}`)).toHaveProperty("list");
    expect(read("a.yaml", `${bom}- email: ana@fabrikam.example`)).toHaveProperty("list");
  });
});

/** What looks dangerous and is somebody's text: it reaches the guest unchanged, and nothing reads it as code. */
const plain: [what: string, name: string][] = [
  ["a formula", '=HYPERLINK("https://evil.example","Click")'],
  ["markup", "<script>alert(1)</script>"],
  ["a template", "$" + "{process.env.ARM_CLIENT_SECRET}"],
  ["a command", "$(rm -rf /)"],
  ["SQL", "Robert'); DROP TABLE users;--"],
  ["a prototype's name", "__proto__"],
];

it.each(plain)("takes %s in a name for plain data", (_, displayName) => {
  const quoted = `"${displayName.replaceAll('"', '""')}"`;
  const fromCsv = read("a.csv", csv(`ana@fabrikam.example,${quoted}`));
  const fromYaml = read("a.yaml", JSON.stringify([{ email: "ana@fabrikam.example", displayName }]));
  for (const result of [fromCsv, fromYaml]) {
    expect(result).toMatchObject({ list: { listed: [{ email: "ana@fabrikam.example", displayName }] } });
  }
});

describe("a hostile stack config", () => {
  it.each([
    ["__proto__", '{"__proto__":{"admin":true},"body":"x"}'],
    ["constructor", '{"constructor":{"prototype":{"admin":true}},"body":"x"}'],
  ])("cannot reach prototypes through %s", (_, message) => {
    const result = declaredGuests({
      values: { redirectUrl, message, invitations: '[{"email":"ana@fabrikam.example"}]' },
      secretKeys: new Set(),
      readList: () => ({ rule: "none", remedy: "none" }),
    });
    expect({}).not.toHaveProperty("admin");
    if ("list" in result) expect(Object.keys(result.list.defaults.message ?? {})).toEqual(["body"]);
    else expect(report("the list", result.problems)).toContain("key");
  });
});

describe("[M6] a huge list", () => {
  it.each<[string, string, string, RegExp]>([
    [
      "a hundred thousand unknown keys",
      "a.yaml",
      `- email: ana@x.example\n${"  ".concat("k: 1\n").repeat(1)}${Array.from({ length: 100_000 }, (_, n) => `  k${n}: 1\n`).join("")}`,
      /^100,001 problems/,
    ],
    ["a heading of brackets", "a.csv", `email,${"[".repeat(200_000)}\nana@x.example,\n`, /^1 problem/],
    ["a thousand headings", "a.csv", `email${",x[".repeat(1_000)}\n`, /^1,000 problems/],
    ["a hundred thousand headings", "a.csv", `email${",x[".repeat(100_000)}\n`, /^1 problem/],
    ["half a million wrong rows", "a.csv", `email\n${"x\n".repeat(500_000)}`, /^1,000,000 problems|^999,999 problems/],
    ["two hundred thousand times one guest", "a.csv", `email\n${"a@x.example\n".repeat(200_000)}`, /^199,999 problems/],
    ["a message of commands", "a.csv", `email,cc\n"a@x.example",${"::a".repeat(200_000)}\n`, /^1 problem/],
  ])(
    "of %s is refused in a bounded report",
    (_what, file, text, count) => {
      const result = read(file, text);
      if (!("problems" in result)) throw new Error("It was taken.");
      const said = report("the list", result.problems, result.more);
      expect(said).toMatch(count);
      expect(said.length).toBeLessThan(20_000);
      if (/,/.test(count.source)) expect(said).toMatch(/… and [\d,]+ more\./);
    },
    60_000,
  );

  it("takes twice as long for twice as much, not four times", () => {
    const timeOf = (rows: number) => {
      const text = `- email: ana@x.example\n${Array.from({ length: rows }, (_, n) => `  k${n}: 1\n`).join("")}`;
      const began = performance.now();
      read("a.yaml", text);
      return performance.now() - began;
    };
    timeOf(10_000);
    expect(timeOf(80_000)).toBeLessThan(4 * timeOf(40_000) + 500);
  }, 60_000);

  it("[case 14] of ten thousand guests is read", () => {
    const rows = Array.from({ length: 10_000 }, (_, n) => `guest${n}@fabrikam.example,Guest ${n}`);
    const result = read("a.csv", csv(...rows));
    expect(result).toHaveProperty("list.listed.length", 10_000);
  }, 60_000);
});

describe("[M4] a log", () => {
  it.each([
    [
      "a body",
      "- email: ana@x.example\n  message: { body: |-\n      Hello\n      ##vso[task.complete]x\n      ::error::y\n      , language: da }\n",
    ],
    ["a key", '- email: ana@x.example\n  "::error::x": 1\n  "##vso[x]": 1\n'],
    ["a name", '- email: ana@x.example\n  displayName: "x\\e[31m\\n::set-output::"\n'],
    ["an address", '- email: "::warning::ana"\n'],
    ["broken YAML", "- email: [::error::x\n::error::y"],
    ["a file's name", "##"],
  ])("gets no command out of %s", (_what, text) => {
    const result = read("::error::a.yaml", text);
    const said = report("##vso[x]", "problems" in result ? result.problems : []);
    expect(said).not.toMatch(/##\w*\[|^\s*::/m);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: nothing of them may reach a terminal
    expect(said).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(said).toMatch(/problem/);
  });
});

describe("[M1] one mailbox", () => {
  it("under two spellings of its domain is listed twice", () => {
    const said = refusal(
      read("a.csv", csv("e6@münchen.example,A", "e6@xn--mnchen-3ya.example,B", "E6@MÜNCHEN.example,C")),
    );
    expect(said).toMatch(/^2 problems/);
    expect(said).toContain("no address twice");
  });
});
