/**
 * The command `rehearse`: a stack's whole life on a tenant on this machine. It works on a copy of the project with a state
 * and a login of its own, so neither the stack's file nor its real state is touched.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { projectFiles, stacksOf } from "../components/config/project-files.ts";
import { guestListOnDisk, type NamedInTenant } from "../components/config/read-guest-list.ts";
import { report } from "../components/problem.ts";
import {
  type Command,
  checkout,
  type ExitStatus,
  exitStatus,
  type RunOptions,
  runOptions,
  Stop,
  stackOptions,
} from "./command-line.ts";
import { projectOf } from "./comment/comment-marker.ts";
import { doneText } from "./comment/guest-report.ts";
import { terminalText } from "./comment/terminal-report.ts";
import { lineWidth, say } from "./log-lines.ts";
import { operationErrors, previewStack, shownIn } from "./preview-and-apply.ts";
import { initStack, localStack, type PulumiRun, policyFlags, runPulumi } from "./pulumi-run.ts";
import { withHeadings } from "./text-table.ts";

export const rehearseCommand: Command = {
  options: {
    stack: { value: "NAME", help: "The stack; the only one that has a config file unless given." },
    "policy-config": { value: "FILE", help: "The policies' settings; policies/guests.STACK.json unless given." },
    cwd: { value: "PROJECT", help: "The folder of the Pulumi project; the one you are in unless given." },
    verbose: stackOptions.verbose,
    "accept-all": { help: "Let all guests accept by themselves. Without a terminal they do so anyway." },
    json: { help: "End with one line of JSON: the guests, each with their state and their mails." },
  },
  ends: [exitStatus.fine, exitStatus.failed, exitStatus.usage, exitStatus.policy],
  async run({ values, flags, rest }) {
    const project = path.resolve(values.cwd ?? checkout);
    const stack = values.stack ?? onlyStack(project);
    if (stack === localStack && existsSync(path.join(project, "tools", "pulumi.ts"))) {
      throw new Stop("npm start shows the guests of stack local in this repository.", exitStatus.usage);
    }
    const { policyConfig, verbose = false } = runOptions({ values: { ...values, stack }, flags, rest });
    const waits = process.stdin.isTTY === true && !flags.has("accept-all");
    return rehearse({ project, stack, policyConfig, verbose, waits, json: flags.has("json") });
  },
};

interface Rehearsal {
  project: string;
  stack: string;
  policyConfig: string;
  verbose: boolean;
  /** Whether somebody is there to play the guests. */
  waits: boolean;
  json: boolean;
}

/** What is used of a local tenant; it is loaded from where it is installed. */
interface Tenant {
  environment: Record<string, string>;
  links: { directory: string; myApps: string; inbox?: string };
  guests(): { mail: string | null; displayName: string; externalUserState: string | null }[];
  mails(): { to: string }[];
  accept(address: string): void;
  close(): Promise<void>;
}

interface TenantPackage {
  startTenant(options: {
    dataDir: string;
    mail: { smtpPort: number; inboxPort: number };
    additions: NamedInTenant;
  }): Promise<Tenant>;
}

function onlyStack(project: string): string {
  const stacks = stacksOf(projectFiles(project, project));
  const [stack] = stacks;
  if (stack !== undefined && stacks.length === 1) return stack;
  const which = stacks.length === 0 ? "There is no stack with a config file." : `Which one of ${stacks.join(", ")}?`;
  throw new Stop(`--stack is missing. ${which}`, exitStatus.usage);
}

