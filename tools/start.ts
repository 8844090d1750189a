// npm start: the local tenant in the background, and the guests of stack `local` in it.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { asksForHelp, type RunOptions } from "../cli/command-line.ts";
import type { EngineEvent } from "../cli/comment/engine-events.ts";
import { pluginsNotice } from "../cli/comment/guest-report.ts";
import { terminalText } from "../cli/comment/terminal-report.ts";
import { complain, lineWidth, say, wrapped } from "../cli/log-lines.ts";
import { operationErrors, previewStack, shownIn } from "../cli/preview-and-apply.ts";
import { policyFlags, runPulumi } from "../cli/pulumi-run.ts";
import { ApplyProgress } from "../cli/run-progress.ts";
import { withHeadings } from "../cli/text-table.ts";
import { projectFiles } from "../components/config/project-files.ts";
import type { NamedInTenant } from "../components/config/read-guest-list.ts";
import { invitationToken } from "../model/names.ts";
import { ensureTenant, tenantEnvironment, tenantLinks, tenantLog } from "./tenant-process.ts";
import { ensureLocalStack, LOCAL_STACK, localStackEnvironment, pulumiProgram, repository } from "./toolchain.ts";

const usage = `npm start [-- --verbose]

Starts the local tenant, invites the guests of stacks/Pulumi.local.yaml to it, and
shows them. Change the file and run it again; nothing leaves this machine.

Options
  --verbose
      Show Pulumi's own output.
  --help
      Show this.

Variables
  TENANT_PORT=9443
      The tenant's port; 8443 unless given.
  GUESTS_OFFICIAL_PLUGINS=true
      Download the official azuread and azure-native plugins, in place of stand-ins.

Example
  npm start -- --verbose`;

async function start(verbose: boolean): Promise<boolean> {
  const tenant = await ensureTenant();
  section("Local tenant");
  const log = path.relative(repository, tenantLog);
  say(`  ${tenant.started ? "Started" : "Running"} on port ${tenant.port} (process ${tenant.pid}); log: ${log}`);
  if (process.env.GUESTS_OFFICIAL_PLUGINS !== "true") {
    say("  Stand-ins serve azuread and azure-native (tools/stand-ins/README.md)");
  }
  const env = localStackEnvironment(tenantEnvironment());
  ensureLocalStack(env);
  section(`Stack ${LOCAL_STACK}`);
  const isDone = await applyGuests(verbose);
  if (isDone) showGuests(guestsOf(exportedStack(env), await namesOnDisk()));
  else showLinks();
  return isDone;
}

/**
 * Brings the tenant to the list. The preview refreshes, so that the table below is true: it sees who has accepted, and who
 * was removed by hand. A policy that refuses a guest stops here, before anything is sent. Where nothing differs, neither
 * list nor tenant, the preview is all that is run.
 */
async function applyGuests(verbose: boolean): Promise<boolean> {
  const options: RunOptions = {
    stack: LOCAL_STACK,
    project: repository,
    policyConfig: path.join(repository, "policies", "guests.local.json"),
    out: path.join(repository, ".local", "pipelines", LOCAL_STACK),
    verbose,
  };
  const { report, events } = await previewStack(options, ["--refresh"]);
  const warnings = report.warnings.filter((warning) => !warning.startsWith(pluginsNotice));
  const isUnchanged = report.outcome === "previewed" && !events.some(tellsOfChange);
  if (isUnchanged) say(`Nothing has changed: ${report.total} guests, list and tenant agree.`);
  else say(`\n${terminalText({ ...report, warnings }, shownIn(options))}`, { marked: true });
  if (report.outcome !== "previewed" || isUnchanged) return isUnchanged;
  say("");
  const flags = ["--yes", "--skip-preview", "--refresh", ...policyFlags(options)];
  const run = await runPulumi(options, "up", flags, { progress: new ApplyProgress(events) });
  for (const error of operationErrors(run, options)) complain(error);
  return run.status === 0;
}

function isChange({ resourcePreEvent }: EngineEvent): boolean {
  const op = resourcePreEvent?.metadata.op;
  return op !== undefined && !["same", "read", "refresh"].includes(op);
}

/** Whether the list has changed, or the refresh found another guest than the state has. */
function tellsOfChange(event: EngineEvent): boolean {
  const { op, old, new: now } = event.resOutputsEvent?.metadata ?? {};
  return isChange(event) || (op === "refresh" && JSON.stringify(old) !== JSON.stringify(now)) || op === "delete";
}

function exportedStack(env: NodeJS.ProcessEnv): StackExport {
  const { status, stdout, stderr } = spawnSync(pulumiProgram(), ["stack", "export", "--stack", LOCAL_STACK], {
    cwd: repository,
    env,
    encoding: "utf8",
    maxBuffer: Number.POSITIVE_INFINITY,
  });
  if (status !== 0) throw new Error(`The guests could not be read from the stack: ${stderr.trim()}`);
  return JSON.parse(stdout);
}

/** The names of groups and applications as the list writes them: those of resources are in lower case. */
async function namesOnDisk(): Promise<NamedInTenant | undefined> {
  const { guestListOnDisk } = await import("../components/config/read-guest-list.ts");
  const list = guestListOnDisk(projectFiles(repository, repository), "guests", LOCAL_STACK);
  return "problems" in list ? undefined : list.namedInTenant;
}

