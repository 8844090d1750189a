// npm start: the local tenant in the background, and the guests of stack `local` in it.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { runInForeground } from "../cli/pulumi-run.ts";
import { withHeadings } from "../cli/text-table.ts";
import { invitationToken } from "../model/names.ts";
import { ensureTenant, tenantEnvironment, tenantLinks, tenantLog } from "./tenant-process.ts";
import { ensureLocalStack, LOCAL_STACK, localStackEnvironment, pulumiProgram, repository } from "./toolchain.ts";

const POLICY_PACK = ["--policy-pack", "policies/guests", "--policy-pack-config", "policies/guests.local.json"];

async function bringUpTenant(): Promise<void> {
  const tenant = await ensureTenant();
  section("Local tenant");
  console.log(`  ${tenant.started ? "Started" : "Running"} on port ${tenant.port}, process ${tenant.pid}`);
  console.log(`  Log: ${path.relative(repository, tenantLog)}`);
}

/**
 * The refresh makes the table below true: it sees who accepted, and who was removed by hand. The preview stays on,
 * because a policy that refuses a guest then stops the run before anything is sent.
 */
function applyGuests(env: NodeJS.ProcessEnv): Promise<number> {
  section(`pulumi up --stack ${LOCAL_STACK}`);
  // The table shows the guests; the outputs would say it all again, twice.
  const args = ["up", "--yes", "--refresh", "--suppress-outputs", "--stack", LOCAL_STACK, ...POLICY_PACK];
  return runInForeground(pulumiProgram(), args, { cwd: repository, env });
}

function showGuests(env: NodeJS.ProcessEnv): void {
  const { status, stdout, stderr } = spawnSync(pulumiProgram(), ["stack", "export", "--stack", LOCAL_STACK], {
    cwd: repository,
    env,
    encoding: "utf8",
    maxBuffer: Number.POSITIVE_INFINITY,
  });
  if (status !== 0) throw new Error(`The guests could not be read from the stack: ${stderr.trim()}`);
  section("Guests");
  console.log(guestTable(guestsOf(JSON.parse(stdout))));
}

function showLinks(): void {
  section("Open");
  const links = tenantLinks();
  if (links) {
    console.log(`  Inbox, where the invitations are:    ${links.inbox}`);
    console.log(`  Directory, with who has accepted:    ${links.directory}`);
    console.log(`  My Apps, for a guest:                ${links.myApps}`);
    console.log(
      "\n  The certificate is the tenant's own, so a browser warns of it once. Go on: the pages are on this machine.",
    );
  }
  console.log("\n  Change stacks/Pulumi.local.yaml and run `npm start` again; `npm stop` stops the tenant.");
}

function section(title: string): void {
  console.log(`\n── ${title} ${"─".repeat(Math.max(0, 76 - title.length))}`);
}

/** One guest as stack `local` knows it. */
export type GuestRow = {
  address: string;
  name: string;
  state: string;
  access: string;
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

/** The guests of an exported stack, in the order of their addresses. */
export function guestsOf(stack: StackExport): GuestRow[] {
  const resources = stack.deployment?.resources ?? [];
  const invitations = resources.filter(({ type }) => type === invitationToken);
  return invitations
    .map(({ urn, outputs, inputs }) => {
      const text = (property: string) => String(outputs?.[property] ?? inputs?.[property] ?? "");
      return {
        address: text("userEmailAddress"),
        name: text("userDisplayName"),
        state: text("state"),
        access: accessOf(resources.filter(({ parent }) => parent !== undefined && parent === urn)),
        redirectUrl: text("redirectUrl"),
        invitedAt: text("invitedAt")
          .replace("T", " ")
          .replace(/(:\d\d)(\.\d+)?Z$/, "$1"),
      };
    })
    .sort((one, other) => one.address.localeCompare(other.address));
}

/** What the resources of a guest give them, counted: their names are in the list. */
function accessOf(grants: readonly ExportedResource[]): string {
  const count = (pattern: RegExp, one: string, many: string) => {
    const number = grants.filter(({ type }) => pattern.test(type)).length;
    return number === 0 ? [] : [`${number} ${number === 1 ? one : many}`];
  };
  return [
    ...count(/:GroupMember$/, "group", "groups"),
    ...count(/:AppRoleAssignment$/, "app", "apps"),
    ...count(/:RoleAssignment$/, "Azure role", "Azure roles"),
  ].join(", ");
}

const HEADINGS: Readonly<Record<keyof GuestRow, string>> = {
  address: "Address",
  name: "Name",
  state: "State",
  access: "Access",
  redirectUrl: "Redirect URL",
  invitedAt: "Invited at (UTC)",
};

/** The guests as lines of text in columns. */
export function guestTable(guests: readonly GuestRow[]): string {
  const keys = Object.keys(HEADINGS) as (keyof GuestRow)[];
  const cells = (row: Readonly<GuestRow>) => keys.map((key) => row[key]);
  return withHeadings(cells(HEADINGS), guests.map(cells))
    .map((line) => `  ${line}`)
    .join("\n");
}

if (import.meta.main) {
  try {
    await bringUpTenant();
    const env = localStackEnvironment(tenantEnvironment());
    ensureLocalStack(env);
    process.exitCode = await applyGuests(env);
    if (process.exitCode === 0) {
      showGuests(env);
      showLinks();
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
