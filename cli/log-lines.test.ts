import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { harmless, isWatched, say, showLines } from "./log-lines.ts";

/** What the systems read as an order: each pattern is that of the system's own reader, or wider. */
const orders = [
  /##vso\[/i,
  /##\[/,
  /##\w*\[/,
  /^\s*::/,
  /section_(?:start|end):/i,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/,
];

const hostile = [
  "##vso[task.setvariable variable=ARM_CLIENT_ID]evil",
  "  error: ##VSO[task.complete result=Succeeded;]",
  "##[add-mask]x",
  "###vso[task.debug]x",
  "::set-output name=a::b",
  "\t ::warning file=a.ts::look",
  "\u00a0::stop-commands::x",
  "quiet\r::error::after a carriage return",
  "section_start:1560896352:my_section\r\u001b[0K",
  "##teamcity[buildStatus status='SUCCESS']",
  "\u001b[2J\u001b]0;title\u0007",
  "\u202egnp.exe and \u2028::error::a line of its own",
  "\u0085##vso[task.debug]x",
  "##\u001b[0mvso[task.debug]x",
  "::",
];

describe("[M4] a line of the log", { timeout: 30_000 }, () => {
  it.each(hostile)("%j gives no order to a pipeline or a terminal", (line) => {
    for (const order of orders) expect(harmless(line)).not.toMatch(order);
  });

  it("gives none, whatever it is", () => {
    const parts = fc.constantFrom("#", "##", "vso", "[", ":", "::", " ", "\t", "\r", "\u001b", "section_start", "a");
    fc.assert(
      fc.property(fc.array(fc.oneof(parts, fc.string({ unit: "binary" })), { maxLength: 12 }), (words) => {
        const line = harmless(words.join("").replaceAll("\n", " "));
        expect(orders.filter((order) => order.test(line))).toEqual([]);
      }),
    );
  });

  it.each([
    "Guests of prod: 1 added",
    "urn:pulumi:prod::guests::entra-guests:index:Invitation::guests-ana@fabrikam.example",
    "李小龍 Zoë 👍 — “quoted”",
    '    do     write "redirectUrl"',
    "#1 and ## heading [link]",
    "",
  ])("%j reads as it was written", (line) => {
    expect(harmless(line)).toBe(line);
  });

  it("shows no lone surrogate as nothing", () => {
    expect(harmless("a\ud800b")).toBe("a\\u{d800}b");
  });

  it("loses secrets and redeem URLs, and what is too long, and says so", () => {
    process.env.ARM_CLIENT_SECRET = "s3cret-of-the-app";
    try {
      expect(harmless("up https://login.microsoftonline.com/redeem?rd=x s3cret-of-the-app")).toBe(
        "up [redeem URL] [secret]",
      );
      const cut = harmless(`${"x".repeat(19_995)}s3cret-of-the-app${"y".repeat(100)}`);
      expect(cut).toMatch(/x\[secr… \(112 more characters\)$/);
      expect(cut).not.toContain("s3c");
    } finally {
      delete process.env.ARM_CLIENT_SECRET;
    }
  });
});

describe("[M4] what a process prints", () => {
  it("is shown line by line, however its bytes arrive", async () => {
    const bytes = Buffer.from("first é\r\n##vso[task.debug]x\n\n::error::y\nlast without end");
    const pieces = Array.from({ length: bytes.length }, (_, index) => bytes.subarray(index, index + 1));
    expect(await shown(pieces)).toBe("first é\n# #vso[task.debug]x\n\n: :error::y\nlast without end\n");
  });

  it("takes no more memory for a line without end, and cuts it", async () => {
    const pieces = Array.from({ length: 100 }, () => Buffer.from("x".repeat(1_000)));
    expect(await shown(pieces)).toMatch(/^x{20000}… \(80000 more characters\)\n$/);
  });

  async function shown(pieces: Buffer[]): Promise<string> {
    const to = new PassThrough();
    const all = text(to);
    await showLines(Readable.from(pieces, { objectMode: true }), to);
    to.end();
    return all;
  }
});

describe("a colour", () => {
  const marked = "+ ana@fabrikam.example\n  - bo@fabrikam.example\n~ c\nplain + text";

  it("marks what comes, changes and goes on a terminal that wants colours", async () => {
    const [added, removed, changed, plain] = (await printed({ FORCE_COLOR: "1" })).split("\n");
    expect(added).toBe("\u001b[32m+ ana@fabrikam.example\u001b[39m");
    expect(removed).toBe("\u001b[31m  - bo@fabrikam.example\u001b[39m");
    expect(changed).toBe("\u001b[33m~ c\u001b[39m");
    expect(plain).toBe("plain + text");
  });

  it("is not there in a file, and not where NO_COLOR is set", async () => {
    expect(await printed({})).toBe(`${marked}\n`);
    expect(await printed({ NO_COLOR: "1" })).toBe(`${marked}\n`);
  });

  async function printed(environment: Record<string, string>): Promise<string> {
    const names = ["FORCE_COLOR", "NO_COLOR"];
    const before = names.map((name) => [name, process.env[name]] as const);
    for (const name of names) delete process.env[name];
    Object.assign(process.env, environment);
    const to = new PassThrough();
    const all = text(to);
    say(marked, { to, marked: true });
    to.end();
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    return all;
  }
});

describe("a line that is renewed", () => {
  it("is for people at a terminal, not for pipelines", () => {
    for (const environment of [{ CI: "true" }, { TF_BUILD: "True" }, { TERM: "dumb" }]) {
      expect(isWatched(environment)).toBe(false);
    }
  });
});

describe("[M4] the command", () => {
  it("prints through these lines only", () => {
    const folders = [import.meta.dirname, path.join(import.meta.dirname, "comment")];
    const sources = folders.flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && name !== "log-lines.ts")
        .map((name) => [name, readFileSync(path.join(folder, name), "utf8")] as const),
    );
    const printing = sources.filter(([, source]) => /\bconsole\b|process\.std(out|err)\.write/.test(source));
    expect(printing.map(([name]) => name)).toEqual([]);
  });

  it("says what it was called with, and is not taken in", () => {
    const args = [path.join(import.meta.dirname, "main.ts"), "##vso[task.complete result=Failed;]\r::error::x"];
    const { stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect(stderr).toContain('There is no command "# #vso[task.complete result=Failed;]\\u{d}::error::x"');
  });
});