function showGuests(guests: readonly GuestRow[]): void {
  section("Guests");
  say(guestTable(guests, lineWidth()));
  showLinks();
  section("Next");
  const width = Math.min(lineWidth(), 80) - 2;
  for (const line of nextSteps(guests).flatMap((step) => wrapped(step, width))) say(`  ${line}`);
}

function showLinks(): void {
  const links = tenantLinks();
  if (links === undefined) return;
  section("Open");
  if (links.inbox) say(`  Inbox, with the invitations         ${links.inbox}`);
  say(`  Directory, with who has accepted    ${links.directory}`);
  say(`  My Apps, as a guest sees it         ${links.myApps}`);
  say("\n  The certificate is the tenant's own: let the browser continue when it warns.");
}

/** What to try now. */
export function nextSteps(guests: readonly GuestRow[]): string[] {
  const pending = guests.filter(({ state }) => state === "pending");
  // The walk shows most with a guest who gets an application.
  const guest = pending.find(({ apps }) => apps > 0) ?? pending[0];
  const who = guest?.name.split(" ", 1)[0] || guest?.address;
  return [
    who === undefined
      ? "Everybody has accepted. Open My Apps to see what a guest sees."
      : `Open ${who}'s mail in the inbox and press Accept.`,
    "Then change stacks/Pulumi.local.yaml and run `npm start` again. `npm stop` stops the tenant.",
  ];
}

function section(title: string): void {
  say(`\n── ${title} ${"─".repeat(Math.max(0, 76 - title.length))}`);
}

/** One guest as stack `local` knows it. */
export type GuestRow = {
  address: string;
  name: string;
  state: string;
  /** What the guest may reach, by name. */
  access: string;
  /** How many applications there are among it. */
  apps: number;
  redirectUrl: string;
  invitedAt: string;
};

/** What `pulumi stack export` prints, as far as it is read here. */
export type StackExport = {
  deployment?: { resources?: ExportedResource[] };
};

type ExportedResource = {
  urn?: string;
  type: string;
  parent?: string;
  outputs?: Record<string, unknown>;
  inputs?: Record<string, unknown>;
};

/** Graph's words, and those of the stack's outputs. */
const states: Readonly<Record<string, string>> = { PendingAcceptance: "pending", Accepted: "accepted" };

/**
 * The guests of an exported stack, in the order of their addresses.
 *
 * @param names how the list writes the names of groups and applications
 */
export function guestsOf(stack: StackExport, names?: NamedInTenant): GuestRow[] {
  const resources = stack.deployment?.resources ?? [];
  const invitations = resources.filter(({ type }) => type === invitationToken);
  return invitations
    .map(({ urn = "", outputs, inputs }) => {
      const text = (property: string) => String(outputs?.[property] ?? inputs?.[property] ?? "");
      const grants = resources.filter(({ parent }) => parent !== undefined && parent === urn);
      const state = text("state");
      return {
        address: text("userEmailAddress"),
        name: text("userDisplayName"),
        state: states[state] ?? state,
        access: grants.map((grant) => accessName(grant, urn, names)).join(", "),
        apps: grants.filter(({ type }) => type.endsWith(":AppRoleAssignment")).length,
        redirectUrl: text("redirectUrl"),
        invitedAt: text("invitedAt")
          .replace("T", " ")
          .replace(/(:\d\d)(\.\d+)?Z$/, "$1"),
      };
    })
    .sort((one, other) => one.address.localeCompare(other.address));
}

/** `Partners` of `guests-ana@fabrikam.example-group-partners`, a child of `guests-ana@fabrikam.example`. */
function accessName({ urn = "" }: ExportedResource, parent: string, names: NamedInTenant | undefined): string {
  const [name = "", owner = ""] = [urn, parent].map((one) => one.split("::").slice(3).join("::"));
  const own = name.slice(owner.length).replace(/^-(?:group|app|azure)-/, "");
  const { groups = [], applications = [] } = names ?? {};
  const apps = applications.flatMap(({ displayName, roles }) => [
    { key: displayName, shown: displayName },
    ...roles.map((role) => ({ key: `${displayName}-${role}`, shown: `${displayName} (${role})` })),
  ]);
  const known = [...groups.map((group) => ({ key: group, shown: group })), ...apps];
  return known.find(({ key }) => key.toLowerCase() === own.toLowerCase())?.shown ?? own;
}

/** In the order of what matters: a narrow terminal leaves out the last ones. */
const columns = {
  address: "Address",
  name: "Name",
  state: "State",
  access: "Access",
  invitedAt: "Invited at (UTC)",
  redirectUrl: "Redirect URL",
} as const satisfies Partial<Record<keyof GuestRow, string>>;

/** The guests as lines of text in columns. */
export function guestTable(guests: readonly GuestRow[], width: number = Number.POSITIVE_INFINITY): string {
  const keys = Object.keys(columns) as (keyof typeof columns)[];
  const rows = guests.map((guest) => keys.map((key) => guest[key]));
  const lines = withHeadings(Object.values(columns), rows, [], { width: width - 2, least: 4 });
  return lines.map((line) => `  ${line}`).join("\n");
}

if (import.meta.main) {
  const args = process.argv.slice(2);
  try {
    if (asksForHelp(args)) say(usage);
    else if (!(await start(args.includes("--verbose")))) process.exitCode = 1;
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
