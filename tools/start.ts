// npm start: the local tenant in the background, and the guests of stack `local` in it.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { runInForeground } from "../cli/pulumi-run.ts";
import { guestsOf, guestTable } from "./guest-table.ts";
import { ensureTenant, tenantEnvironment, tenantLinks, tenantLog } from "./tenant-process.ts";
import { ensureLocalStack, LOCAL_STACK, localStackEnvironment, pulumiProgram, repository } from "./toolchain.ts";

const POLICY_PACK = ["--policy-pack", "policies/guests", "--policy-pack-config", "policies/guests.local.json"];

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
