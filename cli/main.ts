#!/usr/bin/env node
// guests COMMAND: the guests of a stack, previewed, applied, looked after every day, and told to a pull request.
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import path from "node:path";
import {
  asksForHelp,
  type Command,
  described,
  endWith,
  exitStatus,
  helpOf,
  readCommandLine,
  Stop,
} from "./command-line.ts";
import { say } from "./log-lines.ts";

interface Entry {
  about: string;
  /** A command line that works, without `guests`. */
  example: string;
  /** Loads the command alone: `post-comment` and `open-review` also run where no package is installed. */
  load(): Promise<Command>;
}

const commands: ReadonlyMap<string, Entry> = new Map([
  [
    "init",
    {
      about: "Makes a guest repository: stacks, lists, policy settings, pipelines. Asks for what no option says.",
      example: "init contoso-guests",
      load: async () => (await import("./init.ts")).initCommand,
    },
  ],
  [
    "check",
    {
      about: "Judges the lists and policy settings of all stacks by their files alone, in seconds. Needs no login.",
      example: "check --stack prod",
      load: async () => (await import("./check.ts")).checkCommand,
    },
  ],
  [
    "rehearse",
    {
      about: "Invites a stack's guests to a tenant on this machine, lets them accept, and cleans up. Nobody is mailed.",
      example: "rehearse --stack prod --accept-all",
      load: async () => (await import("./rehearse.ts")).rehearseCommand,
    },
  ],
  [
    "preview",
    {
      about: "Shows what an apply would change, checks it against the policies and writes the comment. Sends nothing.",
      example: "preview --stack prod --ask-tenant",
      load: async () => (await import("./preview-and-apply.ts")).previewCommand,
    },
  ],
  [
    "apply",
    {
      about: "Previews, then brings the tenant to the list unless the preview fails or breaks a mandatory policy.",
      example: "apply --stack prod --newest-of main",
      load: async () => (await import("./preview-and-apply.ts")).applyCommand,
    },
  ],
  [
    "destroy",
    {
      about: "Removes the guests whom the stack invited, and whatever else it has made, after showing them.",
      example: "destroy --stack trial",
      load: async () => (await import("./preview-and-apply.ts")).destroyCommand,
    },
  ],
  [
    "daily",
    {
      about: "Refreshes, removes guests whose last day has passed, and reports every other difference.",
      example: "daily --stack prod --newest-of main",
      load: async () => (await import("./daily.ts")).dailyCommand,
    },
  ],
  [
    "doctor",
    {
      about: "Checks the stack's sign-in, tenant and policies line by line, and says what to fix. Changes nothing.",
      example: "doctor --stack prod",
      load: async () => (await import("./doctor.ts")).doctorCommand,
    },
  ],
  [
    "report",
    {
      about:
        "Shows who the tenant's guests are, since when, and who answers for them; also as a page. Changes nothing.",
      example: "report --stack prod --html report.html",
      load: async () => (await import("./guests-report.ts")).reportCommand,
    },
  ],
  [
    "review",
    {
      about: "Proposes reminders and last days by the stack's own rules, in a pull request. Deletes nobody.",
      example: "review --stack prod",
      load: async () => (await import("./guests-review.ts")).reviewCommand,
    },
  ],
  [
    "open-review",
    {
      about: "Opens the pull request of a review that a daily run has saved. Asks no tenant.",
      example: "open-review --stack prod .local/pipelines/prod/review.json",
      load: async () => (await import("./pull-requests.ts")).openReviewCommand,
    },
  ],
  [
    "post-comment",
    {
      about: "Posts each file as a comment on this pipeline's pull request, or updates an earlier one.",
      example: "post-comment .local/pipelines/prod/comment.md",
      load: async () => (await import("./post-comment.ts")).postCommentCommand,
    },
  ],
  [
    "import",
    {
      about: "Reads the guests that the tenant has, and writes one list for each partner. Sends nothing.",
      example: "import --stack prod --out stacks/lists --name-lists",
      load: async () => (await import("./import-guests.ts")).importCommand,
    },
  ],
  [
    "add",
    {
      about: "Puts a guest on a list, in the list's file. Refuses what the preview would refuse. Sends nothing.",
      example: 'add ana@fabrikam.example --stack prod --name "Ana Trujillo"',
      load: async () => (await import("./add-and-remove.ts")).addCommand,
    },
  ],
  [
    "remove",
    {
      about: "Takes guests off the lists, in the lists' files; comments and order stay. Sends nothing.",
      example: "remove ana@fabrikam.example --stack prod",
      load: async () => (await import("./add-and-remove.ts")).removeCommand,
    },
  ],
  [
    "comment",
    {
      about: "Prints the comment of an earlier preview from its event log.",
      example: "comment .local/pipelines/prod/preview.events.jsonl --stack prod --terminal",
      load: async () => (await import("./preview-and-apply.ts")).commentCommand,
    },
  ],
]);

keepCompiled();
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
    say(helpOf(name, entry.about, command, `guests ${entry.example}`));
    return exitStatus.fine;
  }
  const line = readCommandLine(name, command, args);
  if (!line.flags.has("all")) return command.run(line);
  const { runForAll } = await import("./all-stacks.ts");
  return runForAll(name, line);
});

/**
 * Has Node keep what it compiles, for the next command and for the program, provider and policies that a command's Pulumi
 * starts: they begin in half the time. It is kept in the user's own cache: Node's usual place is a folder that others may
 * write to. Node's own variables choose another folder (NODE_COMPILE_CACHE), or none (NODE_DISABLE_COMPILE_CACHE=1).
 */
function keepCompiled(): void {
  const { XDG_CACHE_HOME, HOME, USERPROFILE } = process.env;
  // Without a home there is nothing to keep it in.
  const cache = XDG_CACHE_HOME || ((HOME || USERPROFILE) && path.join(homedir(), ".cache"));
  if (!cache) return;
  const folder = path.join(cache, "guests-as-code", "compiled");
  if (enableCompileCache(folder).directory !== undefined) process.env.NODE_COMPILE_CACHE ??= folder;
}

function overview(): string {
  const list = [...commands].map(([name, { about }]) => described(name, about));
  return `guests COMMAND [--help] …\n\n${list.join("\n")}`;
}
