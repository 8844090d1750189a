import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { type Command, checkout, exitStatus, helpOf, readCommandLine, runOptions, Stop } from "./command-line.ts";
import { dailyCommand } from "./daily.ts";
import { postCommentCommand } from "./post-comment.ts";
import { applyCommand, commentCommand, previewCommand } from "./preview-and-apply.ts";

const commands: Record<string, Command> = {
  preview: previewCommand,
  apply: applyCommand,
  daily: dailyCommand,
  "post-comment": postCommentCommand,
  comment: commentCommand,
};

describe("a command line", () => {
  it("gives values, flags and what follows the options", () => {
    const args = ["events.jsonl", "--stack", "prod", "--terminal"];
    expect(readCommandLine("comment", commentCommand, args)).toEqual({
      values: { stack: "prod" },
      flags: new Set(["terminal"]),
      rest: ["events.jsonl"],
    });
  });

  it.each([
    ["preview", "", "--stack NAME is missing"],
    ["preview", "--stack prod --newest-of main", "Unknown option '--newest-of'"],
    ["preview", "--stack prod more", "more"],
    ["apply", "--stack", "--stack"],
    ["comment", "--stack prod", "EVENTS is missing"],
    ["post-comment", "", "FILE... is missing"],
  ])('is wrong: %s "%s"', (name, line, said) => {
    const read = () => readCommandLine(name, commands[name] as Command, line.split(" ").filter(Boolean));
    expect(read).toThrow(said);
    expect(read).toThrow(`Usage: guests ${name} `);
    expect(read).toThrow(expect.objectContaining({ status: exitStatus.usage }));
    expect(read).toThrow(Stop);
  });

  it("finds the policies and the reports of a stack by the last part of its name", () => {
    const line = readCommandLine("preview", previewCommand, ["--stack", "contoso/guests/prod", "--commit", ""]);
    expect(runOptions(line)).toEqual({
      stack: "contoso/guests/prod",
      project: checkout,
      policyConfig: path.join(checkout, "policies", "guests.prod.json"),
      out: path.join(checkout, ".local", "pipelines", "prod"),
      verbose: false,
    });
  });
});

describe("the help", () => {
  it.each(Object.entries(commands))("of %s lists its options, and the exit statuses of the docs", (name, command) => {
    const help = helpOf(name, "Does this.", command, `guests ${name} --stack prod`);
    expect(help).toContain(`\nExample\n  guests ${name} --stack prod\n`);
    for (const option of Object.keys(command.options)) expect(help).toContain(`\n  --${option}`);
    const statuses = [...help.matchAll(/^ {2}(\d) {2}(.*)$/gm)].map(([, number, meaning]) => `${number} ${meaning}`);
    expect(statuses).toEqual(promisedStatuses(name));
  });
});

/** The exit statuses of a command in the table of docs/pipelines.md. */
function promisedStatuses(name: string): string[] {
  const docs = readFileSync(path.join(checkout, "docs", "pipelines.md"), "utf8");
  const rows = [...docs.matchAll(/^\| (\d) \| (.*) \| (.*) \|\r?$/gm)];
  return rows.flatMap(([, number, meaning, who = ""]) => {
    return who === "all" || who.split(", ").includes(name) ? [`${number} ${meaning}`] : [];
  });
}
