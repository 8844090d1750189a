/**
 * The only way to this process's terminal or log: everything that a command prints goes through here, also what Pulumi
 * prints below it. Names, messages and errors that quote them come from lists that anybody may propose, so no line can
 * steer a terminal or give a pipeline an order. This needs no package, because `post-comment` runs without any.
 */
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { secretRemover, visible } from "./comment/untrusted-text.ts";

/** The longest line that is printed, in characters. */
const longestLine = 20_000;
/** What is kept of a line until it is printed: more than is shown, so that a secret at the cut is seen whole. */
const longestRead = longestLine + 10_000;

/** Prints text on stdout. */
export function say(text: string): void {
  print(text, process.stdout);
}

/** Prints text on stderr. */
export function complain(text: string): void {
  print(text, process.stderr);
}

// Whoever reads may go away (`guests preview | head`): that must not stop a run half-way.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

function print(text: string, to: NodeJS.WritableStream): void {
  const conceal = secretRemover();
  for (const line of text.split("\n")) to.write(`${harmless(line, { conceal })}\n`);
}

/**
 * A line of a log that is nothing but a line of a log.
 *
 * Secrets are taken out, control and bidirectional characters are made visible, a long line is cut, and what a pipeline
 * would read as an order is broken by a space: `##vso[…]` and `##[…]` anywhere in a line (Azure Pipelines, GitHub
 * Actions, TeamCity), `::…` at its start (GitHub Actions), `section_start:` (GitLab CI).
 * Sources: `ActionCommand.cs` in actions/runner, `Command.cs` in microsoft/azure-pipelines-agent, and "Custom collapsible
 * sections" in GitLab's documentation.
 *
 * @param line without its line end
 * @param options `length` of the whole line, where `line` is only its beginning; `conceal` takes the secrets out
 */
export function harmless(
  line: string,
  { length = line.length, conceal = secretRemover() }: { length?: number; conceal?: (text: string) => string } = {},
): string {
  const read = conceal(line.slice(0, longestRead).replace(/\r$/, ""));
  const cut = `${read.slice(0, longestLine)}… (${length - longestLine} more characters)`;
  return visible(length > longestLine ? cut : read, /[^\P{C}\t]|[\p{Zl}\p{Zp}]/gu)
    .replace(/##(?=\w*\[)/g, "# #")
    .replace(/^(\s*):(?=:)/, "$1: ")
    .replace(/(section_(?:start|end)):/gi, "$1 :");
}

/**
 * Prints what a process writes, line by line.
 *
 * @returns when the process has closed the stream and everything is printed
 */
export async function showLines(from: Readable, to: NodeJS.WritableStream): Promise<void> {
  const decoder = new StringDecoder("utf8");
  const conceal = secretRemover();
  let line = "";
  let length = 0;
  const add = (text: string) => {
    line += text.slice(0, longestRead - line.length);
    length += text.length;
  };
  const end = () => {
    to.write(`${harmless(line, { length, conceal })}\n`);
    [line, length] = ["", 0];
  };
  for await (const bytes of from) {
    const [first = "", ...others] = decoder.write(bytes).split("\n");
    add(first);
    for (const next of others) {
      end();
      add(next);
    }
  }
  add(decoder.end());
  if (line !== "") end();
}
