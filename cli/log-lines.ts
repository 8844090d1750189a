/**
 * The only way to this process's terminal or log: everything that a command prints goes through here, also what Pulumi
 * prints below it. Names, messages and errors that quote them come from lists that anybody may propose, so no line can
 * steer a terminal or give a pipeline an order. This needs no package, because `post-comment` runs without any.
 */
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { WriteStream } from "node:tty";
import { styleText } from "node:util";
import { secretRemover, visible } from "./comment/untrusted-text.ts";

/** The longest line that is printed, in characters. */
const longestLine = 20_000;
/** What is kept of a line until it is printed: more than is shown, so that a secret at the cut is seen whole. */
const longestRead = longestLine + 10_000;

/** Where and how a text is printed. */
interface Printing {
  /** stdout unless given. */
  to?: NodeJS.WritableStream;
  /** Whether lines get a colour by the mark that they begin with; only a terminal that wants colours shows them. */
  marked?: boolean;
}

/** Prints text. */
export function say(text: string, { to = process.stdout, marked = false }: Printing = {}): void {
  const conceal = secretRemover();
  for (const line of text.split("\n")) {
    const shown = harmless(line, { conceal });
    write(to, marked ? coloured(shown, to) : shown);
  }
}

/** Prints text on stderr. */
export function complain(text: string): void {
  say(text, { to: process.stderr });
}

/** How many characters fit on a line of a terminal; a file or a pipeline's log takes any number. */
export function lineWidth({ isTTY, columns }: Partial<WriteStream> = process.stdout): number {
  return isTTY ? columns || 80 : Number.POSITIVE_INFINITY;
}

/**
 * A text as lines of at most this width, broken at spaces and indented as it begins; a longer word stays whole.
 *
 * @param size measures a text; counts characters unless given
 */
export function wrapped(
  text: string,
  width: number = lineWidth(),
  size: (text: string) => number = (one) => one.length,
): string[] {
  const [indent = ""] = /^ */.exec(text) ?? [];
  const lines = [indent];
  for (const word of text.slice(indent.length).split(" ")) {
    const line = lines.at(-1) ?? "";
    const longer = line === indent ? line + word : `${line} ${word}`;
    if (line === indent || size(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(indent + word);
  }
  return lines;
}

/** What comes, changes and goes; what is well, and what is not. */
const colours = [
  [/^ *[+✓]/, "green"],
  [/^ *[~!]/, "yellow"],
  [/^ *[-✗]/, "red"],
] as const;

/** `styleText` asks the stream, NO_COLOR and FORCE_COLOR whether colours are wanted. */
function coloured(line: string, to: NodeJS.WritableStream): string {
  const colour = colours.find(([mark]) => mark.test(line))?.[1];
  return colour === undefined ? line : styleText(colour, line, { stream: to });
}

// Whoever reads may go away (`guests preview | head`): that must not stop a run half-way.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

function write(to: NodeJS.WritableStream, line: string): void {
  const isShown = status.size > 0 && (to === process.stdout || to === process.stderr);
  if (isShown) process.stderr.write(eraseLine);
  to.write(`${line}\n`);
  if (isShown) drawStatus();
}

/** What is under way, by what it is about; shown in this order. */
const status = new Map<string, string>();
const eraseLine = "\r\u001b[K";

/** Whether somebody watches: a terminal that can renew a line, and no pipeline. */
export function isWatched(environment: NodeJS.ProcessEnv = process.env): boolean {
  const { CI, TF_BUILD, TERM } = environment;
  return process.stderr.isTTY === true && !CI && !TF_BUILD && TERM !== "dumb";
}

/**
 * Keeps the last line of the terminal up to date. What is printed meanwhile appears above it. Does nothing where nobody
 * watches.
 *
 * @param about what is under way; several things may be
 * @param text how far it is; `undefined` when it has ended
 */
export function showStatus(about: string, text: string | undefined): void {
  if (!isWatched()) return;
  if (text === undefined) status.delete(about);
  else status.set(about, text);
  process.stderr.write(eraseLine);
  drawStatus();
}

function drawStatus(): void {
  const line = harmless([...status.values()].join("  "));
  process.stderr.write(line.slice(0, (process.stderr.columns || 80) - 1));
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
    write(to, harmless(line, { length, conceal }));
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