async function rehearse({ project, stack, policyConfig, verbose, waits, json }: Rehearsal): Promise<ExitStatus> {
  const { startTenant } = await tenantPackage(project);
  const list = listOf(project, stack);
  const folder = mkdtempSync(path.join(tmpdir(), "guests-rehearsal-"));
  let tenant: Tenant | undefined;
  try {
    step("A tenant on this machine");
    const additions = list.namedInTenant;
    const ports = { smtpPort: 0, inboxPort: 0 };
    tenant = await startTenant({ dataDir: path.join(folder, "tenant"), mail: ports, additions });
    showLinks(tenant);
    const copy = copyProject(project, stack, folder);
    const environment = rehearsalEnvironment(folder, tenant);
    const out = path.join(folder, "out");
    const options: RunOptions = { stack, project: copy, policyConfig, out, environment, verbose };

    step(`Preview of stack ${stack}`);
    initStack(options);
    const { report: preview } = await previewStack(options);
    say(terminalText(preview, { unasked: true, ...shownIn(options) }), { marked: true });
    if (preview.outcome !== "previewed") {
      return preview.outcome === "stopped by policy" ? exitStatus.policy : exitStatus.failed;
    }
    step("Up: the guests are invited");
    const unattended = ["--yes", "--skip-preview"];
    const invited = await runPulumi(options, "up", [...unattended, ...policyFlags(options)]);
    mustEndWell(invited, options, "The guests were not invited.");
    showGuests(tenant);

    step("The guests accept");
    if (waits) await playedByHand(tenant);
    else for (const { address } of guestsOf(tenant)) tenant.accept(address);
    showGuests(tenant);
    const accepted = guestsOf(tenant).map(({ address, state, mails }) => ({ email: address, state, mails }));

    step("Refresh: the stack learns who has accepted");
    mustEndWell(await runPulumi(options, "refresh", unattended), options, "The refresh failed.");
    step("Destroy: cleaned up");
    mustEndWell(await runPulumi(options, "destroy", unattended), options, "The clean-up failed.");
    const left = tenant.guests().length;
    if (left > 0) throw new Stop(`${left} guests are left in the tenant after the clean-up.`, exitStatus.failed);
    say("\nThe rehearsal went to its end. Nothing of it is left, and no real tenant was asked.");
    if (json) say(JSON.stringify({ stack, guests: accepted }));
    return exitStatus.fine;
  } finally {
    await tenant?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The list as the files say, so that what is wrong with it shows before anything starts. */
function listOf(project: string, stack: string) {
  const files = projectFiles(project, project);
  const list = guestListOnDisk(files, projectOf(files.root), stack);
  if ("problems" in list) {
    throw new Stop(
      report(`the guest list of stack "${stack}"`, list.problems, list.more, list.note),
      exitStatus.failed,
    );
  }
  if (list.encrypted.length > 0) {
    const which = list.encrypted.slice(0, 5).join(", ");
    const why = "A rehearsal cannot read them: it has a state and a passphrase of its own.";
    throw new Stop(`Stack ${stack} holds encrypted values (${which}). ${why}`, exitStatus.failed);
  }
  return list;
}

/** The tenant's package, as the project has it; in a clone of guests as code its source. */
async function tenantPackage(project: string): Promise<TenantPackage> {
  const source = path.join(checkout, "tenant", "index.ts");
  if (existsSync(source)) return import(pathToFileURL(source).href);
  try {
    const entry = createRequire(path.join(project, "package.json")).resolve("@guests-as-code/tenant");
    return await import(pathToFileURL(entry).href);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    throw new Stop(
      "The local tenant is not installed: npm install --save-dev @guests-as-code/tenant",
      exitStatus.failed,
    );
  }
}

/** What is no part of a program, or is found through a link. */
const notCopied = new Set(["node_modules", ".git", ".local", "dist"]);

/** Copies the project, with the packages by a link, and takes the stack's own encryption out of the copy. */
function copyProject(project: string, stack: string, folder: string): string {
  const { root } = projectFiles(project, project);
  const copy = path.join(folder, "project");
  cpSync(root, copy, { recursive: true, filter: (file) => file === root || !notCopied.has(path.basename(file)) });
  const packages = folderAbove(root, "node_modules");
  if (packages !== undefined) symlinkSync(packages, path.join(copy, "node_modules"), "junction");
  const config = path.join(projectFiles(copy, copy).stackConfigs, `Pulumi.${stack}.yaml`);
  const text = readFileSync(config, "utf8");
  // As comments, so that every other line keeps its number.
  writeFileSync(config, text.replaceAll(/^(secretsprovider|encryptedkey|encryptionsalt):/gm, "# $&"));
  return copy;
}

function folderAbove(start: string, name: string): string | undefined {
  const found = path.join(start, name);
  if (existsSync(found)) return found;
  const parent = path.dirname(start);
  return parent === start ? undefined : folderAbove(parent, name);
}

/** Variables of real tenants and of real state; none of them may reach a rehearsal. */
const ofRealTenants = /^(ARM_|AZURE_|PULUMI_ACCESS_TOKEN$|PULUMI_BACKEND_URL$|PULUMI_CONFIG_PASSPHRASE|PULUMI_STACK$)/;

function rehearsalEnvironment(folder: string, tenant: Tenant): NodeJS.ProcessEnv {
  const state = path.join(folder, "state");
  mkdirSync(state);
  const kept = Object.entries(process.env).filter(([name]) => !ofRealTenants.test(name.toUpperCase()));
  return {
    ...Object.fromEntries(kept),
    PULUMI_BACKEND_URL: pathToFileURL(state).href,
    // Logging in to this state must not log anybody out of theirs.
    PULUMI_CREDENTIALS_PATH: state,
    PULUMI_CONFIG_PASSPHRASE: "rehearsal",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...tenant.environment,
  };
}

function mustEndWell(run: PulumiRun, options: RunOptions, otherwise: string): void {
  const done = doneText(run.events);
  if (run.status === 0 && done !== "") say(`Done: ${done}.`);
  if (run.status === 0) return;
  throw new Stop([otherwise, ...operationErrors(run, options)].join("\n"), exitStatus.failed);
}

function step(title: string): void {
  say(`\n── ${title} ${"─".repeat(Math.max(0, 76 - title.length))}`);
}

function showLinks({ links }: Tenant): void {
  if (links.inbox) say(`  Inbox, where the invitations arrive:  ${links.inbox}`);
  say(`  Directory, with who has accepted:     ${links.directory}`);
  say(`  My Apps, for a guest:                 ${links.myApps}`);
}

/** The guests in the order of their addresses: the engine invites them in any. */
function guestsOf(tenant: Tenant) {
  const guests = tenant.guests().map(({ mail, displayName, externalUserState }) => {
    const address = mail ?? "";
    const mails = tenant.mails().filter(({ to }) => to === address).length;
    return { address, displayName, state: externalUserState ?? "", mails };
  });
  return guests.sort((one, other) => (one.address < other.address ? -1 : 1));
}

function showGuests(tenant: Tenant): void {
  const rows = guestsOf(tenant).map(({ address, displayName, state }) => [address, displayName, state]);
  for (const line of withHeadings(["Address", "Name", "State"], rows, [], { width: lineWidth() - 2 })) say(`  ${line}`);
}

/** Waits until somebody at the terminal has played the guests. Ctrl-C, too, goes on to the clean-up. */
async function playedByHand(tenant: Tenant): Promise<void> {
  say(
    "  Open the inbox, take a guest's mail and accept. The certificate is this tenant's own: a browser warns of it once.",
  );
  showLinks(tenant);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const goesOn = new Promise((resolve) => terminal.once("line", resolve).once("close", resolve));
  terminal.setPrompt("  Press Enter to go on and clean up. ");
  terminal.prompt();
  await goesOn;
  terminal.close();
}
