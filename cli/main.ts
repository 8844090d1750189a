#!/usr/bin/env node
// guests COMMAND: the guests of a stack, previewed, applied, looked after every day, and told to a pull request.
import { asksForHelp, type Command, endWith, exitStatus, helpOf, readCommandLine, Stop } from "./command-line.ts";
import { say } from "./log-lines.ts";

interface Entry {
  about: string;
  /** Loads the command alone: `post-comment` and `open-review` also run where no package is installed. */
  load(): Promise<Command>;
}

const commands: ReadonlyMap<string, Entry> = new Map([
  [
    "init",
    {
      about: "Makes a guest repository: stacks, lists, policy settings, pipelines. Asks what no option answers.",
      load: async () => (await import("./init.ts")).initCommand,
    },
  ],
  [
    "check",
    {
      about: "Judges the lists and policy settings of all stacks by their files alone, in seconds. Needs no login.",
      load: async () => (await import("./check.ts")).checkCommand,
    },
  ],
  [
    "rehearse",
    {
      about: "Invites a stack's guests to a tenant on this machine, lets them accept, and cleans up. Nobody is mailed.",
      load: async () => (await import("./rehearse.ts")).rehearseCommand,
    },
  ],
  [
    "preview",
    {
      about: "Shows what an apply would change, checks it against the policies and writes the comment. Sends nothing.",
      load: async () => (await import("./preview-and-apply.ts")).previewCommand,
    },
  ],
  [
    "apply",
    {
      about: "Previews, and if nothing fails and no mandatory policy is broken, brings the tenant to the list.",
      load: async () => (await import("./preview-and-apply.ts")).applyCommand,
    },
  ],
  [
    "destroy",
    {
      about: "Removes the guests whom the stack invited, and whatever else it has made, after showing them.",
      load: async () => (await import("./preview-and-apply.ts")).destroyCommand,
    },
  ],
  [
    "daily",
    {
      about: "Refreshes, removes guests whose last day has passed, and reports every other difference.",
      load: async () => (await import("./daily.ts")).dailyCommand,
    },
  ],
  [
    "doctor",
    {
      about: "Says what the stack's sign-in and tenant lack, line by line, and what to do. Changes nothing.",
      load: async () => (await import("./doctor.ts")).doctorCommand,
    },
  ],
  [
    "report",
    {
      about:
        "Shows who the tenant's guests are, since when, and who answers for them; also as a page. Changes nothing.",
      load: async () => (await import("./guests-report.ts")).reportCommand,
    },
  ],
  [
    "review",
    {
      about: "Proposes, by the stack's own rules, whom to remind and who should go: as a pull request. Deletes nobody.",
      load: async () => (await import("./guests-review.ts")).reviewCommand,
    },
  ],
  [
    "open-review",
    {
      about: "Opens a pull request of a review that a daily run has saved. Asks no tenant.",
      load: async () => (await import("./pull-requests.ts")).openReviewCommand,
    },
  ],
  [
    "post-comment",
    {
      about: "Writes each file as a comment on the pull request of this pipeline, or updates that of an earlier run.",
      load: async () => (await import("./post-comment.ts")).postCommentCommand,
    },
  ],
  [
    "import",
    {
      about: "Reads the guests that the tenant has, and writes one list for each partner. Sends nothing.",
      load: async () => (await import("./import-guests.ts")).importCommand,
    },
  ],
  [
    "add",
    {
      about: "Puts a guest on a list: changes the list's file, and is refused where the preview would refuse it.",
      load: async () => (await import("./add-and-remove.ts")).addCommand,
    },
  ],
  [
    "remove",
    {
      about: "Takes guests off the lists: changes the lists' files, comments and order kept.",
      load: async () => (await import("./add-and-remove.ts")).removeCommand,
    },
  ],
  [
    "comment",
    {
      about: "Prints the comment of a preview that ran before, from its event log.",
      load: async () => (await import("./preview-and-apply.ts")).commentCommand,
    },
  ],
]);

await endWith(async () => {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined) throw new Stop(overview(), exitStatus.usage);
  const entry = commands.get(name);
  if (entry === undefined) {
    if (!asksForHelp([name])) throw new Stop(`There is no command "${name}".\n\n${overview()}`, exitStatus.usage);
    say(overview());
    return exitStatus.fine;
  }
  const command = await entry.load();
  if (asksForHelp(args)) {
    say(helpOf(name, entry.about, command));
    return exitStatus.fine;
  }
  return command.run(readCommandLine(name, command, args));
});

function overview(): string {
  const list = [...commands].map(([name, { about }]) => `  ${name}\n      ${about}`);
  return `guests COMMAND [--help] …\n\n${list.join("\n")}`;
}
