/** The commands `add` and `remove`: a guest comes onto a list, or leaves it, by a change of the list's file. */
import { appendFileSync, readFileSync } from "node:fs";
import { today } from "../model/calendar-day.ts";
import type { Guest } from "../model/guest.ts";
import { shown } from "../model/property.ts";
import { type Command, type CommandLine, exitStatus, placeOptions, Stop, stackPlace } from "./command-line.ts";
import { type GuestValues, StackLists } from "./list-files.ts";
import { say } from "./log-lines.ts";

const listOption = {
  value: "FILE",
  help: "The list file; where most guests of that domain are unless given. One that is not there is made.",
};

/** What a guest may be given on the command line, and the option for it. */
const guestOptions = {
  name: { key: "displayName", value: "NAME", help: "The name shown in the directory." },
  company: { key: "companyName", value: "NAME", help: "The guest's company." },
  sponsor: {
    key: "sponsors",
    value: "ADDRESS,…",
    help: "Who answers for the guest: colleagues by user principal name.",
  },
  expires: { key: "expires", value: "YYYY-MM-DD", help: "The last day on which the guest stays." },
  groups: { key: "groups", value: "NAME,…", help: "Groups that the guest becomes a member of." },
  profiles: { key: "profiles", value: "NAME,…", help: "Access profiles of the stack's config." },
} as const satisfies Record<string, { key: keyof Guest; value: string; help: string }>;

const isList: ReadonlySet<string> = new Set(["sponsors", "groups", "profiles"]);

/** Puts a guest on a list. Sends nothing. */
export const addCommand: Command = {
  options: {
    ...placeOptions,
    list: listOption,
    ...Object.fromEntries(Object.entries(guestOptions).map(([name, { value, help }]) => [name, { value, help }])),
    "from-issue": {
      value: "FILE",
      help: "What GitHub's issue form says, instead of an address and options: the issue's text, or the event ($GITHUB_EVENT_PATH).",
    },
  },
  takes: "[ADDRESS]",
  ends: [exitStatus.fine, exitStatus.failed, exitStatus.usage],
  async run(line) {
    const issue = line.values["from-issue"];
    const { guest, reviewer } = issue === undefined ? { guest: guestOf(line) } : guestOfIssue(readIssue(issue));
    const lists = new StackLists(stackPlace(line));
    const file = lists.add(guest, line.values.list);
    lists.write();
    const { expires } = guest;
    const isPast = typeof expires === "string" && expires < today();
    const next = isPast ? "Nobody invites them, because their last day has passed" : "The next apply invites them";
    say(`${guest.email} is on the list: ${lists.nameOf(file)}. Nothing was sent. ${next}.`);
    tellWorkflow(reviewer);
    return exitStatus.fine;
  },
};

/** Takes guests off the lists. Sends nothing. */
export const removeCommand: Command = {
  options: placeOptions,
  takes: "ADDRESS...",
  ends: [exitStatus.fine, exitStatus.failed, exitStatus.usage],
  async run(line) {
    const lists = new StackLists(stackPlace(line));
    const found = line.rest.map((address) => ({ address, files: lists.remove(address) }));
    const unknown = found.filter(({ files }) => files.length === 0).map(({ address }) => shown(address));
    if (unknown.length > 0) {
      const names = unknown.join(", ");
      throw new Stop(`Not on any list of this stack: ${names}. Nothing was written.`, exitStatus.failed);
    }
    lists.write();
    for (const { address, files } of found) {
      say(`${address} is off the list: ${files.map((file) => lists.nameOf(file)).join(", ")}.`);
    }
    say("Nothing was sent. The next apply removes them as their onDelete says. Adopted guests stay in the tenant.");
    return exitStatus.fine;
  },
};

function guestOf({ values, rest }: CommandLine): GuestValues {
  const [email, ...others] = rest;
  if (email === undefined || others.length > 0) {
    throw new Stop("Name one guest by their address, or an issue with --from-issue.", exitStatus.usage);
  }
  const given = Object.entries(guestOptions).flatMap(([name, { key }]) => {
    const value = values[name];
    return value === undefined ? [] : [[key, valueIn(key, value)]];
  });
  return { email, ...Object.fromEntries(given) };
}

function valueIn(key: string, text: string): string | string[] {
  if (!isList.has(key)) return text;
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** The labels of the issue form "Invite a guest", without marks and in lower case, and what each says. */
const labels: Readonly<Record<string, string>> = {
  "email address": "email",
  name: "displayName",
  "last day": "expires",
  "who answers for the guest": "sponsors",
  "their github account": "reviewer",
};

/** What GitHub puts where nothing was written. */
const noResponse = "_No response_";

/**
 * Reads what GitHub makes of an issue form: a heading for each field, and below it what was written. It is data: each
 * field is one line, and a field that stands there twice was forged inside another one.
 *
 * @param body the issue's text
 * @throws Stop that names the field which cannot be taken
 */
export function guestOfIssue(body: string): { guest: GuestValues; reviewer?: string } {
  const fields = new Map<string, string>();
  for (const part of body.replaceAll("\r\n", "\n").split(/^### /m).slice(1)) {
    const [label = "", ...lines] = part.split("\n");
    const key =
      labels[
        label
          .toLowerCase()
          .replaceAll(/[-?*:]/g, "")
          .trim()
      ];
    if (key === undefined) continue;
    const text = lines.join("\n").trim();
    if (fields.has(key)) throw refused(label, "stands in the issue twice", "write it once");
    fields.set(key, text);
    if (text.includes("\n")) throw refused(label, "is more than one line", "write one line");
  }
  const given = [...fields].filter(([, text]) => text !== "" && text !== noResponse);
  const { email, reviewer, ...others } = Object.fromEntries(given);
  if (email === undefined) throw refused("E-mail address", "is missing", "fill in the form again");
  const guest = Object.fromEntries(Object.entries(others).map(([key, text]) => [key, valueIn(key, text)]));
  const account = reviewer?.replace(/^@/, "");
  if (account !== undefined && !/^[a-z\d](?:[a-z\d-]{0,37}[a-z\d])?$/i.test(account)) {
    throw refused(
      "Sponsor's GitHub name",
      `${shown(account)} is no name of a GitHub account`,
      "correct it, or leave it empty",
    );
  }
  return { guest: { email, ...guest }, ...(account !== undefined && { reviewer: account }) };
}

function refused(label: string, rule: string, remedy: string): Stop {
  return new Stop(
    `The issue's field ${shown(label.trim())}: ${rule}; ${remedy}. Nothing was written.`,
    exitStatus.failed,
  );
}

/** The issue's text: the file itself, or a GitHub event that has it. */
function readIssue(file: string): string {
  const text = readFileSync(file, "utf8");
  if (!text.trimStart().startsWith("{")) return text;
  const { issue } = JSON.parse(text) as { issue?: { body?: unknown } };
  if (typeof issue?.body !== "string") throw new Stop(`${file} is an event without an issue.`, exitStatus.failed);
  return issue.body;
}

/** Tells a workflow of GitHub who is to review. Nothing that somebody wrote freely goes this way. */
function tellWorkflow(reviewer: string | undefined): void {
  const { GITHUB_OUTPUT: output } = process.env;
  if (output && reviewer !== undefined) appendFileSync(output, `reviewer=${reviewer}\n`);
}
